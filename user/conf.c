// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "conf.h"

#include "args.h"
#include "conf_blocks.h"
#include "conf_lex.h"
#include "conf_repair.h"
#include "nl.h"
#include "uuid.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FILE_MAX	(1 << 20)

static bool parse_addr(const char *s, struct sflow_addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	if (inet_pton(AF_INET, s, addr->bytes) == 1)
		addr->type = SFLOW_ADDR_IP4;
	else if (inet_pton(AF_INET6, s, addr->bytes) == 1)
		addr->type = SFLOW_ADDR_IP6;
	return addr->type != SFLOW_ADDR_UNKNOWN;
}

static int addr_value(struct lex *p, struct sflow_addr *addr)
{
	int ret = lex_value(p, "an IPv4 or IPv6 address");

	if (!ret && !parse_addr(p->token, addr))
		ret = lex_fail(p, "expected an IPv4 or IPv6 address");
	return ret;
}

static int cidr_value(struct lex *p, struct conf *conf)
{
	struct conf_cidr cidr;
	const char *end = "";
	uint64_t bits;
	char *slash;
	int ret;

	ret = lex_value(p, "ADDRESS/BITS");
	if (ret)
		return ret;
	if (conf->cidr_count == CONF_CIDRS_MAX)
		return lex_fail(p, "expected at most %d agent.cidr",
			    CONF_CIDRS_MAX);
	memset(&cidr, 0, sizeof(cidr));
	slash = strchr(p->token, '/');
	if (slash)
		*slash = '\0';
	if (!parse_addr(p->token, &cidr.addr))
		goto bad;
	cidr.prefix_len = cidr.addr.type == SFLOW_ADDR_IP4 ? 32 : 128;
	if (slash) {
		bits = lex_number(slash + 1, &end);
		if (*end || bits > cidr.prefix_len)
			goto bad;
		cidr.prefix_len = bits;
	}
	conf->cidrs[conf->cidr_count++] = cidr;
	return 0;
bad:
	if (slash)
		*slash = '/';
	return lex_fail(p, "expected ADDRESS/BITS");
}

static int dir_value(struct lex *p, uint8_t *out)
{
	int dir, ret;

	ret = lex_value(p, "a direction");
	if (ret)
		return ret;
	if (!strcasecmp(p->token, "in"))
		dir = KSFLOW_DIR_INGRESS;
	else if (!strcasecmp(p->token, "out"))
		dir = KSFLOW_DIR_EGRESS;
	else
		dir = ksflow_dir_parse(p->token);
	if (dir <= KSFLOW_DIR_OFF)
		return lex_fail(p,
			    "expected in, out, both or once (or rx, tx, ingress, egress)");
	*out = dir;
	return 0;
}

static const char * const records_words[] = {
	[SFLOW_RECORDS_FULL] = "full", [SFLOW_RECORDS_STANDARD] = "standard",
	[SFLOW_RECORDS_BASIC] = "basic", NULL,
};

static const char * const vlan_words[] = {
	[SFLOW_VLAN_INLINE] = "inline", [SFLOW_VLAN_8100] = "8100",
	[SFLOW_VLAN_STRIP] = "strip", NULL,
};

const char *conf_records_name(uint8_t records)
{
	return records_words[records];
}

const char *conf_vlan_name(uint8_t vlan)
{
	return vlan_words[vlan];
}

static int word_of(struct lex *p, const char * const *words,
		   const char *expected, uint8_t *out)
{
	int i, ret = lex_value(p, expected);

	if (ret)
		return ret;
	for (i = 0; words[i]; i++) {
		if (strcasecmp(words[i], p->token))
			continue;
		*out = i;
		return 0;
	}
	return lex_fail(p, "expected %s", expected);
}

static int small_value(struct lex *p, uint32_t min, uint32_t max, uint8_t *out)
{
	uint32_t value;
	int ret = lex_number_value(p, min, max, &value);

	if (!ret)
		*out = value;
	return ret;
}

static int switch_value(struct lex *p, bool *out);

static int collector(struct lex *p, struct conf *conf)
{
	bool has_drops = false, drops = true;
	struct conf_collector *c;
	uint32_t port;
	int ret;

	if (conf->collector_count == CONF_COLLECTORS_MAX)
		return lex_fail(p, "expected at most %d collectors",
			    CONF_COLLECTORS_MAX);
	c = &conf->collectors[conf->collector_count];
	c->port = SFLOW_PORT;
	ret = lex_open(p);
	while (!ret) {
		ret = lex_next(p, false);
		if (ret)
			break;
		if (lex_is(p, "}")) {
			if (!c->host[0])
				return lex_fail(p,
					    "expected ip=ADDRESS in collector");
			/* who wants the basics only may stumble over more */
			if (!has_drops)
				drops = c->profile.records !=
					SFLOW_RECORDS_BASIC;
			c->profile.has_no_drops = !drops;
			conf->collector_count++;
			return 0;
		}
		if (lex_is(p, "ip")) {
			ret = lex_name_value(p, c->host, sizeof(c->host),
					 "an address or host name");
		} else if (lex_is(p, "udpport")) {
			ret = lex_number_value(p, 1, 65535, &port);
			if (!ret)
				c->port = port;
		} else if (lex_is(p, "dev")) {
			ret = lex_name_value(p, c->dev, sizeof(c->dev),
					 "an interface name");
		} else if (lex_is(p, "namespace")) {
			ret = lex_word_value(p, c->netns, sizeof(c->netns),
					 "a network namespace");
		} else if (lex_is(p, "src")) {
			struct sflow_addr addr;

			ret = addr_value(p, &addr);
			if (!ret)
				snprintf(c->src, sizeof(c->src), "%.45s",
					 p->token);
		} else if (lex_is(p, "name")) {
			ret = lex_name_value(p, c->name, sizeof(c->name),
					 "a name");
		} else if (lex_is(p, "dscp")) {
			ret = small_value(p, 0, 63, &c->dscp);
		} else if (lex_is(p, "ttl")) {
			ret = small_value(p, 1, 255, &c->ttl);
		} else if (lex_is(p, "records")) {
			ret = word_of(p, records_words,
				      "basic, standard or full",
				      &c->profile.records);
		} else if (lex_is(p, "vlan")) {
			ret = word_of(p, vlan_words, "inline, 8100 or strip",
				      &c->profile.vlan);
		} else if (lex_is(p, "drops")) {
			has_drops = true;
			ret = switch_value(p, &drops);
		} else {
			ret = lex_fail(p,
				   "expected ip, udpport, dev, namespace, src, name, dscp, ttl, records, drops, vlan or } in collector");
		}
	}
	return ret;
}

/* 1G, 1G-1T or 1G- */
static int speed_range(struct lex *p, struct conf_device *device)
{
	uint64_t min, max = UINT64_MAX;
	const char *end = "";
	int ret;

	ret = lex_value(p, "a speed");
	if (ret)
		return ret;
	min = lex_number(p->token, &end);
	if (min == UINT64_MAX)
		goto bad;
	if (!*end) {
		max = min;
	} else if (*end == '-') {
		if (end[1]) {
			max = lex_number(end + 1, &end);
			if (max == UINT64_MAX || *end)
				goto bad;
		}
	} else {
		goto bad;
	}
	/* 0- is of any speed, known or not */
	if (min > max || (min && min < 1000000))
		goto bad;
	device->speed_min_mbit = min / 1000000 > UINT32_MAX ?
				 UINT32_MAX : min / 1000000;
	device->speed_max_mbit = max / 1000000 > UINT32_MAX ?
				 UINT32_MAX : max / 1000000;
	return 0;
bad:
	return lex_fail(p, "expected a speed or a range of them, as 10G or 1G-1T");
}

static int pcap(struct lex *p, struct conf *conf)
{
	struct conf_device *device;
	char ignored[TOKEN_MAX];
	unsigned int line = p->token_line;
	int ret;

	if (conf->device_count == CONF_DEVICES_MAX)
		return lex_fail(p, "expected at most %d pcap blocks",
			    CONF_DEVICES_MAX);
	/* one that was ignored may have been here */
	device = &conf->devices[conf->device_count];
	memset(device, 0, sizeof(*device));
	ret = lex_open(p);
	while (!ret) {
		ret = lex_next(p, false);
		if (ret)
			break;
		if (lex_is(p, "}")) {
			if (device->pattern[0] || device->regex[0] ||
			    device->speed_max_mbit)
				conf->device_count++;
			else
				lex_warn(p, line,
				     "pcap without dev or speed: ignored");
			return 0;
		}
		if (lex_is(p, "dev")) {
			ret = lex_word_value(p, device->pattern,
					 sizeof(device->pattern),
					 "an interface name");
		} else if (lex_is(p, "speed")) {
			ret = speed_range(p, device);
		} else if (lex_is(p, "sampling")) {
			/* 0: as if it were not there */
			ret = lex_number_value(p, 0, KSFLOW_RATE_MAX,
					   &device->rate);
			device->has_rate = device->rate;
		} else if (lex_is(p, "samplingDirection")) {
			ret = dir_value(p, &device->dir);
		} else if (lex_is(p, "promisc") || lex_is(p, "vport") ||
			   lex_is(p, "dynamic")) {
			/* sampling here sees what the device sees, and
			 * devices that come later
			 */
			ret = lex_word_value(p, ignored, sizeof(ignored),
					 "on or off");
		} else if (lex_is(p, "dev.pattern")) {
			ret = lex_regex_value(p, device->regex, sizeof(device->regex));
		} else {
			ret = lex_fail(p,
				   "expected dev, dev.pattern, speed, sampling, samplingDirection or } in pcap");
		}
	}
	return ret;
}

static bool is_among(const struct lex *p, const char * const *words)
{
	for (; *words; words++) {
		if (lex_is(p, *words))
			return true;
	}
	return false;
}

static int switch_value(struct lex *p, bool *out)
{
	return lex_switch_value(p, out);
}

static int start_value(struct lex *p, struct ksflow_drop_conf *drop)
{
	bool is_on;
	int ret;

	ret = lex_value(p, "on, count or off");
	if (ret)
		return ret;
	ret = ksflow_drop_state_parse(p->token);
	if (ret < 0) {
		is_on = lex_is(p, "yes") || lex_is(p, "true");
		if (!is_on && !lex_is(p, "no") && !lex_is(p, "false"))
			return lex_fail(p, "expected on, count or off");
		ret = is_on ? KSFLOW_DROP_ON : KSFLOW_DROP_OFF;
	}
	drop->state = ret;
	return 0;
}

static int limit_value(struct lex *p, struct ksflow_drop_conf *drop)
{
	const char *end = "";
	uint64_t limit;
	int ret;

	ret = lex_value(p, "a number or unlimited");
	if (ret)
		return ret;
	ksflow_set(drop, DROP_LIMIT);
	if (!strcasecmp(p->token, "unlimited")) {
		drop->limit = KSFLOW_UNLIMITED;
		return 0;
	}
	limit = lex_number(p->token, &end);
	if (*end || !limit || limit > KSFLOW_LIMIT_MAX)
		return lex_fail(p, "expected drops a second, 1...%u, or unlimited",
				KSFLOW_LIMIT_MAX);
	drop->limit = limit;
	return 0;
}

/*
 * hsflowd's is a regular expression over names of traps too, and over symbols
 * with their offset: no list of ours says the same.
 */
static bool is_hide_list(const char *value)
{
	size_t len = strcspn(value, ",");

	return value[0] == '+' || value[0] == '-' ||
	       (len == 7 && !strncmp(value, "default", len)) ||
	       (len == 4 && !strncmp(value, "none", len));
}

static int hide_value(struct lex *p, struct ksflow_drop_conf *drop)
{
	char text[160];
	int ret;

	ret = lex_value(p, "default, none, +REASON or -REASON");
	if (ret)
		return ret;
	if (!is_hide_list(p->token)) {
		lex_unoffered(p, p->token_line,
			      "dropmon: hide=%.64s: regular expressions are not offered, ignored",
			      p->token);
		return 0;
	}
	if (!args_hide(p->token, drop, text, sizeof(text)))
		ret = lex_fail(p, "%s", text);
	return ret;
}

/* Ours: one interface more, or less, or at another rate. */
static int interface(struct lex *p, struct conf *conf)
{
	struct conf_device *device;
	int ret;

	if (conf->device_count == CONF_DEVICES_MAX)
		return lex_fail(p, "expected at most %d pcap and interface blocks",
			    CONF_DEVICES_MAX);
	device = &conf->devices[conf->device_count];
	memset(device, 0, sizeof(*device));
	device->is_interface = true;
	ret = lex_open(p);
	while (!ret) {
		ret = lex_next(p, false);
		if (ret)
			break;
		if (lex_is(p, "}")) {
			if (!device->pattern[0])
				return lex_fail(p,
						"expected dev=INTERFACE in interface");
			conf->device_count++;
			return 0;
		}
		if (lex_is(p, "dev")) {
			ret = lex_word_value(p, device->pattern,
					     sizeof(device->pattern),
					     "an interface name");
		} else if (lex_is(p, "sampling")) {
			ret = lex_number_value(p, 1, KSFLOW_RATE_MAX,
					       &device->rate);
			device->has_rate = true;
		} else if (lex_is(p, "enabled")) {
			ret = switch_value(p, &device->is_enabled);
			device->has_enabled = true;
		} else {
			ret = lex_fail(p,
				       "expected dev, sampling, enabled or } in interface");
		}
	}
	return ret;
}

/* Of hsflowd's dropmon, what the module has no need of. */
static const char * const dropmon_ignored[] = {
	"group", "max", "rn", "hw_unknown", "hw_function", "sw_passive",
	"hw_passive", "force", "max_trip", NULL,
};

static int dropmon(struct lex *p, struct conf *conf)
{
	struct ksflow_drop_conf *drop = &conf->drop;
	bool value;
	int ret;

	memset(drop, 0, sizeof(*drop));
	conf->has_drop = true;
	ksflow_set(drop, DROP_STATE);
	drop->state = KSFLOW_DROP_ON;
	ret = lex_open(p);
	while (!ret) {
		ret = lex_next(p, false);
		if (ret || lex_is(p, "}"))
			break;
		if (lex_is(p, "start")) {
			ret = start_value(p, drop);
		} else if (lex_is(p, "limit")) {
			ret = limit_value(p, drop);
		} else if (lex_is(p, "burst")) {
			ksflow_set(drop, DROP_BURST);
			ret = lex_number_value(p, 1, KSFLOW_LIMIT_MAX,
					       &drop->burst);
		} else if (lex_is(p, "sw")) {
			ksflow_set(drop, DROP_SW);
			ret = switch_value(p, &value);
			drop->sw = !ret && value;
		} else if (lex_is(p, "hw")) {
			ksflow_set(drop, DROP_HW);
			ret = switch_value(p, &value);
			drop->hw = !ret && value;
		} else if (lex_is(p, "hide")) {
			ret = hide_value(p, drop);
		} else if (is_among(p, dropmon_ignored)) {
			lex_warn(p, p->token_line,
				 "dropmon: %.64s: not needed here, ignored",
				 p->token);
			ret = lex_value(p, "a value");
		} else {
			ret = lex_fail(p,
				   "expected start, limit, burst, sw, hw, hide or } in dropmon");
		}
	}
	return ret;
}

/* hsflowd's may be as small as one likes. */
static int header_value(struct lex *p, struct conf *conf)
{
	int ret = lex_number_value(p, 0, KSFLOW_HEADER_MAX,
				   &conf->header_bytes);

	if (ret || conf->header_bytes >= KSFLOW_HEADER_MIN)
		return ret;
	lex_warn(p, p->token_line, "headerBytes=%u: %d is the least",
		 conf->header_bytes, KSFLOW_HEADER_MIN);
	conf->header_bytes = KSFLOW_HEADER_MIN;
	return 0;
}

/* Who one is does not depend on a name server. */
static int agent_value(struct lex *p, struct conf *conf)
{
	int ret = lex_value(p, "an IPv4 or IPv6 address");

	if (ret || parse_addr(p->token, &conf->agent_addr))
		return ret;
	if (strpbrk(p->token, ":/") || p->token[strspn(p->token, "0123456789.")] == '\0')
		return lex_fail(p, "expected an IPv4 or IPv6 address");
	lex_unoffered(p, p->token_line,
		      "agentIP=%.64s: names are not looked up, ignored",
		      p->token);
	return 0;
}

static int uuid_value(struct lex *p, struct conf *conf)
{
	int ret = lex_value(p, "a UUID");

	if (!ret && !uuid_parse(p->token, conf->uuid))
		ret = lex_fail(p, "expected a UUID, 32 hexadecimal digits");
	conf->has_uuid = !ret;
	return ret;
}

static int sampling_for(struct lex *p, struct conf *conf, const char *what)
{
	unsigned int line = p->token_line, i;
	const char *end = "";
	uint32_t rate;
	uint64_t bps;
	int ret;

	if (!strcasecmp(what, "bps_ratio")) {
		conf->has_bps_ratio = true;
		return lex_number_value(p, 0, UINT32_MAX, &conf->bps_ratio);
	}
	bps = lex_number(what, &end);
	if (bps == UINT64_MAX || *end) {
		lex_unoffered(p, line,
			      "%.64s: application sampling is not offered, ignored",
			      p->token);
		return lex_value(p, "a number");
	}
	if (bps < 1000000 || bps / 1000000 > UINT32_MAX)
		return lex_fail(p, "expected a link speed, as in sampling.10G");
	/* the last word on a speed is the one that holds */
	for (i = 0; i < conf->speed_count; i++) {
		if (conf->speeds[i].mbit == bps / 1000000)
			break;
	}
	if (i == CONF_SPEEDS_MAX)
		return lex_fail(p, "expected at most %d speeds", CONF_SPEEDS_MAX);
	ret = lex_number_value(p, 0, KSFLOW_RATE_MAX, &rate);
	if (ret)
		return ret;
	conf->speeds[i] = (struct conf_speed){ bps / 1000000, rate };
	if (i == conf->speed_count)
		conf->speed_count++;
	return 0;
}

/* Of hsflowd's settings, those that have no meaning here, or none yet. */
static const char * const never_blocks[] = {
	"json", "nvml", "kvm", "xen", "docker", "k8s", "containerd", "systemd",
	"dbus", "nflog", "ulog", "ovs", "sonic", "vpp", "eapi", "cumulus",
	"os10", "opx", "nlroute", "port", NULL,
};

static const char * const ignored_values[] = {
	"loopback", "refreshAdaptors", "checkAdaptors", "refreshVMs",
	"forgetVMs", "jsonPort", "jsonFIFO", "ulogGroup", "ulogProbability",
	"nflogGroup", "nflogProbability", "dbconfig", "DNSSD", "DNSSD_domain",
	"modules", "hostname", "cgroup_procs", "cgroup_acct", "markTraffic",
	"xen.update.dominfo", "xen.dsk", "turbostat", NULL,
};

static int ignore_block(struct lex *p, const char *why)
{
	int ret;

	lex_unoffered(p, p->token_line, "%.64s: %s, ignored", p->token, why);
	ret = lex_open(p);
	return ret ? ret : lex_skip(p);
}

static int setting(struct lex *p, struct conf *conf)
{
	bool is_enabled;
	int ret;

	if (lex_is(p, "collector"))
		return collector(p, conf);
	if (lex_is(p, "pcap") || lex_is(p, "epcap"))
		return pcap(p, conf);
	if (lex_is(p, "interface"))
		return interface(p, conf);
	if (lex_is(p, "dropmon"))
		return dropmon(p, conf);
	if (lex_is(p, "enabled")) {
		ret = switch_value(p, &is_enabled);
		conf->is_disabled = !ret && !is_enabled;
		return ret;
	}
	if (lex_is(p, "repair"))
		return conf_repair_parse(p, conf);
	if (lex_is(p, "sampling") || lex_is(p, "packetSamplingRate")) {
		conf->has_sampling = true;
		conf->sampling_line = p->token_line;
		return lex_number_value(p, 0, KSFLOW_RATE_MAX, &conf->sampling);
	}
	if (!p->is_quoted && !strncasecmp(p->token, "sampling.", 9)) {
		char what[TOKEN_MAX];

		strcpy(what, p->token + 9);
		return sampling_for(p, conf, what);
	}
	if (lex_is(p, "polling") || lex_is(p, "counterPollingInterval"))
		return lex_number_value(p, 0, 86400, &conf->polling_s);
	if (lex_is(p, "headerBytes"))
		return header_value(p, conf);
	if (lex_is(p, "ringBytes")) {
		ret = lex_number_value(p, KSFLOW_RING_MIN, KSFLOW_RING_MAX,
				       &conf->ring_bytes);
		if (!ret && conf->ring_bytes & (conf->ring_bytes - 1))
			ret = lex_fail(p, "expected a power of two");
		return ret;
	}
	if (lex_is(p, "datagramBytes"))
		return lex_number_value(p, SFLOW_DATAGRAM_MIN, SFLOW_DATAGRAM_MAX,
				    &conf->datagram_bytes);
	if (lex_is(p, "subAgentId"))
		return lex_number_value(p, 0, UINT32_MAX, &conf->sub_agent_id);
	if (lex_is(p, "samplingDirection"))
		return dir_value(p, &conf->dir);
	if (lex_is(p, "agent"))
		return lex_name_value(p, conf->agent_dev, sizeof(conf->agent_dev),
				  "an interface name");
	if (lex_is(p, "agentIP"))
		return agent_value(p, conf);
	if (lex_is(p, "agent.cidr"))
		return cidr_value(p, conf);
	if (is_among(p, never_blocks))
		return ignore_block(p, "not offered");
	if (lex_is(p, "psample"))
		return conf_psample(p, conf);
	if (lex_is(p, "dent"))
		return conf_dent(p, conf);
	if (lex_is(p, "tcp"))
		return conf_tcp(p, conf);
	if (lex_is(p, "records"))
		return conf_records(p, conf);
	if (lex_is(p, "dns-sd"))
		return conf_dns_sd(p, conf);
	if (lex_is(p, "uuid"))
		return uuid_value(p, conf);
	if (is_among(p, ignored_values) ||
	    (!p->is_quoted && !strncasecmp(p->token, "polling.", 8))) {
		lex_unoffered(p, p->token_line, "%.64s: not offered, ignored",
			      p->token);
		ret = lex_value(p, "a value");
		return ret;
	}
	return lex_fail(p, "expected a setting of sflow, as collector, sampling, polling or pcap");
}

void conf_defaults(struct conf *conf)
{
	memset(conf, 0, sizeof(*conf));
	conf->dir = KSFLOW_DIR_ONCE;
	conf->polling_s = CONF_POLLING_DEFAULT_S;
	conf->datagram_bytes = SFLOW_DATAGRAM_DEFAULT;
	conf->collector_count = 1;
	strcpy(conf->collectors[0].host, "127.0.0.1");
	conf->collectors[0].port = SFLOW_PORT;
}

bool conf_wants_drops(const struct conf *conf)
{
	return !conf->is_from_file ||
	       (conf->has_drop && conf->drop.state != KSFLOW_DROP_OFF &&
		!conf->is_disabled);
}

static int parse_blocks(struct lex *p, struct conf *conf)
{
	bool is_found = false;
	int ret;

	for (;;) {
		ret = lex_next(p, false);
		if (ret)
			return ret;
		if (p->is_end)
			return is_found ? 0 : lex_fail(p, "expected sflow {");
		if (!lex_is(p, "sflow"))
			return lex_fail(p, "expected sflow {");
		is_found = true;
		ret = lex_open(p);
		while (!ret) {
			ret = lex_next(p, false);
			if (ret || lex_is(p, "}"))
				break;
			if (p->is_end)
				return lex_fail(p, "expected }");
			ret = setting(p, conf);
		}
		if (ret)
			return ret;
	}
}

int conf_parse(struct conf *conf, const char *text, size_t len,
	       const char *file, struct conf_report *report)
{
	struct lex p = {
		.report = report, .file = file, .at = text,
		.end = text + len, .line = 1,
	};
	int ret;

	memset(report, 0, sizeof(*report));
	conf_defaults(conf);
	conf->is_from_file = true;
	snprintf(conf->file, sizeof(conf->file), "%s", file);
	/* what hsflowd's users are used to */
	conf->dir = KSFLOW_DIR_BOTH;
	memset(conf->collectors, 0, sizeof(conf->collectors));
	conf->collector_count = 0;

	ret = parse_blocks(&p, conf);
	if (!ret)
		ret = conf_dns_sd_apply(&p, conf);
	if (ret)
		return ret;
	if (!conf->collector_count) {
		lex_warn(&p, p.line, "no collector: 127.0.0.1:%d it is",
		     SFLOW_PORT);
		conf->collector_count = 1;
		strcpy(conf->collectors[0].host, "127.0.0.1");
		conf->collectors[0].port = SFLOW_PORT;
	}
	conf_records_apply(conf);
	if (conf->sampling && !(conf->has_bps_ratio && !conf->bps_ratio))
		lex_warn(&p, conf->sampling_line,
		     "sampling=%u holds where the link speed is unknown; others: speed / %u (sampling.bps_ratio=0: %u for all)",
		     conf->sampling,
		     conf->has_bps_ratio ? conf->bps_ratio : 1000000,
		     conf->sampling);
	return 0;
}

int conf_read_text(const char *file, char **text, size_t *len)
{
	FILE *f = fopen(file, "re");
	int ret = 0;

	*text = NULL;
	*len = 0;
	if (!f)
		return -errno;
	*text = malloc(FILE_MAX + 1);
	if (*text)
		*len = fread(*text, 1, FILE_MAX + 1, f);
	if (!*text)
		ret = -ENOMEM;
	else if (ferror(f))
		ret = -errno;
	else if (*len > FILE_MAX)
		ret = -EFBIG;
	fclose(f);
	if (ret) {
		free(*text);
		*text = NULL;
	}
	return ret;
}

int conf_read(struct conf *conf, const char *file, struct conf_report *report)
{
	const char *candidates[] = {
		file ? file : CONF_FILE, file ? NULL : CONF_FILE_HSFLOWD, NULL,
	};
	const char **candidate;
	char *text = NULL;
	size_t len = 0;
	int ret;

	memset(report, 0, sizeof(*report));
	for (candidate = candidates; *candidate; candidate++) {
		ret = conf_read_text(*candidate, &text, &len);
		if (ret == -ENOENT && !file)
			continue;
		if (ret) {
			snprintf(report->error, sizeof(report->error),
				 "%s: %s", *candidate, strerror(-ret));
			return ret;
		}
		ret = conf_parse(conf, text, len, *candidate, report);
		free(text);
		return ret;
	}
	conf_defaults(conf);
	return conf_environment(conf, report);
}
