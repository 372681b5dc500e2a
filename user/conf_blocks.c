// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "conf_blocks.h"

#include "conf.h"
#include "conf_lex.h"
#include "srv.h"

#include <stdio.h>
#include <string.h>

static bool is_read(const struct conf_psample *p, uint32_t group)
{
	return (p->ingress && p->group == group) ||
	       (p->egress && p->group + 1 == group);
}

/* A group that is read twice would be counted twice. */
static int check_psample(struct lex *p, const struct conf *conf,
			 const struct conf_psample *psample)
{
	unsigned int i;

	for (i = 0; i < conf->psample_count; i++) {
		const struct conf_psample *other = &conf->psamples[i];

		if ((psample->ingress && is_read(other, psample->group)) ||
		    (psample->egress && is_read(other, psample->group + 1)))
			return lex_fail(p,
					"psample group %u: a group of it is read by the block of group %u (egress is read from the group after)",
					psample->group, other->group);
	}
	return 0;
}

int conf_psample(struct lex *p, struct conf *conf)
{
	struct conf_psample *psample = &conf->psamples[conf->psample_count];
	int ret;

	if (conf->psample_count == CONF_PSAMPLE_MAX)
		return lex_fail(p, "expected at most %d psample blocks",
				CONF_PSAMPLE_MAX);
	*psample = (struct conf_psample){
		.group = CONF_PSAMPLE_GROUP, .ingress = true,
	};
	ret = lex_open(p);
	while (!ret) {
		ret = lex_next(p, false);
		if (ret || lex_is(p, "}"))
			break;
		if (lex_is(p, "group"))
			ret = lex_number_value(p, 0, UINT32_MAX - 1,
					       &psample->group);
		else if (lex_is(p, "ingress"))
			ret = lex_switch_value(p, &psample->ingress);
		else if (lex_is(p, "egress"))
			ret = lex_switch_value(p, &psample->egress);
		else
			ret = lex_fail(p,
				       "expected group, ingress, egress or } in psample");
	}
	ret = ret ?: check_psample(p, conf, psample);
	if (!ret)
		conf->psample_count++;
	return ret;
}

int conf_dent(struct lex *p, struct conf *conf)
{
	int ret;

	memset(&conf->dent, 0, sizeof(conf->dent));
	conf->dent.is_there = true;
	strcpy(conf->dent.switchport, CONF_SWITCHPORT_DEFAULT);
	ret = lex_open(p);
	while (!ret) {
		ret = lex_next(p, false);
		if (ret || lex_is(p, "}"))
			break;
		if (lex_is(p, "sw"))
			ret = lex_switch_value(p, &conf->dent.sw);
		else if (lex_is(p, "switchport"))
			ret = lex_regex_value(p, conf->dent.switchport,
					      sizeof(conf->dent.switchport));
		else
			ret = lex_fail(p,
				       "expected sw, switchport or } in dent");
	}
	return ret;
}

int conf_tcp(struct lex *p, struct conf *conf)
{
	bool ignored;
	int ret;

	memset(&conf->tcp, 0, sizeof(conf->tcp));
	conf->tcp.is_there = true;
	ret = lex_open(p);
	while (!ret) {
		ret = lex_next(p, false);
		if (ret || lex_is(p, "}"))
			break;
		if (lex_is(p, "tunnel")) {
			ret = lex_switch_value(p, &conf->tcp.tunnel);
			if (!ret && conf->tcp.tunnel)
				lex_unoffered(p, p->token_line,
					      "tcp: tunnel: sockets of packets inside tunnels are not looked for, ignored");
		} else if (lex_is(p, "udp")) {
			ret = lex_switch_value(p, &conf->tcp.udp);
		} else if (lex_is(p, "dump")) {
			ret = lex_switch_value(p, &ignored);
		} else {
			ret = lex_fail(p,
				       "expected tunnel, udp, dump or } in tcp");
		}
	}
	return ret;
}

int conf_dns_sd(struct lex *p, struct conf *conf)
{
	int ret;

	memset(&conf->dns_sd, 0, sizeof(conf->dns_sd));
	conf->dns_sd.is_there = true;
	ret = lex_open(p);
	while (!ret) {
		ret = lex_next(p, false);
		if (ret || lex_is(p, "}"))
			break;
		if (lex_is(p, "domain"))
			ret = lex_name_value(p, conf->dns_sd.domain,
					     sizeof(conf->dns_sd.domain),
					     "a domain");
		else
			ret = lex_fail(p, "expected domain or } in dns-sd");
	}
	return ret;
}

/* One more collector: a name that is asked for otherwise. */
int conf_dns_sd_apply(struct lex *p, struct conf *conf)
{
	const char *domain = conf->dns_sd.domain;
	struct conf_collector *c;

	if (!conf->dns_sd.is_there)
		return 0;
	if (conf->collector_count == CONF_COLLECTORS_MAX)
		return lex_fail(p, "expected at most %d collectors, dns-sd's with them",
				CONF_COLLECTORS_MAX);
	c = &conf->collectors[conf->collector_count++];
	memset(c, 0, sizeof(*c));
	/* hsflowd's domains begin with a dot */
	if ((size_t)snprintf(c->host, sizeof(c->host), "%s%s%s", SRV_SFLOW,
			     domain[0] && domain[0] != '.' ? "." : "",
			     domain) >= sizeof(c->host))
		return lex_fail(p, "expected a shorter domain in dns-sd");
	return 0;
}

static int off_value(struct lex *p, uint32_t *off)
{
	unsigned int i;
	bool is_on;
	int ret;

	for (i = 0; sflow_off_name(i) && !lex_is(p, sflow_off_name(i)); i++)
		;
	if (!sflow_off_name(i))
		return lex_fail(p,
				"expected the name of a flow record, as tcp-info or mpls, or } in records");
	ret = lex_switch_value(p, &is_on);
	if (ret)
		return ret;
	*off &= ~(1U << i);
	*off |= is_on ? 0 : 1U << i;
	return 0;
}

int conf_records(struct lex *p, struct conf *conf)
{
	int ret = lex_open(p);

	while (!ret) {
		ret = lex_next(p, false);
		if (ret || lex_is(p, "}"))
			break;
		ret = off_value(p, &conf->off);
	}
	return ret;
}

/*
 * The same for all collectors. hsflowd's tcp block has UDP's sockets off
 * unless it says udp=on.
 */
void conf_records_apply(struct conf *conf)
{
	uint32_t off = conf->off;
	unsigned int i;

	if (conf->tcp.is_there && !conf->tcp.udp)
		off |= 1U << SFLOW_OFF_UDP_SOCKET;
	for (i = 0; i < conf->collector_count; i++)
		conf->collectors[i].profile.off = off;
}
