/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_AGENT_H
#define KSFLOW_USER_AGENT_H

/*
 * The agent's address: what collectors know this host by. It should not
 * change over time, so one that was chosen stays while it exists.
 */

#include "sflow.h"

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

struct conf;

struct agent_candidate {
	struct sflow_addr addr;
	uint32_t ifindex;
	char dev[IFNAMSIZ];
	bool is_up;
	bool is_loopback;	/* the device */
	bool is_fleeting;	/* temporary, tentative, deprecated, ... */
};

/*
 * Choose by the configuration: agentIP, the best address of agent=IFNAME,
 * the best in the first agent.cidr that has one, or the best of all. NULL:
 * there is none. current may be NULL. *is_fallback: what the configuration
 * asks for is not there.
 */
const struct sflow_addr *
agent_choose(const struct conf *conf, const struct agent_candidate *candidates,
	     unsigned int count, const struct sflow_addr *current,
	     bool *is_fallback);
bool agent_same(const struct sflow_addr *a, const struct sflow_addr *b);
/* As text; the result is static. */
const char *agent_text(const struct sflow_addr *addr);

/* The addresses of this host now. The caller frees. -errno. */
int agent_candidates(struct agent_candidate **candidates);

#endif /* KSFLOW_USER_AGENT_H */
