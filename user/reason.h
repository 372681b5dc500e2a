/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_REASON_H
#define KSFLOW_USER_REASON_H

/*
 * sFlow's code for a drop: a summary that says less than reason and call site,
 * which are sent with it. By name, since the kernel's numbers move.
 */

#include <stddef.h>
#include <stdint.h>

struct ksflow_record;

#define REASON_TTL		257
#define REASON_UNKNOWN		256

/*
 * Of a drop as the module described it: by the name of its reason, then by
 * its call site, then by its trap; by the packet where these leave a choice.
 * Any of them may be missing.
 */
uint32_t reason_code(const struct ksflow_record *record);
/* sFlow's name of a code, or NULL. */
const char *reason_code_name(uint32_t code);
/*
 * The function of a call site: without offset, module, and what compilers
 * append. Cut where it does not fit.
 */
void reason_function(const char *site, char *function, size_t size);

#endif /* KSFLOW_USER_REASON_H */
