// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "optics.h"

#include "sflow.h"

#include <stdbool.h>
#include <string.h>

#define HALF	OPTICS_HALF

/* SFF-8024, table 4-1. */
enum {
	ID_SFP = 0x03,
	ID_DWDM_SFP = 0x0b,
	ID_QSFP = 0x0c,
	ID_QSFP_PLUS = 0x0d,
	ID_QSFP28 = 0x11,
	ID_QSFP_DD = 0x18,
	ID_OSFP = 0x19,
	ID_DSFP = 0x1b,
	ID_QSFP_CMIS = 0x1e,
	ID_SFP_DD_CMIS = 0x1f,
	ID_SFP_CMIS = 0x20,
};

/* Microwatt when the module says 0.1 of them. */
static uint32_t power(uint32_t tenths)
{
	return (tenths + 5) / 10;
}

static uint32_t u16(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

static int32_t s16(const uint8_t *at)
{
	return (int16_t)u16(at);
}

/* 1/256 degrees Celsius. */
static int32_t temperature(int64_t parts)
{
	return parts * 1000 / 256;
}

static int read_half(optics_read read, void *arg, uint8_t page, bool is_upper,
		     uint8_t to[HALF])
{
	struct optics_place place = { OPTICS_I2C, page, is_upper ? HALF : 0,
				      HALF };

	return read(arg, &place, to);
}

/* ---- SFF-8472 ---------------------------------------------------------- */

/* Slope in 1/256, then offset: of modules that leave it to the host. */
static int32_t calibrate(const uint8_t *constants, int32_t value)
{
	int64_t slope = u16(constants);

	return value * slope / 256 + s16(constants + 2);
}

static uint32_t calibrate_unsigned(const uint8_t *constants, uint32_t value)
{
	int32_t calibrated = calibrate(constants, value);

	return calibrated < 0 ? 0 : calibrated;
}

/* A polynomial, coefficient of the fourth power first. */
static uint32_t calibrate_rx(const uint8_t constants[20], uint32_t value)
{
	double sum = 0;
	unsigned int i;

	for (i = 0; i < 5; i++) {
		uint32_t bits = u16(constants + 4 * i) << 16 |
				u16(constants + 4 * i + 2);
		float factor;

		memcpy(&factor, &bits, sizeof(factor));
		sum = sum * value + factor;
	}
	/* a NaN is no number, either */
	return sum > 0 && sum < UINT16_MAX ? sum + 0.5 :
	       sum > 0 ? UINT16_MAX : 0;
}

static int get_sfp(const uint8_t id[HALF], optics_read read, void *arg,
		   struct sflow_optics *o)
{
	const struct optics_place place = { OPTICS_I2C_DOM, 0, 0, HALF };
	bool is_copper = id[8] & 0x0c, is_external = id[92] & 0x10;
	uint32_t mv, bias, tx[3], rx[3];
	uint8_t dom[HALF];
	int32_t heat;
	int i, ret;

	if (is_copper || !(id[92] & 0x40))
		return 0;
	ret = read(arg, &place, dom);
	if (ret)
		return ret;
	heat = s16(dom + 96);
	mv = u16(dom + 98);
	bias = u16(dom + 100);
	for (i = 0; i < 3; i++) {
		/* now, at least, at most: where an alarm is raised */
		static const uint8_t tx_at[] = { 102, 26, 24 };
		static const uint8_t rx_at[] = { 104, 34, 32 };

		tx[i] = u16(dom + tx_at[i]);
		rx[i] = u16(dom + rx_at[i]);
		if (is_external) {
			tx[i] = calibrate_unsigned(dom + 80, tx[i]);
			rx[i] = calibrate_rx(dom + 56, rx[i]);
		}
	}
	if (is_external) {
		bias = calibrate_unsigned(dom + 76, bias);
		heat = calibrate(dom + 84, heat);
		mv = calibrate_unsigned(dom + 88, mv);
	}
	o->lane_total = 1;
	o->lane_count = 1;
	o->voltage_mv = mv / 10;
	o->temperature_mc = temperature(heat);
	o->lanes[0] = (struct sflow_lane){
		.index = 1,
		.bias_ua = bias * 2,
		.tx_uw = power(tx[0]),
		.tx_min_uw = power(tx[1]),
		.tx_max_uw = power(tx[2]),
		.tx_nm = u16(id + 60),
		.rx_uw = power(rx[0]),
		.rx_min_uw = power(rx[1]),
		.rx_max_uw = power(rx[2]),
		.rx_nm = u16(id + 60),
	};
	return 1;
}

/* ---- SFF-8636 and CMIS: several lanes, one set of limits --------------- */

/* Of all lanes; what is not known is zero. */
struct limits {
	uint32_t tx_min_uw, tx_max_uw;
	uint32_t rx_min_uw, rx_max_uw;
	uint32_t nm;
};

static void put_lane(struct sflow_optics *o, const struct limits *limits,
		     uint32_t index, uint32_t bias_ua, const uint8_t *tx,
		     const uint8_t *rx)
{
	o->lanes[o->lane_count++] = (struct sflow_lane){
		.index = index,
		.bias_ua = bias_ua,
		.tx_uw = power(u16(tx)),
		.tx_min_uw = limits->tx_min_uw,
		.tx_max_uw = limits->tx_max_uw,
		.tx_nm = limits->nm,
		.rx_uw = power(u16(rx)),
		.rx_min_uw = limits->rx_min_uw,
		.rx_max_uw = limits->rx_max_uw,
		.rx_nm = limits->nm,
	};
}

/* Page 3 of SFF-8636, page 2 of CMIS: of alarms, the high one first. */
static int get_limits(optics_read read, void *arg, uint8_t page,
		      unsigned int tx, unsigned int rx, struct limits *limits)
{
	uint8_t half[HALF];
	int ret = read_half(read, arg, page, true, half);

	if (ret)
		return ret;
	limits->tx_max_uw = power(u16(half + tx - HALF));
	limits->tx_min_uw = power(u16(half + tx + 2 - HALF));
	limits->rx_max_uw = power(u16(half + rx - HALF));
	limits->rx_min_uw = power(u16(half + rx + 2 - HALF));
	return 0;
}

/* Nanometres from twentieths of them. */
static uint32_t wavelength(const uint8_t *at)
{
	return (u16(at) + 10) / 20;
}

static int get_qsfp(const uint8_t low[HALF], optics_read read, void *arg,
		    struct sflow_optics *o)
{
	bool has_one_page = low[2] & 0x04;
	struct limits limits = { 0 };
	uint8_t half[HALF];
	unsigned int i;
	int ret;

	ret = read_half(read, arg, 0, true, half);
	if (ret)
		return ret;
	if (half[147 - HALF] >> 4 >= 10)
		return 0;	/* copper */
	limits.nm = wavelength(half + 186 - HALF);
	if (!has_one_page) {
		ret = get_limits(read, arg, 3, 192, 176, &limits);
		if (ret)
			return ret;
	}
	o->temperature_mc = temperature(s16(low + 22));
	o->voltage_mv = u16(low + 26) / 10;
	o->lane_total = 4;
	for (i = 0; i < 4; i++)
		put_lane(o, &limits, i + 1, u16(low + 42 + 2 * i) * 2,
			 low + 50 + 2 * i, low + 34 + 2 * i);
	return 1;
}

static int get_cmis(const uint8_t low[HALF], optics_read read, void *arg,
		    struct sflow_optics *o)
{
	bool has_one_page = low[2] & 0x80, is_light = low[85] - 1U < 2;
	uint8_t half[HALF], lanes[HALF];
	struct limits limits = { 0 };
	unsigned int i, scale;
	uint8_t absent;
	int ret;

	if (has_one_page || !is_light)
		return 0;
	ret = read_half(read, arg, 0, true, half);
	absent = half[210 - HALF];
	ret = ret ? ret : read_half(read, arg, 1, true, half);
	ret = ret ? ret : get_limits(read, arg, 2, 176, 192, &limits);
	ret = ret ? ret : read_half(read, arg, 0x11, true, lanes);
	if (ret)
		return ret;
	limits.nm = wavelength(half + 138 - HALF);
	scale = half[160 - HALF] >> 3 & 3;
	scale = scale < 3 ? 2U << scale : 2;
	o->temperature_mc = temperature(s16(low + 14));
	o->voltage_mv = u16(low + 16) / 10;
	for (i = 0; i < 8; i++)
		if (!(absent & 1 << i))
			put_lane(o, &limits, i + 1,
				 u16(lanes + 170 - HALF + 2 * i) * scale,
				 lanes + 154 - HALF + 2 * i,
				 lanes + 186 - HALF + 2 * i);
	o->lane_total = o->lane_count;
	return 1;
}

int optics_get(optics_read read, void *arg, struct sflow_optics *optics)
{
	uint8_t low[HALF];
	int ret = read_half(read, arg, 0, false, low);

	if (ret)
		return ret;
	optics->lane_count = 0;
	switch (low[0]) {
	case ID_SFP:
	case ID_DWDM_SFP:
		return get_sfp(low, read, arg, optics);
	case ID_QSFP:
	case ID_QSFP_PLUS:
	case ID_QSFP28:
		return get_qsfp(low, read, arg, optics);
	case ID_QSFP_DD:
	case ID_OSFP:
	case ID_DSFP:
	case ID_QSFP_CMIS:
	case ID_SFP_DD_CMIS:
	case ID_SFP_CMIS:
		return get_cmis(low, read, arg, optics);
	}
	return 0;
}
