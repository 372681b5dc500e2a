// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * ksflow: packet sampling for sFlow. Module life: a ladder and its mirror.
 */
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <linux/workqueue.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "config.h"
#include "delay.h"
#include "device.h"
#include "drop.h"
#include "net.h"
#include "netlink.h"
#include "psample.h"
#include "reason.h"
#include "sample.h"
#include "tap.h"

struct workqueue_struct *ksflow_wq;

/* The parameters' layer is the initial namespace's. */
static void params_apply(struct ksflow_rules *rules)
{
	struct ksflow_net *kn = ksflow_net(&init_net);

	ksflow_net_lock(kn);
	ksflow_config_replace(&kn->config, KSFLOW_LAYER_PARAM, rules);
	ksflow_net_apply(kn, NULL);
	ksflow_net_unlock(kn);
}

static int __init ksflow_init(void)
{
	struct ksflow_rules *params;
	int err;

	err = ksflow_config_params(&params);
	if (err)
		return err;
	ksflow_sample_init();
	err = ksflow_reason_init();
	if (err)
		goto free_params;
	err = -ENOMEM;
	ksflow_wq = alloc_workqueue("ksflow", WQ_UNBOUND, 0);
	if (!ksflow_wq)
		goto exit_reason;
	err = ksflow_device_init();
	if (err)
		goto destroy_wq;
	err = ksflow_tap_init();
	if (err)
		goto exit_device;
	err = ksflow_drop_init();
	if (err)
		goto exit_tap;
	err = ksflow_net_init();
	if (err)
		goto exit_tap;
	err = ksflow_device_start();
	if (err)
		goto exit_net;
	err = ksflow_psample_init();
	if (err)
		goto stop_device;
	params_apply(params);
	params = NULL;
	err = ksflow_netlink_init();
	if (err)
		goto exit_psample;
	pr_info("ksflow: version " KSFLOW_VERSION "\n");
	return 0;

exit_psample:
	ksflow_psample_exit();
stop_device:
	ksflow_device_stop();
	ksflow_drop_stop();
exit_net:
	ksflow_net_exit();
exit_tap:
	ksflow_tap_exit();
	ksflow_delay_exit();
exit_device:
	ksflow_device_exit();
destroy_wq:
	destroy_workqueue(ksflow_wq);
exit_reason:
	ksflow_reason_exit();
free_params:
	kvfree(params);
	return err;
}

static void __exit ksflow_exit(void)
{
	ksflow_netlink_exit();
	ksflow_psample_exit();
	ksflow_device_stop();
	ksflow_drop_stop();
	ksflow_net_exit();
	ksflow_tap_exit();
	ksflow_delay_exit();
	ksflow_device_exit();
	destroy_workqueue(ksflow_wq);
	ksflow_reason_exit();
}

module_init(ksflow_init);
module_exit(ksflow_exit);

MODULE_AUTHOR("the ksflow authors");
MODULE_DESCRIPTION("Packet sampling and capture of drops for sFlow, repair of UDP checksums");
MODULE_LICENSE("GPL");
MODULE_VERSION(KSFLOW_VERSION);
MODULE_ALIAS_GENL_FAMILY(KSFLOW_GENL_NAME);
