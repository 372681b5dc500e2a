// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "rates.h"

#include "conf.h"
#include "links.h"
#include "nl.h"

#include <stdlib.h>
#include <string.h>

struct rates {
	const struct links *links;
	struct conf conf;
	uint32_t generation;
	uint32_t links_generation;	/* as the layer has it */
	struct ksflow_layer_conf layer;
	struct ksflow_rule rules[KSFLOW_RULES_MAX];
};

struct rates *rates_open(const struct links *links)
{
	struct rates *rates = calloc(1, sizeof(*rates));

	if (!rates)
		return NULL;
	rates->links = links;
	conf_defaults(&rates->conf);
	rates->layer.rules = rates->rules;
	return rates;
}

void rates_close(struct rates *rates)
{
	free(rates);
}

static void port_of(const struct links_port *link, struct conf_port *port)
{
	memset(port, 0, sizeof(*port));
	memcpy(port->name, link->name, sizeof(port->name));
	port->is_default = link->is_default;
	port->speed_mbit = link->speed_mbit;
}

static void build(struct rates *rates)
{
	unsigned int count = links_count(rates->links), i;
	struct conf_port *ports = calloc(count + 1, sizeof(*ports));

	for (i = 0; ports && i < count; i++)
		port_of(links_at(rates->links, i), &ports[i]);
	/* of too many rules those that fit; the module refuses them all */
	conf_layer_of(&rates->conf, ports, ports ? count : 0, &rates->layer,
		      rates->rules);
	free(ports);
	rates->links_generation = links_generation(rates->links);
	rates->generation++;
}

void rates_apply(struct rates *rates, const struct conf *conf)
{
	rates->conf = *conf;
	build(rates);
}

uint32_t rates_generation(struct rates *rates)
{
	if (rates->links_generation != links_generation(rates->links))
		build(rates);
	return rates->generation;
}

uint32_t rates_said(struct rates *rates, const struct links_port *link)
{
	struct conf_port port;

	rates_generation(rates);
	port_of(link, &port);
	return conf_rate_said(&rates->layer, &port);
}

uint32_t rates_any(struct rates *rates, const struct links_port *link)
{
	struct conf_port port;

	rates_generation(rates);
	port_of(link, &port);
	return conf_rate_any(&rates->layer, &port);
}
