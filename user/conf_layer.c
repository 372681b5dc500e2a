// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* From a configuration to the module's rules, and to text. */
#include "conf.h"

#include "conf_glob.h"
#include "conf_lex.h"
#include "conf_repair.h"
#include "nl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fnmatch.h>
#include <regex.h>
#include <string.h>

#define RATIO_DEFAULT	1000000U
#define SAMPLING_DEFAULT 400U	/* hsflowd's, with bps_ratio=0 */

/*
 * A rule holds for one speed, so "known" and ranges are spelt out. Mbit/s,
 * ascending.
 */
static const uint32_t speeds_mbit[] = {
	10, 100, 1000, 2500, 5000, 10000, 14000, 20000, 25000, 40000, 50000,
	56000, 100000, 200000, 400000, 800000, 1600000,
};

#define SPEEDS	(sizeof(speeds_mbit) / sizeof(speeds_mbit[0]))

struct builder {
	struct ksflow_rule *rules;
	unsigned int count;
	bool is_full;
	const struct conf_port *ports;
	unsigned int port_count;
};

/* A rule for pattern (NULL = the default devices); quiet ones select none. */
static struct ksflow_rule *add(struct builder *b, const char *pattern,
			       bool is_quiet)
{
	static struct ksflow_rule overflow;
	struct ksflow_rule *rule;

	if (b->count == KSFLOW_RULES_MAX) {
		b->is_full = true;
		memset(&overflow, 0, sizeof(overflow));
		return &overflow;
	}
	rule = &b->rules[b->count++];
	memset(rule, 0, sizeof(*rule));
	if (pattern) {
		ksflow_set(rule, RULE_PATTERN);
		strncpy(rule->pattern, pattern, sizeof(rule->pattern) - 1);
	}
	rule->is_quiet = is_quiet;
	if (is_quiet)
		ksflow_set(rule, RULE_QUIET);
	return rule;
}

static void set_speed(struct ksflow_rule *rule, uint32_t mbit)
{
	ksflow_set(rule, RULE_SPEED);
	rule->speed_mbit = mbit;
}

static void set_rate(struct ksflow_rule *rule, uint32_t rate)
{
	ksflow_set(rule, RULE_RATE);
	rule->rate = rate;
}

static void set_auto(struct ksflow_rule *rule, uint32_t ratio)
{
	set_rate(rule, 0);
	if (ratio != RATIO_DEFAULT) {
		ksflow_set(rule, RULE_RATIO);
		rule->ratio = ratio;
	}
}

static void set_dir(struct ksflow_rule *rule, uint8_t dir)
{
	ksflow_set(rule, RULE_DIR);
	rule->dir = dir;
}

/* Lowest first: sampling, bps_ratio, sampling.SPEED. */
static void add_rates(struct builder *b, const struct conf *conf)
{
	uint32_t ratio = conf->has_bps_ratio ? conf->bps_ratio : RATIO_DEFAULT;
	uint32_t sampling = conf->has_sampling ? conf->sampling :
			    ratio ? 0 : SAMPLING_DEFAULT;
	struct ksflow_rule *rule;
	unsigned int i;

	if (sampling) {
		set_rate(add(b, "*", true), sampling);
		for (i = 0; ratio && i < SPEEDS; i++) {
			rule = add(b, "*", true);
			set_speed(rule, speeds_mbit[i]);
			set_auto(rule, ratio);
		}
	} else if (conf->has_bps_ratio && ratio) {
		set_auto(add(b, "*", true), ratio);
	}
	for (i = 0; i < conf->speed_count; i++) {
		rule = add(b, "*", true);
		set_speed(rule, conf->speeds[i].mbit);
		if (conf->speeds[i].rate)
			set_rate(rule, conf->speeds[i].rate);
	}
}

static void add_named(struct builder *b, const struct conf_device *device,
		      const char *pattern, uint8_t dir)
{
	struct ksflow_rule *rule = add(b, pattern, false);

	set_dir(rule, dir);
	if (device->has_rate)
		set_rate(rule, device->rate);
}

/* Interfaces that rules are to be made for; said of any name. */
struct names {
	bool (*is_meant)(const char *name, const void *names);
	const struct builder *b;
	regex_t regex;
};

static bool is_regex(const char *name, const void *arg)
{
	const struct names *names = arg;

	return !regexec(&names->regex, name, 0, NULL, 0);
}

/* One that is not there now may be off: with it, the rules change. */
static bool is_off(const char *name, const void *arg)
{
	const struct names *names = arg;
	const struct builder *b = names->b;
	unsigned int i;

	for (i = 0; i < b->port_count; i++) {
		if (!b->ports[i].is_filtered && !strcmp(b->ports[i].name, name))
			return false;
	}
	return true;
}

static bool is_covered(const struct builder *b, unsigned int first,
		       const char *name)
{
	unsigned int i;

	for (i = first; i < b->count; i++) {
		if (!fnmatch(b->rules[i].pattern, name, 0))
			return true;
	}
	return false;
}

/* One rule for several, if it holds for none but those that are meant. */
static bool find_shared(const struct builder *b, const struct names *names,
			const char *name, char *pattern)
{
	unsigned int count, i;
	char least;

	for (least = '0'; least <= '1'; least++) {
		if (!conf_glob_of_digits(name, least, pattern) ||
		    fnmatch(pattern, name, 0))
			return false;
		for (count = i = 0; i < b->port_count; i++)
			count += !fnmatch(pattern, b->ports[i].name, 0);
		if (count > 1 && conf_glob_digits_hold(name, least,
						       names->is_meant, names))
			return true;
	}
	return false;
}

static void add_name(struct builder *b, const struct names *names,
		     const struct conf_device *device, const char *name,
		     uint8_t dir)
{
	char pattern[KSFLOW_PATTERN_MAX];

	if (!find_shared(b, names, name, pattern))
		conf_glob_of_name(name, pattern);
	add_named(b, device, pattern, dir);
}

/* The module knows globs only: where none says it, rules for the names. */
static void add_matching(struct builder *b, const struct conf_device *device,
			 uint8_t dir)
{
	struct names names = { .is_meant = is_regex, .b = b };
	char pattern[KSFLOW_PATTERN_MAX];
	unsigned int first = b->count, i;

	if (conf_glob_of_regex(device->regex, pattern)) {
		add_named(b, device, pattern, dir);
		return;
	}
	if (regcomp(&names.regex, device->regex, REG_EXTENDED | REG_NOSUB))
		return;
	for (i = 0; i < b->port_count; i++) {
		const char *name = b->ports[i].name;

		if (is_regex(name, &names) && !is_covered(b, first, name))
			add_name(b, &names, device, name, dir);
	}
	regfree(&names.regex);
}

/* By these rules, or those of another layer; speeds change. */
static bool may_be_on(const struct builder *b, unsigned int count,
		      const struct conf_port *port)
{
	unsigned int i;

	if (!port->is_default)
		return true;
	for (i = 0; i < count; i++) {
		const struct ksflow_rule *rule = &b->rules[i];

		if (!rule->is_quiet && rule->dir != KSFLOW_DIR_OFF &&
		    (!ksflow_has(rule, RULE_PATTERN) ||
		     !fnmatch(rule->pattern, port->name, 0)))
			return true;
	}
	return false;
}

/*
 * What a filter of ours samples is not sampled by the module as well; a port
 * that refused the filter is, if it is named.
 */
static void add_filtered(struct builder *b)
{
	static const struct conf_device nothing;
	struct names names = { .is_meant = is_off, .b = b };
	unsigned int first = b->count, i;

	for (i = 0; i < b->port_count; i++) {
		const struct conf_port *port = &b->ports[i];

		if (port->is_filtered && may_be_on(b, first, port) &&
		    !is_covered(b, first, port->name))
			add_name(b, &names, &nothing, port->name,
				 KSFLOW_DIR_OFF);
	}
}

static void add_device(struct builder *b, const struct conf *conf,
		       const struct conf_device *device)
{
	uint8_t dir = device->dir ? device->dir : conf->dir;
	struct ksflow_rule *rule;
	unsigned int i;

	if (device->pattern[0])
		add_named(b, device, device->pattern, dir);
	if (device->regex[0])
		add_matching(b, device, dir);
	if (device->pattern[0] || device->regex[0])
		return;
	if (!device->speed_min_mbit && device->speed_max_mbit == UINT32_MAX) {
		rule = add(b, NULL, false);
		set_dir(rule, dir);
		if (device->has_rate)
			set_rate(rule, device->rate);
		return;
	}
	for (i = 0; i < SPEEDS; i++) {
		if (speeds_mbit[i] < device->speed_min_mbit ||
		    speeds_mbit[i] > device->speed_max_mbit)
			continue;
		rule = add(b, NULL, false);
		set_speed(rule, speeds_mbit[i]);
		set_dir(rule, dir);
		if (device->has_rate)
			set_rate(rule, device->rate);
	}
}

/*
 * Some devices are named, or samples come from elsewhere: those are exported
 * instead of the module's of the default ones.
 */
static bool has_devices(const struct conf *conf)
{
	unsigned int i;

	if (conf->psample_count || conf->dent.is_there)
		return true;

	for (i = 0; i < conf->device_count; i++) {
		if (!conf->devices[i].is_interface)
			return true;
	}
	return false;
}

static void add_interface(struct builder *b, const struct conf *conf,
			  const struct conf_device *device)
{
	bool is_on = device->has_enabled && device->is_enabled;
	struct ksflow_rule *rule = add(b, device->pattern, !is_on);

	if (device->has_rate)
		set_rate(rule, device->rate);
	if (device->has_enabled)
		set_dir(rule, is_on ? conf->dir : KSFLOW_DIR_OFF);
}

/* What is said of all holds where nothing is said of one. */
static void add_interfaces(struct builder *b, const struct conf *conf)
{
	bool is_all = true;
	unsigned int i;

	do {
		for (i = 0; i < conf->device_count; i++) {
			const struct conf_device *d = &conf->devices[i];

			if (d->is_interface && is_all == !strcmp(d->pattern, "*"))
				add_interface(b, conf, d);
		}
		is_all = !is_all;
	} while (!is_all);
}

bool conf_has_regex(const struct conf *conf)
{
	unsigned int i;

	if (conf->dent.is_there)
		return true;

	for (i = 0; i < conf->device_count; i++) {
		if (conf->devices[i].regex[0])
			return true;
	}
	return false;
}

int conf_layer(const struct conf *conf, struct ksflow_layer_conf *layer,
	       struct ksflow_rule *rules)
{
	return conf_layer_of(conf, NULL, 0, layer, rules);
}

int conf_layer_of(const struct conf *conf, const struct conf_port *ports,
		  unsigned int count, struct ksflow_layer_conf *layer,
		  struct ksflow_rule *rules)
{
	struct builder b = {
		.rules = rules, .ports = ports, .port_count = count,
	};
	struct ksflow_rule *rule;
	unsigned int i;

	memset(layer, 0, sizeof(*layer));
	layer->id = KSFLOW_LAYER_DAEMON;
	layer->rules = rules;
	if (!conf->is_from_file) {
		/* the module's own defaults, but for the environment */
		if (conf->has_sampling)
			add_rates(&b, conf);
		if (conf->has_sampling && !conf->sampling)
			set_dir(add(&b, "*", true), KSFLOW_DIR_OFF);
		layer->rule_count = b.count;
		return 0;
	}
	if (conf->header_bytes) {
		ksflow_set(layer, LAYER_HEADER);
		layer->header_bytes = conf->header_bytes;
	}
	if (conf->ring_bytes) {
		ksflow_set(layer, LAYER_RING);
		layer->ring_bytes = conf->ring_bytes;
	}
	if (conf->has_drop) {
		ksflow_set(layer, LAYER_DROP);
		layer->drop = conf->drop;
		if (conf->is_disabled)
			layer->drop.state = KSFLOW_DROP_OFF;
	}
	layer->repair_count = conf->is_disabled ? 0 : conf->repair_count;
	memcpy(layer->repairs, conf->repairs, sizeof(layer->repairs));
	add_rates(&b, conf);
	if ((conf->has_sampling && !conf->sampling) || conf->is_disabled) {
		set_dir(add(&b, "*", true), KSFLOW_DIR_OFF);
	} else {
		/* devices that are named are sampled instead of the others */
		set_dir(add(&b, NULL, false),
			has_devices(conf) ? KSFLOW_DIR_OFF : conf->dir);
		for (i = 0; i < conf->device_count; i++) {
			if (!conf->devices[i].is_interface)
				add_device(&b, conf, &conf->devices[i]);
		}
		add_interfaces(&b, conf);
		add_filtered(&b);
	}
	for (i = 0; i < conf->speed_count; i++) {
		if (conf->speeds[i].rate)
			continue;
		rule = add(&b, "*", true);
		set_speed(rule, conf->speeds[i].mbit);
		set_dir(rule, KSFLOW_DIR_OFF);
	}
	layer->rule_count = b.count;
	return b.is_full ? -E2BIG : 0;
}

static void print_addr(FILE *out, const struct sflow_addr *addr)
{
	char text[INET6_ADDRSTRLEN];

	fputs(inet_ntop(addr->type == SFLOW_ADDR_IP6 ? AF_INET6 : AF_INET,
			addr->bytes, text, sizeof(text)), out);
}

static void print_word(FILE *out, const char *key, const char *value)
{
	if (value[0])
		lex_print(out, key, value);
}

static void print_drop(const struct ksflow_drop_conf *drop, FILE *out)
{
	unsigned int i;

	fprintf(out, "  dropmon { start=%s", ksflow_drop_state_name(drop->state));
	if (ksflow_has(drop, DROP_LIMIT) && drop->limit == KSFLOW_UNLIMITED)
		fprintf(out, " limit=unlimited");
	else if (ksflow_has(drop, DROP_LIMIT))
		fprintf(out, " limit=%u", drop->limit);
	if (ksflow_has(drop, DROP_BURST))
		fprintf(out, " burst=%u", drop->burst);
	if (ksflow_has(drop, DROP_SW))
		fprintf(out, " sw=%s", drop->sw ? "on" : "off");
	if (ksflow_has(drop, DROP_HW))
		fprintf(out, " hw=%s", drop->hw ? "on" : "off");
	for (i = 0; i < drop->hide_count; i++)
		lex_print(out, "hide", drop->hide[i]);
	fprintf(out, " }\n");
}

static const char *on_off(bool is_on)
{
	return is_on ? "on" : "off";
}

static void print_blocks(const struct conf *conf, FILE *out)
{
	unsigned int i;

	for (i = 0; i < conf->psample_count; i++)
		fprintf(out, "  psample { group=%u ingress=%s egress=%s }\n",
			conf->psamples[i].group,
			on_off(conf->psamples[i].ingress),
			on_off(conf->psamples[i].egress));
	if (conf->dent.is_there) {
		fprintf(out, "  dent { sw=%s", on_off(conf->dent.sw));
		lex_print(out, "switchport", conf->dent.switchport);
		fprintf(out, " }\n");
	}
	if (conf->tcp.is_there)
		fprintf(out, "  tcp { tunnel=%s udp=%s }\n",
			on_off(conf->tcp.tunnel), on_off(conf->tcp.udp));
	if (conf->off) {
		fprintf(out, "  records {");
		for (i = 0; sflow_off_name(i); i++) {
			if (conf->off >> i & 1)
				fprintf(out, " %s=off", sflow_off_name(i));
		}
		fprintf(out, " }\n");
	}
	if (conf->dns_sd.is_there) {
		fprintf(out, "  dns-sd {");
		print_word(out, "domain", conf->dns_sd.domain);
		fprintf(out, " }\n");
	}
}

static void print_speeds(FILE *out, const struct conf_device *d)
{
	fprintf(out, " speed=%uM-", d->speed_min_mbit);
	if (d->speed_max_mbit <= 1000000000)
		fprintf(out, "%uM", d->speed_max_mbit);
}

/* As a file that, read, gives the same. */
void conf_print(const struct conf *conf, FILE *out)
{
	unsigned int i;

	fprintf(out, "# %s\nsflow {\n", conf->is_from_file ? conf->file :
		"no configuration file: defaults");
	if (conf->is_disabled)
		fprintf(out, "  enabled = off\n");
	if (conf->has_sampling)
		fprintf(out, "  sampling = %u\n", conf->sampling);
	if (conf->has_bps_ratio)
		fprintf(out, "  sampling.bps_ratio = %u\n", conf->bps_ratio);
	for (i = 0; i < conf->speed_count; i++)
		fprintf(out, "  sampling.%uM = %u\n", conf->speeds[i].mbit,
			conf->speeds[i].rate);
	fprintf(out, "  samplingDirection = %s\n", ksflow_dir_name(conf->dir));
	for (i = 0; i < conf->device_count; i++) {
		const struct conf_device *d = &conf->devices[i];

		fprintf(out, "  %s {", d->is_interface ? "interface" : "pcap");
		print_word(out, "dev", d->pattern);
		print_word(out, "dev.pattern", d->regex);
		if (!d->pattern[0] && !d->regex[0])
			print_speeds(out, d);
		if (d->has_rate)
			fprintf(out, " sampling=%u", d->rate);
		if (d->dir)
			fprintf(out, " samplingDirection=%s",
				ksflow_dir_name(d->dir));
		if (d->has_enabled)
			fprintf(out, " enabled=%s", on_off(d->is_enabled));
		fprintf(out, " }\n");
	}
	if (conf->header_bytes)
		fprintf(out, "  headerBytes = %u\n", conf->header_bytes);
	if (conf->ring_bytes)
		fprintf(out, "  ringBytes = %u\n", conf->ring_bytes);
	if (conf->has_drop)
		print_drop(&conf->drop, out);
	print_blocks(conf, out);
	for (i = 0; i < conf->repair_count; i++)
		conf_repair_print(&conf->repairs[i], out);
	fprintf(out, "  polling = %u\n", conf->polling_s);
	if (conf->has_uuid) {
		fprintf(out, "  uuid = ");
		for (i = 0; i < sizeof(conf->uuid); i++)
			fprintf(out, "%02x", conf->uuid[i]);
		fprintf(out, "\n");
	}
	fprintf(out, "  datagramBytes = %u\n", conf->datagram_bytes);
	if (conf->sub_agent_id)
		fprintf(out, "  subAgentId = %u\n", conf->sub_agent_id);
	if (conf->agent_dev[0]) {
		fprintf(out, " ");
		lex_print(out, "agent", conf->agent_dev);
		fprintf(out, "\n");
	}
	if (conf->agent_addr.type) {
		fprintf(out, "  agentIP = ");
		print_addr(out, &conf->agent_addr);
		fprintf(out, "\n");
	}
	for (i = 0; i < conf->cidr_count; i++) {
		fprintf(out, "  agent.cidr = ");
		print_addr(out, &conf->cidrs[i].addr);
		fprintf(out, "/%u\n", conf->cidrs[i].prefix_len);
	}
	for (i = 0; i < conf->collector_count; i++) {
		const struct conf_collector *c = &conf->collectors[i];

		/* dns-sd's own */
		if (!c->port)
			continue;
		fprintf(out, "  collector {");
		lex_print(out, "ip", c->host);
		fprintf(out, " udpport=%u", c->port);
		print_word(out, "dev", c->dev);
		print_word(out, "src", c->src);
		print_word(out, "namespace", c->netns);
		print_word(out, "name", c->name);
		if (c->dscp)
			fprintf(out, " dscp=%u", c->dscp);
		if (c->ttl)
			fprintf(out, " ttl=%u", c->ttl);
		if (c->profile.records)
			fprintf(out, " records=%s",
				conf_records_name(c->profile.records));
		if (c->profile.has_no_drops !=
		    (c->profile.records == SFLOW_RECORDS_BASIC))
			fprintf(out, " drops=%s",
				on_off(!c->profile.has_no_drops));
		if (c->profile.vlan)
			fprintf(out, " vlan=%s",
				conf_vlan_name(c->profile.vlan));
		fprintf(out, " }\n");
	}
	fprintf(out, "}\n");
}
