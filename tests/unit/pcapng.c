// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* Every byte of a small capture, read back by hand. */
#include "pcapng.h"
#include "tap.h"

#include <errno.h>
#include <stdlib.h>

static char *file;
static size_t file_bytes;

static uint32_t get32(size_t at)
{
	uint32_t value = 0;

	if (at + 4 <= file_bytes)
		memcpy(&value, file + at, 4);
	return value;
}

static uint16_t get16(size_t at)
{
	uint16_t value = 0;

	if (at + 2 <= file_bytes)
		memcpy(&value, file + at, 2);
	return value;
}

/* Bytes of option @code of the block at @at whose options start at @options. */
static const char *find_option(size_t at, size_t options, uint16_t code,
			       uint16_t *len)
{
	size_t end = at + get32(at + 4) - 4;
	size_t o = at + options;

	while (o + 4 <= end) {
		*len = get16(o + 2);
		if (get16(o) == code)
			return file + o + 4;
		if (!get16(o))
			break;
		o += 4 + ((*len + 3U) & ~3U);
	}
	*len = 0;
	return NULL;
}

static void is_option(size_t at, size_t options, uint16_t code,
		      const char *wanted, const char *what)
{
	uint16_t len;
	const char *got = find_option(at, options, code, &len);

	ok(got && len == strlen(wanted) && !memcmp(got, wanted, len), "%s", what);
}

static size_t block(size_t at, uint32_t type, const char *what)
{
	uint32_t size = get32(at + 4);

	is(get32(at), type, "%s: type", what);
	ok(size >= 12 && size % 4 == 0 && at + size <= file_bytes,
	   "%s: whole, multiple of 4", what);
	if (size < 12 || at + size > file_bytes)
		exit(tap_done());
	is(get32(at + size - 4), size, "%s: size repeated at its end", what);
	return at + size;
}

int main(void)
{
	const uint8_t data[61] = { 1, 2, 3, [60] = 0xee };
	struct pcapng_packet packet = {
		.time_ns = 1700000000123456789ULL,
		.ifindex = 7,
		.ifname = "eth0",
		.link = PCAPNG_ETHERNET,
		.dir = PCAPNG_DIR_IN,
		.len_bytes = 1514,
		.data_bytes = sizeof(data),
		.data = data,
		.comment = "rate 100",
	};
	size_t at = 0, first, next;
	struct pcapng p;
	const char *flags;
	uint16_t len;
	FILE *out;

	out = open_memstream(&file, &file_bytes);
	is(pcapng_open(&p, out, "ksflow 1"), 0, "open");
	is(pcapng_write(&p, &packet), 0, "first packet");
	packet.dir = PCAPNG_DIR_OUT;
	packet.comment = NULL;
	packet.data_bytes = 60;
	is(pcapng_write(&p, &packet), 0, "same interface");
	packet.ifname = "wan0";
	is(pcapng_write(&p, &packet), 0, "renamed");
	packet.ifindex = 8;
	packet.ifname = "tun0";
	packet.link = PCAPNG_RAW;
	packet.data_bytes = 0;
	packet.comment = "";
	is(pcapng_write(&p, &packet), 0, "another, with no bytes");
	pcapng_close(&p);
	fflush(out);

	first = block(at, 0x0a0d0d0a, "section");
	is(get32(at + 8), 0x1a2b3c4d, "byte order");
	is(get16(at + 12), 1, "major version");
	is(get16(at + 14), 0, "minor version");
	is_option(at, 24, 4, "ksflow 1", "application");

	next = block(first, 1, "interface");
	is(get16(first + 8), 1, "Ethernet");
	is_option(first, 16, 2, "eth0", "its name");
	is_option(first, 16, 9, "\x09", "nanoseconds");

	at = next;
	next = block(at, 6, "packet");
	is(get32(at + 8), 0, "of interface 0");
	is((uint64_t)get32(at + 12) << 32 | get32(at + 16),
	   1700000000123456789ULL, "time");
	is(get32(at + 20), 61, "bytes captured");
	is(get32(at + 24), 1514, "bytes on the wire");
	ok(!memcmp(file + at + 28, data, 61), "the bytes");
	ok(!file[at + 28 + 61] && !file[at + 28 + 62] && !file[at + 28 + 63],
	   "padding is zero");
	is_option(at, 28 + 64, 1, "rate 100", "comment");
	flags = find_option(at, 28 + 64, 2, &len);
	ok(flags && len == 4 && flags[0] == 1, "inbound");

	at = next;
	next = block(at, 6, "second packet, no second interface block");
	is(get32(at + 8), 0, "of interface 0 too");
	ok(!find_option(at, 28 + 60, 1, &len), "no comment");
	flags = find_option(at, 28 + 60, 2, &len);
	ok(flags && len == 4 && flags[0] == 2, "outbound");

	at = block(next, 1, "interface after a new name");
	is_option(next, 16, 2, "wan0", "new name");
	next = block(at, 6, "its packet");
	is(get32(at + 8), 1, "of interface 1");

	at = block(next, 1, "raw interface");
	is(get16(next + 8), 101, "raw IP");
	next = block(at, 6, "empty packet");
	is(get32(at + 8), 2, "of interface 2");
	is(get32(at + 20), 0, "no bytes");
	is(next, file_bytes, "nothing after it");
	fclose(out);
	free(file);

	out = fopen("/dev/full", "w");
	if (out) {
		setvbuf(out, NULL, _IONBF, 0);
		is(pcapng_open(&p, out, "ksflow"), -ENOSPC, "full disk");
		is(pcapng_write(&p, &packet), -ENOSPC, "full disk, packet");
		pcapng_close(&p);
		fclose(out);
	}
	return tap_done();
}
