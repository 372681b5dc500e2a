/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_PROC_H
#define KSFLOW_USER_PROC_H

/* Files of /proc and /sys; root goes before each path, "" but in tests. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct proc_field {
	const char *name;
	size_t offset;
};

FILE *proc_open(const char *root, const char *path);
/* The first line, without its end; "" when there is none. */
void proc_line(const char *root, const char *path, char *line, size_t size);
/*
 * Lines of "NAME value": each one that is wanted goes into the struct at
 * base, as words of this many bytes (4, 8), times factor. The last of fields
 * has no name. False: the file cannot be read.
 */
bool proc_fields(const char *root, const char *path,
		 const struct proc_field *fields, size_t word, uint64_t factor,
		 void *base);

#endif /* KSFLOW_USER_PROC_H */
