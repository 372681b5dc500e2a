// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Sets the checksum state of packets just before the repair hook of ksflow, and
 * says in the log what is left of it just after: of two hooks of one priority
 * the one registered last is called first. The network namespace is that of
 * insmod; the state comes with the packet, in the low bits of its flow label.
 */
#include <linux/ipv6.h>
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv6.h>
#include <linux/nsproxy.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/net_namespace.h>

enum {
	STATE_AS_IT_IS,
	STATE_NONE,
	STATE_UNNECESSARY,
	STATE_UNNECESSARY_2,	/* so are two more checksums inside */
	STATE_COMPLETE,
	STATE_COMPLETE_SW,
	STATE_COMPLETE_STALE,	/* by hardware that errs */
	STATE_PARTIAL,
	STATE_SUPER,
};

#define STATE_MASK	0x0f
#define WITH_CLONE	0x10

static struct net *net;
static struct sk_buff *clone;	/* one packet is under way at a time */
static __sum16 clone_check;

static u32 label_of(const struct sk_buff *skb)
{
	return ntohl(*(const __be32 *)ipv6_hdr(skb)) & 0xfffff;
}

static struct udphdr *udp_of(struct sk_buff *skb)
{
	return (struct udphdr *)(skb->data + sizeof(struct ipv6hdr));
}

static bool is_ours(const struct sk_buff *skb)
{
	return ipv6_hdr(skb)->nexthdr == IPPROTO_UDP &&
	       skb_headlen(skb) >= sizeof(struct ipv6hdr) +
				   sizeof(struct udphdr) &&
	       label_of(skb);
}

static unsigned int set_state(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	u32 label = label_of(skb);

	if (!is_ours(skb))
		return NF_ACCEPT;
	skb->csum_level = 0;
	skb->csum_valid = 0;
	skb->csum_complete_sw = 0;
	switch (label & STATE_MASK) {
	case STATE_NONE:
		skb->ip_summed = CHECKSUM_NONE;
		break;
	case STATE_UNNECESSARY_2:
		skb->csum_level = 2;
		fallthrough;
	case STATE_UNNECESSARY:
		skb->ip_summed = CHECKSUM_UNNECESSARY;
		break;
	case STATE_COMPLETE_SW:
		skb->csum_complete_sw = 1;
		skb->csum_valid = 1;
		fallthrough;
	case STATE_COMPLETE:
	case STATE_COMPLETE_STALE:
		skb->ip_summed = CHECKSUM_COMPLETE;
		skb->csum = skb_checksum(skb, 0, skb->len, 0);
		if ((label & STATE_MASK) == STATE_COMPLETE_STALE)
			skb->csum = csum_add(skb->csum, (__force __wsum)0x1234);
		break;
	case STATE_PARTIAL:
		skb->ip_summed = CHECKSUM_PARTIAL;
		skb->csum_start = skb_headroom(skb) + sizeof(struct ipv6hdr);
		skb->csum_offset = offsetof(struct udphdr, check);
		break;
	case STATE_SUPER:
		skb_shinfo(skb)->gso_size = 100;
		skb_shinfo(skb)->gso_type = SKB_GSO_UDP_L4;
		break;
	}
	if (label & WITH_CLONE) {
		clone_check = udp_of(skb)->check;
		clone = skb_clone(skb, GFP_ATOMIC);
	}
	return NF_ACCEPT;
}

static unsigned int say_state(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	u32 label = label_of(skb);
	const char *kept = "none";
	bool is_true = false;

	if (!is_ours(skb))
		return NF_ACCEPT;
	if (clone) {
		kept = udp_of(clone)->check == clone_check ? "same" : "written";
		consume_skb(clone);
		clone = NULL;
	}
	if (skb->ip_summed == CHECKSUM_COMPLETE)
		is_true = csum_fold(skb->csum) ==
			  csum_fold(skb_checksum(skb, 0, skb->len, 0));
	pr_info("ksflow-csum: %u summed=%u level=%u sw=%u true=%d check=%04x clone=%s\n",
		label, skb->ip_summed, skb->csum_level, skb->csum_complete_sw,
		is_true, ntohs((__force __be16)udp_of(skb)->check), kept);
	if ((label & STATE_MASK) == STATE_SUPER) {
		skb_shinfo(skb)->gso_size = 0;
		skb_shinfo(skb)->gso_type = 0;
	}
	return NF_ACCEPT;
}

static struct nf_hook_ops hooks[] = {
	{
		.hook = set_state,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP6_PRI_FIRST,
	}, {
		.hook = say_state,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP6_PRI_FIRST + 1,
	},
};

static int __init csum_init(void)
{
	int err;

	net = get_net(current->nsproxy->net_ns);
	err = nf_register_net_hooks(net, hooks, ARRAY_SIZE(hooks));
	if (err)
		put_net(net);
	return err;
}

static void __exit csum_exit(void)
{
	nf_unregister_net_hooks(net, hooks, ARRAY_SIZE(hooks));
	synchronize_net();
	put_net(net);
}

module_init(csum_init);
module_exit(csum_exit);

MODULE_DESCRIPTION("Checksum states of packets, for the tests of ksflow");
MODULE_LICENSE("GPL");
