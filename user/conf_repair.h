/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_CONF_REPAIR_H
#define KSFLOW_USER_CONF_REPAIR_H

#include <stdio.h>

struct conf;
struct ksflow_repair_rule;
struct lex;

/* After the word "repair": its block, added to conf. */
int conf_repair_parse(struct lex *p, struct conf *conf);
/* As a block that, read, gives the same. */
void conf_repair_print(const struct ksflow_repair_rule *rule, FILE *out);

#endif /* KSFLOW_USER_CONF_REPAIR_H */
