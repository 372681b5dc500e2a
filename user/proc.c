// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "proc.h"

#include <limits.h>
#include <string.h>

FILE *proc_open(const char *root, const char *path)
{
	char full[PATH_MAX];

	snprintf(full, sizeof(full), "%s%s", root, path);
	return fopen(full, "re");
}

void proc_line(const char *root, const char *path, char *line, size_t size)
{
	FILE *f = proc_open(root, path);

	line[0] = '\0';
	if (!f)
		return;
	if (fgets(line, size, f))
		line[strcspn(line, "\n")] = '\0';
	else
		line[0] = '\0';
	fclose(f);
}

bool proc_fields(const char *root, const char *path,
		 const struct proc_field *fields, size_t word, uint64_t factor,
		 void *base)
{
	FILE *f = proc_open(root, path);
	const struct proc_field *field;
	char name[64], line[256];
	unsigned long long value;

	if (!f)
		return false;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%63[^: \t]%*[: \t]%llu", name, &value) != 2)
			continue;
		for (field = fields; field->name; field++) {
			char *to = (char *)base + field->offset;

			if (strcmp(field->name, name))
				continue;
			value *= factor;
			if (word == sizeof(uint64_t))
				*(uint64_t *)to = value;
			else
				*(uint32_t *)to = value;
		}
	}
	fclose(f);
	return true;
}
