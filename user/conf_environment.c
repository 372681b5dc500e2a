// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* What containers say in place of a file. */
#include "conf.h"
#include "conf_lex.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int environment_number(const char *name, uint64_t max,
			      struct conf_report *report, uint64_t *value)
{
	const char *text = getenv(name), *end = "";

	if (!text || !text[0])
		return 0;
	*value = lex_number(text, &end);
	if (!*end && *value <= max)
		return 1;
	snprintf(report->error, sizeof(report->error),
		 "environment: %s: \"%.64s\": expected a number, 0...%llu", name,
		 text, (unsigned long long)max);
	return -EINVAL;
}

/* Names or addresses, with blanks between. */
static int environment_collectors(struct conf *conf, uint16_t port,
				  struct conf_report *report)
{
	const char *at = getenv("COLLECTOR");
	struct conf_collector *c;
	size_t len;

	conf->collectors[0].port = port;
	if (!at || !at[strspn(at, " \t")])
		return 0;
	conf->collector_count = 0;
	for (at += strspn(at, " \t"); *at; at += len + strspn(at + len, " \t")) {
		len = strcspn(at, " \t");
		c = &conf->collectors[conf->collector_count];
		if (len >= sizeof(c->host) ||
		    conf->collector_count == CONF_COLLECTORS_MAX) {
			snprintf(report->error, sizeof(report->error),
				 "environment: COLLECTOR: expected at most %d names or addresses",
				 CONF_COLLECTORS_MAX);
			return -EINVAL;
		}
		memset(c, 0, sizeof(*c));
		memcpy(c->host, at, len);
		c->port = port;
		conf->collector_count++;
	}
	return 0;
}

int conf_environment(struct conf *conf, struct conf_report *report)
{
	uint64_t value = 0, port = SFLOW_PORT;
	int ret;

	ret = environment_number("SAMPLING", KSFLOW_RATE_MAX, report, &value);
	if (ret < 0)
		return ret;
	if (ret) {
		/* for every speed, as hsflowd's container has it */
		conf->has_sampling = true;
		conf->sampling = value;
		conf->has_bps_ratio = true;
	}
	ret = environment_number("POLLING", 86400, report, &value);
	if (ret < 0)
		return ret;
	if (ret)
		conf->polling_s = value;
	ret = environment_number("PORT", 65535, report, &port);
	if (ret < 0)
		return ret;
	return environment_collectors(conf, port ? port : SFLOW_PORT, report);
}
