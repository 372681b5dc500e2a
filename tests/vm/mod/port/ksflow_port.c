// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Ports op0...op7 whose driver counts, and shows optical modules: what virtual
 * machines have none of. Nothing is sent or received.
 *
 *   op0  SFP                       op4, op5  parts of a port with one QSFP28
 *   op1  SFP, calibrated by host   op6       copper
 *   op2  QSFP28                    op7       nothing plugged in
 *   op3  QSFP-DD by CMIS, of whose eight lanes four are there (5.13 and later)
 */
#include <linux/dcbnl.h>
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <net/dcbnl.h>

#define PORTS		8
#define HALF		128
#define SFP_BYTES	512
#define QSFP_BYTES	640

enum { PART_0 = 4, PART_1 = 5, COPPER = 6, EMPTY = 7, CMIS = 3 };

/* Linear; of CMIS: halves 0, 1 (page 0), then of pages 1, 2, 0x11. */
struct port {
	unsigned int number;
	u8 memory[QSFP_BYTES];
};

static struct net_device *ports[PORTS];

static void put16(u8 *at, u16 value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static void put32(u8 *at, u32 value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

static void make_sfp(u8 *memory, bool is_external)
{
	u8 *dom = memory + 2 * HALF;

	memory[0] = 0x03;
	memory[1] = 0x04;
	put16(memory + 60, 1310);
	memory[92] = is_external ? 0x58 : 0x68;
	memory[93] = 0x80;
	memory[94] = 8;
	put16(dom + 24, 15849);
	put16(dom + 26, 1000);
	put16(dom + 32, 12589);
	put16(dom + 34, 63);
	/*
	 * Factors 1.25 and 3, no powers (ethtool adds them without raising to
	 * them); those of the others are in 1/256.
	 */
	put32(dom + 68, 0x3fa00000);
	put32(dom + 72, 0x40400000);
	put16(dom + 76, 0x0180);
	put16(dom + 78, 10);
	put16(dom + 80, 0x0110);
	put16(dom + 82, (u16)-20);
	put16(dom + 84, 0x0100);
	put16(dom + 86, 128);
	put16(dom + 88, 0x00ff);
	put16(dom + 90, 5);
	put16(dom + 96, is_external ? (u16)-1344 : 0x2380);
	put16(dom + 98, 33000);
	put16(dom + 100, 3375);
	put16(dom + 102, 5012);
	put16(dom + 104, 4000);
}

static void make_qsfp(u8 *memory)
{
	u8 *limits = memory + 4 * HALF - HALF;
	int i;

	memory[0] = 0x11;
	memory[1] = 7;
	put16(memory + 22, 0x2a40);
	put16(memory + 26, 32870);
	for (i = 0; i < 4; i++) {
		put16(memory + 34 + 2 * i, 7000 + 111 * i);
		put16(memory + 42 + 2 * i, 3500 + 7 * i);
		put16(memory + 50 + 2 * i, 9000 - 123 * i);
	}
	memory[128] = 0x11;
	put16(memory + 186, 850 * 20);
	memory[220] = 0x0c;
	put16(limits + 176, 21878);
	put16(limits + 178, 400);
	put16(limits + 192, 34674);
	put16(limits + 194, 1445);
}

static void make_cmis(u8 *memory)
{
	u8 *page_1 = memory + HALF, *page_2 = memory + 2 * HALF;
	u8 *page_11 = memory + 3 * HALF;
	int i;

	memory[0] = 0x18;
	memory[1] = 0x50;
	put16(memory + 14, 0x3180);
	put16(memory + 16, 33110);
	memory[85] = 2;
	memory[128] = 0x18;
	memory[210] = 0xf0;
	put16(page_1 + 138, 1311 * 20);
	page_1[159] = 0x03;
	/* bias in 2 uA, which ethtool divides by the scale */
	page_1[160] = 0x07;
	put16(page_2 + 176, 44668);
	put16(page_2 + 178, 1995);
	put16(page_2 + 192, 39811);
	put16(page_2 + 194, 501);
	for (i = 0; i < 8; i++) {
		put16(page_11 + 154 + 2 * i, 12000 + 13 * i);
		put16(page_11 + 170 + 2 * i, 9000 + 17 * i);
		put16(page_11 + 186 + 2 * i, 8000 + 19 * i);
	}
}

static void make_module(struct port *port)
{
	switch (port->number) {
	case CMIS:
		make_cmis(port->memory);
		break;
	case 2:
	case PART_0:
	case PART_1:
		make_qsfp(port->memory);
		break;
	default:
		make_sfp(port->memory, port->number == 1);
	}
	if (port->number == COPPER)
		port->memory[8] = 0x04;
}

static int get_module_info(struct net_device *dev, struct ethtool_modinfo *info)
{
	const struct port *port = netdev_priv(dev);
	bool is_sfp = port->memory[0] == 0x03;

	if (port->number == EMPTY)
		return -EIO;
	info->type = is_sfp ? ETH_MODULE_SFF_8472 : ETH_MODULE_SFF_8636;
	info->eeprom_len = is_sfp ? SFP_BYTES : QSFP_BYTES;
	return 0;
}

static int get_module_eeprom(struct net_device *dev,
			     struct ethtool_eeprom *eeprom, u8 *data)
{
	const struct port *port = netdev_priv(dev);

	if (eeprom->offset + eeprom->len > QSFP_BYTES)
		return -EINVAL;
	memcpy(data, port->memory + eeprom->offset, eeprom->len);
	return 0;
}

/* 5.13 */
#ifdef ETH_MODULE_EEPROM_PAGE_LEN
static int read_page(struct net_device *dev,
		    const struct ethtool_module_eeprom *page,
		    struct netlink_ext_ack *extack)
{
	const struct port *port = netdev_priv(dev);
	int first = page->page == 0x11 ? 3 * HALF : page->page * HALF;

	if (page->i2c_address != 0x50 || page->bank ||
	    (page->page > 2 && page->page != 0x11))
		return -EINVAL;
	memcpy(page->data, port->memory + first + page->offset, page->length);
	return page->length;
}

static void get_mac_stats(struct net_device *dev,
			  struct ethtool_eth_mac_stats *stats)
{
	stats->SingleCollisionFrames = 103;
	stats->MultipleCollisionFrames = 104;
	stats->FrameCheckSequenceErrors = 102;
	stats->AlignmentErrors = 101;
	stats->FramesWithDeferredXmissions = 106;
	stats->LateCollisions = 107;
	stats->FramesAbortedDueToXSColls = 108;
	stats->FramesLostDueToIntMACXmitError = 109;
	stats->CarrierSenseErrors = 110;
	stats->FramesLostDueToIntMACRcvError = 112;
	stats->FrameTooLongErrors = 111;
	stats->MulticastFramesReceivedOK = 20;
	stats->BroadcastFramesReceivedOK = 30;
	stats->MulticastFramesXmittedOK = 40;
	stats->BroadcastFramesXmittedOK = 50;
}

static void get_phy_stats(struct net_device *dev,
			  struct ethtool_eth_phy_stats *stats)
{
	stats->SymbolErrorDuringCarrier = 113;
}
#endif

static const struct ethtool_ops linear_ops = {
	.get_module_info = get_module_info,
	.get_module_eeprom = get_module_eeprom,
#ifdef ETH_MODULE_EEPROM_PAGE_LEN
	.get_eth_mac_stats = get_mac_stats,
	.get_eth_phy_stats = get_phy_stats,
#endif
};

static const struct ethtool_ops paged_ops = {
#ifdef ETH_MODULE_EEPROM_PAGE_LEN
	.get_module_eeprom_by_page = read_page,
#endif
};

#ifdef CONFIG_DCB
static int get_pfc(struct net_device *dev, struct ieee_pfc *pfc)
{
	const struct port *port = netdev_priv(dev);

	pfc->pfc_cap = 8;
	if (port->number)
		return 0;
	pfc->pfc_en = 0x09;
	pfc->requests[0] = 7000000000;
	pfc->requests[3] = 21;
	pfc->indications[0] = 5;
	pfc->indications[3] = 17;
	return 0;
}

static const struct dcbnl_rtnl_ops dcbnl_ops = { .ieee_getpfc = get_pfc };
#endif

static netdev_tx_t xmit(struct sk_buff *skb, struct net_device *dev)
{
	dev_kfree_skb(skb);
	return NETDEV_TX_OK;
}

static void get_stats(struct net_device *dev, struct rtnl_link_stats64 *stats)
{
	stats->rx_packets = 1000;
	stats->tx_packets = 2000;
	stats->rx_bytes = 64000;
	stats->tx_bytes = 128000;
}

static int get_name(struct net_device *dev, char *name, size_t len)
{
	const struct port *port = netdev_priv(dev);
	int n;

	if (port->number != PART_0 && port->number != PART_1)
		n = snprintf(name, len, "p%u", port->number);
	else
		n = snprintf(name, len, "p4s%u", port->number - PART_0);
	return n < len ? 0 : -EINVAL;
}

static int get_switch(struct net_device *dev, struct netdev_phys_item_id *id)
{
	id->id_len = 2;
	id->id[0] = 0xab;
	id->id[1] = 0xcd;
	return 0;
}

static const struct net_device_ops port_ops = {
	.ndo_start_xmit = xmit,
	.ndo_get_stats64 = get_stats,
	.ndo_get_phys_port_name = get_name,
	.ndo_get_port_parent_id = get_switch,
};

static void remove_ports(void)
{
	unsigned int i;

	for (i = 0; i < PORTS && ports[i]; i++) {
		unregister_netdev(ports[i]);
		free_netdev(ports[i]);
	}
}

static void __exit port_exit(void)
{
	remove_ports();
}

static int __init port_init(void)
{
	unsigned int i;

	for (i = 0; i < PORTS; i++) {
		struct net_device *dev = alloc_etherdev(sizeof(struct port));
		struct port *port;

		if (!dev)
			goto failed;
		port = netdev_priv(dev);
		port->number = i;
		make_module(port);
		dev->netdev_ops = &port_ops;
		dev->ethtool_ops = i == CMIS ? &paged_ops : &linear_ops;
#ifdef CONFIG_DCB
		dev->dcbnl_ops = &dcbnl_ops;
#endif
		eth_hw_addr_random(dev);
		snprintf(dev->name, sizeof(dev->name), "op%u", i);
		if (register_netdev(dev)) {
			free_netdev(dev);
			goto failed;
		}
		ports[i] = dev;
	}
	return 0;

failed:
	remove_ports();
	return -ENOMEM;
}

module_init(port_init);
module_exit(port_exit);
MODULE_DESCRIPTION("Ports with optical modules and counters, for the tests of ksflow");
MODULE_LICENSE("GPL");
