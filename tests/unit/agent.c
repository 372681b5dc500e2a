// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* Which address an agent takes, and when it changes its mind. */
#include "agent.h"
#include "conf.h"
#include "tap.h"

#include <arpa/inet.h>

static struct conf conf;
static struct agent_candidate all[16];
static unsigned int count;

static struct sflow_addr addr(const char *text)
{
	struct sflow_addr a = { 0 };

	if (inet_pton(AF_INET, text, a.bytes) == 1)
		a.type = SFLOW_ADDR_IP4;
	else if (inet_pton(AF_INET6, text, a.bytes) == 1)
		a.type = SFLOW_ADDR_IP6;
	return a;
}

static struct agent_candidate *add(const char *dev, uint32_t ifindex,
				   const char *text)
{
	struct agent_candidate *c = &all[count++];

	memset(c, 0, sizeof(*c));
	c->addr = addr(text);
	c->ifindex = ifindex;
	strcpy(c->dev, dev);
	c->is_up = true;
	c->is_loopback = !strcmp(dev, "lo");
	return c;
}

static void reset(void)
{
	conf_defaults(&conf);
	count = 0;
	add("lo", 1, "127.0.0.1");
	add("lo", 1, "::1");
}

static void chosen(const char *wanted, const char *current, bool fallback,
		   const char *why)
{
	struct sflow_addr before = { 0 };
	const struct sflow_addr *got;
	bool is_fallback;

	if (current)
		before = addr(current);
	got = agent_choose(&conf, all, count, current ? &before : NULL,
			   &is_fallback);
	is_str(got ? agent_text(got) : "none", wanted, "%s", why);
	ok(is_fallback == fallback, "%s: fallback %d", why, fallback);
}

int main(void)
{
	reset();
	chosen("127.0.0.1", NULL, false, "loopback when there is nothing else");
	add("eth0", 2, "fe80::1");
	chosen("fe80::1", NULL, false, "link-local before loopback");
	add("eth0", 2, "fd00::1");
	chosen("fd00::1", NULL, false, "unique local before link-local");
	add("eth0", 2, "2001:db8::1");
	chosen("2001:db8::1", NULL, false, "global IPv6");
	add("eth1", 3, "10.0.0.1");
	chosen("10.0.0.1", NULL, false, "private IPv4 before IPv6");
	add("eth2", 4, "198.51.100.1");
	chosen("198.51.100.1", NULL, false, "public IPv4 first");
	add("eth1", 3, "198.51.100.2");
	chosen("198.51.100.2", NULL, false, "lower ifindex");
	chosen("198.51.100.1", "198.51.100.1", false, "the current one stays");
	chosen("198.51.100.2", "10.0.0.1", false,
	       "unless the new one reaches further");
	chosen("198.51.100.2", "192.0.2.77", false, "a lost one is replaced");
	all[count - 1].is_up = false;
	chosen("198.51.100.1", NULL, false, "a device that is down is last");

	reset();
	chosen("192.0.2.77", "192.0.2.77", false,
	       "a lost one stays while only loopback is left");
	chosen("127.0.0.1", "127.0.0.2", false, "unless it was loopback too");

	reset();
	add("eth0", 2, "2001:db8::1:2")->is_fleeting = true;
	add("eth0", 2, "2001:db8::2");
	chosen("2001:db8::2", NULL, false, "a temporary address is not taken");
	add("lo", 1, "2001:db8::3");
	chosen("2001:db8::2", NULL, false, "a device before loopback");
	strcpy(conf.agent_dev, "lo");
	chosen("2001:db8::3", NULL, false, "agent=lo");
	strcpy(conf.agent_dev, "gone0");
	chosen("2001:db8::2", NULL, true, "agent= a device that is not there");

	reset();
	add("eth0", 2, "198.51.100.1");
	add("eth1", 3, "10.1.2.3");
	add("eth2", 4, "10.128.2.3");
	conf.cidr_count = 2;
	conf.cidrs[0] = (struct conf_cidr){ addr("192.168.0.0"), 16 };
	conf.cidrs[1] = (struct conf_cidr){ addr("10.128.0.0"), 9 };
	chosen("10.128.2.3", NULL, false, "the first agent.cidr with a match");
	chosen("10.128.2.3", "198.51.100.1", false, "though another was current");
	conf.cidrs[1].prefix_len = 0;
	chosen("198.51.100.1", NULL, false, "0.0.0.0/0 is all of IPv4");
	conf.cidr_count = 1;
	chosen("198.51.100.1", NULL, true, "no match: as without");
	conf.agent_addr = addr("203.0.113.9");
	chosen("203.0.113.9", NULL, false, "agentIP is taken as it is");

	conf_defaults(&conf);
	count = 0;
	chosen("none", NULL, false, "no address at all");
	add("eth0", 2, "224.0.0.1");
	add("eth0", 2, "0.0.0.0");
	chosen("none", NULL, false, "none that could be ours");
	return tap_done();
}
