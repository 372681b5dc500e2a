// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "pcapng.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SECTION	0x0a0d0d0aU
#define BLOCK_INTERFACE	1U
#define BLOCK_PACKET	6U
#define BYTE_ORDER_MAGIC 0x1a2b3c4dU

#define OPT_END		0
#define OPT_COMMENT	1
#define SHB_USERAPPL	4
#define IF_NAME		2
#define IF_TSRESOL	9
#define EPB_FLAGS	2

#define OPTION_MAX	0xfff0U

struct pcapng_interface {
	uint32_t ifindex;
	enum pcapng_link link;
	char *name;
};

static size_t padded(size_t bytes)
{
	return (bytes + 3) & ~(size_t)3;
}

static size_t option_size(size_t bytes)
{
	return 4 + padded(bytes);
}

static size_t text_len(const char *text)
{
	return strnlen(text, OPTION_MAX);
}

static bool put(struct pcapng *p, const void *data, size_t bytes)
{
	return fwrite(data, 1, bytes, p->out) == bytes;
}

static bool put16(struct pcapng *p, uint16_t value)
{
	return put(p, &value, sizeof(value));
}

static bool put32(struct pcapng *p, uint32_t value)
{
	return put(p, &value, sizeof(value));
}

static bool put_padded(struct pcapng *p, const void *data, size_t bytes)
{
	static const char zero[4];

	return (!bytes || put(p, data, bytes)) &&
	       put(p, zero, padded(bytes) - bytes);
}

static bool put_option(struct pcapng *p, uint16_t code, const void *data,
		       size_t bytes)
{
	return put16(p, code) && put16(p, bytes) && put_padded(p, data, bytes);
}

static int done(bool is_written)
{
	if (is_written)
		return 0;
	return errno ? -errno : -EIO;
}

int pcapng_open(struct pcapng *p, FILE *out, const char *application)
{
	const size_t app_len = text_len(application);
	const uint32_t size = 28 + option_size(app_len) + option_size(0);

	memset(p, 0, sizeof(*p));
	p->out = out;
	errno = 0;

	return done(put32(p, BLOCK_SECTION) && put32(p, size) &&
		    put32(p, BYTE_ORDER_MAGIC) &&
		    put16(p, 1) && put16(p, 0) &&
		    /* The length of the section is not known in a stream. */
		    put32(p, UINT32_MAX) && put32(p, UINT32_MAX) &&
		    put_option(p, SHB_USERAPPL, application, app_len) &&
		    put_option(p, OPT_END, NULL, 0) && put32(p, size));
}

static bool put_interface(struct pcapng *p, const struct pcapng_interface *i)
{
	const size_t name_len = text_len(i->name);
	const uint32_t size = 20 + option_size(name_len) + option_size(1) +
			      option_size(0);
	const uint8_t nanoseconds = 9;

	return put32(p, BLOCK_INTERFACE) && put32(p, size) &&
	       put16(p, i->link) && put16(p, 0) && put32(p, 0) &&
	       put_option(p, IF_NAME, i->name, name_len) &&
	       put_option(p, IF_TSRESOL, &nanoseconds, 1) &&
	       put_option(p, OPT_END, NULL, 0) && put32(p, size);
}

/* Its number in the section, or -errno. */
static int interface_get(struct pcapng *p, const struct pcapng_packet *packet)
{
	struct pcapng_interface *grown;
	size_t i;

	for (i = 0; i < p->count; i++)
		if (p->interfaces[i].ifindex == packet->ifindex &&
		    p->interfaces[i].link == packet->link &&
		    !strcmp(p->interfaces[i].name, packet->ifname))
			return (int)i;

	grown = reallocarray(p->interfaces, p->count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	p->interfaces = grown;
	grown[i].ifindex = packet->ifindex;
	grown[i].link = packet->link;
	grown[i].name = strdup(packet->ifname);
	if (!grown[i].name)
		return -ENOMEM;
	p->count++;

	errno = 0;
	if (!put_interface(p, &grown[i]))
		return done(false);
	return (int)i;
}

int pcapng_write(struct pcapng *p, const struct pcapng_packet *packet)
{
	size_t comment_len = packet->comment ? text_len(packet->comment) : 0;
	uint32_t size = 32 + padded(packet->data_bytes) + option_size(4) +
			option_size(0);
	const uint32_t flags = packet->dir;
	int number;

	if (comment_len)
		size += option_size(comment_len);

	number = interface_get(p, packet);
	if (number < 0)
		return number;

	errno = 0;
	return done(put32(p, BLOCK_PACKET) && put32(p, size) &&
		    put32(p, number) &&
		    put32(p, packet->time_ns >> 32) &&
		    put32(p, (uint32_t)packet->time_ns) &&
		    put32(p, packet->data_bytes) &&
		    put32(p, packet->len_bytes) &&
		    put_padded(p, packet->data, packet->data_bytes) &&
		    (!comment_len || put_option(p, OPT_COMMENT, packet->comment,
						comment_len)) &&
		    put_option(p, EPB_FLAGS, &flags, sizeof(flags)) &&
		    put_option(p, OPT_END, NULL, 0) && put32(p, size));
}

void pcapng_close(struct pcapng *p)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		free(p->interfaces[i].name);
	free(p->interfaces);
	p->interfaces = NULL;
	p->count = 0;
}
