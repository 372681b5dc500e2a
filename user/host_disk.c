// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* Disks, and what is mounted from them. */
#include "host_internal.h"

#include "proc.h"
#include "sums.h"

#include <dirent.h>
#include <limits.h>
#include <linux/major.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define SECTOR_BYTES	512

static bool has_entries(const char *path)
{
	const struct dirent *entry;
	DIR *dir = opendir(path);
	bool is_found = false;

	if (!dir)
		return false;
	while (!is_found && (entry = readdir(dir)))
		is_found = entry->d_name[0] != '.';
	closedir(dir);
	return is_found;
}

/*
 * A whole disk with nothing of ours below it: partitions, md, dm and loops
 * would count twice, disks in memory are none.
 */
static bool is_disk(const char *root, unsigned int major,
		    const char *name)
{
	char path[PATH_MAX], *c;
	int len;

	if (major == RAMDISK_MAJOR || major == LOOP_MAJOR ||
	    major == MD_MAJOR || !strncmp(name, "zram", 4))
		return false;
	len = snprintf(path, sizeof(path), "%s/sys/block/", root);
	snprintf(path + len, sizeof(path) - len, "%s/slaves", name);
	/* cciss/c0d0 is cciss!c0d0 there */
	for (c = path + len; c < path + len + strlen(name); c++) {
		if (*c == '/')
			*c = '!';
	}
	if (has_entries(path))
		return false;
	path[len + strlen(name)] = '\0';
	return !access(path, F_OK);
}

static void read_diskstats(const char *root, struct sums *disks,
			   struct sflow_host_disk *k)
{
	FILE *f = proc_open(root, "/proc/diskstats");
	uint64_t sums[SUMS_VALUES];
	char line[512];

	if (!f)
		return;
	sums_begin(disks);
	while (fgets(line, sizeof(line), f)) {
		unsigned long long v[8];
		unsigned int major, minor;
		char name[64];

		if (sscanf(line, "%u %u %63s %llu %llu %llu %llu %llu %llu %llu %llu",
			   &major, &minor, name, &v[0], &v[1], &v[2], &v[3],
			   &v[4], &v[5], &v[6], &v[7]) != 11 ||
		    !is_disk(root, major, name))
			continue;
		sums_add(disks, (uint64_t)major << 32 | minor,
			 (const uint64_t[SUMS_VALUES]){
				v[0], v[2] * SECTOR_BYTES, v[3],
				v[4], v[6] * SECTOR_BYTES, v[7] });
	}
	fclose(f);
	sums_end(disks, sums);
	k->reads = sums[0];
	k->bytes_read = sums[1];
	k->read_ms = sums[2];
	k->writes = sums[3];
	k->bytes_written = sums[4];
	k->write_ms = sums[5];
}

/* "\040" is a blank. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++, to++) {
		if (s[0] == '\\' && s[1] && s[2] && s[3]) {
			*to = (s[1] - '0') << 6 | (s[2] - '0') << 3 |
			      (s[3] - '0');
			s += 3;
		} else {
			*to = *s;
		}
	}
	*to = '\0';
}

/*
 * On a disk of ours, and writable: images are always full. Others' file
 * systems, FUSE's too, may not answer.
 */
static bool is_local(const char *type, const char *source, const char *options)
{
	static const char * const images[] = {
		"squashfs", "iso9660", "erofs", "cramfs", "romfs", "udf", NULL,
	};

	if (strncmp(source, "/dev/", 5) && strncmp(source, "ubi", 3))
		return false;
	if (!strncmp(type, "fuse", 4) || host_is_one_of(type, images))
		return false;
	return strcmp(options, "ro") && strncmp(options, "ro,", 3);
}

struct mounts {
	unsigned int count;
	uint64_t *seen;
};

/* Once, wherever it is mounted. */
static bool is_seen(const struct mounts *mounts, uint64_t device)
{
	unsigned int i;

	for (i = 0; i < mounts->count; i++) {
		if (mounts->seen[i] == device)
			return true;
	}
	return false;
}

static bool add_seen(struct mounts *mounts, uint64_t device)
{
	uint64_t *seen = reallocarray(mounts->seen, mounts->count + 1,
				      sizeof(*seen));

	if (!seen)
		return false;
	mounts->seen = seen;
	seen[mounts->count++] = device;
	return true;
}

static void add_mount(const char *root, struct mounts *mounts,
		      char *line, struct sflow_host_disk *k)
{
	char point[1024], type[64], source[512], options[64];
	unsigned int major, minor;
	char path[PATH_MAX];
	struct statvfs s;
	uint64_t total, free;
	const char *rest;

	/* id parent major:minor root point options [optional]... - type ... */
	rest = strstr(line, " - ");
	if (!rest ||
	    sscanf(line, "%*u %*u %u:%u %*s %1023s", &major, &minor,
		   point) != 3 ||
	    sscanf(rest, " - %63s %511s %63s", type, source, options) != 3 ||
	    !is_local(type, source, options) ||
	    is_seen(mounts, (uint64_t)major << 32 | minor))
		return;
	unescape(point);
	snprintf(path, sizeof(path), "%s%s", root, point);
	if (statvfs(path, &s) || !s.f_blocks ||
	    !add_seen(mounts, (uint64_t)major << 32 | minor))
		return;
	total = (uint64_t)s.f_blocks * s.f_frsize;
	free = (uint64_t)s.f_bavail * s.f_frsize;
	k->total += total;
	k->free += free;
	total = (total - free) * 10000 / total;
	if (total > k->part_max_used)
		k->part_max_used = total;
}

static void read_mounts(const char *root, struct sflow_host_disk *k)
{
	FILE *f = proc_open(root, "/proc/self/mountinfo");
	struct mounts mounts = { 0 };
	char *line = NULL;
	size_t room = 0;

	if (!f)
		return;
	k->total = k->free = k->part_max_used = 0;
	while (getline(&line, &room, f) > 0)
		add_mount(root, &mounts, line, k);
	free(mounts.seen);
	free(line);
	fclose(f);
}

void host_disk_read(const char *root, struct sums *disks,
		    struct sflow_host_disk *k)
{
	memset(k, 0xff, sizeof(*k));
	read_diskstats(root, disks, k);
	read_mounts(root, k);
}
