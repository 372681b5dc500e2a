// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * What the fuzzers start from, and what they once found, again: each file of
 * tests/fuzz/corpus/NAME through tests/fuzz/NAME.c, under the sanitizers. A
 * finding ends the process.
 */
#define LLVMFuzzerTestOneInput fuzz_conf
#include "../fuzz/conf.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_config
#include "../fuzz/config.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_packet
#include "../fuzz/packet.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_records
#include "../fuzz/records.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_words
#include "../fuzz/words.c"
#undef LLVMFuzzerTestOneInput

#include "tap.h"

#include <glob.h>

static bool replay(const char *path, int (*fuzz)(const uint8_t *, size_t))
{
	static uint8_t bytes[1 << 20];
	FILE *in = fopen(path, "rb");
	uint8_t *exact;
	size_t size;

	if (!in)
		return false;
	size = fread(bytes, 1, sizeof(bytes), in);
	fclose(in);
	/* so that the sanitizer sees what is read past it */
	exact = malloc(size ? size : 1);
	memcpy(exact, bytes, size);
	fuzz(exact, size);
	free(exact);
	return true;
}

static void replay_all(const char *name, int (*fuzz)(const uint8_t *, size_t))
{
	char pattern[128];
	glob_t files;
	size_t i;

	snprintf(pattern, sizeof(pattern), "tests/fuzz/corpus/%s/*", name);
	if (!ok(!glob(pattern, 0, NULL, &files), "%s: a corpus", name))
		return;
	for (i = 0; i < files.gl_pathc; i++)
		ok(replay(files.gl_pathv[i], fuzz), "%s", files.gl_pathv[i]);
	globfree(&files);
}

int main(void)
{
	replay_all("conf", fuzz_conf);
	replay_all("config", fuzz_config);
	replay_all("packet", fuzz_packet);
	replay_all("records", fuzz_records);
	replay_all("words", fuzz_words);
	return tap_done();
}
