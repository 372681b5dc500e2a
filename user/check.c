// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* Verb "check": why it does not work, each with the command that mends it. */
#include "dev.h"
#include "devlink.h"
#include "nl.h"
#include "print.h"
#include "tool.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define CAP_NET_ADMIN_BIT 12

enum status {
	GOOD,
	NOTE,		/* worth knowing; nothing is broken */
	PROBLEM,
};

struct check {
	struct utsname kernel;
	bool has_problem;
	uint64_t readers[__KSFLOW_KIND_MAX];	/* by kind */
	uint8_t drop_state;
};

/* One line of the answer. @command may be NULL. */
__attribute__((format(printf, 5, 6)))
static void report(struct check *c, enum status status, const char *name,
		   const char *command, const char *fmt, ...)
{
	static const struct {
		const char *word;
		enum print_colour colour;
	} words[] = {
		[GOOD] = { "ok", PRINT_GREEN },
		[NOTE] = { "note", PRINT_YELLOW },
		[PROBLEM] = { "problem", PRINT_RED },
	};
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);

	if (status == PROBLEM)
		c->has_problem = true;
	print_object(NULL);
	print_string("check", NULL, name);
	print_string_colour("status", "%-8s ", words[status].word,
			    words[status].colour);
	print_string("text", "%s\n", text);
	if (command)
		print_string("command", "         -> %s\n", command);
	print_object_end();
}

/* First line of a small file, without its end; "" if there is none. */
static const char *read_line(const char *path, char *buf, size_t size)
{
	FILE *file = fopen(path, "re");

	buf[0] = 0;
	if (!file)
		return buf;
	if (!fgets(buf, (int)size, file))
		buf[0] = 0;
	buf[strcspn(buf, "\n")] = 0;
	fclose(file);
	return buf;
}

static bool is_there(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));

static bool is_there(const char *fmt, ...)
{
	char path[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(path, sizeof(path), fmt, args);
	va_end(args);
	return !access(path, F_OK);
}

/* --- the module is not there: why --- */

/* Path of the module for this kernel, below /lib/modules/RELEASE. */
static bool find_module(const struct check *c, char *path, size_t size)
{
	char line[512], *name;
	bool is_found = false;
	FILE *deps;

	snprintf(line, sizeof(line), "/lib/modules/%s/modules.dep",
		 c->kernel.release);
	deps = fopen(line, "re");
	if (!deps)
		return false;
	while (!is_found && fgets(line, sizeof(line), deps)) {
		line[strcspn(line, ":\n")] = 0;
		name = strrchr(line, '/');
		name = name ? name + 1 : line;
		if (!strncmp(name, "ksflow.ko", 9)) {
			snprintf(path, size, "%s", line);
			is_found = true;
		}
	}
	fclose(deps);
	return is_found;
}

static bool is_secure_boot(void)
{
	unsigned char var[5];
	bool is_on = false;
	FILE *file;

	file = fopen("/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c",
		     "re");
	if (!file)
		return false;
	/* Four bytes of attributes, then the value. */
	if (fread(var, 1, sizeof(var), file) == sizeof(var))
		is_on = var[4] == 1;
	fclose(file);
	return is_on;
}

/* Does the kernel refuse modules without a signature it trusts? */
static void check_signing(struct check *c)
{
	const char *key = NULL, *why = NULL;
	char command[200], line[200];

	if (*read_line("/sys/module/module/parameters/sig_enforce", line,
		       sizeof(line)) == 'Y')
		why = "this kernel loads signed modules only";
	else if (strstr(read_line("/sys/kernel/security/lockdown", line,
				  sizeof(line)), "[integrity]") ||
		 strstr(line, "[confidentiality]"))
		why = "the kernel is locked down: it loads signed modules only";
	else if (is_secure_boot())
		why = "Secure Boot is on: the module's signing key has to be enrolled";
	if (!why)
		return;

	if (is_there("/var/lib/dkms/mok.pub"))
		key = "/var/lib/dkms/mok.pub";
	else if (is_there("/var/lib/shim-signed/mok/MOK.der"))
		key = "/var/lib/shim-signed/mok/MOK.der";
	if (key)
		snprintf(command, sizeof(command),
			 "mokutil --import %s   (then reboot and confirm)", key);
	report(c, PROBLEM, "signature", key ? command :
	       "dkms generate_mok && mokutil --import /var/lib/dkms/mok.pub",
	       "%s", why);
}

/* The version that DKMS knows of; false: none. */
static bool find_dkms(char *version, size_t size)
{
	struct dirent *entry;
	bool is_found = false;
	DIR *dir;

	dir = opendir("/var/lib/dkms/ksflow");
	if (!dir)
		return false;
	while (!is_found && (entry = readdir(dir))) {
		/* Links called kernel-RELEASE-ARCH stand beside versions. */
		if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
			continue;
		snprintf(version, size, "%s", entry->d_name);
		is_found = true;
	}
	closedir(dir);
	return is_found;
}

static void check_missing(struct check *c)
{
	const char *release = c->kernel.release;
	char version[256], command[1024];

	if (!is_there("/lib/modules/%s", release)) {
		report(c, PROBLEM, "module", "reboot",
		       "there are no modules for the running kernel %s: its package was replaced, or this is a container",
		       release);
		return;
	}
	if (!find_dkms(version, sizeof(version))) {
		report(c, PROBLEM, "module", "make dkms-install",
		       "the module is not installed for kernel %s", release);
		return;
	}
	if (!is_there("/lib/modules/%s/build", release)) {
		snprintf(command, sizeof(command),
			 "apt-get install linux-headers-%s && dkms install ksflow/%s -k %s",
			 release, version, release);
		report(c, PROBLEM, "dkms", command,
		       "DKMS has ksflow %s but cannot build it: the headers of kernel %s are missing",
		       version, release);
		return;
	}
	snprintf(command, sizeof(command), "dkms install ksflow/%s -k %s",
		 version, release);
	if (is_there("/var/lib/dkms/ksflow/%s/build/make.log", version))
		report(c, PROBLEM, "dkms", command,
		       "DKMS has ksflow %s, not for kernel %s; the last build failed: see /var/lib/dkms/ksflow/%s/build/make.log",
		       version, release, version);
	else
		report(c, PROBLEM, "dkms", command,
		       "DKMS has ksflow %s, but did not build it for kernel %s",
		       version, release);
}

static void check_unloaded(struct check *c)
{
	char path[512];

	if (!find_module(c, path, sizeof(path))) {
		check_missing(c);
		return;
	}
	report(c, PROBLEM, "module", "modprobe ksflow",
	       "the module is installed (%s), but not loaded", path);
	check_signing(c);
}

/* --- the kernel --- */

static FILE *open_config(const struct check *c, bool *is_pipe)
{
	char path[200];
	FILE *file;

	*is_pipe = false;
	snprintf(path, sizeof(path), "/boot/config-%s", c->kernel.release);
	file = fopen(path, "re");
	if (file)
		return file;
	snprintf(path, sizeof(path), "/lib/modules/%s/config",
		 c->kernel.release);
	file = fopen(path, "re");
	if (file || !is_there("/proc/config.gz"))
		return file;
	*is_pipe = true;
	return popen("gzip -dc /proc/config.gz 2>/dev/null", "re");
}

static void check_options(struct check *c)
{
	struct {
		const char *name;
		enum status status;
		const char *text;
		bool is_set;
	} options[] = {
		{ "CONFIG_TRACEPOINTS", PROBLEM,
		  "the tracepoint tap and with it most of sampling cannot work",
		  false },
		{ "CONFIG_NETFILTER_INGRESS", NOTE,
		  "the netfilter tap cannot see ingress", false },
		{ "CONFIG_NETFILTER_EGRESS", NOTE,
		  "the netfilter tap cannot see egress; the tracepoint tap can",
		  false },
	};
	const size_t count = sizeof(options) / sizeof(options[0]);
	bool is_pipe, is_any = false;
	char line[512];
	FILE *file;
	size_t i, len;

	file = open_config(c, &is_pipe);
	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		is_any |= !strncmp(line, "CONFIG_", 7);
		for (i = 0; i < count; i++) {
			len = strlen(options[i].name);
			if (!strncmp(line, options[i].name, len) &&
			    line[len] == '=' && line[len + 1] == 'y')
				options[i].is_set = true;
		}
	}
	if (is_pipe)
		pclose(file);
	else
		fclose(file);
	if (!is_any)
		return;
	for (i = 0; i < count; i++)
		if (!options[i].is_set)
			report(c, options[i].status, "kernel-option", NULL,
			       "kernel without %s: %s", options[i].name,
			       options[i].text);
}

static void check_capability(struct check *c)
{
	unsigned long long mask;
	bool is_known = false;
	char line[200];
	FILE *file;

	file = fopen("/proc/self/status", "re");
	if (!file)
		return;
	while (!is_known && fgets(line, sizeof(line), file))
		is_known = sscanf(line, "CapEff: %llx", &mask) == 1;
	fclose(file);
	if (is_known && !(mask >> CAP_NET_ADMIN_BIT & 1))
		report(c, PROBLEM, "capability", "sudo ksflow check",
		       "no CAP_NET_ADMIN: nothing can be changed or monitored, only shown");
}

/* --- the module is there: what is wrong --- */

#define GROUPS_MAX	16

/* The traps of one device that drop without a word. */
struct silent {
	char device[sizeof(((struct devlink_trap *)0)->device)];
	unsigned int traps;
	unsigned int group_count;
	char groups[GROUPS_MAX][sizeof(((struct devlink_trap *)0)->group)];
};

struct silents {
	struct check *check;
	struct silent now;
};

static void report_silent(struct silents *all)
{
	const struct silent *s = &all->now;
	char command[GROUPS_MAX * (sizeof(s->device) + sizeof(s->groups[0]) + 64)] = "";
	size_t used = 0;
	unsigned int i;

	for (i = 0; i < s->group_count; i++)
		used += snprintf(command + used, sizeof(command) - used,
				 "%sdevlink trap group set %s group %s action trap",
				 i ? " && " : "", s->device, s->groups[i]);
	if (s->traps)
		report(all->check, NOTE, "hardware-traps", command,
		       "%s: %u traps drop packets without telling anybody",
		       s->device, s->traps);
}

/* Devices come one after the other. */
static void on_trap(const struct devlink_trap *trap, void *arg)
{
	struct silents *all = arg;
	struct silent *s = &all->now;
	unsigned int i;

	if (strcmp(s->device, trap->device)) {
		report_silent(all);
		memset(s, 0, sizeof(*s));
		strcpy(s->device, trap->device);
	}
	if (!trap->is_drop || !trap->is_silent)
		return;
	s->traps++;
	for (i = 0; i < s->group_count; i++)
		if (!strcmp(s->groups[i], trap->group))
			return;
	if (s->group_count < GROUPS_MAX)
		strcpy(s->groups[s->group_count++], trap->group);
}

static void check_drops(struct check *c, const struct ksflow_config *config)
{
	struct silents all = { .check = c };

	if (!ksflow_has(config, CONFIG_DROP))
		return;
	c->drop_state = config->drop.state;
	if (config->has_drop_reasons)
		report(c, GOOD, "drop-reasons", NULL,
		       "this kernel names the reasons of drops");
	else
		report(c, NOTE, "drop-reasons", NULL,
		       "this kernel gives drops no reason (5.17 and later do): call sites take their place");
	if (config->has_drop_hw)
		report(c, GOOD, "hardware-drops", NULL,
		       "this kernel reports hardware drops");
	else
		report(c, NOTE, "hardware-drops", NULL,
		       "this kernel does not report hardware drops (CONFIG_NET_DEVLINK)");
	if (!config->has_drop_hw)
		return;
	devlink_traps(on_trap, &all);
	report_silent(&all);
}

static int check_abi(struct check *c, struct ksflow_nl *nl,
		     struct ksflow_nl_error *err)
{
	struct ksflow_config config;
	int ret;

	ret = ksflow_nl_config_get(nl, &config, err);
	if (ret)
		return ret;
	report(c, GOOD, "module", NULL, "module %s is loaded, ABI %" PRIu32,
	       config.version, config.abi);
	if (config.abi > KSFLOW_ABI)
		report(c, NOTE, "abi", "make install",
		       "the module is newer than this tool (ABI %" PRIu32 ", tool %d): what is new in it is not shown",
		       config.abi, KSFLOW_ABI);
	else if (config.abi < KSFLOW_ABI)
		report(c, NOTE, "abi", "modprobe -r ksflow && modprobe ksflow",
		       "the module is older than this tool (ABI %" PRIu32 ", tool %d): what is new in the tool is refused",
		       config.abi, KSFLOW_ABI);
	check_drops(c, &config);
	ksflow_config_free(&config);
	return 0;
}

static int check_devices(struct check *c, struct ksflow_nl *nl,
			 struct ksflow_nl_error *err)
{
	char command[64 + IFNAMSIZ];
	struct dev_list list;
	size_t i, wanted = 0;
	int ret;

	ret = dev_list_get(nl, &list, err);
	if (ret)
		return ret;
	for (i = 0; i < list.count; i++) {
		const struct ksflow_dev *dev = &list.devs[i];

		wanted += dev->dir != KSFLOW_DIR_OFF;
		if (!ksflow_has(dev, DEV_REFUSED))
			continue;
		snprintf(command, sizeof(command), "ksflow dev set %s tap auto",
			 dev->name);
		report(c, PROBLEM, "tap", command, "%s: %s", dev->name,
		       dev->refused);
	}
	if (wanted)
		report(c, GOOD, "devices", NULL, "devices sampled here: %zu",
		       wanted);
	else if (list.count > 1)
		report(c, PROBLEM, "devices", "ksflow dev set IF rate 1000",
		       "no device of this network namespace is sampled, of %zu; a device in another namespace: ksflow -n NETNS",
		       list.count);
	else
		report(c, PROBLEM, "devices", "ip netns; ksflow -n NETNS check",
		       "this network namespace has no device to sample: is it the one you mean?");
	dev_list_free(&list);
	return 0;
}

/* Losses matter to whoever reads; those of the past are in the stats. */
static int check_reader(const struct ksflow_reader *reader, void *arg)
{
	struct check *c = arg;
	const char *who = reader->is_owner ? "ksflowd" : "reader";
	const char *kind = ksflow_kind_name(reader->kind);

	if (reader->kind < __KSFLOW_KIND_MAX)
		c->readers[reader->kind]++;
	if (reader->lost_ring)
		report(c, PROBLEM, "loss", "ksflow stats --explain",
		       "%s (port %" PRIu32 ") lost %" PRIu64 " of %" PRIu64 " %ss: rings were full",
		       who, reader->portid, reader->lost_ring,
		       reader->selected, kind ? kind : "record");
	if (reader->lost_overrun)
		report(c, PROBLEM, "loss", "ksflow stats --explain",
		       "%s (port %" PRIu32 ") lost %" PRIu64 " of %" PRIu64 " %ss: it reads too slowly",
		       who, reader->portid, reader->lost_overrun,
		       reader->selected, kind ? kind : "record");
	if (reader->lost_memory)
		report(c, PROBLEM, "loss", "ksflow stats --explain",
		       "%s (port %" PRIu32 ") lost %" PRIu64 " of %" PRIu64 " %ss: no memory for messages",
		       who, reader->portid, reader->lost_memory,
		       reader->selected, kind ? kind : "record");
	return 0;
}

static int check_readers(struct check *c, struct ksflow_nl *nl,
			 struct ksflow_nl_error *err)
{
	const struct ksflow_stats_handler handler = {
		.reader = check_reader,
		.arg = c,
	};
	int ret;

	ret = ksflow_nl_stats_get(nl, &handler, err);
	/* The missing capability has a line already. */
	if (ret == -EPERM)
		return 0;
	if (ret)
		return ret;
	if (c->readers[KSFLOW_KIND_SAMPLE])
		report(c, GOOD, "readers", NULL,
		       "readers: %" PRIu64 " of samples, %" PRIu64 " of drops",
		       c->readers[KSFLOW_KIND_SAMPLE],
		       c->readers[KSFLOW_KIND_DROP]);
	else
		report(c, PROBLEM, "readers", "systemctl start ksflowd",
		       "nobody reads the samples, so none are taken: ksflowd is not running in this namespace");
	if (c->drop_state == KSFLOW_DROP_ON && !c->readers[KSFLOW_KIND_DROP])
		report(c, NOTE, "drops", "ksflow monitor drops",
		       "drops are on, but nobody reads them (ksflowd does with dropmon { } in its configuration): they are counted");
	return 0;
}

static int check_live(struct check *c, struct ksflow_nl *nl)
{
	struct ksflow_nl_error err = { 0 };
	int ret;

	ret = check_abi(c, nl, &err);
	if (!ret)
		ret = check_devices(c, nl, &err);
	if (!ret)
		ret = check_readers(c, nl, &err);
	if (ret)
		report(c, PROBLEM, "module", "dmesg | grep ksflow",
		       "the module does not answer: %s", err.text);
	return ret;
}

int check_run(const struct tool_verb *verb, int argc, char **argv)
{
	struct ksflow_nl_error err = { 0 };
	struct check c = { 0 };
	struct ksflow_nl *nl;

	if (argc)
		return tool_usage(verb,
				  "\"%s\" after \"check\": expected nothing more",
				  argv[0]);
	uname(&c.kernel);

	print_object(NULL);
	print_array("checks");
	check_capability(&c);
	nl = ksflow_nl_open(&err);
	if (nl) {
		check_live(&c, nl);
		ksflow_nl_close(nl);
	} else if (err.code == -ENOENT) {
		check_unloaded(&c);
	} else {
		report(&c, PROBLEM, "netlink", NULL, "%s", err.text);
	}
	check_options(&c);
	print_array_end();
	print_bool("ok", NULL, !c.has_problem);
	if (!c.has_problem)
		print_string_colour(NULL, "%s\n", "all is well", PRINT_GREEN);
	print_object_end();
	return c.has_problem ? TOOL_FAILED : TOOL_OK;
}
