/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_UUID_H
#define KSFLOW_USER_UUID_H

#include <stdbool.h>
#include <stdint.h>

/* 32 hexadecimal digits, with "-" where one likes. */
bool uuid_parse(const char *text, uint8_t uuid[16]);

#endif /* KSFLOW_USER_UUID_H */
