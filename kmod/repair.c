// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Wrong checksums of UDP over IPv6: found, counted by rule and by sender, and
 * put right where a rule says so. A netfilter hook before all others; what no
 * rule names is left alone, and so is what is right.
 */
#include "repair.h"

#include <linux/glob.h>
#include <linux/ipv6.h>
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/netfilter_ipv6.h>
#include <linux/percpu.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>

#include "compat/compat.h"
#include "device.h"
#include "net.h"
#include "record.h"
#include "sender.h"
#include "sum.h"

/* Extension headers, and options of one of them, that are looked at. */
#define HEADERS_MAX	16
#define OPTIONS_MAX	64

#define BUCKETS		256U
#define NOTHING		0xff

/**
 * struct entry - a rule as packets find it
 * @port: destination
 * @next: of the same bucket, or NOTHING
 * @is_plain: it asks for the port alone
 * @conf: the rule
 * @id: its number
 * @count: its counters
 */
struct entry {
	__be16 port;
	u8 next;
	bool is_plain;
	u32 id;
	struct ksflow_repair_count __percpu *count;
	struct ksflow_repair_conf conf;
};

/**
 * struct ksflow_repair_table - the rules of a namespace; immutable
 * @bucket: the first entry of a port: that of the last rule
 * @has_ports: a bit for the low bits of each port
 */
struct ksflow_repair_table {
	struct rcu_head rcu;
	u64 has_ports;
	u8 bucket[BUCKETS];
	struct entry entry[];
};

static __always_inline u8 bucket_of(__be16 port)
{
	return (__force u16)port ^ ((__force u16)port >> 8);
}

static __always_inline u64 port_bit(__be16 port)
{
	return 1ULL << (ntohs(port) & 63);
}

/* ---- where things are in a packet --------------------------------------- */

/**
 * struct place - the UDP header behind the extension headers
 * @at: its offset from skb->data
 * @has_fragment: there is a fragment header
 * @skip: bits 1 << enum ksflow_repair_skip for what was on the way
 */
struct place {
	int at;
	bool has_fragment;
	u32 skip;
};

enum way {
	WAY_UDP,
	WAY_OTHER,	/* something else, or more than is looked at */
	WAY_BROKEN,	/* the packet ends before */
};

/* With it another address than the source's was summed (RFC 6275, 11.3.1). */
static bool has_home_address(const struct sk_buff *skb, int at, int end)
{
	const u8 *option;
	unsigned int i;
	u8 buf[2];

	for (i = 0; i < OPTIONS_MAX && at < end; i++) {
		option = skb_header_pointer(skb, at, 1, buf);
		if (!option || *option == IPV6_TLV_HAO)
			return true;
		if (*option == IPV6_TLV_PAD1) {
			at++;
			continue;
		}
		option = skb_header_pointer(skb, at, sizeof(buf), buf);
		if (!option)
			return true;
		at += sizeof(buf) + option[1];
	}
	return at < end;
}

/* Any extension header but a fragment header. Return: its end, 0: no such. */
static int skip_header(const struct sk_buff *skb, int at, u8 *nexthdr,
		       struct place *place)
{
	u8 buf[4], this = *nexthdr;
	const u8 *header;
	int end;

	header = skb_header_pointer(skb, at, sizeof(buf), buf);
	if (!header)
		return 0;
	*nexthdr = header[0];
	if (this == NEXTHDR_AUTH)
		end = at + (header[1] + 2) * 4;
	else
		end = at + (header[1] + 1) * 8;
	if (end > (int)skb->len)
		return 0;
	if (this == NEXTHDR_AUTH)
		place->skip |= BIT(KSFLOW_REPAIR_SKIP_AUTH);
	else if (this == NEXTHDR_ROUTING && header[3])
		place->skip |= BIT(KSFLOW_REPAIR_SKIP_ROUTING);
	else if (this == NEXTHDR_DEST && has_home_address(skb, at + 2, end))
		place->skip |= BIT(KSFLOW_REPAIR_SKIP_HOME);
	return end;
}

static enum way walk(const struct sk_buff *skb, int at, u8 nexthdr,
		     struct place *place)
{
	const struct frag_hdr *frag;
	struct frag_hdr frag_buf;
	unsigned int i;

	for (i = 0; i < HEADERS_MAX; i++) {
		switch (nexthdr) {
		case NEXTHDR_UDP:
			place->at = at;
			return WAY_UDP;
		case NEXTHDR_FRAGMENT:
			frag = skb_header_pointer(skb, at, sizeof(frag_buf),
						  &frag_buf);
			if (!frag)
				return WAY_BROKEN;
			if (frag->frag_off & htons(IP6_OFFSET))
				return WAY_OTHER;
			place->has_fragment = true;
			/* Without more to come it is whole (RFC 6946). */
			if (frag->frag_off & htons(IP6_MF))
				place->skip |= BIT(KSFLOW_REPAIR_SKIP_FRAGMENT);
			nexthdr = frag->nexthdr;
			at += sizeof(*frag);
			break;
		case NEXTHDR_HOP:
		case NEXTHDR_DEST:
		case NEXTHDR_ROUTING:
		case NEXTHDR_AUTH:
			at = skip_header(skb, at, &nexthdr, place);
			if (!at)
				return WAY_BROKEN;
			break;
		default:
			return WAY_OTHER;
		}
	}
	return WAY_OTHER;
}

/* ---- which rule --------------------------------------------------------- */

static bool matches(const struct ksflow_repair_conf *conf,
		    const struct ipv6hdr *ip6, const struct net_device *dev)
{
	return (!conf->dev[0] || glob_match(conf->dev, dev->name)) &&
	       ipv6_prefix_equal(&ip6->saddr, &conf->from, conf->from_len) &&
	       ipv6_prefix_equal(&ip6->daddr, &conf->to, conf->to_len);
}

static __always_inline const struct entry *
find_entry(const struct ksflow_repair_table *table, __be16 port,
	   const struct ipv6hdr *ip6, const struct net_device *dev)
{
	u8 i = table->bucket[bucket_of(port)];
	const struct entry *entry;

	for (; i != NOTHING; i = entry->next) {
		entry = &table->entry[i];
		if (entry->port == port &&
		    (entry->is_plain || matches(&entry->conf, ip6, dev)))
			return entry;
	}
	return NULL;
}

/* A VRF has the hooks called again, for itself: what a rule had is done. */
static noinline bool was_here(const struct ksflow_repair_table *table,
			      const struct sk_buff *skb, __be16 port,
			      struct net *net)
{
	const struct net_device *slave;

	slave = dev_get_by_index_rcu(net, IP6CB(skb)->iif);
	return !slave || find_entry(table, port, ipv6_hdr(skb), slave);
}

/* ---- what is done to a packet ------------------------------------------- */

static void tell(struct ksflow_net *kn, const struct ksflow_wrong *wrong,
		 const struct sk_buff *skb)
{
	struct ksflow_repair_cpu __percpu *cpu = kn->repair.cpu;

	this_cpu_inc(cpu->wrong);
	if (!smp_load_acquire(&kn->repair.is_on)) {
		this_cpu_inc(cpu->counted);
	} else if (!wrong->is_told) {
		this_cpu_inc(cpu->limited);
	} else {
		this_cpu_inc(cpu->selected);
		if (!ksflow_record_repair(kn, wrong, skb))
			this_cpu_inc(cpu->lost);
	}
}

/* What was summed here need not be summed again. */
static __always_inline void mark_verified(struct sk_buff *skb)
{
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb->csum_level = 0;
	skb->csum_complete_sw = 0;
	skb->csum_valid = 0;
}

/* @rest: see ksflow_sum_right(). */
static noinline void judge_wrong(struct ksflow_net *kn,
				 const struct entry *entry,
				 struct sk_buff *skb, int at, u32 len,
				 u16 found, u16 rest)
{
	struct ksflow_repair_count __percpu *count = entry->count;
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);
	u16 pseudo = ~(__force u16)csum_ipv6_magic(&ip6->saddr, &ip6->daddr,
						   len, IPPROTO_UDP, 0);
	struct ksflow_wrong wrong = {
		.addr = ip6->saddr,
		.ifindex = skb->dev->ifindex,
		.rule = entry->id,
		.port = entry->port,
		.found = found,
		.rest = rest,
		.kind = ksflow_sum_kind(found, rest, pseudo),
	};
	bool has_memory = true;
	struct udphdr *udp;

	if (entry->conf.mode == KSFLOW_REPAIR_REPAIR) {
		wrong.kinds = entry->conf.kinds;
		/* Which of these two it is only its sender's others tell. */
		if (wrong.kinds & BIT(wrong.kind) ||
		    (wrong.kind == KSFLOW_REPAIR_OTHER &&
		     wrong.kinds & BIT(KSFLOW_REPAIR_OFFSET)))
			has_memory = !skb_ensure_writable(skb,
							  at + sizeof(*udp));
		if (!has_memory)
			wrong.kinds = 0;
	}
	ksflow_sender_note(kn->repair.senders, &wrong);
	this_cpu_inc(count->by_kind[wrong.kind]);
	/* While its bytes are as they came. */
	tell(kn, &wrong, skb);
	if (wrong.is_repaired) {
		udp = (struct udphdr *)(skb->data + at);
		udp->check = (__force __sum16)ksflow_sum_right(found, rest);
		/* Of a zero sum nobody takes the word "verified" for it. */
		if (skb->ip_summed != CHECKSUM_UNNECESSARY)
			mark_verified(skb);
		this_cpu_inc(count->repaired);
	} else if (!has_memory && entry->conf.kinds & BIT(wrong.kind)) {
		this_cpu_inc(count->skipped[KSFLOW_REPAIR_SKIP_MEMORY]);
	} else if (!found) {
		this_cpu_inc(count->zeroes);
	} else {
		this_cpu_inc(count->wrong);
	}
}

/* The sum is there already, of all from the IPv6 header on. */
static bool is_complete_right(const struct sk_buff *skb, int at, u32 len)
{
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);
	__wsum sum;

	if (skb->ip_summed != CHECKSUM_COMPLETE || at + len != skb->len ||
	    at > skb_headlen(skb))
		return false;
	sum = csum_sub(skb->csum, csum_partial(skb->data, at, 0));
	return !csum_ipv6_magic(&ip6->saddr, &ip6->daddr, len, IPPROTO_UDP,
				sum);
}

static __always_inline void judge(struct ksflow_net *kn,
				  const struct entry *entry,
				  struct sk_buff *skb,
				  const struct place *place,
				  const struct udphdr *udp)
{
	struct ksflow_repair_count __percpu *count = entry->count;
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);
	u16 found = (__force u16)udp->check, rest;
	u32 len = ntohs(udp->len);
	unsigned int cause;
	int at = place->at;
	__wsum sum;

	this_cpu_inc(count->seen);
	cause = KSFLOW_REPAIR_SKIP_SUPER;
	if (unlikely(skb_is_gso(skb)))
		goto skip;
	cause = KSFLOW_REPAIR_SKIP_PARTIAL;
	if (unlikely(skb->ip_summed == CHECKSUM_PARTIAL))
		goto skip;
	if (unlikely(place->skip)) {
		cause = __ffs(place->skip);
		goto skip;
	}
	cause = KSFLOW_REPAIR_SKIP_LENGTH;
	if (unlikely(len < sizeof(*udp) || len > skb->len - at))
		goto skip;
	if (likely(found)) {
		if (skb->ip_summed == CHECKSUM_UNNECESSARY) {
			this_cpu_inc(count->trusted);
			return;
		}
		if (is_complete_right(skb, at, len)) {
			this_cpu_inc(count->right);
			return;
		}
	}
	cause = KSFLOW_REPAIR_SKIP_MEMORY;
	if (likely(at + len <= skb_headlen(skb)))
		sum = csum_partial(skb->data + at, len, 0);
	else if (likely(ksflow_skb_is_readable(skb)))
		sum = skb_checksum(skb, at, len, 0);
	else
		goto skip;
	rest = (__force u16)csum_ipv6_magic(&ip6->saddr, &ip6->daddr, len,
					    IPPROTO_UDP, sum);
	if (unlikely(rest || !found)) {
		judge_wrong(kn, entry, skb, at, len, found, rest);
		return;
	}
	mark_verified(skb);
	this_cpu_inc(count->right);
	return;

skip:
	this_cpu_inc(count->skipped[cause]);
}

static __always_inline void look(struct ksflow_net *kn, struct sk_buff *skb,
				 const struct nf_hook_state *state,
				 bool is_after_defrag)
{
	const struct ksflow_repair_table *table =
		rcu_dereference(kn->repair.table);
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);
	struct place place = {
		.at = skb_network_offset(skb) + sizeof(*ip6),
	};
	const struct udphdr *udp = NULL;
	const struct entry *entry;
	struct udphdr udp_buf;
	enum way way;

	if (unlikely(!table))
		return;
	way = WAY_UDP;
	if (unlikely(ip6->nexthdr != NEXTHDR_UDP)) {
		if (likely(ip6->nexthdr == NEXTHDR_TCP))
			return;
		way = walk(skb, place.at, ip6->nexthdr, &place);
		if (way == WAY_OTHER)
			return;
	}
	if (likely(way == WAY_UDP))
		udp = skb_header_pointer(skb, place.at, sizeof(udp_buf),
					 &udp_buf);
	if (unlikely(!udp)) {
		/* Once, in whichever of the hooks it comes by first. */
		if (!is_after_defrag && !(IP6CB(skb)->flags & IP6SKB_L3SLAVE) &&
		    !ksflow_skb_is_bridged(skb))
			this_cpu_inc(kn->repair.cpu->broken);
		return;
	}
	if (!(table->has_ports & port_bit(udp->dest)))
		return;
	entry = find_entry(table, udp->dest, ip6, state->in);
	if (!entry || ksflow_skb_is_bridged(skb))
		return;
	if (unlikely(IP6CB(skb)->flags & IP6SKB_L3SLAVE) &&
	    was_here(table, skb, udp->dest, state->net))
		return;
	/* The one rule's fragments are the other hook's whole packets. */
	if (unlikely(is_after_defrag || place.has_fragment) &&
	    (entry->conf.has_defrag ? !is_after_defrag : is_after_defrag))
		return;
	judge(kn, entry, skb, &place, udp);
}

static unsigned int ksflow_hook_repair(void *priv, struct sk_buff *skb,
				       const struct nf_hook_state *state)
{
	look(priv, skb, state, false);
	return NF_ACCEPT;
}

/* Only what was reassembled is new here. */
static unsigned int ksflow_hook_repair_defrag(void *priv, struct sk_buff *skb,
					      const struct nf_hook_state *state)
{
	if (IP6CB(skb)->frag_max_size)
		look(priv, skb, state, true);
	return NF_ACCEPT;
}

/* ---- rules in force ------------------------------------------------------ */

/**
 * ksflow_repair_sum - what a rule decided, on all CPUs
 * @rule: in force
 * @sum: gets it
 *
 * Context: process; ksflow_net.lock.
 */
void ksflow_repair_sum(const struct ksflow_repair_rule *rule,
		       struct ksflow_repair_count *sum)
{
	u64 *to = (u64 *)sum, decided;
	unsigned int i;
	int cpu;

	BUILD_BUG_ON(offsetof(struct ksflow_repair_count, seen));
	memset(sum, 0, sizeof(*sum));
	/* A packet is seen first: nothing is decided that is not seen. */
	for (i = sizeof(*sum) / sizeof(*to); i--;) {
		if (!i)
			smp_rmb();
		for_each_possible_cpu(cpu)
			to[i] += READ_ONCE(((u64 *)per_cpu_ptr(rule->count,
							       cpu))[i]);
	}
	/* Two counters of another CPU may be seen in the other order. */
	decided = sum->right + sum->repaired + sum->wrong + sum->zeroes +
		  sum->trusted;
	for (i = 0; i < ARRAY_SIZE(sum->skipped); i++)
		decided += sum->skipped[i];
	sum->seen = max(sum->seen, decided);
}

/**
 * ksflow_repair_cpu_sum - the namespace's counters, of all CPUs
 * @repair: of the namespace
 * @sum: gets them
 *
 * Context: process; ksflow_net.lock.
 */
void ksflow_repair_cpu_sum(const struct ksflow_repair *repair,
			   struct ksflow_repair_cpu *sum)
{
	int cpu;

	memset(sum, 0, sizeof(*sum));
	if (!repair->cpu)
		return;
	for_each_possible_cpu(cpu) {
		const struct ksflow_repair_cpu *c =
			per_cpu_ptr(repair->cpu, cpu);

		sum->broken += READ_ONCE(c->broken);
		sum->counted += READ_ONCE(c->counted);
		sum->limited += READ_ONCE(c->limited);
		sum->lost += READ_ONCE(c->lost);
		sum->selected += READ_ONCE(c->selected);
	}
	/* After what is a part of it. */
	smp_rmb();
	for_each_possible_cpu(cpu)
		sum->wrong += READ_ONCE(per_cpu_ptr(repair->cpu, cpu)->wrong);
	/* As in ksflow_repair_sum(). */
	sum->wrong = max(sum->wrong, sum->counted + sum->limited +
				     sum->selected);
}

/**
 * ksflow_repair_find - a rule by its number
 * @repair: of the namespace
 * @id: the number
 *
 * Context: process; ksflow_net.lock.
 * Return: the rule or NULL.
 */
struct ksflow_repair_rule *
ksflow_repair_find(const struct ksflow_repair *repair, u32 id)
{
	struct ksflow_repair_rule *rule;

	list_for_each_entry(rule, &repair->rules, list)
		if (rule->id == id)
			return rule;
	return NULL;
}

static void rule_free(struct ksflow_repair_rule *rule)
{
	free_percpu(rule->count);
	kfree(rule);
}

static struct ksflow_repair_rule *
rule_new(struct ksflow_repair *repair, u8 layer,
	 const struct ksflow_repair_conf *conf)
{
	struct ksflow_repair_rule *rule;

	rule = kzalloc(sizeof(*rule), KSFLOW_GFP);
	if (!rule)
		return NULL;
	rule->count = alloc_percpu_gfp(struct ksflow_repair_count,
				       KSFLOW_GFP | __GFP_ZERO);
	if (!rule->count) {
		kfree(rule);
		return NULL;
	}
	rule->id = ++repair->last_id;
	rule->layer = layer;
	rule->conf = *conf;
	return rule;
}

static bool is_same_conf(const struct ksflow_repair_conf *a,
			 const struct ksflow_repair_conf *b)
{
	return ksflow_config_repair_is_same(a, b) && a->mode == b->mode &&
	       a->kinds == b->kinds && a->has_defrag == b->has_defrag;
}

/* Most settings that change are others. */
static bool is_in_force(const struct ksflow_net *kn)
{
	const struct ksflow_repair *repair = &kn->repair;
	const struct ksflow_repair_rule *rule;
	unsigned int layer;
	u32 i;

	rule = list_first_entry(&repair->rules, struct ksflow_repair_rule,
				list);
	for (layer = 0; layer < KSFLOW_LAYERS; layer++) {
		const struct ksflow_rules *rules = kn->config.layer[layer];

		for (i = 0; rules && i < rules->repair_count; i++) {
			if (list_entry_is_head(rule, &repair->rules, list) ||
			    rule->layer != layer ||
			    !is_same_conf(&rule->conf, &rules->repair[i]))
				return false;
			rule = list_next_entry(rule, list);
		}
	}
	return repair->is_applied &&
	       list_entry_is_head(rule, &repair->rules, list);
}

static struct ksflow_repair_rule *
rule_take(struct list_head *rules, u8 layer,
	  const struct ksflow_repair_conf *conf)
{
	struct ksflow_repair_rule *rule;

	list_for_each_entry(rule, rules, list)
		if (rule->layer == layer &&
		    ksflow_config_repair_is_same(&rule->conf, conf))
			return rule;
	return NULL;
}

static void entry_fill(struct ksflow_repair_table *table, u8 at,
		       const struct ksflow_repair_rule *rule)
{
	const struct ksflow_repair_conf *conf = &rule->conf;
	u8 *bucket = &table->bucket[bucket_of(conf->port)];
	struct entry *entry = &table->entry[at];

	entry->port = conf->port;
	entry->conf = *conf;
	entry->is_plain = !conf->dev[0] && !conf->from_len && !conf->to_len;
	entry->id = rule->id;
	entry->count = rule->count;
	/* The last one is looked at first. */
	entry->next = *bucket;
	*bucket = at;
	table->has_ports |= port_bit(conf->port);
}

/* From the layers: rules that stay keep their numbers and counters. */
static int rules_apply(struct ksflow_net *kn)
{
	struct ksflow_repair *repair = &kn->repair;
	struct ksflow_repair_table *new = NULL, *old;
	struct ksflow_repair_rule *rule, *next;
	unsigned int layer, count = 0;
	LIST_HEAD(rules);
	u32 i;

	/* None is built in. */
	BUILD_BUG_ON((KSFLOW_LAYERS - 1) * KSFLOW_REPAIR_RULES_MAX > NOTHING);
	for (layer = 0; layer < KSFLOW_LAYERS; layer++)
		if (kn->config.layer[layer])
			count += kn->config.layer[layer]->repair_count;
	if (count) {
		new = kvzalloc(struct_size(new, entry, count), KSFLOW_GFP);
		if (!new)
			return -ENOMEM;
		memset(new->bucket, NOTHING, sizeof(new->bucket));
	}
	count = 0;
	for (layer = 0; layer < KSFLOW_LAYERS; layer++) {
		const struct ksflow_rules *conf = kn->config.layer[layer];

		for (i = 0; conf && i < conf->repair_count; i++) {
			rule = rule_take(&repair->rules, layer,
					 &conf->repair[i]);
			if (!rule) {
				rule = rule_new(repair, layer,
						&conf->repair[i]);
				if (!rule)
					goto no_memory;
				list_add_tail(&rule->list, &rules);
			} else {
				list_move_tail(&rule->list, &rules);
			}
			rule->conf = conf->repair[i];
			entry_fill(new, count++, rule);
		}
	}
	old = rcu_dereference_protected(repair->table,
					lockdep_is_held(&kn->lock));
	rcu_assign_pointer(repair->table, new);
	if (!list_empty(&repair->rules)) {
		/* Packets count under them. */
		synchronize_net();
		list_for_each_entry_safe(rule, next, &repair->rules, list)
			rule_free(rule);
	}
	INIT_LIST_HEAD(&repair->rules);
	list_splice(&rules, &repair->rules);
	if (old)
		kvfree_rcu(old, rcu);
	return 0;

no_memory:
	/* In whichever order: the next try finds them all. */
	list_splice_tail(&rules, &repair->rules);
	kvfree(new);
	return -ENOMEM;
}

static bool wants_defrag(const struct ksflow_repair *repair)
{
	const struct ksflow_repair_rule *rule;

	list_for_each_entry(rule, &repair->rules, list)
		if (rule->conf.has_defrag)
			return true;
	return false;
}

enum { HOOK_FIRST, HOOK_DEFRAG };

static int hook_set(struct ksflow_net *kn, unsigned int which, bool is_wanted)
{
	struct ksflow_repair *repair = &kn->repair;
	int err;

	if (repair->is_hooked[which] == is_wanted)
		return 0;
	if (!is_wanted) {
		nf_unregister_net_hook(kn->net, &repair->hook[which]);
		/* It may be registered again. */
		synchronize_net();
		if (which == HOOK_DEFRAG)
			ksflow_defrag_put(kn->net);
		repair->is_hooked[which] = false;
		return 0;
	}
	if (which == HOOK_DEFRAG) {
		/* Gone since ksflow_repair_prepare(): as if not set. */
		err = ksflow_defrag_get(kn->net);
		if (err)
			return err == -ENOENT ? 0 : err;
	}
	err = nf_register_net_hook(kn->net, &repair->hook[which]);
	if (err && which == HOOK_DEFRAG)
		ksflow_defrag_put(kn->net);
	repair->is_hooked[which] = !err;
	return err;
}

/* What the hooks need. */
static int memory_get(struct ksflow_repair *repair)
{
	if (!repair->cpu)
		repair->cpu = alloc_percpu_gfp(struct ksflow_repair_cpu,
					       KSFLOW_GFP | __GFP_ZERO);
	if (!repair->senders)
		repair->senders = ksflow_senders_new();
	return repair->cpu && repair->senders ? 0 : -ENOMEM;
}

/* Without hooks. Senders go with the last rule, the ledger does not. */
static void senders_put(struct ksflow_repair *repair)
{
	if (!repair->senders)
		return;
	kvfree(repair->senders);
	repair->senders = NULL;
}

/**
 * ksflow_repair_prepare - what a rule needs that takes a module
 * @has_defrag: fragments are to be reassembled
 *
 * Context: process; no lock, since a module may be loaded.
 * Return: 0 or -EOPNOTSUPP.
 */
int ksflow_repair_prepare(bool has_defrag)
{
	return has_defrag && !ksflow_defrag_find() ? -EOPNOTSUPP : 0;
}

/**
 * ksflow_repair_pause - make no records until ksflow_repair_apply()
 * @kn: the namespace
 *
 * Context: process; ksflow_net.lock. The rings may go one grace period later.
 */
void ksflow_repair_pause(struct ksflow_net *kn)
{
	WRITE_ONCE(kn->repair.is_on, false);
}

/**
 * ksflow_repair_apply - bring the layers' rules into force
 * @kn: the namespace
 * @is_wanted: somebody reads events in it, and there are rings
 *
 * Context: process; ksflow_net.lock.
 * Return: 0 or -errno; then it is to be tried again.
 */
int ksflow_repair_apply(struct ksflow_net *kn, bool is_wanted)
{
	struct ksflow_repair *repair = &kn->repair;
	bool has_rules;
	int err;

	/* The rings are there. */
	smp_store_release(&repair->is_on, is_wanted);
	if (is_in_force(kn))
		return 0;
	repair->is_applied = false;
	err = memory_get(repair) ?: rules_apply(kn);
	if (err)
		return err;
	has_rules = !list_empty(&repair->rules);
	err = hook_set(kn, HOOK_FIRST, has_rules) ?:
	      hook_set(kn, HOOK_DEFRAG, has_rules && wants_defrag(repair));
	if (!has_rules && !err)
		senders_put(repair);
	repair->is_applied = !err;
	return err;
}

/** ksflow_repair_net_init - no rules, no hooks */
void ksflow_repair_net_init(struct ksflow_net *kn)
{
	struct ksflow_repair *repair = &kn->repair;

	INIT_LIST_HEAD(&repair->rules);
	repair->is_applied = true;
	repair->hook[HOOK_FIRST] = (struct nf_hook_ops){
		.hook = ksflow_hook_repair,
		.priv = kn,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP6_PRI_FIRST,
	};
	repair->hook[HOOK_DEFRAG] = (struct nf_hook_ops){
		.hook = ksflow_hook_repair_defrag,
		.priv = kn,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP6_PRI_CONNTRACK_DEFRAG + 1,
	};
}

/**
 * ksflow_repair_net_stop - the namespace goes: no packet is looked at any more
 * @kn: the namespace
 *
 * Context: process; ksflow_net.lock.
 */
void ksflow_repair_net_stop(struct ksflow_net *kn)
{
	ksflow_repair_pause(kn);
	hook_set(kn, HOOK_FIRST, false);
	hook_set(kn, HOOK_DEFRAG, false);
}

/** ksflow_repair_net_exit - free what the hooks used */
void ksflow_repair_net_exit(struct ksflow_net *kn)
{
	struct ksflow_repair *repair = &kn->repair;
	struct ksflow_repair_rule *rule, *next;

	list_for_each_entry_safe(rule, next, &repair->rules, list)
		rule_free(rule);
	kvfree(rcu_dereference_protected(repair->table, true));
	kvfree(repair->senders);
	free_percpu(repair->cpu);
}
