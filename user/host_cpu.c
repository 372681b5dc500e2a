// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* Processors and memory. */
#include "host_internal.h"

#include "proc.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "cpu  user nice system ...": ticks to ms. */
static void read_times(const char *line, struct sflow_host_cpu *c)
{
	uint32_t *const to[] = {
		&c->user_ms, &c->nice_ms, &c->system_ms, &c->idle_ms,
		&c->wio_ms, &c->intr_ms, &c->sintr_ms, &c->steal_ms,
		&c->guest_ms, &c->guest_nice_ms,
	};
	long ticks = sysconf(_SC_CLK_TCK);
	const char *at = line + strlen("cpu");
	size_t i;

	for (i = 0; i < sizeof(to) / sizeof(to[0]); i++) {
		char *end;
		unsigned long long value = strtoull(at, &end, 10);

		if (end == at)
			return;
		at = end;
		*to[i] = value * 1000 / (ticks > 0 ? ticks : 100);
	}
}

static void read_stat(const char *root, struct sflow_host_cpu *c)
{
	FILE *f = proc_open(root, "/proc/stat");
	unsigned long long value;
	char *line = NULL;
	size_t room = 0;

	if (!f)
		return;
	c->cpu_num = 0;
	/* the line of interrupts may be very long */
	while (getline(&line, &room, f) > 0) {
		if (!strncmp(line, "cpu ", 4))
			read_times(line, c);
		else if (!strncmp(line, "cpu", 3))
			c->cpu_num++;
		else if (sscanf(line, "intr %llu", &value) == 1)
			c->interrupts = value;
		else if (sscanf(line, "ctxt %llu", &value) == 1)
			c->contexts = value;
		else if (sscanf(line, "procs_running %llu", &value) == 1)
			c->proc_run = value ? value - 1 : 0;	/* not us */
	}
	free(line);
	fclose(f);
}

static void read_mhz(const char *root, struct sflow_host_cpu *c)
{
	static const char speed[] =
		"/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq";
	FILE *f = proc_open(root, "/proc/cpuinfo");
	unsigned long khz;
	char line[256];
	double mhz;

	c->cpu_mhz = 0;
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "cpu MHz : %lf", &mhz) == 1 ||
		    sscanf(line, "cpu MHz dynamic : %lf", &mhz) == 1) {
			c->cpu_mhz = mhz;
			break;
		}
	}
	if (f)
		fclose(f);
	if (c->cpu_mhz)
		return;
	proc_line(root, speed, line, sizeof(line));
	if (sscanf(line, "%lu", &khz) == 1)
		c->cpu_mhz = khz / 1000;
}

void host_cpu_read(const char *root, struct sflow_host_cpu *c)
{
	char line[128];
	double uptime;

	memset(c, 0xff, sizeof(*c));
	c->load_one = c->load_five = c->load_fifteen = -1;
	read_stat(root, c);
	read_mhz(root, c);
	proc_line(root, "/proc/loadavg", line, sizeof(line));
	/* 0.01 0.02 0.05 running/all last-pid */
	sscanf(line, "%f %f %f %*u/%u", &c->load_one, &c->load_five,
	       &c->load_fifteen, &c->proc_total);
	proc_line(root, "/proc/uptime", line, sizeof(line));
	if (sscanf(line, "%lf", &uptime) == 1)
		c->uptime_s = uptime;
}

void host_memory_read(const char *root, struct sflow_host_memory *m)
{
	static const struct proc_field meminfo[] = {
		{ "MemTotal", offsetof(struct sflow_host_memory, total) },
		{ "MemFree", offsetof(struct sflow_host_memory, free) },
		{ "Shmem", offsetof(struct sflow_host_memory, shared) },
		{ "Buffers", offsetof(struct sflow_host_memory, buffers) },
		{ "Cached", offsetof(struct sflow_host_memory, cached) },
		{ "SwapTotal", offsetof(struct sflow_host_memory, swap_total) },
		{ "SwapFree", offsetof(struct sflow_host_memory, swap_free) },
		{ NULL, 0 },
	};
	static const struct proc_field vmstat[] = {
		{ "pgpgin", offsetof(struct sflow_host_memory, page_in) },
		{ "pgpgout", offsetof(struct sflow_host_memory, page_out) },
		{ "pswpin", offsetof(struct sflow_host_memory, swap_in) },
		{ "pswpout", offsetof(struct sflow_host_memory, swap_out) },
		{ NULL, 0 },
	};
	static const struct proc_field slab[] = {
		{ "SReclaimable", 0 }, { NULL, 0 },
	};
	uint64_t reclaimable = 0;

	memset(m, 0xff, sizeof(*m));
	if (proc_fields(root, "/proc/meminfo", meminfo, sizeof(uint64_t), 1024,
			m) &&
	    proc_fields(root, "/proc/meminfo", slab, sizeof(uint64_t), 1024,
			&reclaimable) &&
	    m->cached != SFLOW_UNKNOWN64)
		m->cached += reclaimable;
	proc_fields(root, "/proc/vmstat", vmstat, sizeof(uint32_t), 1, m);
}
