# SPDX-License-Identifier: GPL-2.0
# Repair and the checksum states of packet buffers, set and read back by a module
# of the tests (tests/vm/mod/csum): what hardware and software leave there stays
# consistent, and a clone of a packet keeps its bytes.
#
#   a: a0 ====== b0 :b      fd00::1, fd00::2
#
# vm: timeout=240

. ./lib.sh

load
new_ns a b
veth "$a" a0 "$b" b0
addr "$a" a0 fd00::1/64
addr "$b" b0 fd00::2/64
in_b() { ip netns exec "$b" "$@"; }
repairs() { in_b $python ./repairs.py "$@"; }
repairs add port=4739 mode=repair
repairs add port=4740
# After the rules: so it comes before them.
module=/usr/local/src/ksflow/tests/vm/mod/csum/ksflow_csum.ko
try "the module of the tests" in_b insmod $module
on_exit "rmmod ksflow_csum"

$python ./repair_states.py "$a" "$b" >"$t/lines" 2>"$t/err" ||
	not_ok "all states" "$(cat "$t/err")"
while IFS=$'\t' read -r name got wanted; do
	is "$name" "$got" "$wanted"
done <"$t/lines"
is "no complaint about hardware" "$(dmesg_since_start | grep -c 'hw csum failure')" 0
