/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_SOCKET_H
#define KSFLOW_SOCKET_H

#include <linux/types.h>

struct ksflow_record;
struct net;
struct sk_buff;

size_t ksflow_socket_size(void);
int ksflow_socket_fill(struct sk_buff *msg, const struct ksflow_record *record,
		       struct net *net);

#endif /* KSFLOW_SOCKET_H */
