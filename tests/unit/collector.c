// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Names of collectors, with a resolver of the test's own: one that hangs, one
 * that is slow to let go of what it inherited, one with two addresses.
 */
#include "collector.h"

#include "conf.h"
#include "nl.h"
#include "tap.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Shared with the children. */
static struct shared {
	volatile pid_t hung;
	volatile bool is_slow;		/* the next child waits before it closes */
	volatile pid_t slow;
} *shared;

static pid_t parent;

static void nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

static struct addrinfo *info(int family, const char *service)
{
	struct {
		struct addrinfo info;
		struct sockaddr_in6 addr;
	} *made = calloc(1, sizeof(*made));

	made->info.ai_family = family;
	made->info.ai_socktype = SOCK_DGRAM;
	made->info.ai_addr = (struct sockaddr *)&made->addr;
	made->info.ai_addrlen = family == AF_INET ? sizeof(struct sockaddr_in) :
						    sizeof(struct sockaddr_in6);
	made->addr.sin6_family = family;
	made->addr.sin6_port = htons(atoi(service));
	return &made->info;
}

/* In place of the library's. */
int getaddrinfo(const char *node, const char *service,
		const struct addrinfo *hints, struct addrinfo **result)
{
	struct addrinfo *first, *second;

	(void)hints;
	if (getpid() == parent)
		return EAI_NONAME;	/* it is no address */
	if (!strcmp(node, "hangs.test")) {
		shared->hung = getpid();
		for (;;)
			pause();
	}
	/* link-local, on no link: nobody can connect to that */
	first = info(AF_INET6, service);
	((struct sockaddr_in6 *)first->ai_addr)->sin6_addr.s6_addr[0] = 0xfe;
	((struct sockaddr_in6 *)first->ai_addr)->sin6_addr.s6_addr[1] = 0x80;
	second = info(AF_INET, service);
	((struct sockaddr_in *)second->ai_addr)->sin_addr.s_addr =
		htonl(INADDR_LOOPBACK);
	first->ai_next = second;
	*result = !strcmp(node, "two.test") ? first : second;
	return 0;
}

void freeaddrinfo(struct addrinfo *list)
{
	(void)list;
}

/* What a child does first; the sanitizers use it, too, and earlier. */
int prctl(int option, ...)
{
	unsigned long args[4];
	va_list ap;
	int i;

	va_start(ap, option);
	for (i = 0; i < 4; i++)
		args[i] = va_arg(ap, unsigned long);
	va_end(ap);
	if (shared && option == PR_SET_PDEATHSIG && shared->is_slow) {
		shared->slow = getpid();
		while (shared->is_slow)
			nap();
	}
	return syscall(SYS_prctl, option, args[0], args[1], args[2], args[3]);
}

static void name(struct conf *conf, unsigned int i, const char *host)
{
	conf->collectors[i] = conf->collectors[0];
	strcpy(conf->collectors[i].host, host);
	conf->collectors[i].port = 6343;
	if (i >= conf->collector_count)
		conf->collector_count = i + 1;
}

static bool is_readable(const struct collectors *set)
{
	struct pollfd pollfd = { .fd = collectors_fd(set), .events = POLLIN };

	return poll(&pollfd, 1, 5000) == 1;
}

static bool is_ready(const struct collectors *set, unsigned int i)
{
	struct collector_counts counts;

	collectors_counts(set, i, &counts);
	return counts.is_connected;
}

static void test_hung(void)
{
	struct collectors *set = collectors_open();
	pid_t first;
	struct conf conf;

	conf_defaults(&conf);
	name(&conf, 0, "hangs.test");
	collectors_apply(set, &conf, 1000);
	while (!shared->hung)
		nap();
	first = shared->hung;
	is(collectors_run(set, 60000), 61000, "a resolver has a minute");
	ok(!kill(first, 0), "it is at work until then");
	collectors_run(set, 61000);
	ok(kill(first, 0) && errno == ESRCH, "then it is ended");
	shared->hung = 0;
	collectors_run(set, 66000);
	while (!shared->hung)
		nap();
	ok(shared->hung != first, "and the next one begins");
	collectors_close(set);
	ok(kill(shared->hung, 0) && errno == ESRCH, "none is left at the end");
}

static void on_alarm(int number)
{
	static const char text[] = "not ok - a child that is not there is waited for\n";

	(void)number;
	kill(shared->slow, SIGKILL);
	_exit(write(STDOUT_FILENO, text, sizeof(text) - 1) > 0);
}

/* The second child still has the pipe of the first when that one has ended. */
static void test_inherited(void)
{
	struct collectors *set = collectors_open();
	struct conf conf;

	conf_defaults(&conf);
	name(&conf, 0, "one.test");
	collectors_apply(set, &conf, 1000);
	ok(is_readable(set), "the first is resolved");
	shared->is_slow = true;
	name(&conf, 1, "one.two.test");
	collectors_apply(set, &conf, 1000);
	while (!shared->slow)
		nap();
	collectors_receive(set, 1000);
	ok(is_ready(set, 0) && !is_ready(set, 1), "the first is connected");
	alarm(5);
	collectors_receive(set, 1000);
	alarm(0);
	ok(is_ready(set, 0), "what is over is not heard of again");
	shared->is_slow = false;
	ok(is_readable(set), "the second is resolved");
	collectors_receive(set, 1000);
	ok(is_ready(set, 1), "and connected");
	collectors_close(set);
}

static void test_second(void)
{
	struct collectors *set = collectors_open();
	struct ksflow_own own[2];
	struct conf conf;
	uint32_t before;

	conf_defaults(&conf);
	name(&conf, 0, "two.test");
	collectors_apply(set, &conf, 1000);
	before = collectors_generation(set);
	ok(is_readable(set), "two addresses");
	collectors_receive(set, 1000);
	ok(is_ready(set, 0), "of which the first goes nowhere: the second is taken");
	is(collectors_own(set, own, 2), 1, "it has one at a time");
	ok(!own[0].is_ip6 && own[0].addr[0] == 127, "that one");
	ok(collectors_generation(set) != before, "which is told");
	collectors_run(set, 61000);
	ok(is_readable(set), "asked for again");
	before = collectors_generation(set);
	collectors_receive(set, 61000);
	ok(collectors_generation(set) == before, "it stays");
	collectors_close(set);
}

int main(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	parent = getpid();
	signal(SIGALRM, on_alarm);
	test_hung();
	test_inherited();
	test_second();
	return tap_done();
}
