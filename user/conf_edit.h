/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_CONF_EDIT_H
#define KSFLOW_USER_CONF_EDIT_H

/*
 * Changes to the text of a configuration: only what is meant changes;
 * comments, order and white space stay. Text in, text out.
 *
 * All return 0, -EINVAL with the reason in error (the text does not parse),
 * or -ENOMEM; removing also -ENOENT. On failure nothing has changed.
 */

#include <stdbool.h>
#include <stddef.h>

struct conf_edit {
	char *text;		/* of the heap */
	size_t len;
	char error[256];
};

/* A block is told by its name and one of its settings, as dev=eth0. */
struct conf_block {
	const char *name;
	const char *key;	/* NULL: any */
	const char *value;
};

/* text is copied; empty: "sflow { }" is made. */
int conf_edit_open(struct conf_edit *e, const char *text, size_t len);
void conf_edit_close(struct conf_edit *e);

/* A setting of sflow { }; value NULL removes it, wherever it is. */
int conf_edit_set(struct conf_edit *e, const char *key, const char *value);
/* Is there such a block? Then *value is that of a key of it, or "". */
bool conf_edit_find(struct conf_edit *e, const struct conf_block *block,
		    const char *key, char *value, size_t size);
/* A setting of a block; one that is not there is made. NULL removes it. */
int conf_edit_block_set(struct conf_edit *e, const struct conf_block *block,
			const char *key, const char *value);
/* "collector { ip=... }", at the end. */
int conf_edit_block_add(struct conf_edit *e, const char *block);
/* All of them. */
int conf_edit_block_del(struct conf_edit *e, const struct conf_block *block);

/*
 * A whole command: "polling-interval 20". err: what was wrong, and what was
 * expected. -EINVAL without an error in e is for the words.
 */
int conf_command(struct conf_edit *e, int argc, char **argv, char *err,
		 size_t size);

#endif /* KSFLOW_USER_CONF_EDIT_H */
