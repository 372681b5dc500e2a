/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_CONF_BLOCKS_H
#define KSFLOW_USER_CONF_BLOCKS_H

/*
 * Blocks that are read and stored for what is to act on them.
 * The name is read already. 0 or -EINVAL.
 */

struct conf;
struct lex;

int conf_psample(struct lex *p, struct conf *conf);
int conf_dent(struct lex *p, struct conf *conf);
int conf_tcp(struct lex *p, struct conf *conf);
int conf_dns_sd(struct lex *p, struct conf *conf);
/* When all is read. */
int conf_dns_sd_apply(struct lex *p, struct conf *conf);
/* records { NAME=on|off ... }: flow records, by sflow_off_name() */
int conf_records(struct lex *p, struct conf *conf);
/* To the collectors' profiles, when all is read. */
void conf_records_apply(struct conf *conf);

#endif /* KSFLOW_USER_CONF_BLOCKS_H */
