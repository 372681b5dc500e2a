// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* Capabilities by system call: two, where libcap would be one more dependency. */
#include "privileges.h"

#include <linux/capability.h>
#include <seccomp.h>

#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * What no sFlow agent has to do, nor a C library on its behalf. Names of calls
 * are refused, not others allowed: what a resolver's plugins need is not known
 * here, and an agent that goes deaf with a new library helps nobody.
 */
static const char *const refused[] = {
	/* another program, or inside one */
	"execve", "execveat", "uselib", "ptrace", "process_vm_readv",
	"process_vm_writev", "process_madvise", "pidfd_getfd", "kcmp",
	"perf_event_open", "userfaultfd", "bpf", "io_uring_setup",
	"io_uring_enter", "io_uring_register", "modify_ldt", "personality",
	/* the kernel and the machine */
	"init_module", "finit_module", "delete_module", "create_module",
	"kexec_load", "kexec_file_load", "reboot", "iopl", "ioperm", "syslog",
	"swapon", "swapoff", "acct", "quotactl", "quotactl_fd", "nfsservctl",
	"clock_settime", "clock_settime64", "clock_adjtime", "clock_adjtime64",
	"settimeofday", "adjtimex", "stime", "sethostname", "setdomainname",
	"vhangup", "lookup_dcookie",
	/* the tree of files */
	"mount", "umount", "umount2", "pivot_root", "chroot", "move_mount",
	"mount_setattr", "open_tree", "open_tree_attr", "fsopen", "fsconfig",
	"fsmount", "fspick", "mknod", "mknodat", "open_by_handle_at",
	"chown", "chown32", "fchown", "fchown32", "lchown", "lchown32",
	"fchownat", "setxattr", "lsetxattr", "fsetxattr", "setxattrat",
	/* somebody else */
	"setuid", "setuid32", "setgid", "setgid32", "setreuid", "setreuid32",
	"setregid", "setregid32", "setresuid", "setresuid32", "setresgid",
	"setresgid32", "setgroups", "setgroups32", "setfsuid", "setfsuid32",
	"setfsgid", "setfsgid32", "capset", "unshare", "add_key",
	"request_key", "keyctl",
};

/* Adds to the filter: a call, if the library and the machine know it. */
static int refuse(scmp_filter_ctx filter, const char *name)
{
	int call = seccomp_syscall_resolve_name(name);
	int ret;

	if (call == __NR_SCMP_ERROR)
		return 0;
	ret = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call, 0);
	/* one that this machine does not have cannot be called */
	return ret == -EDOM ? 0 : ret;
}

static int refuse_sockets(scmp_filter_ctx filter)
{
	int family, ret = 0;

	for (family = 0; !ret && family < AF_NETLINK; family++) {
		if (family != AF_UNIX && family != AF_INET &&
		    family != AF_INET6)
			ret = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM),
					       SCMP_SYS(socket), 1,
					       SCMP_A0(SCMP_CMP_EQ, family));
	}
	return ret ?: seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM),
				       SCMP_SYS(socket), 1,
				       SCMP_A0(SCMP_CMP_GT, AF_NETLINK));
}

static int refuse_calls(bool keep_namespaces)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	unsigned int i;
	int ret = 0;

	if (!filter)
		return -ENOMEM;
	for (i = 0; !ret && i < sizeof(refused) / sizeof(refused[0]); i++)
		ret = refuse(filter, refused[i]);
	if (!ret && !keep_namespaces)
		ret = refuse(filter, "setns");
	/* The flags of clone3() cannot be seen: without it clone() is used. */
	ret = ret ?: seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM),
				      SCMP_SYS(clone), 1,
				      SCMP_A0(SCMP_CMP_MASKED_EQ,
					      CLONE_NEWUSER, CLONE_NEWUSER));
	if (!ret && seccomp_syscall_resolve_name("clone3") != __NR_SCMP_ERROR)
		ret = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS),
				       seccomp_syscall_resolve_name("clone3"),
				       0);
	ret = ret ?: refuse_sockets(filter) ?: seccomp_load(filter);
	seccomp_release(filter);
	return ret;
}

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
	return refuse_calls(keep_namespaces);
}
