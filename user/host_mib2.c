// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* The groups of MIB-II, by the names of /proc/net/snmp. */
#include "host_internal.h"

#include "proc.h"

#include <stdlib.h>
#include <string.h>

/* In the order of the records. */
static const char * const ip_columns[SFLOW_MIB2_IP] = {
	"Forwarding", "DefaultTTL", "InReceives", "InHdrErrors",
	"InAddrErrors", "ForwDatagrams", "InUnknownProtos", "InDiscards",
	"InDelivers", "OutRequests", "OutDiscards", "OutNoRoutes",
	"ReasmTimeout", "ReasmReqds", "ReasmOKs", "ReasmFails", "FragOKs",
	"FragFails", "FragCreates",
};

/* The record has no InTimestampReps. */
static const char * const icmp_columns[SFLOW_MIB2_ICMP] = {
	"InMsgs", "InErrors", "InDestUnreachs", "InTimeExcds", "InParmProbs",
	"InSrcQuenchs", "InRedirects", "InEchos", "InEchoReps",
	"InTimestamps", "InAddrMasks", "InAddrMaskReps",
	"OutMsgs", "OutErrors", "OutDestUnreachs", "OutTimeExcds",
	"OutParmProbs", "OutSrcQuenchs", "OutRedirects", "OutEchos",
	"OutEchoReps", "OutTimestamps", "OutTimestampReps", "OutAddrMasks",
	"OutAddrMaskReps",
};

static const char * const tcp_columns[SFLOW_MIB2_TCP] = {
	"RtoAlgorithm", "RtoMin", "RtoMax", "MaxConn", "ActiveOpens",
	"PassiveOpens", "AttemptFails", "EstabResets", "CurrEstab", "InSegs",
	"OutSegs", "RetransSegs", "InErrs", "OutRsts", "InCsumErrors",
};

static const char * const udp_columns[SFLOW_MIB2_UDP] = {
	"InDatagrams", "NoPorts", "InErrors", "OutDatagrams", "RcvbufErrors",
	"SndbufErrors", "InCsumErrors",
};

static void take_columns(char *names, char *values,
			 const char * const *columns, unsigned int count,
			 uint32_t *to)
{
	char *more_names, *more_values;
	char *name = strtok_r(names, " \n", &more_names);
	char *value = strtok_r(values, " \n", &more_values);
	unsigned int i;

	while (name && value) {
		for (i = 0; i < count; i++) {
			/* MaxConn is -1: all ones, as unknown is */
			if (!strcmp(columns[i], name))
				to[i] = strtoull(value, NULL, 10);
		}
		name = strtok_r(NULL, " \n", &more_names);
		value = strtok_r(NULL, " \n", &more_values);
	}
}

/* Pairs of lines: "Ip: names" and "Ip: values". */
void host_mib2_read(const char *root, struct sflow_mib2 *m)
{
	const struct {
		const char *group;
		const char * const *columns;
		unsigned int count;
		uint32_t *to;
	} groups[] = {
		{ "Ip: ", ip_columns, SFLOW_MIB2_IP, m->ip },
		{ "Icmp: ", icmp_columns, SFLOW_MIB2_ICMP, m->icmp },
		{ "Tcp: ", tcp_columns, SFLOW_MIB2_TCP, m->tcp },
		{ "Udp: ", udp_columns, SFLOW_MIB2_UDP, m->udp },
	};
	FILE *f = proc_open(root, "/proc/net/snmp");
	size_t i, names_room = 0, values_room = 0;
	char *names = NULL, *values = NULL;

	memset(m, 0xff, sizeof(*m));
	if (!f)
		return;
	while (getline(&names, &names_room, f) > 0 &&
	       getline(&values, &values_room, f) > 0) {
		for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
			size_t len = strlen(groups[i].group);

			if (!strncmp(names, groups[i].group, len) &&
			    !strncmp(values, groups[i].group, len))
				take_columns(names + len, values + len,
					     groups[i].columns,
					     groups[i].count, groups[i].to);
		}
	}
	free(names);
	free(values);
	fclose(f);
}
