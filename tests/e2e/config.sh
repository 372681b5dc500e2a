# SPDX-License-Identifier: GPL-2.0
# The words of a switch: they change the file, ksflowd reads it. The module is
# not needed.
#
#   namespace r: ksflowd, collectors on lo
#
# vm: timeout=120

. ./lib.sh

file=/etc/ksflowd.conf
if [ -e $file ]; then
	mv $file "$t/saved"
	on_exit "mv $t/saved $file"
fi
on_exit "rm -f $file $t/link"
new_ns r
in_r() { ip netns exec "$r" "$@"; }
on_exit 'kill -KILL $daemon $collector'
in_r $python ./sflow.py -p 7001 -w "$t/a" --ready "$t/ready" \
	"127.0.0.1,7002,$t/b" & collector=$!
wait_for 'test -e $t/ready' 30
ip netns exec "$r" ksflowd --foreground 2>"$t/log" & daemon=$!
wait_for 'grep -q "no $file" $t/log'

# --- as SONiC's users type it ---

try "sflow is there" test "$(readlink "$(command -v sflow)")" = ksflow
try "collector add" sflow collector add collector_A 127.0.0.1 --port 7001
try "the file was made" grep -q 'name=collector_A' $file
try "polling-interval" sflow polling-interval 1
try "ksflowd sends where it was told, as often" wait_for '[ $(wc -l <$t/a) -ge 4 ]' 20
try "collector add, a second one" sflow collector add collector_B 127.0.0.1 --port 7002 --vrf default
try "both get it" wait_for 'test -s $t/b'
fails "ksflow show fails without the module" in_r ksflow show
is "but logged what ksflowd does" "$(in_r ksflow show 2>/dev/null | grep -E -c '^ksflowd +up|^collector collector_[AB] 127.0.0.1 port 700[12]: ready, sent')" 3
fails "one that is there is not added" sflow collector add collector_A 127.0.0.1
try "collector del" sflow collector del collector_A
try "ksflowd logged so" wait_for 'logged "collector 127.0.0.1:7001: removed"'
ip -n "$r" link add dummy0 up type dummy
ip -n "$r" addr add 10.8.0.1/24 dev dummy0
try "agent-id add" sflow agent-id add dummy0
try "the agent is that one's address" wait_for \
	'[ "$(tail -n 2 $t/b | jq -R -r "fromjson? | .agent" | tail -n 1)" = 10.8.0.1 ]'
try "agent-id del" sflow agent-id del
try "sample-direction" sflow sample-direction rx
try "drop-monitor-limit" sflow drop-monitor-limit 50
try "interface disable all" sflow interface disable all
try "interface enable" sflow interface enable dummy0
try "interface sample-rate" sflow interface sample-rate dummy0 1000
is "--check sees it all" "$(in_r ksflowd --check | grep -E '^# (dummy0|lo) ' | tr -s ' ' | tr '\n' ' ')" \
	"# lo off # dummy0 1000 ingress its own block "
is "dropmon too" "$(ksflowd --check | grep dropmon)" \
	"  dropmon { start=on limit=50 }"
try "disable" sflow disable
state=$(grep -l "^pid=$daemon$" /run/ksflowd/*.auto)
wait_for 'grep -qx enabled=off $state'
# Behind what was sent before.
in_r bash -c 'printf end >/dev/udp/127.0.0.1/7002'
wait_for 'tail -n 1 $t/b | grep -q "\"kind\": \"error\""'
is "disabled: off for all" "$(in_r ksflowd --check | grep -c '^# .* off$')" 2
count=$(wc -l <"$t/b")
in_r ping -q -c 20 -i 0.1 127.0.0.1 >"$t/ping"
is "disabled: nothing is sent" "$(wc -l <"$t/b")" "$count"
try "enable" sflow enable
try "enabled: it is again" wait_for '[ $(wc -l <$t/b) -gt $count ]'

for words in --check --help --version; do
	status "ksflowd $words: output that cannot be written" 1 sh -c "ksflowd $words >/dev/full"
	says "is reported" "$t/err" "cannot write the output: No space left on device"
done

# --- the file ---

sed -i '1i # precious' $file
chmod 640 $file
ln -s $file "$t/link"
try "sflow --file" sflow --file $file polling-interval 7
is "is that file" "$(grep -c 'polling *= *7$' $file)" 1
try "by a link" ksflow config --file "$t/link" polling-interval 2
is "which stays one" "$(readlink "$t/link")" $file
is "the mode stays" "$(stat -c %a $file)" 640
is "comments stay" "$(head -n 1 $file)" "# precious"
sum=$(sha256sum <$file)
fails "wrong words" sflow polling-interval often
fails "words that make a wrong file" sflow collector add x y --vrf averyveryverylongname
is "leave it alone" "$(sha256sum <$file)" "$sum"
for i in $(seq 20); do sflow interface sample-rate "eth$i" "$((100 + i))" & pids+=" $!"; done
wait $pids
is "twenty at a time: none is lost" "$(grep -c 'dev=eth[0-9]* sampling=1' $file)" 20
is "and no other file is left" "$(ls -d $file*)" $file
try "ksflowd reads it" wait_for 'tail -n 1 $t/log | grep -q "configuration read"'
kill -TERM $daemon; wait $daemon
is "ksflowd ends well" "$?" 0
try "without ksflowd: a note" grep -q "no ksflowd runs" <(ksflow config polling-interval 3 2>&1)
