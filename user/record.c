// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "record.h"

#include "decode.h"
#include "ifname.h"
#include "nl.h"
#include "pcapng.h"
#include "print.h"
#include "psample.h"
#include "reason.h"
#include "tunnel.h"

#include <arpa/inet.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static bool is_local(uint32_t ifindex)
{
	return ifindex == KSFLOW_IFINDEX_LOCAL;
}

static bool is_drop(const struct ksflow_batch *batch)
{
	return batch && batch->kind == KSFLOW_KIND_DROP;
}

static bool is_repair(const struct ksflow_batch *batch)
{
	return batch && batch->kind == KSFLOW_KIND_REPAIR;
}

const char *record_ifname(struct ifnames *names, uint32_t ifindex, char *buf,
			  size_t size)
{
	const char *name;

	if (is_local(ifindex))
		return "local";
	if (!ifindex)
		return "-";
	name = ifnames_get(names, ifindex);
	if (name)
		snprintf(buf, size, "%s", name);
	else
		snprintf(buf, size, "if%" PRIu32, ifindex);
	return buf;
}

static bool is_like(struct ifnames *names, uint32_t ifindex,
		    const char *pattern)
{
	const char *name = is_local(ifindex) ? NULL :
					       ifnames_get(names, ifindex);

	return name && !fnmatch(pattern, name, 0);
}

bool record_touches(struct ifnames *names, const struct ksflow_record *record,
		    const char *pattern)
{
	return is_like(names, record->source, pattern) ||
	       is_like(names, record->in, pattern) ||
	       is_like(names, record->out, pattern);
}

bool record_is_dropped_for(const struct ksflow_record *record,
			   const char *pattern)
{
	const uint32_t code = reason_code(record);
	const char *name = reason_code_name(code);
	char function[KSFLOW_SITE_BYTES], number[12];

	reason_function(record->site, function, sizeof(function));
	snprintf(number, sizeof(number), "%" PRIu32, code);
	return !fnmatch(pattern, record->reason, FNM_CASEFOLD) ||
	       !fnmatch(pattern, function, FNM_CASEFOLD) ||
	       !fnmatch(pattern, record->trap, FNM_CASEFOLD) ||
	       !strcmp(pattern, number) ||
	       (name && !fnmatch(pattern, name, FNM_CASEFOLD));
}

static void print_time(uint64_t time_ns)
{
	time_t seconds = (time_t)(time_ns / 1000000000);
	char buf[32];
	struct tm tm;

	print_u64("time-ns", NULL, time_ns);
	if (print_is_json() || !localtime_r(&seconds, &tm))
		return;
	strftime(buf, sizeof(buf), "%H:%M:%S", &tm);
	print_text("%s.%06u ", buf, (unsigned int)(time_ns / 1000 % 1000000));
}

static void print_interface(struct ifnames *names, uint32_t ifindex,
			    const char *index_key, const char *name_key,
			    const char *local_key)
{
	const char *name;

	if (is_local(ifindex)) {
		print_bool(local_key, NULL, true);
		return;
	}
	print_u64(index_key, NULL, ifindex);
	name = ifnames_get(names, ifindex);
	if (name)
		print_string(name_key, NULL, name);
}

static void print_data(const struct ksflow_record *record)
{
	char hex[2 * KSFLOW_HEADER_MAX + 1];
	static const char digits[] = "0123456789abcdef";
	uint32_t i, len = record->data_len;

	if (len > KSFLOW_HEADER_MAX)
		len = KSFLOW_HEADER_MAX;
	for (i = 0; i < len; i++) {
		hex[2 * i] = digits[record->data[i] >> 4];
		hex[2 * i + 1] = digits[record->data[i] & 15];
	}
	hex[2 * len] = 0;
	print_string("data", NULL, hex);
}

static void print_end(const char *key, const char *port_key, int family,
		      const uint8_t *addr, uint16_t port)
{
	char text[INET6_ADDRSTRLEN];

	print_string(key, NULL, inet_ntop(family, addr, text, sizeof(text)));
	print_u64(port_key, NULL, port);
}

static const char *tcp_state_name(uint8_t state)
{
	/* as ss has them */
	static const char * const names[] = {
		NULL, "ESTAB", "SYN-SENT", "SYN-RECV", "FIN-WAIT-1",
		"FIN-WAIT-2", "TIME-WAIT", "UNCONN", "CLOSE-WAIT", "LAST-ACK",
		"LISTEN", "CLOSING", "SYN-RECV",
	};

	return state < sizeof(names) / sizeof(names[0]) ? names[state] : NULL;
}

static void print_tcp_info(const struct ksflow_socket *s)
{
	print_object("tcp-info");
	print_u64("snd-mss", NULL, s->snd_mss);
	print_u64("rcv-mss", NULL, s->rcv_mss);
	print_u64("unacked", NULL, s->unacked);
	print_u64("lost", NULL, s->lost);
	print_u64("retrans", NULL, s->retrans);
	print_u64("pmtu", NULL, s->pmtu);
	print_u64("rtt-us", NULL, s->rtt_us);
	print_u64("rttvar-us", NULL, s->rttvar_us);
	print_u64("snd-cwnd", NULL, s->snd_cwnd);
	print_u64("reordering", NULL, s->reordering);
	if (ksflow_has(s, SOCKET_MIN_RTT))
		print_u64("min-rtt-us", NULL, s->min_rtt_us);
	print_object_end();
}

static void print_socket(const struct ksflow_socket *s)
{
	bool is_ip6 = ksflow_has(s, SOCKET_LOCAL6);
	int family = is_ip6 ? AF_INET6 : AF_INET;

	print_object("socket");
	print_string("protocol", NULL, s->proto == IPPROTO_TCP ? "tcp" : "udp");
	print_string("end", NULL, s->is_sender ? "sender" : "receiver");
	print_end("local", "local-port", family,
		  is_ip6 ? s->local6 : s->local4, s->local_port);
	print_end("remote", "remote-port", family,
		  is_ip6 ? s->remote6 : s->remote4, s->remote_port);
	if (ksflow_has(s, SOCKET_STATE) && tcp_state_name(s->state))
		print_string("state", NULL, tcp_state_name(s->state));
	if (ksflow_has(s, SOCKET_RTT))
		print_tcp_info(s);
	print_object_end();
}

/* id_key: what its number is called. */
static void print_tunnel(const struct flow_tunnel *t, uint8_t ttl,
			 const char *id_key)
{
	int family = t->ip.src.type == SFLOW_ADDR_IP6 ? AF_INET6 : AF_INET;
	char addr[INET6_ADDRSTRLEN];

	print_object("tunnel");
	if (t->ip.src.type) {
		print_string("src", "tunnel %s",
			     inet_ntop(family, t->ip.src.bytes, addr,
				       sizeof(addr)));
		print_string("dst", "->%s ",
			     inet_ntop(family, t->ip.dst.bytes, addr,
				       sizeof(addr)));
	}
	if (t->ip.src_port)
		print_u64("src-port", NULL, t->ip.src_port);
	if (t->ip.dst_port)
		print_u64("dst-port", NULL, t->ip.dst_port);
	if (t->has_vni)
		print_u64(id_key, "vni %llu ", t->vni);
	print_u64("tos", NULL, t->ip.tos);
	print_u64("ttl", NULL, ttl);
	print_object_end();
}

/* A VNI or a key: its device knows. */
static void print_metadata_tunnel(const struct ksflow_tunnel *metadata)
{
	struct flow_tunnel tunnel;

	tunnel_metadata(metadata, &tunnel);
	print_string("tunnel-side", NULL, metadata->is_out ? "out" : "in");
	print_tunnel(&tunnel, metadata->ttl, "id");
}

/* What only JSON has room for. */
static void print_details(struct ifnames *names,
			  const struct ksflow_batch *batch,
			  const struct ksflow_record *record)
{
	char addr[INET6_ADDRSTRLEN];

	if (batch && ksflow_has(batch, BATCH_CPU))
		print_u64("cpu", NULL, batch->cpu);
	if (ksflow_has(record, RECORD_IN))
		print_interface(names, record->in, "in-ifindex", "in-dev",
				"in-local");
	if (ksflow_has(record, RECORD_OUT))
		print_interface(names, record->out, "out-ifindex", "out-dev",
				"out-local");
	if (ksflow_has(record, RECORD_POOL))
		print_u64("pool", NULL, record->pool);
	if (ksflow_has(record, RECORD_DROPS))
		print_u64("drops", NULL, record->drops);
	if (ksflow_has(record, RECORD_PROTO))
		print_u64("header-protocol", NULL, record->proto);
	if (ksflow_has(record, RECORD_VLAN)) {
		print_object("vlan");
		print_u64("tpid", NULL, record->vlan >> 16);
		print_u64("id", NULL, record->vlan & 0xfff);
		print_u64("priority", NULL, record->vlan >> 13 & 7);
		print_object_end();
	}
	if (ksflow_has(record, RECORD_MARK))
		print_u64("mark", NULL, record->mark);
	if (ksflow_has(record, RECORD_QUEUE))
		print_u64("queue", NULL, record->queue);
	if (ksflow_has(record, RECORD_QUEUE_DEPTH))
		print_u64("queue-depth-bytes", NULL, record->queue_depth_bytes);
	if (ksflow_has(record, RECORD_DELAY))
		print_u64("delay-ns", NULL, record->delay_ns);
	if (ksflow_has(record, RECORD_NEXTHOP4))
		print_string("next-hop", NULL,
			     inet_ntop(AF_INET, record->nexthop4, addr,
				       sizeof(addr)));
	if (ksflow_has(record, RECORD_NEXTHOP6))
		print_string("next-hop", NULL,
			     inet_ntop(AF_INET6, record->nexthop6, addr,
				       sizeof(addr)));
	if (ksflow_has(record, RECORD_SRC_PREFIX))
		print_u64("src-prefix-len", NULL, record->src_prefix_len);
	if (ksflow_has(record, RECORD_DST_PREFIX))
		print_u64("dst-prefix-len", NULL, record->dst_prefix_len);
	if (ksflow_has(record, RECORD_DST_ERROR))
		print_u64("route-errno", NULL, record->dst_error);
	if (ksflow_has(record, RECORD_QDISC))
		print_string("qdisc", NULL, record->qdisc);
	if (ksflow_has(record, RECORD_SEGS))
		print_u64("segs", NULL, record->segs);
	if (ksflow_has(record, RECORD_NETNS))
		print_u64("netns", NULL, record->netns);
	if (ksflow_has(record, RECORD_SOCKET))
		print_socket(&record->socket);
	if (ksflow_has(record, RECORD_TUNNEL))
		print_metadata_tunnel(&record->metadata);
	print_flag("segmented", NULL, record->is_segmented);
	if (ksflow_has(record, RECORD_DATA))
		print_data(record);
}

static void print_interfaces(struct ifnames *names,
			     const struct ksflow_record *record)
{
	char in[IFNAMSIZ + 2], out[IFNAMSIZ + 2];

	print_text("%s->%s ", record_ifname(names, record->in, in, sizeof(in)),
		   record_ifname(names, record->out, out, sizeof(out)));
}

static void print_sample(struct ifnames *names,
			 const struct ksflow_record *record)
{
	const char *dir = ksflow_dir_name(record->dir);
	char dev[IFNAMSIZ + 2];

	if (ksflow_has(record, RECORD_DIR))
		print_string("dir", "%-7s ", dir ? dir : "?");
	if (print_is_json())
		print_interface(names, record->source, "ifindex", "dev",
				"local");
	else
		print_text("%s ", record_ifname(names, record->source, dev,
						sizeof(dev)));
	print_interfaces(names, record);
	if (ksflow_has(record, RECORD_RATE))
		print_u64("rate", "1:%llu ", record->rate);
	if (record->hits > 1)
		print_u64("hits", "x%llu ", record->hits);
	else
		print_u64("hits", NULL, record->hits);
}

static void print_drop(struct ifnames *names,
		       const struct ksflow_record *record)
{
	const uint32_t code = reason_code(record);
	const char *name = reason_code_name(code);
	char function[KSFLOW_SITE_BYTES];

	if (print_is_json() && record->source)
		print_interface(names, record->source, "ifindex", "dev",
				"local");
	print_interfaces(names, record);
	if (ksflow_has(record, RECORD_REASON))
		print_string_colour("reason", "%s ", record->reason,
				    PRINT_YELLOW);
	if (ksflow_has(record, RECORD_SITE)) {
		print_string("site", "at %s ", record->site);
		reason_function(record->site, function, sizeof(function));
		print_string("function", NULL, function);
	}
	if (ksflow_has(record, RECORD_TRAP))
		print_string_colour("trap", "trap %s ", record->trap,
				    PRINT_YELLOW);
	if (ksflow_has(record, RECORD_GROUP))
		print_string("trap-group", "of %s ", record->group);
	print_u64("sflow-code", "(%llu ", code);
	print_string("sflow-name", "%s) ", name ? name : "?");
	if (ksflow_has(record, RECORD_PID)) {
		print_u64("pid", "pid %llu ", record->pid);
		print_string("comm", "%s ", record->comm);
	}
}

static void print_repair(struct ifnames *names,
			 const struct ksflow_record *record)
{
	const char *kind = ksflow_repair_kind_name(record->repair_kind);
	char addr[INET6_ADDRSTRLEN], dev[IFNAMSIZ + 2];

	if (print_is_json())
		print_interface(names, record->in, "ifindex", "dev", "local");
	else
		print_text("%s ", record_ifname(names, record->in, dev,
						sizeof(dev)));
	print_string("sender", "%s ",
		     inet_ntop(AF_INET6, record->sender, addr, sizeof(addr)));
	print_string_colour("error", "%s ", kind ? kind : "?", PRINT_YELLOW);
	print_bool("repaired", NULL, record->is_repaired);
	print_text("%s: ", record->is_repaired ? "repaired" : "left as it is");
	print_text("sum 0x%04x, right 0x%04x, ", record->sum_found,
		   record->sum_right);
	print_u64("sum-found", NULL, record->sum_found);
	print_u64("sum-right", NULL, record->sum_right);
	print_u64("sender-packets", "wrong so far %llu, ",
		  record->sender_packets);
	print_u64("rule", "rule %llu ", record->repair_rule);
}

void record_print(struct ifnames *names, const struct ksflow_batch *batch,
		  const struct ksflow_record *record)
{
	char summary[256];

	decode_packet(record->proto, record->data, record->data_len, summary,
		      sizeof(summary));

	print_object(NULL);
	print_string("kind", NULL, is_drop(batch) ? "drop" :
		     is_repair(batch) ? "repair" : "sample");
	if (ksflow_has(record, RECORD_TIME))
		print_time(record->time_ns);
	if (is_drop(batch))
		print_drop(names, record);
	else if (is_repair(batch))
		print_repair(names, record);
	else
		print_sample(names, record);
	if (ksflow_has(record, RECORD_LEN))
		print_u64("len-bytes", "len %llu ", record->len_bytes);
	if (print_is_json())
		print_details(names, batch, record);
	print_string("summary", "%s\n", summary);
	print_object_end();
	print_json_line();
}

static void print_hex(const char *key, const uint8_t *bytes, uint32_t len)
{
	char hex[2 * 64 + 1] = "";
	uint32_t i;

	for (i = 0; i < len && i < 64; i++)
		snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
	print_string(key, NULL, hex);
}

/* In full, where sFlow has 32 bits. */
static void print_metadata(const struct psample_packet *p)
{
	if (psample_has(p, OUT_TC))
		print_u64("queue", "queue %llu ", p->queue);
	if (psample_has(p, OUT_TC_OCC))
		print_u64("queue-depth-bytes", "depth %llu bytes ",
			  p->queue_depth_bytes);
	if (psample_has(p, LATENCY))
		print_u64("delay-ns", "delay %llu ns ", p->latency_ns);
	if (psample_has(p, TUNNEL))
		print_tunnel(&p->tunnel, p->tunnel_ttl, "vni");
	if (psample_has(p, PROTO))
		print_u64("ethertype", NULL, p->proto);
	if (psample_has(p, USER_COOKIE))
		print_hex("cookie", p->cookie, p->cookie_len);
}

void record_print_psample(struct ifnames *names, const struct psample_packet *p,
			  const struct ksflow_record *record)
{
	char summary[256];

	decode_packet(record->proto, record->data, record->data_len, summary,
		      sizeof(summary));
	print_object(NULL);
	print_string("kind", NULL, "psample");
	if (ksflow_has(record, RECORD_TIME))
		print_time(record->time_ns);
	print_u64("group", "group %llu ", p->group);
	if (psample_has(p, GROUP_SEQ))
		print_u64("sequence", NULL, p->sequence);
	print_interfaces(names, record);
	if (print_is_json()) {
		if (ksflow_has(record, RECORD_IN))
			print_interface(names, record->in, "in-ifindex",
					"in-dev", "in-local");
		if (ksflow_has(record, RECORD_OUT))
			print_interface(names, record->out, "out-ifindex",
					"out-dev", "out-local");
	}
	print_u64("rate", "1:%llu ", record->rate);
	print_u64("len-bytes", "len %llu ", record->len_bytes);
	print_metadata(p);
	if (ksflow_has(record, RECORD_PROTO))
		print_u64("header-protocol", NULL, record->proto);
	if (print_is_json() && ksflow_has(record, RECORD_DATA))
		print_data(record);
	print_string("summary", "%s\n", summary);
	print_object_end();
	print_json_line();
}

/* Grows by words with a space between them. */
__attribute__((format(printf, 3, 4)))
static void append(char *text, size_t size, const char *fmt, ...)
{
	size_t used = strlen(text);
	va_list args;

	if (used && used + 1 < size) {
		text[used++] = ' ';
		text[used] = 0;
	}
	va_start(args, fmt);
	vsnprintf(text + used, size - used, fmt, args);
	va_end(args);
}

static enum pcapng_link link_of(uint32_t proto)
{
	switch (proto) {
	case DECODE_ETHERNET:
		return PCAPNG_ETHERNET;
	case DECODE_IPV4:
	case DECODE_IPV6:
		return PCAPNG_RAW;
	case DECODE_MPLS:
		return PCAPNG_MPLS;
	}
	return PCAPNG_USER0;
}

static void comment_sample(char *comment, size_t size,
			   const struct ksflow_record *record)
{
	const char *dir = ksflow_dir_name(record->dir);

	if (ksflow_has(record, RECORD_DIR))
		append(comment, size, "dir %s", dir ? dir : "?");
	append(comment, size, "rate %" PRIu32, record->rate);
	if (ksflow_has(record, RECORD_POOL))
		append(comment, size, "pool %" PRIu64, record->pool);
	if (ksflow_has(record, RECORD_DROPS))
		append(comment, size, "drops %" PRIu64, record->drops);
	append(comment, size, "hits %" PRIu32, record->hits);
}

static void comment_drop(char *comment, size_t size,
			 const struct ksflow_record *record)
{
	const uint32_t code = reason_code(record);
	const char *name = reason_code_name(code);

	if (ksflow_has(record, RECORD_REASON))
		append(comment, size, "reason %s", record->reason);
	if (ksflow_has(record, RECORD_SITE))
		append(comment, size, "site %s", record->site);
	if (ksflow_has(record, RECORD_TRAP))
		append(comment, size, "trap %s group %s", record->trap,
		       record->group);
	append(comment, size, "sflow %" PRIu32 " %s", code, name ? name : "?");
}

static void comment_repair(char *comment, size_t size,
			   const struct ksflow_record *record)
{
	const char *kind = ksflow_repair_kind_name(record->repair_kind);

	append(comment, size, "error %s sum 0x%04x right 0x%04x %s",
	       kind ? kind : "?", record->sum_found, record->sum_right,
	       record->is_repaired ? "repaired" : "left");
}

int record_save(struct pcapng *p, struct ifnames *names,
		const struct ksflow_batch *batch,
		const struct ksflow_record *record)
{
	char name[IFNAMSIZ + 2], buf[IFNAMSIZ + 2];
	char comment[512] = "";
	struct pcapng_packet packet = {
		.time_ns = record->time_ns,
		.ifindex = record->source,
		.link = link_of(record->proto),
		.len_bytes = record->len_bytes,
		.data_bytes = record->data_len,
		.data = record->data,
		.comment = comment,
	};

	if (packet.len_bytes < packet.data_bytes)
		packet.len_bytes = packet.data_bytes;
	if (is_drop(batch)) {
		/* what it did not come in through it was to leave by */
		if (record->source) {
			packet.dir = PCAPNG_DIR_IN;
		} else if (record->out && !is_local(record->out)) {
			packet.ifindex = record->out;
			packet.dir = PCAPNG_DIR_OUT;
		}
		comment_drop(comment, sizeof(comment), record);
	} else if (is_repair(batch)) {
		packet.dir = PCAPNG_DIR_IN;
		comment_repair(comment, sizeof(comment), record);
	} else {
		if (record->dir == KSFLOW_DIR_INGRESS)
			packet.dir = PCAPNG_DIR_IN;
		else if (record->dir == KSFLOW_DIR_EGRESS)
			packet.dir = PCAPNG_DIR_OUT;
		comment_sample(comment, sizeof(comment), record);
	}
	packet.ifname = record_ifname(names, packet.ifindex, name,
				      sizeof(name));
	if (ksflow_has(record, RECORD_IN))
		append(comment, sizeof(comment), "in %s",
		       record_ifname(names, record->in, buf, sizeof(buf)));
	if (ksflow_has(record, RECORD_OUT))
		append(comment, sizeof(comment), "out %s",
		       record_ifname(names, record->out, buf, sizeof(buf)));
	if (ksflow_has(record, RECORD_PID))
		append(comment, sizeof(comment), "pid %" PRIu32 " %s",
		       record->pid, record->comm);
	if (record->is_segmented)
		append(comment, sizeof(comment), "segmented");
	return pcapng_write(p, &packet);
}
