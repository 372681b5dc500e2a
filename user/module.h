/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_MODULE_H
#define KSFLOW_USER_MODULE_H

/*
 * The daemon's tie to the module: subscribed as the owner of its layer while
 * the module is there, and watching for it while it is not. It may be removed
 * and come back, as another version too, at any time.
 */

#include <stdbool.h>
#include <stdint.h>

struct conf;
struct dent;
struct ksflow_handler;
struct ksflow_own;
struct module;

struct module_counts {
	bool is_subscribed;
	const char *version;	/* of the module; "" when absent */
	const char *problem;	/* why there are no records, or "" */
	uint64_t records;
	uint64_t overruns;	/* this socket's buffer was full */
	uint64_t truncated;
	uint64_t malformed;
	/* from the module's ledger, since we subscribed */
	uint64_t lost_ring;
	uint64_t lost_reader;
	uint64_t limited;	/* drops over the limit; no loss, as configured */
};

/* restarted: the module's sources begin anew. The handlers stay in use. */
struct module *module_open(const struct ksflow_handler *records,
			   void (*restarted)(void *arg), void *arg);
void module_close(struct module *m);
/*
 * The rules to hold from now on; they are sent only when they changed. Ports
 * with a filter of dent's are left out; dent may be NULL. -E2BIG: more than
 * the module holds, of which it gets none; those before stay.
 */
int module_apply(struct module *m, const struct conf *conf,
		 const struct dent *dent);
/* It did not take the last rules, or collectors: apply them again, later. */
bool module_is_dirty(const struct module *m);
/* The collectors, whose datagrams' drops are no news; sent when they changed. */
void module_set_own(struct module *m, const struct ksflow_own *own,
		    unsigned int count);
/* Of psample's: where the module publishes in this namespace; 0: nowhere. */
uint32_t module_psample_group(const struct module *m);
/* Readable when there are records, or the module came or went. */
int module_fd(const struct module *m);
void module_receive(struct module *m, int64_t now_ms);
/* Connect, or see that all is well; returns when to come again. */
int64_t module_run(struct module *m, int64_t now_ms);
/* Asks the module for its ledger. */
void module_counts(struct module *m, struct module_counts *counts);

#endif /* KSFLOW_USER_MODULE_H */
