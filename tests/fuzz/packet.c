// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Any bytes as a packet: a summary of printable ASCII that fits, nothing read
 * past the end, and a capture of whole blocks.
 */
#include "decode.h"
#include "pcapng.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t protos[] = { 0, 1, 11, 12, 13, 99 };
	struct pcapng_packet packet = { .ifname = "fuzz0" };
	char *capture = NULL;
	size_t bytes = 0, i;
	struct pcapng p;
	char *text;
	FILE *out;

	if (size < 2)
		return 0;
	text = malloc(data[1] + 1);
	decode_packet(protos[data[0] % 6], data + 2, size - 2, text,
		      data[1] + 1);
	for (i = 0; text[i]; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			abort();
	if (i > data[1])
		abort();

	packet.data = data + 2;
	packet.data_bytes = packet.len_bytes = (uint32_t)size - 2;
	packet.comment = text;
	out = open_memstream(&capture, &bytes);
	if (pcapng_open(&p, out, text) || pcapng_write(&p, &packet))
		abort();
	pcapng_close(&p);
	fclose(out);
	for (i = 0; i < bytes; ) {
		uint32_t length, again;

		memcpy(&length, capture + i + 4, 4);
		if (length < 12 || length % 4 || length > bytes - i)
			abort();
		memcpy(&again, capture + i + length - 4, 4);
		if (again != length)
			abort();
		i += length;
	}
	free(capture);
	free(text);
	return 0;
}
