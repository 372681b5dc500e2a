// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "uuid.h"

#include <string.h>

bool uuid_parse(const char *text, uint8_t uuid[16])
{
	unsigned int digits = 0;

	memset(uuid, 0, 16);
	for (; *text; text++) {
		const char *hex = "0123456789abcdef", *at;

		if (*text == '-')
			continue;
		at = strchr(hex, *text | 0x20);
		if (!at || digits == 32)
			return false;
		uuid[digits / 2] |= (at - hex) << (digits % 2 ? 0 : 4);
		digits++;
	}
	return digits == 32;
}
