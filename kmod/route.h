/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_ROUTE_H
#define KSFLOW_ROUTE_H

struct net;
struct ksflow_record;

void ksflow_route_lookup(struct net *net, struct ksflow_record *record);

#endif /* KSFLOW_ROUTE_H */
