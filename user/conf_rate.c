// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * What the module will make of a configuration, for people to read before it
 * does. The module's own way through the rules is in kmod/config.c.
 */
#include "conf.h"

#include "nl.h"
#include "print.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#define RATIO_DEFAULT	1000000
#define RATE_UNKNOWN	1000	/* the speed is not known */
#define RATE_AUTO_MIN	100

static bool matches(const struct ksflow_rule *rule,
		    const struct conf_port *port)
{
	if (ksflow_has(rule, RULE_SPEED) &&
	    rule->speed_mbit != port->speed_mbit)
		return false;
	if (!ksflow_has(rule, RULE_PATTERN))
		return port->is_default;
	return !fnmatch(rule->pattern, port->name, 0);
}

static void speed_text(uint32_t mbit, char *text, size_t size)
{
	if (mbit && !(mbit % 1000))
		snprintf(text, size, "%uG", mbit / 1000);
	else
		snprintf(text, size, "%uM", mbit);
}

/* Which setting it was that a rule of ours was made of. */
static void explain(const struct ksflow_rule *rule, char *why, size_t size)
{
	char speed[16];

	if (!rule->is_quiet && ksflow_has(rule, RULE_PATTERN))
		snprintf(why, size, "its own block");
	else if (strcmp(rule->pattern, "*") && rule->is_quiet)
		snprintf(why, size, "its own block");
	else if (!rule->is_quiet)
		snprintf(why, size, "pcap { speed }");
	else if (ksflow_has(rule, RULE_SPEED) && rule->rate) {
		speed_text(rule->speed_mbit, speed, sizeof(speed));
		snprintf(why, size, "sampling.%s", speed);
	} else
		snprintf(why, size, "sampling");
}

static uint32_t auto_rate(const struct conf_port *port, uint32_t ratio,
			  char *why, size_t size)
{
	char speed[16];
	uint64_t rate;

	if (!port->speed_mbit) {
		snprintf(why, size, "link speed unknown");
		return RATE_UNKNOWN;
	}
	speed_text(port->speed_mbit, speed, sizeof(speed));
	snprintf(why, size, "link speed %s / %u", speed, ratio);
	rate = port->speed_mbit * 1000000ULL / ratio;
	if (rate < RATE_AUTO_MIN)
		return RATE_AUTO_MIN;
	return rate > KSFLOW_RATE_MAX ? KSFLOW_RATE_MAX : rate;
}

void conf_rate(const struct ksflow_layer_conf *layer,
	       const struct conf_port *port, struct conf_rate *out)
{
	uint32_t ratio = RATIO_DEFAULT, rate = 0, i;
	bool is_selected = port->is_default;
	int dir = -1;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < layer->rule_count; i++) {
		const struct ksflow_rule *rule = &layer->rules[i];

		if (!matches(rule, port))
			continue;
		if (!rule->is_quiet && rule->dir != KSFLOW_DIR_OFF)
			is_selected = true;
		if (ksflow_has(rule, RULE_RATE)) {
			rate = rule->rate;
			ratio = ksflow_has(rule, RULE_RATIO) ? rule->ratio :
							       RATIO_DEFAULT;
			explain(rule, out->why, sizeof(out->why));
		}
		if (ksflow_has(rule, RULE_DIR))
			dir = rule->dir;
	}
	if (!is_selected)
		dir = KSFLOW_DIR_OFF;
	else if (dir < 0)
		dir = KSFLOW_DIR_ONCE;
	out->dir = dir;
	if (dir == KSFLOW_DIR_OFF) {
		out->why[0] = '\0';
		return;
	}
	out->rate = rate ? rate : auto_rate(port, ratio, out->why,
					    sizeof(out->why));
}

static uint32_t said(const struct ksflow_layer_conf *layer,
		     const struct conf_port *port, uint32_t *ratio)
{
	uint32_t rate = UINT32_MAX, i;

	*ratio = RATIO_DEFAULT;
	for (i = 0; i < layer->rule_count; i++) {
		const struct ksflow_rule *rule = &layer->rules[i];

		if (!matches(rule, port) || !ksflow_has(rule, RULE_RATE))
			continue;
		rate = rule->rate;
		*ratio = ksflow_has(rule, RULE_RATIO) ? rule->ratio :
							RATIO_DEFAULT;
	}
	return rate;
}

uint32_t conf_rate_said(const struct ksflow_layer_conf *layer,
			const struct conf_port *port)
{
	uint32_t ratio, rate = said(layer, port, &ratio);

	return rate == UINT32_MAX ? 0 : conf_rate_any(layer, port);
}

uint32_t conf_rate_any(const struct ksflow_layer_conf *layer,
		       const struct conf_port *port)
{
	uint32_t ratio, rate = said(layer, port, &ratio);
	char why[64];

	if (rate && rate != UINT32_MAX)
		return rate;
	return auto_rate(port, ratio, why, sizeof(why));
}

int conf_print_rates(const struct conf *conf, const struct conf_port *ports,
		     unsigned int count, FILE *out)
{
	static struct ksflow_rule rules[KSFLOW_RULES_MAX];
	struct ksflow_layer_conf layer;
	struct conf_rate rate;
	char name[IFNAMSIZ];
	unsigned int i;
	int ret;

	ret = conf_layer_of(conf, ports, count, &layer, rules);
	if (ret)
		return ret;
	fprintf(out, "# %-15s %-10s %-9s %s\n", "interface", "sampling",
		"direction", "by");
	for (i = 0; i < count; i++) {
		conf_rate(&layer, &ports[i], &rate);
		strcpy(name, ports[i].name);
		print_make_safe(name);
		if (rate.rate)
			fprintf(out, "# %-15s %-10u %-9s %s\n", name,
				rate.rate, ksflow_dir_name(rate.dir),
				rate.why);
		else
			fprintf(out, "# %-15s off\n", name);
	}
	return 0;
}
