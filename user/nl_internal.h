/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_NL_INTERNAL_H
#define KSFLOW_USER_NL_INTERNAL_H

/* What nl.c, nl_request.c, nl_watch.c and nl_error.c share; nobody else. */

#include <stddef.h>

struct ksflow_handler;
struct ksflow_nl;
struct ksflow_nl_error;
struct nl_msg;
struct nlmsghdr;

/* A message to the module; NULL without memory. */
struct nl_msg *ksflow_nl_message(struct ksflow_nl *nl, int cmd, int flags);
/*
 * Send and wait for the answer; consumes msg, which may be NULL. answer is
 * called with the attributes of each message of it; a value other than 0 is
 * the result.
 */
int ksflow_nl_request(struct ksflow_nl *nl, struct nl_msg *msg,
		      int (*answer)(const void *attrs, size_t len, void *arg),
		      void *arg, struct ksflow_nl_error *err);
/* Returns the one before. */
struct ksflow_handler ksflow_nl_set_handler(struct ksflow_nl *nl,
					    const struct ksflow_handler *handler);

/* Fill in *err, which may be NULL; attr too. */
void ksflow_nl_say(struct ksflow_nl_error *err, int code, const char *attr,
		   const char *text);
/* The same for a failure of our own; returns code. */
int ksflow_nl_fail(struct ksflow_nl_error *err, int code, const char *what);
/* What the module answered with nlh to request. */
void ksflow_nl_read_error(const struct nlmsghdr *nlh,
			  const struct nlmsghdr *request,
			  struct ksflow_nl_error *err);

#endif /* KSFLOW_USER_NL_INTERNAL_H */
