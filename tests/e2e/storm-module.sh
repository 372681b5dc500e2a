# SPDX-License-Identifier: GPL-2.0
# The module loaded and unloaded while everything that uses it goes on: packets,
# devices that come and go, commands, readers.
#
#   a: va ===== vb :b        a pings b; n0, n1 tap in a, with noise
#
# vm: timeout=300 kernels=debug,debug-rt,rt

. ./lib.sh

new_ns a b
veth $a va $b vb
addr $a va 10.0.0.1/24; addr $b vb 10.0.0.2/24
ip netns exec "$a" ping -q -i $(pace 0.002) 10.0.0.2 >/dev/null & on_exit "kill $!"

noise $a || not_ok "noise"

# Each of them until it is killed; what fails, fails: there is no module half
# of the time.
forever() { (while :; do "$@"; sleep 0.1; done) >/dev/null 2>&1 & on_exit "kill $!"; }
device() {
	ip link add storm0 type dummy; ip link set storm0 up
	ip link set storm0 down; ip link set storm0 name storm1
	ip link del storm1
}
command() {
	all_on $a 3
	ksflow -n $a stats
	ksflow -n $a drop show
	ksflow -n $a repair show
	ksflow -n $a reset
}
reader() {
	ksflow -n $b dev set vb rate 1 dir ingress tap netfilter
	ksflow -n $b -j monitor samples --duration 1
}
forever device
forever command
drops() { ksflow -n $a -j monitor drops --duration 1; }
repairs() { ksflow -n $a -j monitor repairs --duration 1; }
forever reader
forever reader
forever drops
forever repairs

wanted=$(rounds 6) loaded=0 busy=0
for ((i = 0; i < wanted; i++)); do
	modprobe ksflow devs='v*,storm*' rate=1 direction=both drop_limit=unlimited \
		repair_ports=4739 psample_group=7 delay=20 || break
	loaded=$((loaded + 1))
	# Every other time readers are at work when it goes.
	if [ $((i % 2)) = 1 ]; then
		wait_for 'ksflow -n $b -j stats | grep -q "\"ring-bytes\":[1-9]"' 60 &&
			busy=$((busy + 1))
	fi
	# A dump under way holds the module for as long as it lasts.
	wait_for 'rmmod ksflow' 60 || break
done
is "loaded and unloaded" $loaded "$wanted"
between "with readers at work" $busy $((wanted / 2)) "$wanted"
