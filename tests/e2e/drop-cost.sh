# SPDX-License-Identifier: GPL-2.0
# vm: icount cpus=1 kernels=6.12 timeout=900
#
# What capture adds to a drop of which no record is made, in instructions: the
# limit exhausted, in state count, hidden.

. ./lib.sh
. ../bench/cost.sh

pairs va vb

run() { least va $PACKETS; }
drops() { $python ./drops.py "$@"; }
ledger() { drops stats | jq ".\"$1\""; }

reader() { # reader on|off
	if [ "$1" = on ]; then
		rm -f /tmp/ready
		$python ./drops.py monitor /tmp/ready >/tmp/drops &
		MONITOR=$!
		wait_for 'test -e /tmp/ready' 120
	else
		kill $MONITOR; wait $MONITOR 2>/dev/null
	fi
}

cost() { # cost NAME LIMIT COUNTER: the counter takes all of them
	local got before=0
	before=$(ledger "$3")
	got=$(more "$(run)" "$base")
	note "cost $1 $got"
	between "$1" "$got" 0 "$2"
	between "and the ledger has them as $3" "$(($(ledger "$3") - before))" \
		$((3 * PACKETS - ${4-0})) $((3 * PACKETS + 100))
}

# The path by itself is measured when all has been at work once.
bare=$(run)
load
drops set state=on hide=none limit=1
reader on
run >/dev/null
reader off
drops reset
base=$(run)
note "the path itself: $base; before: $bare"
between "state off: nothing" "$(more "$base" "$bare")" -3 3

# Guest time is instructions: 50,000 drops of some 1,300 take 65 ms.
drops set state=on hide=none limit=1
reader on
run >/dev/null
cost "limit exhausted" 75 limited 10
# No record of these ever asks the limiter; the way is a longer one.
drops set hide=default "hide=+pktgen_*"
run >/dev/null
cost "hidden" 75 hidden
drops set state=count hide=none
cost "state count" 75 counted
reader off
cost "state count, nobody reads" 75 counted
drops reset
between "state off again: nothing" "$(more "$(run)" "$base")" -3 3
