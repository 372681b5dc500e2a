/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_PRIVILEGES_H
#define KSFLOW_USER_PRIVILEGES_H

#include <stdbool.h>

/*
 * Keep CAP_NET_ADMIN, which subscribing to the module takes, joining psample's
 * group (again, whenever psample is loaded) and filters of tc, and with
 * keep_namespaces CAP_SYS_ADMIN, which entering a collector's network
 * namespace takes; give up all others for good. SO_BINDTODEVICE takes none
 * since Linux 5.7. Refuse what no agent does (EPERM): other programs, mounts,
 * modules, the clock, sockets but UNIX, netlink and IP; without
 * keep_namespaces setns() too. For children as well. 0 or -errno.
 */
int privileges_drop(bool keep_namespaces);

#endif /* KSFLOW_USER_PRIVILEGES_H */
