// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Frames of every shape into the receive and transmit paths: tags, labels,
 * odd chains of IPv6 headers, tunnels in tunnels, wrong checksums, fragments,
 * super-packets; then bent: bits, lengths, cut off, too long. Buffers are
 * linear, or in as many pieces as a buffer can have.
 *
 * usage: frames SEED COUNT KIND:DEV...    COUNT 0:US: until it is killed, so
 *	many microseconds between two
 *   KIND  tap     a tap device that exists; the packet is in one or two parts
 *         pieces  another, through NAPI and GRO, each packet in many parts
 *         tun     a tun device: no link header
 *         packet  sent by any device, through a packet socket
 *
 * tests/e2e/fuzz-frames.sh has addresses and devices to go with them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef VIRTIO_NET_HDR_GSO_UDP_L4	/* 6.2 */
#define VIRTIO_NET_HDR_GSO_UDP_L4	5
#endif

#define FRAME_MAX	65536
#define DEPTH_MAX	6
#define PIECES_MAX	17	/* the kernel's MAX_SKB_FRAGS */

static uint64_t rng;

static uint32_t rnd(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng >> 16;
}

static bool one_in(uint32_t n)
{
	return rnd() % n == 0;
}

/* One of the numbers given. */
#define PICK(...) \
	(((const uint32_t[]){ __VA_ARGS__ })[rnd() % \
	 (sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))])

/* ---- a frame ----------------------------------------------------------- */

static uint8_t frame[FRAME_MAX + 2048];
static uint32_t len;
static struct virtio_net_hdr super;

static void put(uint32_t value, uint32_t bytes)
{
	while (bytes-- && len < FRAME_MAX)
		frame[len++] = bytes < 4 ? value >> 8 * bytes : 0;
}

static void set16(uint32_t at, uint32_t value)
{
	frame[at] = value >> 8;
	frame[at + 1] = value;
}

static void put_junk(uint32_t bytes)
{
	uint32_t word = rnd();

	for (; bytes-- && len < FRAME_MAX; word = word * 69069 + 1)
		frame[len++] = word >> 24;
}

static uint16_t fold(uint32_t value)
{
	while (value >> 16)
		value = (value & 0xffff) + (value >> 16);
	return value;
}

/* Of 16-bit words, whichever offset they begin at; 64 KiB do not overflow. */
static uint32_t sum_at(uint32_t from, uint32_t to)
{
	uint32_t at, value = 0;

	for (at = from; at < to; at++)
		value += (uint32_t)frame[at] << ((at - from) & 1 ? 0 : 8);
	return fold(value);
}

static uint16_t port(void)
{
	return one_in(6) ? rnd() :
	       PICK(4739, 4739, 4739, 4740, 4741, 53, 80, 4789, 4789, 6081, 9);
}

static void network(uint32_t depth, uint16_t *type);

/* What is in a tunnel, without the type that goes in front of it. */
static void inner_ether(uint32_t depth)
{
	uint32_t at = len + 12;
	uint16_t type;

	put(0x0200, 2);
	put(PICK(0, 1, 2, 77), 4);
	put(0x0200, 2);
	put(rnd() % 8, 4);
	put(0, 2);
	network(depth, &type);
	set16(at, type);
}

static void payload(uint32_t depth)
{
	uint16_t type;

	if (depth < DEPTH_MAX && one_in(8)) {
		network(depth + 1, &type);
		return;
	}
	put_junk(one_in(40) ? rnd() % 60000 : one_in(5) ? rnd() % 2000 :
		 rnd() % 100);
}

/* Sum of the pseudo-header; 0: inside nothing. */
static uint32_t pseudo;

static void udp(uint32_t depth)
{
	uint32_t at = len, to = port(), right, found, of_pseudo = pseudo;
	uint32_t begin;

	put(port(), 2);
	put(to, 2);
	put(0, 4);
	begin = len;
	if (to == 4789 && depth < DEPTH_MAX && !one_in(4)) {
		put(0x08000000, 4);
		put(PICK(1, 2, rnd()), 4);
		inner_ether(depth + 1);
	} else if (to == 6081 && depth < DEPTH_MAX && !one_in(4)) {
		uint32_t words = PICK(0, 0, 1, 3, 63);

		put(words << 24, 2);
		put(0x6558, 2);
		put(1 << 8, 4);
		put_junk(words * 4);
		inner_ether(depth + 1);
	} else {
		payload(depth);
	}
	if (len < begin)
		return;
	set16(at + 4, len - at);
	right = 0xffff - fold(sum_at(at, len) + of_pseudo + 17 + (len - at));
	switch (rnd() % 8) {
	case 0:  found = 0; break;
	case 1:  found = 0xffff - sum_at(at, len); break;
	case 2:  found = fold(of_pseudo + 17 + (len - at)); break;
	case 3:  found = right >> 8 | (right & 0xff) << 8; break;
	case 4:  found = fold(right + 7); break;
	case 5:  found = rnd() & 0xffff; break;
	default: found = right ? right : 0xffff;
	}
	set16(at + 6, found);
	if (super.gso_type == VIRTIO_NET_HDR_GSO_NONE && one_in(8)) {
		super.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		super.csum_start = at;
		super.csum_offset = 6;
	}
	if (one_in(12)) {
		super.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		super.csum_start = at;
		super.csum_offset = 6;
		super.gso_type = PICK(VIRTIO_NET_HDR_GSO_UDP_L4,
				      VIRTIO_NET_HDR_GSO_UDP_L4,
				      VIRTIO_NET_HDR_GSO_UDP);
		super.hdr_len = begin;
	}
}

static void tcp(uint32_t depth, bool is_ipv6)
{
	uint32_t at = len, words = one_in(4) ? rnd() % 16 : 5;

	put(port(), 2);
	put(port(), 2);
	put(rnd(), 4);
	put(rnd(), 4);
	put(words << 12 | (rnd() & 0xff), 2);
	put(1000, 2);
	put(rnd(), 4);
	if (words > 5)
		put_junk(4 * (words - 5));
	payload(depth);
	if (one_in(3)) {
		super.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		super.csum_start = at;
		super.csum_offset = 16;
		super.gso_type = is_ipv6 ? VIRTIO_NET_HDR_GSO_TCPV6 :
					   VIRTIO_NET_HDR_GSO_TCPV4;
		if (one_in(8))
			super.gso_type |= VIRTIO_NET_HDR_GSO_ECN;
		super.hdr_len = at + 4 * words;
	}
}

static void icmp(uint32_t depth, bool is_ipv6)
{
	uint16_t type;

	put(is_ipv6 ? PICK(1, 2, 3, 4, 128, 129, 135, 136, 134, 255) :
		      PICK(0, 3, 3, 4, 5, 8, 11, 12, 255), 1);
	put(rnd() % 16, 1);
	put(rnd(), 2);
	put(one_in(2) ? 0 : rnd(), 4);
	if (depth < DEPTH_MAX && one_in(2))
		network(depth + 1, &type);
	else
		put_junk(rnd() % 64);
}

static void gre(uint32_t depth)
{
	uint32_t flags = PICK(0, 0, 0x8000, 0x2000, 0x1000, 0xb000, rnd());
	uint32_t at = len;
	uint16_t type = rnd();

	put(flags, 2);
	put(0, 2);
	put_junk((!!(flags & 0x8000) + !!(flags & 0x2000) +
		  !!(flags & 0x1000)) * 4);
	if (one_in(2)) {
		inner_ether(depth + 1);
		type = 0x6558;
	} else {
		network(depth + 1, &type);
	}
	set16(at + 2, type);
}

static void transport(uint32_t depth, uint32_t proto, bool is_ipv6)
{
	switch (proto) {
	case IPPROTO_UDP:    udp(depth); break;
	case IPPROTO_TCP:    tcp(depth, is_ipv6); break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6: icmp(depth, is_ipv6); break;
	case IPPROTO_GRE:    gre(depth); break;
	case IPPROTO_IPIP:
	case IPPROTO_IPV6: {
		uint16_t type;

		network(depth + 1, &type);
		break;
	}
	default:	     put_junk(rnd() % 200);
	}
}

static uint32_t pick_proto(uint32_t depth)
{
	if (depth >= DEPTH_MAX)
		return PICK(IPPROTO_UDP, IPPROTO_TCP, 132, 255);
	return one_in(40) ? rnd() & 0xff :
	       PICK(IPPROTO_UDP, IPPROTO_UDP, IPPROTO_UDP, IPPROTO_UDP,
		    IPPROTO_TCP, IPPROTO_TCP, IPPROTO_ICMP, IPPROTO_ICMPV6,
		    IPPROTO_GRE, IPPROTO_IPIP, IPPROTO_IPV6, 132, 50, 2);
}

static void ipv4(uint32_t depth)
{
	uint32_t at = len, ihl = one_in(5) ? 5 + rnd() % 11 : 5;
	uint32_t proto = pick_proto(depth);

	put(0x40 | ihl, 1);
	put(rnd(), 1);
	put(0, 2);
	put(rnd() % 64, 2);
	put(one_in(8) ? PICK(0x2000, 0x2001, 0x0001, 0x00b9, rnd()) : 0, 2);
	put(PICK(64, 64, 1, 0, 255), 1);
	put(proto, 1);
	put(0, 2);
	put(PICK(0x0a000002, 0x0a000102, 0x0a000001, 0, 0xffffffff, 0x7f000001,
		 rnd()), 4);
	put(PICK(0x0a000001, 0x0a000001, 0x0a000101, 0x0a000201, 0x0a000302,
		 0x0a0003fe, 0xe0000001, 0xffffffff, 0x08080808, rnd()), 4);
	if (ihl > 5)
		put_junk(4 * (ihl - 5));
	pseudo = sum_at(at + 12, at + 20);
	transport(depth, proto, false);
	set16(at + 2, len - at);
	set16(at + 10, 0xffff - sum_at(at, at + 4 * ihl));
}

static void put_address(bool is_source)
{
	static const uint8_t tail[] = { 1, 2, 1, 1, 0xfe };
	uint32_t net = rnd() % 4;

	if (one_in(12)) {
		put_junk(16);
	} else if (one_in(12)) {
		put(one_in(2) ? 0xff020000 : 0, 4);
		put(0, 8);
		put(1, 4);
	} else {
		put(0xfd000000 | net, 4);
		put(0, 8);
		put(is_source ? 2 + rnd() % 8 : tail[rnd() % 5], 4);
	}
}

static void ipv6(uint32_t depth)
{
	static const uint8_t extension[] = { 0, 0, 43, 44, 51, 60, 60, 135, 59 };
	uint32_t at = len, count = one_in(3) ? rnd() % 4 : 0, next, type;
	uint32_t proto = pick_proto(depth), words;

	if (one_in(50))
		count = rnd() % 24;
	put(6 << 28 | (rnd() & 0xfffff), 4);
	put(0, 2);
	next = len;
	put(0, 1);
	put(PICK(64, 64, 1, 0), 1);
	put_address(true);
	put_address(false);
	pseudo = sum_at(at + 8, at + 40);
	while (count--) {
		type = extension[rnd() % sizeof(extension)];
		frame[next] = type;
		next = len;
		words = one_in(3) ? rnd() % 5 : 0;
		put(0, 1);
		switch (type) {
		case 44:	/* fragment */
			put(0, 1);
			put(PICK(0, 0, 1, 8, 9, 0xfff8, rnd()), 2);
			put(rnd() % 16, 4);
			break;
		case 51:	/* authentication: in units of 4 */
			put(words + 1, 1);
			put_junk(4 * (words + 3) - 2);
			break;
		case 43:	/* routing: segments left or not */
			put(words, 1);
			put(PICK(0, 2, 3, 4), 1);
			put(rnd() % 3, 1);
			put_junk(8 * words + 4);
			break;
		default:	/* options: padding, jumbo, home address, junk */
			put(words, 1);
			if (one_in(3)) {
				put(PICK(0xc204, 0xc910, 0x0502), 2);
				put_junk(8 * words + 4);
			} else if (one_in(2)) {
				put(1, 1);
				put(8 * words + 4, 1);
				put(0, 8 * words + 4);
			} else {
				put_junk(8 * words + 6);
			}
		}
	}
	frame[next] = proto;
	transport(depth, proto, true);
	set16(at + 4, len - at - 40 < 65536 ? len - at - 40 : 0);
}

/* From the network header on; *@type is what goes in front of it. */
static void network(uint32_t depth, uint16_t *type)
{
	uint32_t labels;

	switch (rnd() % 16) {
	case 0 ... 5:
		*type = 0x0800;
		ipv4(depth);
		break;
	case 6 ... 12:
		*type = 0x86dd;
		ipv6(depth);
		break;
	case 13:
		*type = PICK(0x8847, 0x8848);
		for (labels = rnd() % 20; labels--;)
			put((rnd() & 0xfffff) << 12 | 64, 4);
		put((rnd() & 0xfffff) << 12 | 0x140, 4);
		if (one_in(2))
			ipv4(depth + 1);
		else
			ipv6(depth + 1);
		break;
	case 14:
		*type = 0x0806;
		put(0x00010800, 4);
		put(0x0604, 2);
		put(PICK(1, 2), 2);
		put_junk(20);
		break;
	default:
		*type = one_in(2) ? rnd() : PICK(0x8100, 0x88a8, 0x88cc, 0x0004,
						 0x8863, 0x88f7, 0x0800, 0x86dd);
		put_junk(rnd() % 100);
	}
}

static void ether(void)
{
	uint32_t tags = one_in(3) ? rnd() % 6 : 0, at;
	uint16_t type;

	switch (rnd() % 8) {
	case 0:  put(0xffff, 2); put(0xffffffff, 4); break;
	case 1:  put(0x3333, 2); put(1, 4); break;
	case 2:  put(0x0100, 2); put(0x5e000001, 4); break;
	case 3:  put(rnd(), 2); put(rnd(), 4); break;
	default: put(0x0200, 2); put(1, 4);
	}
	put(0x0200, 2);
	put(0x100 | (rnd() % 8), 4);
	while (tags--) {
		put(PICK(0x8100, 0x8100, 0x88a8), 2);
		put(PICK(9, 9, 10, 0, rnd()), 2);
	}
	at = len;
	put(0, 2);
	network(0, &type);
	set16(at, type);
}

static void bend(void)
{
	uint32_t times = 1 + rnd() % 4, at;

	while (times--) {
		at = rnd() % (one_in(2) && len > 100 ? 100 : len);
		switch (rnd() % 6) {
		case 0:
			frame[at] ^= 1 << rnd() % 8;
			break;
		case 1:
			frame[at] = PICK(0, 0xff, 0x0f, 0x45, 0x60, rnd());
			break;
		case 2:
			set16(at & ~1U, PICK(0, 1, 7, 8, 20, 0xffff, len,
					     len + 1, rnd()));
			break;
		case 3:		/* cut off */
			if (one_in(2))
				len = at + 1;
			break;
		case 4:		/* more than the lengths say */
			put_junk(rnd() % 64);
			break;
		case 5:
			super.csum_start += rnd() % 9 - 4;
			super.hdr_len = one_in(4) ? rnd() : super.hdr_len;
			if (one_in(8))
				super.gso_type = rnd();
			break;
		}
	}
}

/* The next one, into frame[] and super. */
static void make(bool is_ip)
{
	uint16_t type;

	len = 0;
	memset(&super, 0, sizeof(super));
	pseudo = 0;
	if (one_in(100)) {
		put_junk(rnd() % 80);
	} else if (is_ip) {
		network(0, &type);
	} else {
		ether();
	}
	if (!len)
		put(0x45, 1);
	if (one_in(3))
		bend();
	if (super.gso_type)
		super.gso_size = PICK(1, 8, 100, 536, 1400, 1448, 9000,
				      rnd() & 0xffff);
	/* How much of it is linear, when it is large. */
	if (!super.hdr_len && one_in(2))
		super.hdr_len = PICK(1, 14, 15, 34, 42, 54, 60, 128, rnd() & 511);
	if (super.hdr_len > len)
		super.hdr_len = len;
}

/* ---- where it goes ------------------------------------------------------ */

enum kind { TAP, PIECES, TUN, PACKET };

struct way {
	enum kind kind;
	int fd;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void way_open(struct way *way, const char *word)
{
	static const char * const kinds[] = { "tap", "pieces", "tun", "packet" };
	const char *dev = strchr(word, ':');
	struct ifreq ifr = { 0 };
	int one = 1;

	for (way->kind = 0; way->kind <= PACKET; way->kind++)
		if (dev && !strncmp(word, kinds[way->kind], dev - word) &&
		    strlen(kinds[way->kind]) == (size_t)(dev - word))
			break;
	if (way->kind > PACKET) {
		fprintf(stderr, "%s: expected tap|pieces|tun|packet:DEV\n", word);
		exit(2);
	}
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", dev + 1);
	if (way->kind == PACKET) {
		struct sockaddr_ll to = { .sll_family = AF_PACKET };

		to.sll_ifindex = if_nametoindex(ifr.ifr_name);
		way->fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);
		if (way->fd < 0 ||
		    setsockopt(way->fd, SOL_PACKET, PACKET_VNET_HDR, &one,
			       sizeof(one)) ||
		    bind(way->fd, (struct sockaddr *)&to, sizeof(to)))
			die(word);
		return;
	}
	ifr.ifr_flags = IFF_NO_PI | IFF_VNET_HDR;
	ifr.ifr_flags |= way->kind == TUN ? IFF_TUN : IFF_TAP;
	if (way->kind == PIECES)
		ifr.ifr_flags |= IFF_NAPI | IFF_NAPI_FRAGS;
	way->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
	if (way->fd < 0 || ioctl(way->fd, TUNSETIFF, &ifr))
		die(word);
}

static bool way_send(const struct way *way)
{
	struct iovec part[PIECES_MAX + 2] = {
		{ &super, sizeof(super) }, { frame, len },
	};
	uint32_t count = 2, at = 0, size;

	if (way->kind == PIECES) {
		/* No piece is more than a page. */
		for (count = 1; at < len && count <= PIECES_MAX; count++) {
			size = one_in(4) ? 1 + rnd() % 16 :
					   len / (1 + rnd() % 8) + 1;
			if (size > 4096)
				size = 4096;
			if (size > len - at)
				size = len - at;
			part[count].iov_base = frame + at;
			part[count].iov_len = size;
			at += size;
		}
	}
	return writev(way->fd, part, count) >= 0;
}

/* What leaves through them is nobody's, and must not fill their queues. */
static void way_empty(const struct way *way)
{
	static uint8_t junk[FRAME_MAX];

	if (way->kind != PACKET)
		while (read(way->fd, junk, sizeof(junk)) > 0)
			;
}

int main(int argc, char **argv)
{
	unsigned long count, pause_us = 0, i, taken = 0;
	struct way way[8];
	char *end;
	int ways = 0, k;

	if (argc < 4 || argc > 3 + 8)
		return 2;
	rng = strtoull(argv[1], NULL, 0) * 0x9e3779b97f4a7c15ULL + 1;
	count = strtoul(argv[2], &end, 0);
	if (*end == ':')
		pause_us = strtoul(end + 1, NULL, 0);
	for (k = 3; k < argc; k++)
		way_open(&way[ways++], argv[k]);
	for (i = 0; !count || i < count; i++) {
		k = rnd() % ways;
		make(way[k].kind == TUN);
		taken += way_send(&way[k]);
		if (i % 64 == 0)
			for (k = 0; k < ways; k++)
				way_empty(&way[k]);
		if (pause_us)
			usleep(pause_us);
	}
	printf("%lu frames, %lu taken\n", count, taken);
	return 0;
}
