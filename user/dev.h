/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_DEV_H
#define KSFLOW_USER_DEV_H

#include <stdbool.h>
#include <stddef.h>

struct ksflow_dev;
struct ksflow_nl;
struct ksflow_nl_error;

struct dev_list {
	struct ksflow_dev *devs;	/* by ifindex */
	size_t count;
};

/* Return: 0 or -errno, described in *err. */
int dev_list_get(struct ksflow_nl *nl, struct dev_list *list,
		 struct ksflow_nl_error *err);
void dev_list_free(struct dev_list *list);

/* Is it sampled, or was it to be? */
bool dev_is_wanted(const struct ksflow_dev *dev);

/* A table, or the array @key. @wanted_only: leave the others out. */
void dev_list_print(const struct dev_list *list, const char *key,
		    bool wanted_only);

#endif /* KSFLOW_USER_DEV_H */
