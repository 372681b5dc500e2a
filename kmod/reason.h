/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_REASON_H
#define KSFLOW_REASON_H

#include <linux/kallsyms.h>
#include <linux/types.h>

struct ksflow_hide;

/* A kernel that gives no reasons. */
#define KSFLOW_REASON_NONE	((u32)~0U)

/* Reasons of the core, by number: the names fit. */
#define KSFLOW_REASON_CORE_MAX	256U
#define KSFLOW_REASON_LEN	64
#define KSFLOW_SITE_LEN		KSYM_SYMBOL_LEN

bool ksflow_reason_name(u32 reason, char name[KSFLOW_REASON_LEN]);
void ksflow_reason_site(unsigned long site, char name[KSFLOW_SITE_LEN]);
bool ksflow_reason_is_hidden(const struct ksflow_hide *hide,
			     unsigned long site, u32 reason);
bool ksflow_reason_are_named(void);

int ksflow_reason_init(void);
void ksflow_reason_exit(void);

#endif /* KSFLOW_REASON_H */
