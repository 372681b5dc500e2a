# SPDX-License-Identifier: GPL-2.0
# The module loads, the tool sees it, the module unloads; the unit is valid.

. ./lib.sh

try "modprobe ksflow" modprobe ksflow
try "ksflow show" ksflow show
# From 6.15 on some devices, dummies too, have a lock of their own.
ip link add d0 type dummy
on_exit "ip link del d0"
ip link set d0 up
try "a dummy device comes up" wait_for 'ksflow dev show d0'
try "rmmod ksflow" rmmod ksflow
fails "it is gone" test -d /sys/module/ksflow
try "systemd accepts the unit" systemd-analyze verify \
	/usr/local/lib/systemd/system/ksflowd.service
