// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* By system call: two of them, where libcap would be one more dependency. */
#include "privileges.h"

#include <linux/capability.h>

#include <errno.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int privileges_drop(bool keep_namespaces)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	uint32_t keep = 1U << CAP_NET_ADMIN;
	unsigned int cap;

	_Static_assert(CAP_NET_ADMIN < 32 && CAP_SYS_ADMIN < 32, "first word");
	if (keep_namespaces)
		keep |= 1U << CAP_SYS_ADMIN;
	if (syscall(SYS_capget, &head, data))
		return -errno;
	/* as long as we may: without CAP_SETPCAP there is nothing to bound */
	for (cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++) {
		if (cap >= 32 || !(keep & 1U << cap))
			prctl(PR_CAPBSET_DROP, cap);
	}
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	data[0].permitted &= keep;
	data[0].effective = data[0].permitted;
	data[0].inheritable = 0;
	data[1].permitted = 0;
	data[1].effective = 0;
	data[1].inheritable = 0;
	if (syscall(SYS_capset, &head, data) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	return 0;
}
