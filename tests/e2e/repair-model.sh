# SPDX-License-Identifier: GPL-2.0
# Repair of random packets: what the stack accepts, what is forwarded and what is
# counted equals what an independent model says. 100,000 of them, others on
# each kernel (SEED=n); STORM=n: n times that.
#
#   a: a0 ====== b0 :b: b1 ====== c0 :c     fd00::1, fd00::2; fd00:c::1, ::2
#
# vm: timeout=1500

. ./lib.sh

SEED=${SEED:-$(uname -r | cut -d. -f1,2 | tr -d .)}
load
new_ns a b c
veth "$a" a0 "$b" b0
veth "$b" b1 "$c" c0
addr "$a" a0 fd00::1/64
addr "$b" b0 fd00::2/64
addr "$b" b1 fd00:c::1/64
addr "$c" c0 fd00:c::2/64
in_b() { ip netns exec "$b" "$@"; }
in_b sysctl -qw net.ipv6.conf.all.forwarding=1
sysctl -qw net.core.netdev_max_backlog=100000
ip -n "$b" neigh replace fd00:c::2 dev b1 lladdr "$(ip -n "$c" -j link show c0 | jq -r '.[0].address')"
ip -n "$b" route add 2001:db8:1::/48 dev b0
repairs() { in_b $python ./repairs.py "$@"; }
repairs add port=4739 mode=repair
repairs add port=4740
repairs add port=4741 mode=repair kinds=zero,swapped
repairs add port=4742 mode=repair from=2001:db8:1::/48
$python ./repair_model.py "$a" "$b" "$c" $((100000 * ${STORM:-1})) "$SEED" >"$t/lines" 2>"$t/err" ||
	not_ok "all packets" "$(cat "$t/err")"
note "$(cat "$t/err")"
while IFS=$'\t' read -r name got wanted; do
	is "$name" "$got" "$wanted"
done <"$t/lines"
