// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* The metrics' names and labels are what others rely on: word for word. */
#include "ledger.h"
#include "nl.h"
#include "prometheus.h"
#include "state.h"
#include "tap.h"

#include <stdlib.h>

static char *text;
static size_t text_len;

static void print(const struct ksflow_config *config,
		  const struct ledger *ledger, const struct drop_counts *counts)
{
	FILE *out;

	free(text);
	text = NULL;
	out = open_memstream(&text, &text_len);
	prometheus_print(out, config, ledger, counts);
	fclose(out);
}

static void has(const char *line)
{
	const char *at = strstr(text, line);

	ok(at && (at == text || at[-1] == '\n'), "%.*s",
	   (int)strcspn(line, "\n"), line);
}

/* Every series follows its TYPE line, once; HELP comes before it. */
static void test_form(void)
{
	char *copy = strdup(text), *save = NULL, *line, type[100] = "";
	char *seen[200];
	size_t count = 0, i, wrong = 0;

	for (line = strtok_r(copy, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		size_t len = strcspn(line, "{ ");

		if (!strncmp(line, "# TYPE ", 7)) {
			snprintf(type, sizeof(type), "%.*s",
				 (int)strcspn(line + 7, " "), line + 7);
			continue;
		}
		if (line[0] == '#')
			continue;
		wrong += len != strlen(type) || strncmp(line, type, len);
		/* without the value */
		*strrchr(line, ' ') = 0;
		for (i = 0; i < count; i++)
			wrong += !strcmp(seen[i], line);
		seen[count++] = line;
	}
	is(wrong, 0, "%zu series, each after its type, none twice", count);
	free(copy);
}

static void test_psample(void)
{
	struct state_view view = {
		.group_count = 1,
		.groups = { { .group = 5, .dir = "egress", .exported = 1,
			      .thinned = 2, .lost = 3, .duplicates = 4,
			      .reordered = 5 } },
	};
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	prometheus_print_psample(out, &view);
	fclose(out);
	ok(strstr(text, "ksflow_psample_total{group=\"5\",direction=\"egress\",cause=\"lost\"} 3\n"),
	   "psample: what was lost");
	ok(strstr(text, "cause=\"reordered\"} 5\n"), "psample: the last one");
	free(text);
}

int main(void)
{
	struct ksflow_config config = {
		.has = 1ULL << KSFLOW_A_CONFIG_DROP, .abi = 2,
		.version = "1.2", .drop = { .state = KSFLOW_DROP_ON },
	};
	struct ksflow_stats stats[] = {
		{ .kind = KSFLOW_KIND_SAMPLE, .seen = 100, .selected = 10,
		  .lost_ring = 1 },
		{ .kind = KSFLOW_KIND_DROP, .seen = 50, .counted = 1,
		  .hidden = 2, .own = 3, .limited = 4, .selected = 40,
		  .lost_ring = 5, .unknown = 6,
		  .has = 1ULL << KSFLOW_A_STATS_UNKNOWN },
	};
	struct ksflow_source sources[] = {
		{ .ifindex = 2, .name = "e\"t\\h\n\xff", .kind = KSFLOW_KIND_DROP,
		  .seen = 48, .selected = 40, .limited = 4 },
		{ .ifindex = 0, .kind = KSFLOW_KIND_DROP, .seen = 2 },
		{ .ifindex = 2, .name = "gr\xc3\xbcn", .kind = KSFLOW_KIND_SAMPLE,
		  .seen = 100, .selected = 10 },
	};
	struct ksflow_reader readers[] = {
		{ .is_owner = true, .kind = KSFLOW_KIND_DROP, .selected = 40,
		  .delivered = 35 },
		{ .portid = 9, .kind = KSFLOW_KIND_DROP },
	};
	struct ksflow_drop_count items[] = {
		{ .reason = "NETFILTER_DROP", .packets = 7,
		  .site = "nft_do_chain+0x10/0x20 [nf_tables]" },
		{ .reason = "NO_SOCKET", .site = "udp_x+0x1/0x2", .packets = 1 },
		{ .reason = "NETFILTER_DROP", .packets = 5,
		  .site = "nft_do_chain+0x18/0x20 [nf_tables]" },
		{ .reason = "OTHERHOST", .site = "ip_rcv_core+0x1/0x2",
		  .is_hidden = true, .packets = 3 },
		{ .has = 1ULL << KSFLOW_A_DROP_COUNT_TRAP, .packets = 2,
		  .trap = "blackhole_route", .group = "l3_drops" },
		{ .packets = 4 },
	};
	struct ledger ledger = { stats, 2, sources, 3, readers, 2, { 0 } };
	struct drop_counts counts = { items, 6 };

	print(&config, &ledger, &counts);
	has("# TYPE ksflow_up gauge\nksflow_up 1\n");
	has("ksflow_info{version=\"1.2\",abi=\"2\"} 1\n");
	has("ksflow_drop_state 2\n");
	has("ksflow_drop_reason_packets_total{reason=\"NETFILTER_DROP\",function=\"nft_do_chain\",sflow_code=\"258\",sflow_name=\"acl\",hidden=\"0\"} 12\n");
	has("ksflow_drop_reason_packets_total{reason=\"OTHERHOST\",function=\"ip_rcv_core\",sflow_code=\"305\",sflow_name=\"dmac_filter\",hidden=\"1\"} 3\n");
	has("ksflow_drop_reason_packets_total{reason=\"\",function=\"\",sflow_code=\"256\",sflow_name=\"unknown\",hidden=\"0\"} 4\n");
	has("ksflow_drop_trap_packets_total{trap=\"blackhole_route\",group=\"l3_drops\"} 2\n");
	has("ksflow_drop_device_packets_total{device=\"e\\\"t\\\\h\\n\xef\xbf\xbd\"} 48\n");
	has("ksflow_drop_device_packets_total{device=\"\"} 2\n");
	has("ksflow_ledger_total{kind=\"sample\",cause=\"seen\"} 100\n");
	has("ksflow_ledger_total{kind=\"sample\",cause=\"not-selected\"} 90\n");
	has("ksflow_ledger_total{kind=\"drop\",cause=\"seen\"} 50\n");
	has("ksflow_ledger_total{kind=\"drop\",cause=\"counted\"} 1\n");
	has("ksflow_ledger_total{kind=\"drop\",cause=\"hidden\"} 2\n");
	has("ksflow_ledger_total{kind=\"drop\",cause=\"own\"} 3\n");
	has("ksflow_ledger_total{kind=\"drop\",cause=\"limited\"} 4\n");
	has("ksflow_ledger_total{kind=\"drop\",cause=\"selected\"} 40\n");
	has("ksflow_ledger_total{kind=\"drop\",cause=\"lost-ring\"} 5\n");
	has("ksflow_ledger_total{kind=\"drop\",cause=\"unknown\"} 6\n");
	has("ksflow_source_total{kind=\"sample\",device=\"gr\xc3\xbcn\",cause=\"not-selected\"} 90\n");
	has("ksflow_source_total{kind=\"drop\",device=\"\",cause=\"quiet\"} 2\n");
	has("ksflow_ksflowd_total{kind=\"drop\",cause=\"delivered\"} 35\n");
	test_form();

	stats[1].has = 0;
	print(&config, &ledger, &counts);
	ok(!strstr(text, "unknown\"} 6"), "of another namespace: no unknown");

	print(NULL, NULL, NULL);
	is_str(text, "# HELP ksflow_up Is the kernel module there?\n# TYPE ksflow_up gauge\nksflow_up 0\n",
	       "without the module");
	free(text);
	test_psample();
	return tap_done();
}
