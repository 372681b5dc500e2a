# SPDX-License-Identifier: GPL-2.0
# The module loads, the tool sees it, the module unloads; the unit is valid.

. ./lib.sh

try "modprobe ksflow" modprobe ksflow
try "ksflow show" ksflow show
try "rmmod ksflow" rmmod ksflow
fails "it is gone" test -d /sys/module/ksflow
try "systemd accepts the unit" systemd-analyze verify \
	/usr/local/lib/systemd/system/ksflowd.service
