// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * From attributes to structs: pure functions over a buffer. What the kernel
 * sends is trusted no more than a file: sizes are checked before a byte is
 * read, and what this version does not know is skipped.
 */
#include "nl.h"

#include <libmnl/libmnl.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum field_kind {
	FIELD_WORD,		/* exactly 4 bytes */
	FIELD_LONG,		/* exactly 8 */
	FIELD_NUMBER,		/* exactly size bytes */
	FIELD_STRING,		/* cut to size - 1 */
	FIELD_FLAG,		/* a bool */
	FIELD_DATA,		/* a record's data and data_len, in place */
	FIELD_SOCKET,		/* a nest: a record's socket */
	FIELD_TUNNEL,		/* a nest: a record's metadata */
};

/* One attribute and its place in the struct. */
struct field {
	uint16_t type;
	uint8_t kind;
	uint16_t size;
	uint16_t offset;
};

#define MEMBER(s, m)	sizeof(((struct s *)0)->m), offsetof(struct s, m)
#define NUMBER(s, attr, m)	{ KSFLOW_A_##attr, \
	sizeof(((struct s *)0)->m) == sizeof(uint32_t) ? FIELD_WORD : \
	sizeof(((struct s *)0)->m) == sizeof(uint64_t) ? FIELD_LONG : \
	FIELD_NUMBER, MEMBER(s, m) }
#define STRING(s, attr, m)	{ KSFLOW_A_##attr, FIELD_STRING, MEMBER(s, m) }
#define FLAG(s, attr, m)	{ KSFLOW_A_##attr, FIELD_FLAG, MEMBER(s, m) }
#define DATA(s, attr, m)	{ KSFLOW_A_##attr, FIELD_DATA, MEMBER(s, m) }
#define SOCKET(s, attr, m)	{ KSFLOW_A_##attr, FIELD_SOCKET, MEMBER(s, m) }
#define TUNNEL(s, attr, m)	{ KSFLOW_A_##attr, FIELD_TUNNEL, MEMBER(s, m) }

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

struct own_walk {
	uint64_t has;		/* KSFLOW_A_OWN_* */
	uint8_t addr4[4];
	struct ksflow_own own;
};

static const struct field rule_fields[] = {
	STRING(ksflow_rule, RULE_PATTERN, pattern),
	NUMBER(ksflow_rule, RULE_SPEED, speed_mbit),
	NUMBER(ksflow_rule, RULE_RATE, rate),
	NUMBER(ksflow_rule, RULE_RATIO, ratio),
	NUMBER(ksflow_rule, RULE_DIR, dir),
	NUMBER(ksflow_rule, RULE_TAP, tap),
	FLAG(ksflow_rule, RULE_QUIET, is_quiet),
};

static const struct field layer_fields[] = {
	NUMBER(ksflow_layer_conf, LAYER_ID, id),
	NUMBER(ksflow_layer_conf, LAYER_HEADER, header_bytes),
	NUMBER(ksflow_layer_conf, LAYER_RING, ring_bytes),
};

static const struct field config_fields[] = {
	NUMBER(ksflow_config, CONFIG_HEADER, header_bytes),
	NUMBER(ksflow_config, CONFIG_HEADER_LAYER, header_layer),
	NUMBER(ksflow_config, CONFIG_RING, ring_bytes),
	NUMBER(ksflow_config, CONFIG_RING_LAYER, ring_layer),
	NUMBER(ksflow_config, CONFIG_OWNER_PORTID, owner_portid),
	FLAG(ksflow_config, CONFIG_EGRESS_HOOK, has_egress_hook),
	FLAG(ksflow_config, CONFIG_DROP_REASONS, has_drop_reasons),
	FLAG(ksflow_config, CONFIG_DROP_HW, has_drop_hw),
	NUMBER(ksflow_config, CONFIG_REPAIR, repair_count),
	NUMBER(ksflow_config, CONFIG_PSAMPLE, psample),
	NUMBER(ksflow_config, CONFIG_PSAMPLE_LAYER, psample_layer),
	FLAG(ksflow_config, CONFIG_PSAMPLE_WAITS, is_psample_missing),
	NUMBER(ksflow_config, CONFIG_DELAY, delay_ms),
	NUMBER(ksflow_config, CONFIG_DELAY_LAYER, delay_layer),
};

static const struct field drop_fields[] = {
	NUMBER(ksflow_drop_conf, DROP_STATE, state),
	NUMBER(ksflow_drop_conf, DROP_STATE_LAYER, state_layer),
	NUMBER(ksflow_drop_conf, DROP_LIMIT, limit),
	NUMBER(ksflow_drop_conf, DROP_LIMIT_LAYER, limit_layer),
	NUMBER(ksflow_drop_conf, DROP_BURST, burst),
	NUMBER(ksflow_drop_conf, DROP_BURST_LAYER, burst_layer),
	NUMBER(ksflow_drop_conf, DROP_SW, sw),
	NUMBER(ksflow_drop_conf, DROP_SW_LAYER, sw_layer),
	NUMBER(ksflow_drop_conf, DROP_HW, hw),
	NUMBER(ksflow_drop_conf, DROP_HW_LAYER, hw_layer),
	NUMBER(ksflow_drop_conf, DROP_HIDE_LAYER, hide_layer),
};

static const struct field own_fields[] = {
	NUMBER(own_walk, OWN_ADDR4, addr4),
	NUMBER(own_walk, OWN_ADDR6, own.addr),
	NUMBER(own_walk, OWN_PORT, own.port),
};

static const struct field drop_count_fields[] = {
	STRING(ksflow_drop_count, DROP_COUNT_REASON, reason),
	STRING(ksflow_drop_count, DROP_COUNT_SITE, site),
	STRING(ksflow_drop_count, DROP_COUNT_TRAP, trap),
	STRING(ksflow_drop_count, DROP_COUNT_GROUP, group),
	FLAG(ksflow_drop_count, DROP_COUNT_HIDDEN, is_hidden),
	NUMBER(ksflow_drop_count, DROP_COUNT_PACKETS, packets),
};

static const struct field repair_fields[] = {
	NUMBER(ksflow_repair_rule, REPAIR_PORT, port),
	STRING(ksflow_repair_rule, REPAIR_DEV, dev),
	NUMBER(ksflow_repair_rule, REPAIR_FROM, from),
	NUMBER(ksflow_repair_rule, REPAIR_FROM_LEN, from_len),
	NUMBER(ksflow_repair_rule, REPAIR_TO, to),
	NUMBER(ksflow_repair_rule, REPAIR_TO_LEN, to_len),
	NUMBER(ksflow_repair_rule, REPAIR_MODE, mode),
	NUMBER(ksflow_repair_rule, REPAIR_KINDS, kinds),
	NUMBER(ksflow_repair_rule, REPAIR_DEFRAG, defrag),
	NUMBER(ksflow_repair_rule, REPAIR_ID, id),
	NUMBER(ksflow_repair_rule, REPAIR_LAYER, layer),
	NUMBER(ksflow_repair_rule, REPAIR_SEEN, seen),
	NUMBER(ksflow_repair_rule, REPAIR_RIGHT, right),
	NUMBER(ksflow_repair_rule, REPAIR_REPAIRED, repaired),
	NUMBER(ksflow_repair_rule, REPAIR_WRONG, wrong),
	NUMBER(ksflow_repair_rule, REPAIR_ZEROES, zeroes),
	NUMBER(ksflow_repair_rule, REPAIR_TRUSTED, trusted),
};

static const struct field repair_sender_fields[] = {
	NUMBER(ksflow_repair_sender, REPAIR_SENDER_ADDR, addr),
	NUMBER(ksflow_repair_sender, REPAIR_SENDER_IFINDEX, ifindex),
	NUMBER(ksflow_repair_sender, REPAIR_SENDER_PORT, port),
	NUMBER(ksflow_repair_sender, REPAIR_SENDER_RULE, rule),
	NUMBER(ksflow_repair_sender, REPAIR_SENDER_KIND, kind),
	NUMBER(ksflow_repair_sender, REPAIR_SENDER_OFFSET, offset),
	NUMBER(ksflow_repair_sender, REPAIR_SENDER_PACKETS, packets),
	NUMBER(ksflow_repair_sender, REPAIR_SENDER_REPAIRED, repaired),
	NUMBER(ksflow_repair_sender, REPAIR_SENDER_FIRST_MS, first_ms),
	NUMBER(ksflow_repair_sender, REPAIR_SENDER_LAST_MS, last_ms),
};

static const struct field repair_total_fields[] = {
	NUMBER(ksflow_repair_total, REPAIR_TOTAL_BROKEN, broken),
	NUMBER(ksflow_repair_total, REPAIR_TOTAL_SENDERS, senders),
	NUMBER(ksflow_repair_total, REPAIR_TOTAL_FORGOTTEN, forgotten),
};

static const struct field dev_fields[] = {
	NUMBER(ksflow_dev, DEV_IFINDEX, ifindex),
	STRING(ksflow_dev, DEV_NAME, name),
	FLAG(ksflow_dev, DEV_DEFAULT, is_default),
	NUMBER(ksflow_dev, DEV_SPEED, speed_mbit),
	NUMBER(ksflow_dev, DEV_RATE, rate),
	FLAG(ksflow_dev, DEV_RATE_AUTO, rate_is_auto),
	NUMBER(ksflow_dev, DEV_RATE_LAYER, rate_layer),
	NUMBER(ksflow_dev, DEV_DIR, dir),
	NUMBER(ksflow_dev, DEV_DIR_LAYER, dir_layer),
	NUMBER(ksflow_dev, DEV_TAP, tap),
	NUMBER(ksflow_dev, DEV_TAP_LAYER, tap_layer),
	NUMBER(ksflow_dev, DEV_TAP_INGRESS, tap_ingress),
	NUMBER(ksflow_dev, DEV_TAP_EGRESS, tap_egress),
	STRING(ksflow_dev, DEV_REFUSED, refused),
};

static const struct field stats_fields[] = {
	NUMBER(ksflow_stats, STATS_KIND, kind),
	NUMBER(ksflow_stats, STATS_SEEN, seen),
	NUMBER(ksflow_stats, STATS_SELECTED, selected),
	NUMBER(ksflow_stats, STATS_LOST_RING, lost_ring),
	NUMBER(ksflow_stats, STATS_RING_BYTES, ring_bytes),
	NUMBER(ksflow_stats, STATS_CPUS, cpus),
	NUMBER(ksflow_stats, STATS_COUNTED, counted),
	NUMBER(ksflow_stats, STATS_HIDDEN, hidden),
	NUMBER(ksflow_stats, STATS_OWN, own),
	NUMBER(ksflow_stats, STATS_LIMITED, limited),
	NUMBER(ksflow_stats, STATS_UNKNOWN, unknown),
};

static const struct field reader_fields[] = {
	NUMBER(ksflow_reader, READER_PORTID, portid),
	FLAG(ksflow_reader, READER_OWNER, is_owner),
	NUMBER(ksflow_reader, READER_KIND, kind),
	NUMBER(ksflow_reader, READER_SELECTED, selected),
	NUMBER(ksflow_reader, READER_DELIVERED, delivered),
	NUMBER(ksflow_reader, READER_FILTERED, filtered),
	NUMBER(ksflow_reader, READER_LOST_RING, lost_ring),
	NUMBER(ksflow_reader, READER_LOST_OVERRUN, lost_overrun),
	NUMBER(ksflow_reader, READER_LOST_MEMORY, lost_memory),
	NUMBER(ksflow_reader, READER_PSAMPLE, psample),
	NUMBER(ksflow_reader, READER_LOST_PSAMPLE, lost_psample),
};

static const struct field source_fields[] = {
	NUMBER(ksflow_source, SOURCE_IFINDEX, ifindex),
	STRING(ksflow_source, SOURCE_NAME, name),
	NUMBER(ksflow_source, SOURCE_SEEN, seen),
	NUMBER(ksflow_source, SOURCE_SELECTED, selected),
	NUMBER(ksflow_source, SOURCE_LOST_RING, lost_ring),
	NUMBER(ksflow_source, SOURCE_SEEN_INGRESS, seen_ingress),
	NUMBER(ksflow_source, SOURCE_SEEN_EGRESS, seen_egress),
	NUMBER(ksflow_source, SOURCE_KIND, kind),
	NUMBER(ksflow_source, SOURCE_LIMITED, limited),
};

static const struct field batch_fields[] = {
	NUMBER(ksflow_batch, BATCH_KIND, kind),
	NUMBER(ksflow_batch, BATCH_CPU, cpu),
	NUMBER(ksflow_batch, BATCH_FIRST, first),
	NUMBER(ksflow_batch, BATCH_NEXT, next),
	NUMBER(ksflow_batch, BATCH_HITS, hits),
	NUMBER(ksflow_batch, BATCH_FILTERED, filtered),
	NUMBER(ksflow_batch, BATCH_LOST_RING, lost_ring),
	NUMBER(ksflow_batch, BATCH_LOST_READER, lost_reader),
};

static const struct field record_fields[] = {
	NUMBER(ksflow_record, RECORD_TIME, time_ns),
	NUMBER(ksflow_record, RECORD_SOURCE, source),
	NUMBER(ksflow_record, RECORD_DIR, dir),
	NUMBER(ksflow_record, RECORD_RATE, rate),
	NUMBER(ksflow_record, RECORD_POOL, pool),
	NUMBER(ksflow_record, RECORD_DROPS, drops),
	NUMBER(ksflow_record, RECORD_HITS, hits),
	NUMBER(ksflow_record, RECORD_IN, in),
	NUMBER(ksflow_record, RECORD_OUT, out),
	NUMBER(ksflow_record, RECORD_LEN, len_bytes),
	NUMBER(ksflow_record, RECORD_PROTO, proto),
	NUMBER(ksflow_record, RECORD_VLAN, vlan),
	DATA(ksflow_record, RECORD_DATA, data),
	NUMBER(ksflow_record, RECORD_MARK, mark),
	NUMBER(ksflow_record, RECORD_QUEUE, queue),
	NUMBER(ksflow_record, RECORD_QUEUE_DEPTH, queue_depth_bytes),
	NUMBER(ksflow_record, RECORD_NEXTHOP4, nexthop4),
	NUMBER(ksflow_record, RECORD_NEXTHOP6, nexthop6),
	NUMBER(ksflow_record, RECORD_SRC_PREFIX, src_prefix_len),
	NUMBER(ksflow_record, RECORD_DST_PREFIX, dst_prefix_len),
	FLAG(ksflow_record, RECORD_SEGMENTED, is_segmented),
	STRING(ksflow_record, RECORD_REASON, reason),
	STRING(ksflow_record, RECORD_SITE, site),
	STRING(ksflow_record, RECORD_TRAP, trap),
	STRING(ksflow_record, RECORD_GROUP, group),
	NUMBER(ksflow_record, RECORD_DST_ERROR, dst_error),
	STRING(ksflow_record, RECORD_QDISC, qdisc),
	NUMBER(ksflow_record, RECORD_SEGS, segs),
	NUMBER(ksflow_record, RECORD_NETNS, netns),
	NUMBER(ksflow_record, RECORD_PID, pid),
	STRING(ksflow_record, RECORD_COMM, comm),
	NUMBER(ksflow_record, RECORD_REPAIR_KIND, repair_kind),
	NUMBER(ksflow_record, RECORD_REPAIR_RULE, repair_rule),
	FLAG(ksflow_record, RECORD_REPAIR_DONE, is_repaired),
	NUMBER(ksflow_record, RECORD_SUM_FOUND, sum_found),
	NUMBER(ksflow_record, RECORD_SUM_RIGHT, sum_right),
	NUMBER(ksflow_record, RECORD_SENDER, sender),
	NUMBER(ksflow_record, RECORD_SENDER_PACKETS, sender_packets),
	NUMBER(ksflow_record, RECORD_DELAY, delay_ns),
	SOCKET(ksflow_record, RECORD_SOCKET, socket),
	TUNNEL(ksflow_record, RECORD_TUNNEL, metadata),
};

static const struct field socket_fields[] = {
	NUMBER(ksflow_socket, SOCKET_PROTO, proto),
	FLAG(ksflow_socket, SOCKET_SENT, is_sender),
	NUMBER(ksflow_socket, SOCKET_LOCAL4, local4),
	NUMBER(ksflow_socket, SOCKET_LOCAL6, local6),
	NUMBER(ksflow_socket, SOCKET_REMOTE4, remote4),
	NUMBER(ksflow_socket, SOCKET_REMOTE6, remote6),
	NUMBER(ksflow_socket, SOCKET_LOCAL_PORT, local_port),
	NUMBER(ksflow_socket, SOCKET_REMOTE_PORT, remote_port),
	NUMBER(ksflow_socket, SOCKET_STATE, state),
	NUMBER(ksflow_socket, SOCKET_SND_MSS, snd_mss),
	NUMBER(ksflow_socket, SOCKET_RCV_MSS, rcv_mss),
	NUMBER(ksflow_socket, SOCKET_UNACKED, unacked),
	NUMBER(ksflow_socket, SOCKET_LOST, lost),
	NUMBER(ksflow_socket, SOCKET_RETRANS, retrans),
	NUMBER(ksflow_socket, SOCKET_PMTU, pmtu),
	NUMBER(ksflow_socket, SOCKET_RTT, rtt_us),
	NUMBER(ksflow_socket, SOCKET_RTTVAR, rttvar_us),
	NUMBER(ksflow_socket, SOCKET_SND_CWND, snd_cwnd),
	NUMBER(ksflow_socket, SOCKET_REORDERING, reordering),
	NUMBER(ksflow_socket, SOCKET_MIN_RTT, min_rtt_us),
};

static const struct field tunnel_fields[] = {
	FLAG(ksflow_tunnel, TUNNEL_OUT, is_out),
	NUMBER(ksflow_tunnel, TUNNEL_ID, id),
	NUMBER(ksflow_tunnel, TUNNEL_SRC4, src4),
	NUMBER(ksflow_tunnel, TUNNEL_SRC6, src6),
	NUMBER(ksflow_tunnel, TUNNEL_DST4, dst4),
	NUMBER(ksflow_tunnel, TUNNEL_DST6, dst6),
	NUMBER(ksflow_tunnel, TUNNEL_SRC_PORT, src_port),
	NUMBER(ksflow_tunnel, TUNNEL_DST_PORT, dst_port),
	NUMBER(ksflow_tunnel, TUNNEL_TOS, tos),
	NUMBER(ksflow_tunnel, TUNNEL_TTL, ttl),
	NUMBER(ksflow_tunnel, TUNNEL_WORDS, words),
	NUMBER(ksflow_tunnel, TUNNEL_OPTIONS, options_bytes),
};

static int fill_socket(const struct nlattr *attr, struct ksflow_socket *socket);
static int fill_tunnel(const struct nlattr *attr, struct ksflow_tunnel *tunnel);

static int fill_one(const struct nlattr *attr, void *base,
		    const struct field *field)
{
	const uint8_t *payload = (const uint8_t *)attr + MNL_ATTR_HDRLEN;
	size_t len = attr->nla_len - MNL_ATTR_HDRLEN;
	uint8_t *to = (uint8_t *)base + field->offset;

	switch (field->kind) {
	case FIELD_WORD:
	case FIELD_LONG:
	case FIELD_NUMBER:
		if (len != field->size)
			return -EBADMSG;
		if (len == 1)
			*to = *payload;
		else
			memcpy(to, payload, len);
		return 0;
	case FIELD_STRING:
		if (len >= field->size)
			len = field->size - 1;
		len = strnlen((const char *)payload, len);
		memcpy(to, payload, len);
		to[len] = '\0';
		return 0;
	case FIELD_FLAG:
		*(bool *)to = true;
		return 0;
	case FIELD_DATA:
		((struct ksflow_record *)base)->data = payload;
		((struct ksflow_record *)base)->data_len = len;
		return 0;
	case FIELD_SOCKET:
		return fill_socket(attr, (struct ksflow_socket *)to);
	case FIELD_TUNNEL:
		return fill_tunnel(attr, (struct ksflow_tunnel *)to);
	}
	return -EBADMSG;
}

/*
 * Call each() for every attribute of the buffer, in order, all of them
 * checked to lie inside it. Inlined, each() with it: a record is a dozen of them.
 */
static inline __attribute__((always_inline)) int for_each(const void *buf, size_t len,
		    int (*each)(const struct nlattr *attr, void *arg),
		    void *arg)
{
	const char *at = buf;

	while (len) {
		const struct nlattr *attr = (const struct nlattr *)at;
		size_t step;
		int ret;

		if (len < sizeof(*attr) || attr->nla_len < sizeof(*attr) ||
		    attr->nla_len > len)
			return -EBADMSG;
		step = MNL_ALIGN(attr->nla_len);
		ret = each(attr, arg);
		if (ret)
			return ret;
		/* the last one's padding may be missing */
		if (step >= len)
			break;
		at += step;
		len -= step;
	}
	return 0;
}

struct fill_walk {
	uint8_t *base;
	uint64_t has;
	const struct field *fields;
	size_t count;
};

/* Where it is in a table that has them all in order; else it is looked for. */
static inline const struct field *field_of(const struct fill_walk *walk,
					   uint16_t type)
{
	size_t i = (size_t)type - walk->fields[0].type;

	if (i < walk->count && walk->fields[i].type == type)
		return &walk->fields[i];
	for (i = 0; i < walk->count; i++) {
		if (walk->fields[i].type == type)
			return &walk->fields[i];
	}
	return NULL;
}

static inline __attribute__((always_inline)) int
each_field(const struct nlattr *attr, void *arg)
{
	struct fill_walk *walk = arg;
	uint16_t type = attr->nla_type & NLA_TYPE_MASK;
	const struct field *field = field_of(walk, type);
	int ret;

	if (!field)
		return 0;
	/* of a known length it is one move, and most of a record's are */
	if (field->kind == FIELD_WORD &&
	    attr->nla_len == MNL_ATTR_HDRLEN + sizeof(uint32_t)) {
		memcpy(walk->base + field->offset, attr + 1, sizeof(uint32_t));
	} else if (field->kind == FIELD_LONG &&
		   attr->nla_len == MNL_ATTR_HDRLEN + sizeof(uint64_t)) {
		memcpy(walk->base + field->offset, attr + 1, sizeof(uint64_t));
	} else {
		ret = fill_one(attr, walk->base, field);
		if (ret)
			return ret;
	}
	walk->has |= 1ULL << type;
	return 0;
}

/* The walk is a copy of our own, that it may live in registers. */
static int fill(const struct nlattr *nest, struct fill_walk walk, uint64_t *has)
{
	int ret;

	ret = for_each(nest + 1, nest->nla_len - sizeof(*nest), each_field,
		       &walk);
	*has |= walk.has;
	return ret;
}

/* Fill *s from the attributes inside attr, a bit of has for each one known. */
#define FILL(attr, s, f) \
	fill(attr, (struct fill_walk){ .base = (uint8_t *)(s), .fields = (f), \
	     .count = COUNT(f) }, &(s)->has)

static int fill_socket(const struct nlattr *attr, struct ksflow_socket *socket)
{
	return FILL(attr, socket, socket_fields);
}

static int fill_tunnel(const struct nlattr *attr, struct ksflow_tunnel *tunnel)
{
	return FILL(attr, tunnel, tunnel_fields);
}

struct records_walk {
	const struct ksflow_handler *handler;
	struct ksflow_batch batch;
	struct ksflow_record record;
	bool is_headed;
};

#define BIT(attr)	(1ULL << KSFLOW_A_RECORD_##attr)

/* Attributes whose members come before the socket and the strings. */
#define IN_FRONT	(BIT(TIME) | BIT(SOURCE) | BIT(DIR) | BIT(RATE) | \
			 BIT(POOL) | BIT(DROPS) | BIT(HITS) | BIT(IN) | \
			 BIT(OUT) | BIT(LEN) | BIT(PROTO) | BIT(VLAN) | \
			 BIT(DATA) | BIT(MARK) | BIT(QUEUE) | \
			 BIT(QUEUE_DEPTH) | BIT(DELAY) | BIT(NEXTHOP4) | \
			 BIT(NEXTHOP6) | BIT(SRC_PREFIX) | BIT(DST_PREFIX) | \
			 BIT(SEGMENTED))

/* All zero, as it is before the first one; the rear is most of it. */
static void clear(struct ksflow_record *record)
{
	if (record->has & ~IN_FRONT)
		memset(record, 0, sizeof(*record));
	else
		memset(record, 0, offsetof(struct ksflow_record, socket));
}

static int each_batch(const struct nlattr *attr, void *arg)
{
	struct records_walk *walk = arg;

	if (mnl_attr_get_type(attr) != KSFLOW_A_BATCH)
		return 0;
	walk->is_headed = true;
	return FILL(attr, &walk->batch, batch_fields);
}

static int each_record(const struct nlattr *attr, void *arg)
{
	struct records_walk *walk = arg;
	struct ksflow_record *record = &walk->record;
	int ret;

	if (mnl_attr_get_type(attr) != KSFLOW_A_RECORD)
		return 0;
	clear(record);
	record->hits = 1;
	record->segs = 1;
	ret = FILL(attr, record, record_fields);
	if (!ret && walk->handler->record)
		walk->handler->record(&walk->batch, record,
				      walk->handler->arg);
	return ret;
}

int ksflow_nl_parse_records(const void *buf, size_t len,
			    const struct ksflow_handler *handler)
{
	struct records_walk walk = { .handler = handler };
	int ret;

	ret = for_each(buf, len, each_batch, &walk);
	if (ret)
		return ret;
	if (!walk.is_headed)
		return -EBADMSG;
	if (handler->batch)
		handler->batch(&walk.batch, handler->arg);
	return for_each(buf, len, each_record, &walk);
}

static int each_hide(const struct nlattr *attr, void *arg)
{
	struct ksflow_drop_conf *drop = arg;
	const struct field field = {
		KSFLOW_A_DROP_HIDE, FIELD_STRING, KSFLOW_PATTERN_MAX, 0,
	};

	if (mnl_attr_get_type(attr) != KSFLOW_A_DROP_HIDE ||
	    drop->hide_count == KSFLOW_HIDE_MAX)
		return 0;
	ksflow_set(drop, DROP_HIDE);
	return fill_one(attr, drop->hide[drop->hide_count++], &field);
}

static int fill_drop(const struct nlattr *attr, struct ksflow_drop_conf *drop)
{
	int ret;

	memset(drop, 0, sizeof(*drop));
	ret = FILL(attr, drop, drop_fields);
	if (ret)
		return ret;
	return for_each(mnl_attr_get_payload(attr),
			mnl_attr_get_payload_len(attr), each_hide, drop);
}

static int fill_own(const struct nlattr *attr, struct ksflow_layer_conf *layer)
{
	struct own_walk walk = { 0 };
	int ret;

	if (layer->own_count == KSFLOW_OWN_MAX)
		return 0;
	ret = FILL(attr, &walk, own_fields);
	if (ret)
		return ret;
	walk.own.is_ip6 = !ksflow_has(&walk, OWN_ADDR4);
	if (!walk.own.is_ip6)
		memcpy(walk.own.addr, walk.addr4, sizeof(walk.addr4));
	layer->own[layer->own_count++] = walk.own;
	return 0;
}

/* One number for each member of an enumeration, from type 2 on. */
struct list_walk {
	uint64_t *list;
	size_t count;
};

static int each_number(const struct nlattr *attr, void *arg)
{
	const struct field field = { 0, FIELD_NUMBER, sizeof(uint64_t), 0 };
	unsigned int type = mnl_attr_get_type(attr);
	struct list_walk *walk = arg;

	if (type < 2 || type - 2 >= walk->count)
		return 0;
	return fill_one(attr, &walk->list[type - 2], &field);
}

static int each_repair_list(const struct nlattr *attr, void *arg)
{
	struct ksflow_repair_rule *rule = arg;
	struct list_walk walk;

	switch (mnl_attr_get_type(attr)) {
	case KSFLOW_A_REPAIR_SKIPPED:
		walk = (struct list_walk){ rule->skipped,
					   COUNT(rule->skipped) };
		break;
	case KSFLOW_A_REPAIR_BY_KIND:
		walk = (struct list_walk){ rule->by_kind,
					   COUNT(rule->by_kind) };
		break;
	default:
		return 0;
	}
	return for_each(mnl_attr_get_payload(attr),
			mnl_attr_get_payload_len(attr), each_number, &walk);
}

static int fill_repair(const struct nlattr *attr,
		       struct ksflow_repair_rule *rule)
{
	int ret;

	memset(rule, 0, sizeof(*rule));
	ret = FILL(attr, rule, repair_fields);
	if (ret)
		return ret;
	return for_each(mnl_attr_get_payload(attr),
			mnl_attr_get_payload_len(attr), each_repair_list,
			rule);
}

/* What a layer has besides numbers. */
static int each_layer_nest(const struct nlattr *attr, void *arg)
{
	struct ksflow_layer_conf *layer = arg;
	struct ksflow_rule *rules;

	switch (mnl_attr_get_type(attr)) {
	case KSFLOW_A_LAYER_RULE:
		break;
	case KSFLOW_A_LAYER_DROP:
		ksflow_set(layer, LAYER_DROP);
		return fill_drop(attr, &layer->drop);
	case KSFLOW_A_LAYER_OWN:
		return fill_own(attr, layer);
	case KSFLOW_A_LAYER_REPAIR:
		if (layer->repair_count == KSFLOW_REPAIR_RULES_MAX)
			return 0;
		return fill_repair(attr, &layer->repairs[layer->repair_count++]);
	default:
		return 0;
	}
	rules = realloc(layer->rules,
			(layer->rule_count + 1) * sizeof(*rules));
	if (!rules)
		return -ENOMEM;
	layer->rules = rules;
	rules += layer->rule_count++;
	memset(rules, 0, sizeof(*rules));
	return FILL(attr, rules, rule_fields);
}

static int fill_layer(const struct nlattr *attr, struct ksflow_config *config)
{
	struct ksflow_layer_conf *layers;
	int ret;

	layers = realloc(config->layers,
			 (config->layer_count + 1) * sizeof(*layers));
	if (!layers)
		return -ENOMEM;
	config->layers = layers;
	layers += config->layer_count++;
	memset(layers, 0, sizeof(*layers));
	ret = FILL(attr, layers, layer_fields);
	if (ret)
		return ret;
	return for_each(mnl_attr_get_payload(attr),
			mnl_attr_get_payload_len(attr), each_layer_nest, layers);
}

static int each_config_nest(const struct nlattr *attr, void *arg)
{
	struct ksflow_config *config = arg;

	if (mnl_attr_get_type(attr) != KSFLOW_A_CONFIG_DROP)
		return 0;
	ksflow_set(config, CONFIG_DROP);
	return fill_drop(attr, &config->drop);
}

static int each_config(const struct nlattr *attr, void *arg)
{
	int ret;
	static const struct field abi[] = {
		NUMBER(ksflow_config, ABI, abi),
		STRING(ksflow_config, VERSION, version),
	};
	struct ksflow_config *config = arg;

	switch (mnl_attr_get_type(attr)) {
	case KSFLOW_A_ABI:
		return fill_one(attr, config, &abi[0]);
	case KSFLOW_A_VERSION:
		return fill_one(attr, config, &abi[1]);
	case KSFLOW_A_CONFIG:
		ret = FILL(attr, config, config_fields);
		if (ret)
			return ret;
		return for_each(mnl_attr_get_payload(attr),
				mnl_attr_get_payload_len(attr),
				each_config_nest, config);
	case KSFLOW_A_LAYER:
		return fill_layer(attr, config);
	}
	return 0;
}

/* Adds to *config; the caller clears it first and frees it after, errors
 * included.
 */
int ksflow_nl_parse_config(const void *buf, size_t len,
			   struct ksflow_config *config)
{
	return for_each(buf, len, each_config, config);
}

void ksflow_config_free(struct ksflow_config *config)
{
	unsigned int i;

	for (i = 0; i < config->layer_count; i++)
		free(config->layers[i].rules);
	free(config->layers);
	config->layers = NULL;
	config->layer_count = 0;
}

static int each_dev(const struct nlattr *attr, void *arg)
{
	struct ksflow_dev *dev = arg;

	if (mnl_attr_get_type(attr) != KSFLOW_A_DEV)
		return 0;
	memset(dev, 0, sizeof(*dev));
	return FILL(attr, dev, dev_fields);
}

int ksflow_nl_parse_dev(const void *buf, size_t len, struct ksflow_dev *dev)
{
	memset(dev, 0, sizeof(*dev));
	return for_each(buf, len, each_dev, dev);
}

static int each_stats_list(const struct nlattr *attr, void *arg)
{
	struct ksflow_stats *stats = arg;
	struct list_walk walk = { stats->delays, COUNT(stats->delays) };

	if (mnl_attr_get_type(attr) != KSFLOW_A_STATS_DELAY)
		return 0;
	ksflow_set(stats, STATS_DELAY);
	return for_each(mnl_attr_get_payload(attr),
			mnl_attr_get_payload_len(attr), each_number, &walk);
}

static int each_stats(const struct nlattr *attr, void *arg)
{
	const struct ksflow_stats_handler *handler = arg;
	struct ksflow_reader reader = { 0 };
	struct ksflow_source source = { 0 };
	struct ksflow_stats stats = { 0 };
	int ret;

	switch (mnl_attr_get_type(attr)) {
	case KSFLOW_A_STATS:
		ret = FILL(attr, &stats, stats_fields);
		if (!ret)
			ret = for_each(mnl_attr_get_payload(attr),
				       mnl_attr_get_payload_len(attr),
				       each_stats_list, &stats);
		if (!ret && handler->stats)
			ret = handler->stats(&stats, handler->arg);
		return ret;
	case KSFLOW_A_READER:
		ret = FILL(attr, &reader, reader_fields);
		if (!ret && handler->reader)
			ret = handler->reader(&reader, handler->arg);
		return ret;
	case KSFLOW_A_SOURCE:
		ret = FILL(attr, &source, source_fields);
		if (!ret && handler->source)
			ret = handler->source(&source, handler->arg);
		return ret;
	}
	return 0;
}

int ksflow_nl_parse_stats(const void *buf, size_t len,
			  const struct ksflow_stats_handler *handler)
{
	return for_each(buf, len, each_stats, (void *)handler);
}

static int each_drop_count(const struct nlattr *attr, void *arg)
{
	struct ksflow_drop_count *count = arg;

	if (mnl_attr_get_type(attr) != KSFLOW_A_DROP_COUNT)
		return 0;
	memset(count, 0, sizeof(*count));
	return FILL(attr, count, drop_count_fields);
}

int ksflow_nl_parse_drop_count(const void *buf, size_t len,
			       struct ksflow_drop_count *count)
{
	memset(count, 0, sizeof(*count));
	return for_each(buf, len, each_drop_count, count);
}

static int each_repair(const struct nlattr *attr, void *arg)
{
	const struct ksflow_repair_handler *handler = arg;
	struct ksflow_repair_sender sender = { 0 };
	struct ksflow_repair_total total = { 0 };
	struct ksflow_repair_rule rule;
	int ret;

	switch (mnl_attr_get_type(attr)) {
	case KSFLOW_A_REPAIR:
		ret = fill_repair(attr, &rule);
		if (!ret && handler->rule)
			ret = handler->rule(&rule, handler->arg);
		return ret;
	case KSFLOW_A_REPAIR_SENDER:
		ret = FILL(attr, &sender, repair_sender_fields);
		if (!ret && handler->sender)
			ret = handler->sender(&sender, handler->arg);
		return ret;
	case KSFLOW_A_REPAIR_TOTAL:
		ret = FILL(attr, &total, repair_total_fields);
		if (!ret && handler->total)
			ret = handler->total(&total, handler->arg);
		return ret;
	}
	return 0;
}

int ksflow_nl_parse_repair(const void *buf, size_t len,
			   const struct ksflow_repair_handler *handler)
{
	return for_each(buf, len, each_repair, (void *)handler);
}

static const char * const dir_names[] = {
	[KSFLOW_DIR_OFF] = "off",
	[KSFLOW_DIR_ONCE] = "once",
	[KSFLOW_DIR_INGRESS] = "ingress",
	[KSFLOW_DIR_EGRESS] = "egress",
	[KSFLOW_DIR_BOTH] = "both",
};

static const char * const tap_names[] = {
	[KSFLOW_TAP_AUTO] = "auto",
	[KSFLOW_TAP_NETFILTER] = "netfilter",
	[KSFLOW_TAP_TRACEPOINT] = "tracepoint",
};

static const char * const layer_names[] = {
	[KSFLOW_LAYER_BUILTIN] = "builtin",
	[KSFLOW_LAYER_PARAM] = "param",
	[KSFLOW_LAYER_DAEMON] = "ksflowd",
	[KSFLOW_LAYER_TOOL] = "tool",
};

static const char * const kind_names[] = {
	[KSFLOW_KIND_SAMPLE] = "sample",
	[KSFLOW_KIND_DROP] = "drop",
	[KSFLOW_KIND_REPAIR] = "repair",
};

static const char * const drop_state_names[] = {
	[KSFLOW_DROP_OFF] = "off",
	[KSFLOW_DROP_COUNT] = "count",
	[KSFLOW_DROP_ON] = "on",
};

static const char * const repair_mode_names[] = {
	[KSFLOW_REPAIR_AUDIT] = "audit",
	[KSFLOW_REPAIR_REPAIR] = "repair",
};

static const char * const repair_kind_names[] = {
	[KSFLOW_REPAIR_ZERO] = "zero",
	[KSFLOW_REPAIR_NO_PSEUDO] = "no-pseudo",
	[KSFLOW_REPAIR_PSEUDO] = "pseudo",
	[KSFLOW_REPAIR_SWAPPED] = "swapped",
	[KSFLOW_REPAIR_OFFSET] = "offset",
	[KSFLOW_REPAIR_OTHER] = "other",
};

static const char * const repair_skip_names[] = {
	[KSFLOW_REPAIR_SKIP_SUPER] = "super-packet",
	[KSFLOW_REPAIR_SKIP_PARTIAL] = "partial",
	[KSFLOW_REPAIR_SKIP_FRAGMENT] = "fragment",
	[KSFLOW_REPAIR_SKIP_ROUTING] = "routing-header",
	[KSFLOW_REPAIR_SKIP_HOME] = "home-address",
	[KSFLOW_REPAIR_SKIP_AUTH] = "authenticated",
	[KSFLOW_REPAIR_SKIP_LENGTH] = "length",
	[KSFLOW_REPAIR_SKIP_MEMORY] = "memory",
};

static const char *word(const char * const *words, size_t count, size_t i)
{
	return i < count ? words[i] : NULL;
}

static int number(const char * const *words, size_t count, const char *s)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (words[i] && !strcasecmp(words[i], s))
			return i;
	}
	return -EINVAL;
}

const char *ksflow_dir_name(unsigned int dir)
{
	return word(dir_names, COUNT(dir_names), dir);
}

const char *ksflow_tap_name(unsigned int tap)
{
	return word(tap_names, COUNT(tap_names), tap);
}

const char *ksflow_layer_name(unsigned int layer)
{
	return word(layer_names, COUNT(layer_names), layer);
}

const char *ksflow_kind_name(unsigned int kind)
{
	return word(kind_names, COUNT(kind_names), kind);
}

const char *ksflow_drop_state_name(unsigned int state)
{
	return word(drop_state_names, COUNT(drop_state_names), state);
}

const char *ksflow_repair_mode_name(unsigned int mode)
{
	return word(repair_mode_names, COUNT(repair_mode_names), mode);
}

const char *ksflow_repair_kind_name(unsigned int kind)
{
	return word(repair_kind_names, COUNT(repair_kind_names), kind);
}

const char *ksflow_repair_skip_name(unsigned int cause)
{
	return word(repair_skip_names, COUNT(repair_skip_names), cause);
}

int ksflow_repair_mode_parse(const char *word)
{
	return number(repair_mode_names, COUNT(repair_mode_names), word);
}

int ksflow_repair_kind_parse(const char *word)
{
	return number(repair_kind_names, COUNT(repair_kind_names), word);
}

int ksflow_drop_state_parse(const char *word)
{
	return number(drop_state_names, COUNT(drop_state_names), word);
}

int ksflow_dir_parse(const char *word)
{
	if (!strcasecmp(word, "rx"))
		return KSFLOW_DIR_INGRESS;
	if (!strcasecmp(word, "tx"))
		return KSFLOW_DIR_EGRESS;
	return number(dir_names, COUNT(dir_names), word);
}

int ksflow_tap_parse(const char *word)
{
	return number(tap_names, COUNT(tap_names), word);
}
