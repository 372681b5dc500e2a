// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Memories of modules, made here byte by byte, to the record. What ethtool
 * makes of the like is held against it in tests/e2e/port.sh.
 */
#include "optics.h"
#include "sflow.h"
#include "tap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Page 0, an SFP's diagnostics, pages 1, 2, 3, 0x11. */
static struct {
	uint8_t low[128];
	uint8_t dom[128];
	uint8_t high[0x12][128];
	unsigned int reads;
	unsigned int fail_at;	/* 0: never */
} module;

static struct sflow_optics o;

static void put16(uint8_t *at, unsigned int value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static int module_read(void *arg, const struct optics_place *place,
		       uint8_t *to)
{
	const uint8_t *from;

	(void)arg;
	if (++module.reads == module.fail_at)
		return -EIO;
	if (place->i2c == OPTICS_I2C_DOM)
		from = module.dom;
	else if (place->offset < OPTICS_HALF)
		from = module.low;
	else
		from = module.high[place->page] - OPTICS_HALF;
	memcpy(to, from + place->offset, place->length);
	return 0;
}

static int get(void)
{
	memset(&o, 0xa5, sizeof(o));
	module.reads = 0;
	return optics_get(module_read, NULL, &o);
}

static void begin(uint8_t id)
{
	memset(&module, 0, sizeof(module));
	module.low[0] = id;
}

static void begin_sfp(uint8_t diagnostics)
{
	begin(0x03);
	put16(module.low + 60, 1550);
	module.low[92] = diagnostics;
	put16(module.dom + 24, 50119);
	put16(module.dom + 26, 1585);
	put16(module.dom + 32, 65535);
	put16(module.dom + 34, 4);
	put16(module.dom + 96, 0xff80);
	put16(module.dom + 98, 32999);
	put16(module.dom + 100, 65535);
	put16(module.dom + 102, 25);
	put16(module.dom + 104, 24);
}

static void test_sfp(void)
{
	begin_sfp(0x68);
	is(get(), 1, "sfp");
	is(o.lane_total, 1, "sfp: one lane");
	is(o.lane_count, 1, "sfp: it is told of");
	is(o.temperature_mc, -500, "sfp: below zero");
	is(o.voltage_mv, 3299, "sfp: voltage");
	is(o.lanes[0].index, 1, "sfp: lanes count from one");
	is(o.lanes[0].bias_ua, 131070, "sfp: bias");
	is(o.lanes[0].tx_uw, 3, "sfp: 2.5 uW sent");
	is(o.lanes[0].rx_uw, 2, "sfp: 2.4 uW received");
	is(o.lanes[0].tx_max_uw, 5012, "sfp: most");
	is(o.lanes[0].tx_min_uw, 159, "sfp: least");
	is(o.lanes[0].rx_max_uw, 6554, "sfp: most received");
	is(o.lanes[0].rx_min_uw, 0, "sfp: least received");
	is(o.lanes[0].tx_nm, 1550, "sfp: wavelength");
	begin_sfp(0);
	is(get(), 0, "sfp without diagnostics");
	is(module.reads, 1, "and none are read");
	begin_sfp(0x68);
	module.low[8] = 0x08;
	is(get(), 0, "active copper");
}

static void test_sfp_external(void)
{
	begin_sfp(0x58);
	put16(module.dom + 68, 0x4000);		/* 2 x + 1000 */
	put16(module.dom + 72, 0x447a);
	put16(module.dom + 76, 0x0080);		/* x / 2 */
	put16(module.dom + 80, 0x0100);		/* x - 30 */
	put16(module.dom + 82, -30);
	put16(module.dom + 84, 0x0200);		/* 2 x + 1 */
	put16(module.dom + 86, 0x0100);
	put16(module.dom + 88, 0x0100);
	is(get(), 1, "sfp, calibrated by the host");
	is(o.temperature_mc, 0, "external: temperature");
	is(o.voltage_mv, 3299, "external: voltage");
	is(o.lanes[0].bias_ua, 65534, "external: bias");
	is(o.lanes[0].tx_uw, 0, "external: not below zero");
	is(o.lanes[0].tx_max_uw, 5009, "external: limits, too");
	is(o.lanes[0].rx_uw, 105, "external: received");
	is(o.lanes[0].rx_max_uw, 6554, "external: not above all");
	put16(module.dom + 68, 0x7fc0);
	get();
	is(o.lanes[0].rx_uw, 0, "external: not a number");
}

static void test_qsfp(void)
{
	unsigned int i;

	begin(0x0d);
	put16(module.low + 22, 0x1980);
	put16(module.low + 26, 33004);
	for (i = 0; i < 4; i++) {
		put16(module.low + 34 + 2 * i, 10 * (i + 1));
		put16(module.low + 42 + 2 * i, 100 * (i + 1));
		put16(module.low + 50 + 2 * i, 1000 * (i + 1));
	}
	put16(module.high[0] + 186 - 128, 26020);
	put16(module.high[3] + 176 - 128, 110);
	put16(module.high[3] + 178 - 128, 120);
	put16(module.high[3] + 192 - 128, 130);
	put16(module.high[3] + 194 - 128, 140);
	is(get(), 1, "qsfp");
	is(o.lane_total, 4, "qsfp: four lanes");
	is(o.temperature_mc, 25500, "qsfp: temperature");
	is(o.voltage_mv, 3300, "qsfp: voltage");
	is(o.lanes[3].index, 4, "qsfp: the last one");
	is(o.lanes[3].bias_ua, 800, "qsfp: bias");
	is(o.lanes[3].tx_uw, 400, "qsfp: sent");
	is(o.lanes[3].rx_uw, 4, "qsfp: received");
	is(o.lanes[3].rx_max_uw, 11, "qsfp: most received");
	is(o.lanes[3].rx_min_uw, 12, "qsfp: least received");
	is(o.lanes[3].tx_max_uw, 13, "qsfp: most sent");
	is(o.lanes[3].tx_min_uw, 14, "qsfp: least sent");
	is(o.lanes[3].rx_nm, 1301, "qsfp: wavelength");
	module.low[2] = 0x04;
	is(get(), 1, "qsfp with one page");
	is(o.lanes[0].tx_max_uw, 0, "has no limits");
	module.high[0][147 - 128] = 0xa0;
	is(get(), 0, "qsfp of copper");
}

static void begin_cmis(void)
{
	unsigned int i;

	begin(0x19);
	put16(module.low + 14, 0x2800);
	put16(module.low + 16, 33000);
	module.low[85] = 1;
	module.high[0][210 - 128] = 0x0f;
	put16(module.high[1] + 138 - 128, 17000);
	module.high[1][160 - 128] = 0x10;	/* bias in 8 uA */
	for (i = 0; i < 8; i++) {
		put16(module.high[0x11] + 154 - 128 + 2 * i, 100 + 10 * i);
		put16(module.high[0x11] + 170 - 128 + 2 * i, 200 + i);
		put16(module.high[0x11] + 186 - 128 + 2 * i, 300 + 10 * i);
	}
	put16(module.high[2] + 176 - 128, 210);
	put16(module.high[2] + 178 - 128, 220);
	put16(module.high[2] + 192 - 128, 230);
	put16(module.high[2] + 194 - 128, 240);
}

static void test_cmis(void)
{
	begin_cmis();
	is(get(), 1, "cmis");
	is(o.lane_total, 4, "cmis: four of eight lanes");
	is(o.lanes[0].index, 5, "cmis: the others");
	is(o.lanes[0].bias_ua, 204 * 8, "cmis: bias");
	is(o.lanes[3].tx_uw, 17, "cmis: sent");
	is(o.lanes[3].rx_uw, 37, "cmis: received");
	is(o.lanes[3].tx_max_uw, 21, "cmis: most sent");
	is(o.lanes[3].tx_min_uw, 22, "cmis: least sent");
	is(o.lanes[3].rx_max_uw, 23, "cmis: most received");
	is(o.lanes[3].rx_min_uw, 24, "cmis: least received");
	is(o.lanes[3].tx_nm, 850, "cmis: wavelength");
	is(o.temperature_mc, 40000, "cmis: temperature");
	module.high[1][160 - 128] = 0x08;
	get();
	is(o.lanes[0].bias_ua, 204 * 4, "cmis: bias in 4 uA");
	module.high[1][160 - 128] = 0x18;
	get();
	is(o.lanes[0].bias_ua, 204 * 2, "cmis: a scale that is reserved");
	module.low[85] = 3;
	is(get(), 0, "cmis of copper");
	begin_cmis();
	module.low[2] = 0x80;
	is(get(), 0, "cmis with one page");
}

/* Of whatever is read, the sanitizers look on. */
static void test_failures(void)
{
	static const uint8_t ids[] = { 0x03, 0x11, 0x18, 0x00, 0xff };
	unsigned int i, n, most = 0, lanes = 0;
	uint8_t *bytes = (uint8_t *)&module;

	begin_cmis();
	get();
	is(module.reads, 5, "cmis takes five reads");
	for (i = 1; i <= 5; i++) {
		module.fail_at = i;
		most += get() == -EIO && module.reads == i;
	}
	is(most, 5, "each may fail");
	srand(1);
	for (n = 0; n < 20000; n++) {
		for (i = 0; i < sizeof(module); i++)
			bytes[i] = rand();
		module.fail_at = 0;
		module.low[0] = ids[n % 5];
		if (get() == 1 && o.lane_count > lanes)
			lanes = o.lane_count;
	}
	ok(lanes && lanes <= SFLOW_LANES, "random memories: so many lanes");
	begin(0x7f);
	is(get(), 0, "what no one knows");
}

int main(void)
{
	test_sfp();
	test_sfp_external();
	test_qsfp();
	test_cmis();
	test_failures();
	return tap_done();
}
