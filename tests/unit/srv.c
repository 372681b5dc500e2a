// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* Answers of a name server, made here byte by byte. */
#include "srv.h"
#include "tap.h"

#include <errno.h>
#include <stdlib.h>

static uint8_t buf[512];
static size_t len;

static void put(const void *bytes, size_t n)
{
	memcpy(buf + len, bytes, n);
	len += n;
}

static void begin(void)
{
	/* an answer; one question: _sflow._udp.a. SRV IN */
	static const uint8_t head[] = {
		0, 1, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0,
		6, '_', 's', 'f', 'l', 'o', 'w', 4, '_', 'u', 'd', 'p',
		1, 'a', 0, 0, 33, 0, 1,
	};

	memset(buf, 0, sizeof(buf));
	len = 0;
	put(head, sizeof(head));
}

/* A record of the name in the question; target within that name's domain. */
static void add(uint8_t priority, uint8_t weight, uint8_t port, char target)
{
	const uint8_t rr[] = {
		0xc0, 12, 0, 33, 0, 1, 0, 0, 0, 60, 0, 10,
		0, priority, 0, weight, 0x18, port, 1, target, 0xc0, 24,
	};

	buf[7]++;
	put(rr, sizeof(rr));
}

/* On the heap, exactly as long as it says. */
static int parse(size_t n, struct srv *srv)
{
	uint8_t *copy = malloc(n ? n : 1);
	int ret;

	memcpy(copy, buf, n);
	ret = srv_parse(copy, n, srv);
	free(copy);
	return ret;
}

int main(void)
{
	unsigned int seed = 1, n;
	struct srv srv;
	size_t i;

	begin();
	is(parse(len, &srv), -ENOENT, "no records");
	add(20, 0, 0xc7, 'x');
	add(10, 1, 0xc8, 'y');
	add(10, 9, 0xc9, 'z');
	add(10, 5, 0xca, 'w');
	is(parse(len, &srv), 0, "four records");
	is_str(srv.host, "z.a", "the least number of priority, the greatest weight");
	is(srv.port, 0x18c9, "its port");
	for (i = 0; i < len; i++) {
		if (!parse(i, &srv))
			break;
	}
	is(i, len, "every cut of it is refused");
	for (n = 0; n < 20000; n++) {
		begin();
		add(10, 1, 0xc8, 'y');
		add(10, 2, 0xc8, 'x');
		for (i = 0; i < 1 + n % 4; i++)
			buf[rand_r(&seed) % len] = rand_r(&seed);
		parse(len, &srv);
	}
	ok(true, "20000 damaged answers: nothing read outside");

	begin();
	add(0, 0, 0, 'x');
	buf[11 + 1 + 19 + 11] = 7;		/* length of its data: */
	buf[len - 4] = 0;			/* the root alone */
	len -= 3;
	is(parse(len, &srv), -ENOENT, "the root: not offered");
	return tap_done();
}
