/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_CONF_GLOB_H
#define KSFLOW_USER_CONF_GLOB_H

/*
 * Globs over names of interfaces, which is all that the module knows, and of
 * which it takes not many. Each is given room for KSFLOW_PATTERN_MAX bytes.
 */

#include <stdbool.h>

/* What an extended regular expression says; false: no glob says the same. */
bool conf_glob_of_regex(const char *regex, char *glob);
/* This name alone. */
void conf_glob_of_name(const char *name, char *glob);
/*
 * This name with any digits for its last ones, or with least '1' any but
 * leading zeros; false: it has none.
 */
bool conf_glob_of_digits(const char *name, char least, char *glob);
/* Are all names meant that the same glob matches? */
bool conf_glob_digits_hold(const char *name, char least,
			   bool (*is_meant)(const char *name, const void *arg),
			   const void *arg);

#endif /* KSFLOW_USER_CONF_GLOB_H */
