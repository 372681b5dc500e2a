/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_CONFIG_H
#define KSFLOW_USER_CONFIG_H

#include <stddef.h>

struct conf_edit;

/**
 * config_edit() - one command's words, applied to a text
 * @err: what was wrong, and what was expected
 *
 * Return: 0, or -errno with @err; -EINVAL for words that make no sense and,
 * with an error in @e, for a text that does not.
 */
int config_edit(struct conf_edit *e, int argc, char **argv, char *err,
		size_t size);

#endif /* KSFLOW_USER_CONFIG_H */
