// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* What the exporter can do no more, tried by a child that is one. */
#include "privileges.h"

#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long call_execve(void) { return execl("/bin/true", "true", NULL); }
static long call_ptrace(void) { return ptrace(PTRACE_TRACEME, 0, 0, 0); }
static long call_mount(void) { return mount("a", "/", "tmpfs", 0, NULL); }
static long call_umount(void) { return umount2("/nowhere", 0); }
static long call_chroot(void) { return chroot("/"); }
static long call_mknod(void) { return mknod("/dev/null", S_IFIFO, 0); }
static long call_chown(void) { return chown("/", getuid(), getgid()); }
static long call_module(void) { return syscall(SYS_finit_module, -1, "", 0); }
static long call_unload(void) { return syscall(SYS_delete_module, "x", 0); }
static long call_bpf(void) { return syscall(SYS_bpf, 0, NULL, 0); }
static long call_perf(void)
{
	return syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0);
}
static long call_uring(void) { return syscall(SYS_io_uring_setup, 0, NULL); }
static long call_unshare(void) { return unshare(CLONE_NEWUSER); }
static long call_clone(void)
{
	return syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
}
static long call_setns(void) { return setns(-1, 0); }
static long call_setuid(void) { return setuid(getuid()); }
static long call_clock(void)
{
	return clock_settime(CLOCK_MONOTONIC, &(struct timespec){ 0 });
}
static long call_packet(void) { return socket(AF_PACKET, SOCK_DGRAM, 0); }
static long call_vsock(void) { return socket(AF_VSOCK, SOCK_STREAM, 0); }
static long call_inet(void) { return socket(AF_INET, SOCK_DGRAM, 0); }
static long call_inet6(void) { return socket(AF_INET6, SOCK_DGRAM, 0); }
static long call_unix(void) { return socket(AF_UNIX, SOCK_DGRAM, 0); }
static long call_netlink(void) { return socket(AF_NETLINK, SOCK_RAW, 0); }
static long call_open(void) { return open("/proc/self/stat", O_RDONLY); }

static const struct {
	const char *name;
	long (*call)(void);
	int error;
} calls[] = {
	{ "execve", call_execve, EPERM },
	{ "ptrace", call_ptrace, EPERM },
	{ "mount", call_mount, EPERM },
	{ "umount2", call_umount, EPERM },
	{ "chroot", call_chroot, EPERM },
	{ "mknod", call_mknod, EPERM },
	{ "chown", call_chown, EPERM },
	{ "finit_module", call_module, EPERM },
	{ "delete_module", call_unload, EPERM },
	{ "bpf", call_bpf, EPERM },
	{ "perf_event_open", call_perf, EPERM },
	{ "io_uring_setup", call_uring, EPERM },
	{ "unshare", call_unshare, EPERM },
	{ "clone, a user namespace", call_clone, EPERM },
	{ "setuid", call_setuid, EPERM },
	{ "clock_settime", call_clock, EPERM },
	{ "a packet socket", call_packet, EPERM },
	{ "a vsock socket", call_vsock, EPERM },
	{ "an IPv4 socket", call_inet, 0 },
	{ "an IPv6 socket", call_inet6, 0 },
	{ "a UNIX socket", call_unix, 0 },
	{ "a netlink socket", call_netlink, 0 },
	{ "a file", call_open, 0 },
	{ "setns", call_setns, EPERM },
};
enum { CALLS = sizeof(calls) / sizeof(calls[0]) };

/* What each call gives in a process without privileges, in errors[]. */
static bool try_all(bool keep_namespaces, int errors[CALLS + 1])
{
	ssize_t bytes;
	int ends[2], status;
	pid_t pid;
	int i;

	if (pipe(ends))
		return false;
	pid = fork();
	if (pid < 0)
		return false;
	if (!pid) {
		errors[CALLS] = privileges_drop(keep_namespaces);
		for (i = 0; i < CALLS; i++)
			errors[i] = calls[i].call() < 0 ? errno : 0;
		bytes = (CALLS + 1) * sizeof(*errors);
		_exit(write(ends[1], errors, bytes) != bytes);
	}
	close(ends[1]);
	bytes = read(ends[0], errors, (CALLS + 1) * sizeof(*errors));
	close(ends[0]);
	return waitpid(pid, &status, 0) == pid && !status &&
	       bytes == (CALLS + 1) * (ssize_t)sizeof(*errors);
}

int main(void)
{
	int errors[CALLS + 1];
	int i;

	ok(try_all(false, errors), "a process that has dropped privileges");
	is(-errors[CALLS], 0, "privileges_drop()");
	for (i = 0; i < CALLS; i++)
		is(errors[i], calls[i].error, "%s", calls[i].name);
	ok(try_all(true, errors), "another, that keeps namespaces");
	is(errors[CALLS - 1], EBADF, "setns");
	is(errors[0], EPERM, "execve");
	return tap_done();
}
