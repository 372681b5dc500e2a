# SPDX-License-Identifier: GPL-2.0
# tshark reads the captures that tool.sh had "ksflow monitor -w" write in each
# guest: 2 echo requests of a0 and their answers, every one a sample; and two
# drops of drop-tool.sh, one without a link header.
#
# vm: last kernels=6.12

. ./lib.sh

saved=$(ls -d "$OUT"/*/tool 2>/dev/null)
[ "$saved" ] || skip "tshark" "no captures from tool.sh"
for dir in $saved; do
	[ -s "$dir/pcapng" ] || continue
	name=$(basename "$(dirname "$dir")") now=$(cat "$dir/now")
	read_pcapng() { tshark -r "$dir/pcapng" -T fields "${@/#/-e}" 2>/dev/null; }
	is "$name: names, comments, directions, lengths" \
		"$(read_pcapng frame.interface_name frame.comment frame.packet_flags_direction frame.len |
			sed 's/pool [0-9]*/pool N/' | sort | uniq -c | sed 's/^ *//')" \
		"$(printf '2 %s\t%s\t%s\t142\n' \
		a0 "dir egress rate 1 pool N drops 0 hits 1 in local out a0" 0x00000002 \
		a0 "dir ingress rate 1 pool N drops 0 hits 1 in a0 out local" 0x00000001)"
	is "$name: the packets" "$(read_pcapng icmp.type | sort | xargs)" "0 0 8 8"
	for time in $(read_pcapng frame.time_epoch); do
		between "$name: a time" "${time%.*}" $((now - 60)) $((now + 120))
	done
done
for file in "$OUT"/*/drop-tool/drops.pcapng; do
	[ -s "$file" ] || continue
	name=$(basename "${file%/drop-tool/*}")
	is "$name: drops" "$(tshark -r "$file" -T fields -e frame.interface_name \
		-e frame.encap_type -e ip.src -e ip.dst -e frame.comment 2>/dev/null |
		sed 's/[^	]* sflow/sflow/; s/ \(in\|out\) .*//')" \
		"$(printf 'b0\t1\t10.0.0.1\t10.0.0.2\tsflow 258 acl\n%s' \
		"b0	7	10.0.0.2	10.0.0.99	sflow 258 acl")"
done
