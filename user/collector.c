// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "collector.h"

#include "conf.h"
#include "log.h"
#include "nl.h"
#include "srv.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Linux 5.9; headers of that age lack it. The number is the same everywhere. */
#ifndef SYS_close_range
#define SYS_close_range	436
#endif

#define RETRY_MS	1000
#define REFRESH_MS	60000		/* of a resolved name */
/* ICMP errors are limited to one a second and less: some sends have none. */
#define QUIET_MS	10000
#define TRIES		3
#define SEND_BYTES	(1 << 20)
#define ADDRESSES_MAX	8

struct address {
	socklen_t len;
	struct sockaddr_storage addr;
};

struct collector {
	struct conf_collector conf;
	char name[sizeof(((struct conf_collector *)0)->host) + 8];
	bool is_name;			/* not an address */
	char scope[IFNAMSIZ];		/* the link of a link-local address */
	/* those that the name has, best first; the one in use */
	unsigned int found_count;
	unsigned int at;
	struct address found[ADDRESSES_MAX];
	struct address address;		/* len 0: not resolved yet */
	int fd;				/* -1: not connected */
	int64_t connect_ms;		/* when to try next */
	int64_t resolve_ms;
	pid_t resolver;			/* 0: none at work */
	int resolver_fd;
	int said;			/* the error that was said last */
	int64_t error_ms;		/* of the last send's; 0: none was said */
	uint64_t sent;
	uint64_t refused;
	uint64_t busy;
	uint64_t failed;
};

struct collectors {
	int epoll;
	uint32_t generation;		/* of the addresses in use */
	unsigned int count;
	struct collector *all[CONF_COLLECTORS_MAX];
};

/* An error is said when it begins and when it ends, not each time. */
static void say(struct collector *c, int error, const char *what)
{
	if (c->said == error)
		return;
	if (error)
		log_warn("collector %s: %s: %s", c->name, what,
			 strerror(error));
	else
		log_info("collector %s: sending", c->name);
	c->said = error;
}

static bool parse_address(const char *host, uint16_t port, int flags,
			  struct address *address)
{
	struct addrinfo hints = {
		.ai_socktype = SOCK_DGRAM, .ai_flags = flags,
	};
	struct addrinfo *info;
	char service[8];

	snprintf(service, sizeof(service), "%u", port);
	if (getaddrinfo(host, service, &hints, &info))
		return false;
	address->len = info->ai_addrlen;
	memcpy(&address->addr, info->ai_addr, info->ai_addrlen);
	freeaddrinfo(info);
	return true;
}

/* In the child: write addresses, best first, and end. */
static void resolve(const struct conf_collector *conf, int fd)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM };
	struct address found[ADDRESSES_MAX] = { 0 };
	struct srv srv = { .port = conf->port };
	struct addrinfo *info, *i;
	unsigned int count = 0;
	char service[8];

	snprintf(srv.host, sizeof(srv.host), "%s", conf->host);
	if (!strncmp(conf->host, SRV_SFLOW, strlen(SRV_SFLOW)) &&
	    srv_find(conf->host, &srv))
		_exit(0);
	/* a source address can only reach its own family */
	if (conf->src[0])
		hints.ai_family = strchr(conf->src, ':') ? AF_INET6 : AF_INET;
	snprintf(service, sizeof(service), "%u", srv.port);
	if (!getaddrinfo(srv.host, service, &hints, &info)) {
		for (i = info; i && count < ADDRESSES_MAX; i = i->ai_next) {
			found[count].len = i->ai_addrlen;
			memcpy(&found[count++].addr, i->ai_addr,
			       i->ai_addrlen);
		}
	}
	_exit(write(fd, found, count * sizeof(found[0])) < 0);
}

static void resolver_start(struct collectors *set, struct collector *c,
			   int64_t now_ms)
{
	struct epoll_event event = { .events = EPOLLIN };
	pid_t parent = getpid();
	int ends[2];

	c->resolve_ms = now_ms + REFRESH_MS;
	if (pipe2(ends, O_CLOEXEC))
		return;
	c->resolver = fork();
	if (!c->resolver) {
		/*
		 * Our sockets must not live on in a child: the module takes
		 * a socket's end for the daemon's.
		 */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		dup2(ends[1], STDIN_FILENO);
		syscall(SYS_close_range, 3U, ~0U, 0U);
		resolve(&c->conf, STDIN_FILENO);
	}
	close(ends[1]);
	if (c->resolver < 0) {
		c->resolver = 0;
		close(ends[0]);
		return;
	}
	c->resolver_fd = ends[0];
	event.data.ptr = c;
	epoll_ctl(set->epoll, EPOLL_CTL_ADD, ends[0], &event);
}

static void resolver_stop(const struct collectors *set, struct collector *c)
{
	if (!c->resolver)
		return;
	kill(c->resolver, SIGKILL);
	waitpid(c->resolver, NULL, 0);
	/* closing is not enough while another child has not closed its copy */
	epoll_ctl(set->epoll, EPOLL_CTL_DEL, c->resolver_fd, NULL);
	close(c->resolver_fd);
	c->resolver = 0;
}

/* A socket in the namespace of the collector. */
static int open_socket(const struct collector *c)
{
	int family = c->address.addr.ss_family;
	char path[sizeof(c->conf.netns) + 16];
	int home, there, fd = -1;
	int error;

	if (!c->conf.netns[0])
		return socket(family, SOCK_DGRAM | SOCK_CLOEXEC |
			      SOCK_NONBLOCK, 0);
	snprintf(path, sizeof(path), "%s%s",
		 strchr(c->conf.netns, '/') ? "" : "/run/netns/",
		 c->conf.netns);
	home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	there = open(path, O_RDONLY | O_CLOEXEC);
	if (home >= 0 && there >= 0 && !setns(there, CLONE_NEWNET)) {
		fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			    0);
		error = errno;
		/* anywhere else everything that follows would be wrong */
		if (setns(home, CLONE_NEWNET))
			abort();
		errno = error;
	}
	error = errno;
	if (home >= 0)
		close(home);
	if (there >= 0)
		close(there);
	errno = error;
	return fd;
}

static void disconnect(struct collector *c, int64_t retry_ms)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	c->connect_ms = retry_ms;
}

/* How far it may go, and how urgent it is. 0 is the kernel's own choice. */
static int mark(const struct collector *c)
{
	bool is_ip6 = c->address.addr.ss_family == AF_INET6;
	int tos = c->conf.dscp << 2, ttl = c->conf.ttl;
	int level = is_ip6 ? IPPROTO_IPV6 : IPPROTO_IP;

	if (tos && setsockopt(c->fd, level, is_ip6 ? IPV6_TCLASS : IP_TOS,
			      &tos, sizeof(tos)))
		return -1;
	if (!ttl)
		return 0;
	if (setsockopt(c->fd, level, is_ip6 ? IPV6_UNICAST_HOPS : IP_TTL, &ttl,
		       sizeof(ttl)))
		return -1;
	return setsockopt(c->fd, level,
			  is_ip6 ? IPV6_MULTICAST_HOPS : IP_MULTICAST_TTL,
			  &ttl, sizeof(ttl));
}

/*
 * The link by its number of now, in the namespace of the socket: an interface
 * that is made anew has another one.
 */
static bool set_scope(const struct collector *c, struct address *to)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&to->addr;
	struct ifreq ifr = { .ifr_ifindex = 0 };

	if (in6->sin6_family != AF_INET6 || !c->scope[0] ||
	    (!IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr) &&
	     !IN6_IS_ADDR_MC_LINKLOCAL(&in6->sin6_addr)))
		return true;
	strcpy(ifr.ifr_name, c->scope);
	if (ioctl(c->fd, SIOCGIFINDEX, &ifr))
		return false;
	in6->sin6_scope_id = ifr.ifr_ifindex;
	return true;
}

/* NULL, or what failed, with errno. */
static const char *try_address(struct collector *c)
{
	struct address to = c->address, src;
	int bytes = SEND_BYTES;

	c->fd = open_socket(c);
	if (c->fd < 0)
		return c->conf.netns[0] ? c->conf.netns : "socket";
	if (setsockopt(c->fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes,
		       sizeof(bytes)))
		setsockopt(c->fd, SOL_SOCKET, SO_SNDBUF, &bytes,
			   sizeof(bytes));
	if (c->conf.dev[0] &&
	    setsockopt(c->fd, SOL_SOCKET, SO_BINDTODEVICE, c->conf.dev,
		       strlen(c->conf.dev) + 1))
		return c->conf.dev;
	if (mark(c))
		return "dscp, ttl";
	if (!set_scope(c, &to))
		return c->scope;
	if (c->conf.src[0]) {
		errno = EINVAL;
		if (!parse_address(c->conf.src, 0, AI_NUMERICHOST, &src) ||
		    bind(c->fd, (struct sockaddr *)&src.addr, src.len))
			return c->conf.src;
	}
	if (connect(c->fd, (struct sockaddr *)&to.addr, to.len))
		return "connect";
	return NULL;
}

static void say_address(const struct collector *c)
{
	char host[INET6_ADDRSTRLEN];

	if (!getnameinfo((const struct sockaddr *)&c->address.addr,
			 c->address.len, host, sizeof(host), NULL, 0,
			 NI_NUMERICHOST))
		log_debug("collector %s: address %s", c->name, host);
}

static void use(struct collectors *set, struct collector *c, unsigned int at)
{
	c->at = at;
	c->address = c->found[at];
	set->generation++;
}

/* There may be another way: from a VRF, say, that has the one family only. */
static void use_next(struct collectors *set, struct collector *c)
{
	if (c->found_count > 1)
		use(set, c, (c->at + 1) % c->found_count);
}

static void connect_to(struct collectors *set, struct collector *c,
		       int64_t now_ms)
{
	const char *first = NULL, *what;
	unsigned int tries = 0;
	int error = 0;

	do {
		disconnect(c, now_ms + RETRY_MS);
		what = try_address(c);
		if (what && !first) {
			first = what;
			error = errno;
		}
		if (what)
			use_next(set, c);
	} while (what && ++tries < c->found_count);
	if (what) {
		say(c, error, first);
		disconnect(c, now_ms + RETRY_MS);
		return;
	}
	if (tries)
		say_address(c);
	/* that a send had an error only a send can take back */
	if (!c->error_ms)
		say(c, 0, NULL);
}

/* "fe80::1%eth0": the link may come later, or be in another namespace. */
static void split_scope(struct collector *c, char *host)
{
	char *link = strchr(host, '%');

	if (!link) {
		if (strlen(c->conf.dev) < sizeof(c->scope))
			strcpy(c->scope, c->conf.dev);
		return;
	}
	/* a number, or what the library makes of it */
	if (!link[1 + strspn(link + 1, "0123456789")] ||
	    strlen(link + 1) >= sizeof(c->scope))
		return;
	strcpy(c->scope, link + 1);
	*link = '\0';
}

static struct collector *create(const struct conf_collector *conf)
{
	struct collector *c = calloc(1, sizeof(*c));
	char host[sizeof(conf->host)];

	if (!c)
		return NULL;
	c->conf = *conf;
	strcpy(host, conf->host);
	split_scope(c, host);
	c->fd = -1;
	c->said = -1;
	snprintf(c->name, sizeof(c->name),
		 strchr(conf->host, ':') ? "[%s]:%u" : "%s:%u", conf->host,
		 conf->port);
	c->is_name = !parse_address(host, conf->port, AI_NUMERICHOST,
				    &c->address);
	return c;
}

static void destroy(const struct collectors *set, struct collector *c)
{
	if (!c)
		return;
	resolver_stop(set, c);
	if (c->fd >= 0)
		close(c->fd);
	free(c);
}

struct collectors *collectors_open(void)
{
	struct collectors *set = calloc(1, sizeof(*set));

	if (!set)
		return NULL;
	set->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (set->epoll < 0) {
		free(set);
		return NULL;
	}
	return set;
}

void collectors_close(struct collectors *set)
{
	unsigned int i;

	if (!set)
		return;
	for (i = 0; i < set->count; i++)
		destroy(set, set->all[i]);
	close(set->epoll);
	free(set);
}

static struct collector *take(struct collectors *set,
			      const struct conf_collector *conf)
{
	struct collector *c;
	unsigned int i;

	for (i = 0; i < set->count; i++) {
		c = set->all[i];
		if (!c || memcmp(&c->conf, conf, sizeof(*conf)))
			continue;
		set->all[i] = NULL;
		return c;
	}
	return NULL;
}

void collectors_apply(struct collectors *set, const struct conf *conf,
		      int64_t now_ms)
{
	struct collector *all[CONF_COLLECTORS_MAX] = { NULL };
	unsigned int i, count = 0;

	for (i = 0; i < conf->collector_count; i++) {
		struct collector *c = take(set, &conf->collectors[i]);

		if (!c)
			c = create(&conf->collectors[i]);
		if (c)
			all[count++] = c;
	}
	for (i = 0; i < set->count; i++) {
		if (set->all[i])
			log_info("collector %s: removed", set->all[i]->name);
		destroy(set, set->all[i]);
	}
	memcpy(set->all, all, sizeof(all));
	set->count = count;
	collectors_run(set, now_ms);
}

int collectors_fd(const struct collectors *set)
{
	return set->epoll;
}

/* What was known keeps being used. */
static void unresolved(struct collector *c, int64_t now_ms)
{
	c->resolve_ms = now_ms + RETRY_MS * (c->address.len ? 10 : 5);
	if (!c->address.len)
		say(c, EHOSTUNREACH, "name not resolved");
}

static void resolved(struct collectors *set, struct collector *c,
		     int64_t now_ms)
{
	struct address found[ADDRESSES_MAX];
	int count, i, at = -1;

	if (!c->resolver)
		return;
	do {
		count = read(c->resolver_fd, found, sizeof(found));
	} while (count < 0 && errno == EINTR);
	resolver_stop(set, c);
	count = count < 0 ? 0 : count / (int)sizeof(found[0]);
	if (!count) {
		unresolved(c, now_ms);
		return;
	}
	for (i = 0; i < count; i++) {
		if (found[i].len == c->address.len &&
		    !memcmp(&found[i].addr, &c->address.addr,
			    c->address.len))
			at = i;
	}
	memcpy(c->found, found, count * sizeof(found[0]));
	c->found_count = count;
	if (at >= 0) {
		/* the one in use stays */
		c->at = at;
		return;
	}
	use(set, c, 0);
	say_address(c);
	connect_to(set, c, now_ms);
}

void collectors_receive(struct collectors *set, int64_t now_ms)
{
	struct epoll_event events[CONF_COLLECTORS_MAX];
	int count, i;

	count = epoll_wait(set->epoll, events, CONF_COLLECTORS_MAX, 0);
	for (i = 0; i < count; i++)
		resolved(set, events[i].data.ptr, now_ms);
}

int64_t collectors_run(struct collectors *set, int64_t now_ms)
{
	int64_t next_ms = INT64_MAX;
	unsigned int i;

	for (i = 0; i < set->count; i++) {
		struct collector *c = set->all[i];

		if (c->resolver && c->resolve_ms <= now_ms) {
			/* it hangs, in a library that we do not know */
			resolver_stop(set, c);
			unresolved(c, now_ms);
		}
		if (c->is_name && !c->resolver && c->resolve_ms <= now_ms)
			resolver_start(set, c, now_ms);
		if (c->fd < 0 && c->address.len && c->connect_ms <= now_ms)
			connect_to(set, c, now_ms);
		if (c->is_name && c->resolve_ms < next_ms)
			next_ms = c->resolve_ms;
		if (c->fd < 0 && c->address.len && c->connect_ms < next_ms)
			next_ms = c->connect_ms;
	}
	return next_ms;
}

void collectors_reconnect(struct collectors *set, int64_t now_ms)
{
	unsigned int i;

	for (i = 0; i < set->count; i++) {
		if (set->all[i]->address.len)
			connect_to(set, set->all[i], now_ms);
	}
}

/*
 * What an ICMP error about an earlier datagram makes of the next send, which
 * then has not been tried.
 */
static bool is_answer(int error)
{
	switch (error) {
	case ECONNREFUSED:
	case EHOSTUNREACH:
	case ENETUNREACH:
	case EACCES:
	case ENOPROTOOPT:
	case EPROTO:
	case EHOSTDOWN:
	case ENONET:
	case EMSGSIZE:
		return true;
	}
	return false;
}

static void say_send(struct collector *c, int error, const char *what,
		     int64_t now_ms)
{
	say(c, error, what);
	c->error_ms = now_ms;
}

/* A datagram went. answer: the error that one before it had, or 0. */
static void went(struct collector *c, int answer, int64_t now_ms)
{
	c->sent++;
	/* that nobody listens is counted, and a path's MTU is no news */
	if (answer && answer != ECONNREFUSED && answer != EMSGSIZE) {
		say_send(c, answer, "answered", now_ms);
	} else if (c->error_ms && !answer &&
		   now_ms - c->error_ms >= QUIET_MS) {
		say(c, 0, NULL);
		c->error_ms = 0;
	}
}

static void send_to(struct collectors *set, struct collector *c,
		    const void *bytes, size_t len, int64_t now_ms)
{
	int answer = 0, tries;

	if (c->fd < 0) {
		c->failed++;
		return;
	}
	for (tries = 0; tries < TRIES; tries++) {
		if (send(c->fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) {
			went(c, answer, now_ms);
			return;
		}
		if (errno == EINTR)
			continue;
		if (errno == EAGAIN || errno == ENOBUFS) {
			c->busy++;
			return;
		}
		if (!is_answer(errno))
			break;
		answer = errno;
		c->refused += answer != EMSGSIZE;
	}
	c->failed++;
	if (errno == ECONNREFUSED)
		return;
	say_send(c, errno, "send", now_ms);
	/* a firewall of this host, or a datagram too large: the next one may go */
	if (errno == EPERM || errno == EMSGSIZE)
		return;
	/* the device may be gone, or its address: start afresh, but not sooner
	 * than RETRY_MS after the last time
	 */
	disconnect(c, c->connect_ms);
	use_next(set, c);
}

void collectors_send(struct collectors *set,
		     const struct sflow_profile *profile, const void *bytes,
		     size_t len, int64_t now_ms)
{
	unsigned int i;

	for (i = 0; i < set->count; i++) {
		if (!memcmp(&set->all[i]->conf.profile, profile,
			    sizeof(*profile)))
			send_to(set, set->all[i], bytes, len, now_ms);
	}
}

uint32_t collectors_generation(const struct collectors *set)
{
	return set->generation;
}

unsigned int collectors_own(const struct collectors *set,
			    struct ksflow_own *own, unsigned int max)
{
	unsigned int i, count = 0;

	for (i = 0; i < set->count && count < max; i++) {
		const struct address *address = &set->all[i]->address;
		const struct sockaddr_in6 *in6 =
			(const struct sockaddr_in6 *)&address->addr;
		const struct sockaddr_in *in =
			(const struct sockaddr_in *)&address->addr;

		if (!address->len)
			continue;
		memset(&own[count], 0, sizeof(*own));
		own[count].is_ip6 = in6->sin6_family == AF_INET6;
		if (own[count].is_ip6) {
			memcpy(own[count].addr, &in6->sin6_addr, 16);
			own[count].port = ntohs(in6->sin6_port);
		} else {
			memcpy(own[count].addr, &in->sin_addr, 4);
			own[count].port = ntohs(in->sin_port);
		}
		count++;
	}
	return count;
}

unsigned int collectors_count(const struct collectors *set)
{
	return set->count;
}

void collectors_counts(const struct collectors *set, unsigned int i,
		       struct collector_counts *counts)
{
	const struct collector *c = set->all[i];

	*counts = (struct collector_counts){
		.name = c->name, .is_connected = c->fd >= 0, .sent = c->sent,
		.refused = c->refused, .busy = c->busy, .failed = c->failed,
	};
}
