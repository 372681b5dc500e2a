// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* Configuration files: what they mean, and what is said about wrong ones. */
#include "conf.h"
#include "nl.h"
#include "tap.h"

#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <unistd.h>

static struct conf conf;
static struct conf_report report;
static struct ksflow_layer_conf layer;
static struct ksflow_rule rules[KSFLOW_RULES_MAX];

static int parse(const char *text)
{
	/* from the heap, to the byte, so that the sanitizer sees an overrun */
	size_t len = strlen(text);
	char *copy = malloc(len ? len : 1);
	int ret;

	memcpy(copy, text, len);
	ret = conf_parse(&conf, copy, len, "test.conf", &report);
	free(copy);
	return ret;
}

static void bad(const char *text, const char *error)
{
	is(parse(text), -EINVAL, "refused: %.40s", error);
	is_str(report.error, error, "and said why");
}

static void test_values(void)
{
	is(parse("# nothing is required but the block\n"
		 "sflow {\n"
		 "  polling = 20\n"
		 "  sampling=400;\n"
		 "  sampling.10G = 10000\n"
		 "  sampling.bps_ratio=2M\n"
		 "  agent = eth0\n"
		 "  agentIP=2001:db8::1\n"
		 "  agent.cidr = 10.0.0.0/8\n"
		 "  headerBytes=256 datagramBytes=1200 subAgentId=7\n"
		 "  samplingDirection=in\n"
		 "  collector { ip=10.1.2.3 udpport=6344 dev=mgmt }\n"
		 "  collector{ip=\"collector.example\" src=10.9.9.9 namespace=ns1}\n"
		 "  collector { ip = fe80::1 }\n"
		 "  pcap { dev = eth0 }\n"
		 "  pcap { speed=1G-1T }\n"
		 "  pcap { speed=10G- sampling=50 }\n"
		 "}\n"), 0, "a full file parses");
	is_str(report.error, "", "without an error");
	is(conf.polling_s, 20, "polling");
	is(conf.sampling, 400, "sampling");
	is(conf.speed_count, 1, "sampling.SPEED: one");
	is(conf.speeds[0].mbit, 10000, "sampling.10G: speed");
	is(conf.speeds[0].rate, 10000, "sampling.10G: rate");
	is(conf.bps_ratio, 2000000, "bps_ratio, with a unit");
	is_str(conf.agent_dev, "eth0", "agent");
	is(conf.agent_addr.type, SFLOW_ADDR_IP6, "agentIP");
	is(conf.cidr_count, 1, "agent.cidr");
	is(conf.cidrs[0].prefix_len, 8, "agent.cidr: length");
	is(conf.header_bytes, 256, "headerBytes");
	is(conf.datagram_bytes, 1200, "datagramBytes");
	is(conf.sub_agent_id, 7, "subAgentId");
	is(conf.dir, KSFLOW_DIR_INGRESS, "samplingDirection");
	is(conf.collector_count, 3, "collectors");
	is_str(conf.collectors[0].host, "10.1.2.3", "collector: ip");
	is(conf.collectors[0].port, 6344, "collector: udpport");
	is_str(conf.collectors[0].dev, "mgmt", "collector: dev");
	is_str(conf.collectors[1].host, "collector.example", "collector: quoted");
	is_str(conf.collectors[1].src, "10.9.9.9", "collector: src");
	is_str(conf.collectors[1].netns, "ns1",
	       "collector: value that ends at a brace");
	is(conf.collectors[2].port, 6343, "collector: default port");
	is(conf.device_count, 3, "pcap blocks");
	is_str(conf.devices[0].pattern, "eth0", "pcap: dev");
	is(conf.devices[1].speed_min_mbit, 1000, "pcap: speed from");
	is(conf.devices[1].speed_max_mbit, 1000000, "pcap: speed to");
	is(conf.devices[2].speed_max_mbit, UINT32_MAX, "pcap: open range");
	is(conf.devices[2].rate, 50, "pcap: sampling");

	is(parse("sflow { collector { ip=1.2.3.4 } }"), 0, "a short file parses");
	is(conf.dir, KSFLOW_DIR_BOTH, "direction: both, when a file is read");
	is(conf.polling_s, 30, "polling: default");
	is(conf.datagram_bytes, 1400, "datagramBytes: default");
	is(report.warning_count, 0, "and nothing is said");

	is(parse("sflow{}"), 0, "an empty block parses");
	is_str(conf.collectors[0].host, "127.0.0.1", "collector: default");
	is(report.warning_count, 1, "which is said");

	conf_defaults(&conf);
	is(conf.dir, KSFLOW_DIR_ONCE, "direction: once, without a file");
}

static void test_published(void)
{
	is(parse("sflow {\n"
		 "  collector { ip=127.0.0.1 udpport=6343 }\n"
		 "  pcap { dev = enp0s3 }\n"
		 "  dropmon { group = 1 start = on }\n"
		 "}\n"), 0, "published: a host with drops");
	is(report.warning_count, 1, "one warning");
	is_str(report.warnings[0],
	       "test.conf:4: dropmon: group: not needed here, ignored",
	       "dropmon: what is ignored");
	ok(conf.has_drop && conf.drop.state == KSFLOW_DROP_ON, "dropmon: on");
	is(parse("sflow {\n"
		 "  polling=30\n"
		 "  sampling=1000\n"
		 "  sampling.bps_ratio=0\n"
		 "  agentIP=192.0.2.1\n"
		 "  agent=eth0\n"
		 "  collector { ip = 192.0.2.2 udpport = 6343 }\n"
		 "  pcap { dev=eth0 }\n"
		 "  psample { group=1 egress=on }\n"
		 "  dropmon { group=1 start=on sw=on hw=on }\n"
		 "  dent { sw=off switchport=^eth[0-9]+$ }\n"
		 "}\n"), 0, "published: a router");
	is(report.warning_count, 1, "one warning: dropmon's group");
	is(report.unoffered_count, 0, "nothing that is not offered");
	ok(conf.psample_count == 1 && conf.psamples[0].group == 1 &&
	   conf.psamples[0].ingress && conf.psamples[0].egress,
	   "psample: stored");
	ok(conf.dent.is_there && !conf.dent.sw, "dent: stored");
	is_str(conf.dent.switchport, "^eth[0-9]+$", "dent: its ports");
	is(parse("sflow {\n"
		 "  DNSSD = off\n"
		 "  json { UDPport = 36343 }\n"
		 "  xen { dsk=off }  nvml { } docker { } k8s { } tcp { }\n"
		 "  sampling.http = 50\n"
		 "  cumulus { switchport=^swp[0-9]{1,3}$ }\n"
		 "  ulog { group = 1  probability = 0.0025 }\n"
		 "  collector { ip=192.0.2.2 }\n"
		 "}\n"), 0, "published: modules that are not offered");
	is(report.warning_count, 9, "one warning each");
	is(report.unoffered_count, 9, "which --strict refuses");
	is(conf.collector_count, 1, "what follows them is read");
}

/* "#" ends the line, wherever it is. */
static void test_comments(void)
{
	is(parse("#\nsflow{#a\n"
		 "collector{ip=10.0.0.1#}\nudpport=6344#main\nname=\"a#b\"#c\n}#d\n"
		 "pcap { dev=eth0#1 sampling=7\n} polling=7#\n"
		 "json { a=b#}\n} headerBytes=#none\n100 }# the end"), 0,
	   "comments: %s", report.error);
	is_str(conf.collectors[0].host, "10.0.0.1", "comments: after an address");
	is(conf.collectors[0].port, 6344, "comments: after a number");
	is_str(conf.collectors[0].name, "a#b", "comments: not in quotes");
	is_str(conf.devices[0].pattern, "eth0", "comments: after a name");
	ok(!conf.devices[0].has_rate, "comments: to the end of the line");
	is(conf.polling_s, 7, "comments: an empty one");
	is(conf.header_bytes, 100, "comments: before a value");
	bad("sflow {\n collector { udpport=# 1\n} }",
	    "test.conf:3: \"}\": expected a number");
}

/* By what they say, the files of others; each has to be read. */
static void test_others(void)
{
	/* hsflowd's own, with what is commented out there commented in */
	is(parse("# hsflowd configuration file\n"
		 "sflow {\n"
		 "  agent.cidr = 192.168.0.0/16\n"
		 "  agent = eth0\n"
		 "  polling = 30\n"
		 "  sampling = 400\n"
		 "  sampling.bps_ratio = 1000000\n"
		 "  sampling.100M = 100\n"
		 "  sampling.1G = 1000\n"
		 "  sampling.10G = 10000\n"
		 "  sampling.40G = 40000\n"
		 "  sampling.http = 50\n"
		 "  sampling.app.myapp = 100\n"
		 "  collector { ip=127.0.0.1 udpport=6343 }\n"
		 "  json { UDPport = 36343 }\n"
		 "  pcap { dev = docker0 }\n"
		 "  pcap { dev = eth0 }\n"
		 "  pcap { speed=1G-1T }\n"
		 "  nflog { group = 5  probability = 0.0025 }\n"
		 "  ulog { group = 1  probability = 0.0025 }\n"
		 "  psample { group=1 egress=on }\n"
		 "  dent { sw=on switchport=enp.* }\n"
		 "  dropmon { start=on limit=50 }\n"
		 "  nvml { } xen { } ovs { } kvm { } docker { }\n"
		 "  tcp { }\n"
		 "  systemd { } dbus { } eapi { }\n"
		 "}\n"), 0, "hsflowd's own file: %s", report.error);
	is(report.unoffered_count, 13, "what is not offered, each once");
	is(report.warning_count, 14, "and the rate that a speed overrides");
	is(conf.speed_count, 4, "speeds");
	is(conf.device_count, 3, "devices");
	ok(conf.tcp.is_there && conf.dent.sw, "tcp, dent: stored");

	/* a switch's */
	is(parse("sflow {\n"
		 " sonic { waitReady=300 setifalias=on setifname=on suppressOther=on }\n"
		 " psample { group=1 ingress=on egress=on }\n"
		 " dropmon { start=off sw=off hw=off hw_unknown=off\n"
		 "           force=on sw_passive=on hw_passive=on\n"
		 "           limit=100 max=100000 max_trip=2 }\n"
		 " refreshAdaptors=60\n"
		 "}\n"), 0, "a switch's: %s", report.error);
	is(conf.drop.state, KSFLOW_DROP_OFF, "its drops are off");

	/* a container's */
	is(parse("sflow {\n sampling=1000\n sampling.bps_ratio=0\n polling=30\n"
		 " collector { ip=10.0.0.1 udpport=6343 }\n k8s { markTraffic=on eof=on }\n"
		 " dropmon { limit=50 start=on sw=on hw=off }\n"
		 " pcap { dev=docker0 }\n pcap { dev=docker_gwbridge }\n"
		 " tcp { tunnel=on udp=on }\n pcap { speed=1G- }\n}\n"), 0,
	   "a container's: %s", report.error);
	is(report.unoffered_count, 2, "k8s, tcp");
	ok(conf.tcp.tunnel && conf.tcp.udp, "tcp: its words");

	/* what is less common */
	is(parse("sFlow {\n packetSamplingRate=512 counterPollingInterval=20\n"
		 " DNS-SD { domain=.example.com }\n"
		 " uuid=00112233-4455-6677-8899-aabbccddeeff\n"
		 " Collector { IP=10.0.0.1 UDPPort=1 NameSpace=x }\n"
		 " pcap { dev.pattern=^swp[0-9]{1,2}$ promisc=off dynamic=on }\n"
		 " port { name=a } \n}\n"), 0, "letters of any case: %s",
	   report.error);
	is(conf.sampling, 512, "packetSamplingRate");
	is(conf.polling_s, 20, "counterPollingInterval");
	is_str(conf.dns_sd.domain, ".example.com", "dns-sd: stored");
	ok(conf.has_uuid && conf.uuid[15] == 0xff, "uuid");
	is_str(conf.devices[0].regex, "^swp[0-9]{1,2}$", "dev.pattern");
	is(report.unoffered_count, 1, "port");
	is_str(conf.collectors[conf.collector_count - 1].host,
	       "_sflow._udp.example.com", "dns-sd: one collector more");

	is(parse("sflow { headerBytes=0 subAgentId=0x10 agentIP=router.example }"),
	   0, "what hsflowd takes: %s", report.error);
	is(conf.header_bytes, 64, "a small header becomes the smallest");
	is(conf.sub_agent_id, 16, "numbers may be hexadecimal");
	is(conf.agent_addr.type, SFLOW_ADDR_UNKNOWN, "a name is no address");
	is(report.unoffered_count, 1, "which is said");

	bad("sflow { uuid=0011 }",
	    "test.conf:1: \"0011\": expected a UUID, 32 hexadecimal digits");
	bad("sflow { psample { rate=1 } }",
	    "test.conf:1: \"rate\": expected group, ingress, egress or } in psample");
	bad("sflow {\n psample { group=1 egress=on }\n psample { group=2 } }",
	    "test.conf:3: \"}\": psample group 2: a group of it is read by the block of group 1 (egress is read from the group after)");
	is(parse("sflow { psample { group=1 } psample { group=2 egress=on } dent { } }"),
	   0, "psample: several groups: %s", report.error);
	is(conf.psample_count, 2, "psample: both stored");
	is_str(conf.dent.switchport, "^swp[0-9]+$", "dent: its default");
	ok(parse("sflow { pcap { dev.pattern=swp[0-9 } }") == -EINVAL &&
	   strstr(report.error, "expected a regular expression"),
	   "dev.pattern: a bad one is refused: %s", report.error);
}

static void test_environment(void)
{
	setenv("COLLECTOR", " 10.0.0.1  collector.example ", 1);
	setenv("SAMPLING", "500", 1);
	setenv("PORT", "7000", 1);
	setenv("POLLING", "20", 1);
	conf_defaults(&conf);
	memset(&report, 0, sizeof(report));
	is(conf_environment(&conf, &report), 0, "environment: read");
	is(conf.collector_count, 2, "environment: collectors");
	is_str(conf.collectors[0].host, "10.0.0.1", "environment: the first");
	is_str(conf.collectors[1].host, "collector.example",
	       "environment: the second");
	is(conf.collectors[1].port, 7000, "environment: their port");
	is(conf.polling_s, 20, "environment: polling");
	ok(conf.has_sampling && conf.sampling == 500, "environment: sampling");
	is(conf_layer(&conf, &layer, rules), 0, "environment: a layer");
	ok(layer.rule_count == 1 && rules[0].rate == 500 && rules[0].is_quiet &&
	   !ksflow_has(&rules[0], RULE_DIR),
	   "environment: the rate, and nothing else");
	setenv("SAMPLING", "0", 1);
	conf_defaults(&conf);
	conf_environment(&conf, &report);
	conf_layer(&conf, &layer, rules);
	ok(layer.rule_count && rules[layer.rule_count - 1].dir == KSFLOW_DIR_OFF,
	   "environment: 0 is off");
	setenv("SAMPLING", "often", 1);
	is(conf_environment(&conf, &report), -EINVAL, "environment: refused");
	is_str(report.error,
	       "environment: SAMPLING: \"often\": expected a number, 0...16777216",
	       "environment: and said why");
	unsetenv("COLLECTOR");
	unsetenv("SAMPLING");
	unsetenv("PORT");
	unsetenv("POLLING");
	conf_defaults(&conf);
	is(conf_environment(&conf, &report), 0, "environment: empty");
	is_str(conf.collectors[0].host, "127.0.0.1", "environment: defaults");
	is(conf.collectors[0].port, 6343, "environment: default port");
	conf_layer(&conf, &layer, rules);
	is(layer.rule_count, 0, "environment: no rules");
	parse("sflow { sampling=7 }");
	setenv("SAMPLING", "500", 1);
	is(conf.sampling, 7, "a file goes before it");
	unsetenv("SAMPLING");
}

static void test_dropmon(void)
{
	is(parse("sflow { dropmon { start=on limit=50 burst=7 sw=on hw=off\n"
		 "hide=default,-OTHERHOST hide = \"+TCP_*\" } }"), 0,
	   "dropmon: all of it");
	ok(conf.has_drop && conf_wants_drops(&conf), "dropmon: drops are wanted");
	is(conf.drop.state, KSFLOW_DROP_ON, "dropmon: start");
	is(conf.drop.limit, 50, "dropmon: limit");
	is(conf.drop.burst, 7, "dropmon: burst");
	ok(conf.drop.sw && !conf.drop.hw && ksflow_has(&conf.drop, DROP_HW),
	   "dropmon: sw and hw");
	is(conf.drop.hide_count, 3, "dropmon: hide");
	is_str(conf.drop.hide[0], "default", "dropmon: hide, first");
	is_str(conf.drop.hide[2], "+TCP_*", "dropmon: hide, of the second");
	is(conf_layer(&conf, &layer, rules), 0, "dropmon: a layer");
	ok(ksflow_has(&layer, LAYER_DROP) &&
	   !memcmp(&layer.drop, &conf.drop, sizeof(conf.drop)),
	   "dropmon: is in it");

	is(parse("sflow { dropmon { } }"), 0, "dropmon: an empty block");
	is(conf.drop.state, KSFLOW_DROP_ON, "dropmon: turns it on");
	is(conf.drop.has, 1ULL << KSFLOW_A_DROP_STATE,
	   "dropmon: and leaves the rest to the module");
	is(parse("sflow { dropmon { start=off } }"), 0, "dropmon: off");
	is(conf.drop.state, KSFLOW_DROP_OFF, "dropmon: is off");
	ok(!conf_wants_drops(&conf), "dropmon: nothing is wanted");
	is(parse("sflow { dropmon { start=count limit=unlimited } }"), 0,
	   "dropmon: counters alone");
	is(conf.drop.state, KSFLOW_DROP_COUNT, "dropmon: count");
	is(conf.drop.limit, KSFLOW_UNLIMITED, "dropmon: no limit");
	is(parse("sflow { }"), 0, "no dropmon");
	ok(!conf_wants_drops(&conf), "no dropmon: nothing is wanted");
	conf_layer(&conf, &layer, rules);
	ok(!ksflow_has(&layer, LAYER_DROP), "no dropmon: nothing is said");
	conf_defaults(&conf);
	ok(conf_wants_drops(&conf), "no file: what the module captures");
	is(parse("sflow { dropmon { start=off limit=9 } dropmon { limit=3k } }"),
	   0, "dropmon: twice");
	ok(conf.drop.state == KSFLOW_DROP_ON && conf.drop.limit == 3000,
	   "dropmon: the last one holds");

	bad("sflow { dropmon { start=perhaps } }",
	    "test.conf:1: \"perhaps\": expected on, count or off");
	bad("sflow { dropmon { limit=0 } }",
	    "test.conf:1: \"0\": expected drops a second, 1...1000000000, or unlimited");
	bad("sflow { dropmon { sw=2 } }", "test.conf:1: \"2\": expected on or off");
	bad("sflow { dropmon { hide=+A,OTHERHOST } }",
	    "test.conf:1: \"+A,OTHERHOST\": bad word \"OTHERHOST\" to hide: expected default, none, +REASON or -REASON");

	/* hsflowd's is a regular expression */
	is(parse("sflow { dropmon { start=on hide=^tcp_.*$ limit=9 }\n"
		 "dropmon { hide=\"(NO_SOCKET|default)\" } }"), 0,
	   "dropmon: hsflowd's hide: %s", report.error);
	is(conf.drop.hide_count, 0, "dropmon: hides nothing more");
	ok(!ksflow_has(&conf.drop, DROP_HIDE), "dropmon: the default holds");
	is(report.unoffered_count, 2, "dropmon: --strict refuses it");
	is_str(report.unoffered,
	       "test.conf:1: dropmon: hide=^tcp_.*$: regular expressions are not offered, ignored",
	       "dropmon: which is said");
	bad("sflow { dropmon { rate=1 } }",
	    "test.conf:1: \"rate\": expected start, limit, burst, sw, hw, hide or } in dropmon");
	bad("sflow { dropmon { ",
	    "test.conf:1: end of file: expected start, limit, burst, sw, hw, hide or } in dropmon");
}

static void test_profiles(void)
{
	is(parse("sflow { collector { ip=a dscp=46 ttl=9 records=basic vlan=8100 }\n"
		 "collector { ip=b records=standard drops=off vlan=strip }\n"
		 "collector { ip=c records=basic drops=on vlan=inline }\n"
		 "collector { ip=d records=FULL } }"), 0, "profiles: %s",
	   report.error);
	is(conf.collectors[0].dscp, 46, "dscp");
	is(conf.collectors[0].ttl, 9, "ttl");
	is(conf.collectors[0].profile.records, SFLOW_RECORDS_BASIC, "basic");
	is(conf.collectors[0].profile.vlan, SFLOW_VLAN_8100, "8100");
	ok(conf.collectors[0].profile.has_no_drops, "basic: no drops");
	is(conf.collectors[1].profile.records, SFLOW_RECORDS_STANDARD,
	   "standard");
	is(conf.collectors[1].profile.vlan, SFLOW_VLAN_STRIP, "strip");
	ok(conf.collectors[1].profile.has_no_drops, "drops=off");
	ok(!conf.collectors[2].profile.has_no_drops, "basic with drops");
	ok(!conf.collectors[3].profile.has_no_drops &&
	   !conf.collectors[3].profile.records, "full is the default");
	bad("sflow { collector { ip=a records=some } }",
	    "test.conf:1: \"some\": expected basic, standard or full");
	bad("sflow { collector { ip=a vlan=9100 } }",
	    "test.conf:1: \"9100\": expected inline, 8100 or strip");
	bad("sflow { collector { ip=a dscp=64 } }",
	    "test.conf:1: \"64\": expected a number, 0...63");
}

static void test_errors(void)
{
	bad("", "test.conf:1: end of file: expected sflow {");
	bad("sflow", "test.conf:1: end of file: expected {");
	bad("sflow {\n", "test.conf:2: end of file: expected }");
	bad("flow { }", "test.conf:1: \"flow\": expected sflow {");
	bad("sflow {\n\n sampling = abc\n}",
	    "test.conf:3: \"abc\": expected a number, 0...16777216");
	bad("sflow {\n sampling = 17000000\n}",
	    "test.conf:2: \"17000000\": expected a number, 0...16777216");
	bad("sflow { sampling }",
	    "test.conf:1: \"}\": expected a number");
	bad("sflow { sampling = 99999999999999999999 }",
	    "test.conf:1: \"99999999999999999999\": expected a number, 0...16777216");
	bad("sflow {\n # comment\n smapling = 4\n}",
	    "test.conf:3: \"smapling\": expected a setting of sflow, as collector, sampling, polling or pcap");
	bad("sflow { collector { port=4 } }",
	    "test.conf:1: \"port\": expected ip, udpport, dev, namespace, src, name, dscp, ttl, records, drops, vlan or } in collector");
	bad("sflow { collector { udpport=6343 } }",
	    "test.conf:1: \"}\": expected ip=ADDRESS in collector");
	bad("sflow { collector { ip=1.2.3.4 udpport=65536 } }",
	    "test.conf:1: \"65536\": expected a number, 1...65535");
	bad("sflow { agent.cidr = 10.0.0.0/33 }",
	    "test.conf:1: \"10.0.0.0/33\": expected ADDRESS/BITS");
	bad("sflow { samplingDirection = up }",
	    "test.conf:1: \"up\": expected in, out, both or once (or rx, tx, ingress, egress)");
	bad("sflow { pcap { speed=fast } }",
	    "test.conf:1: \"fast\": expected a speed or a range of them, as 10G or 1G-1T");
	bad("sflow { agent = averyveryverylongname }",
	    "test.conf:1: \"averyveryverylongname\": expected an interface name of 1...15 characters");
	bad("sflow { agent = \"eth0\n }",
	    "test.conf:1: \"eth0\": expected a closing quote");
	bad("sflow { collector { ip=a name=\"my collector\" } }",
	    "test.conf:1: \"my collector\": expected a name without blanks");
	bad("sflow { collector { ip=\"a\tb\" } }",
	    "test.conf:1: \"a\tb\": expected an address or host name without blanks");
	bad("sflow { dns-sd { domain=\"a b\" } }",
	    "test.conf:1: \"a b\": expected a domain without blanks");
	bad("sflow { json { { { ", "test.conf:1: end of file: expected }");
	bad("sflow { headerBytes=513 }",
	    "test.conf:1: \"513\": expected a number, 0...512");
	bad("sflow { agentIP=10.0.0.300 }",
	    "test.conf:1: \"10.0.0.300\": expected an IPv4 or IPv6 address");
	bad("sflow { subAgentId=0x }",
	    "test.conf:1: \"0x\": expected a number, 0...4294967295");
	bad("sflow { ringBytes=50000 }",
	    "test.conf:1: \"50000\": expected a power of two");
	is(conf_parse(&conf, "sflow\0{}", 8, "test.conf", &report), -EINVAL,
	   "refused: a NUL byte");
}

/* The module's own way through the rules, for one device. */
struct device {
	const char *name;
	bool is_default;
	uint32_t mbit;
};

static bool matches(const char *pattern, const char *name)
{
	return !strcmp(pattern, "*") || !strcmp(pattern, name);
}

/* Rate, or 0 when the device is not sampled. */
static uint32_t rate_of(const struct device *dev)
{
	uint32_t rate = 0, ratio = 1000000, dir = KSFLOW_DIR_ONCE, i;
	bool is_selected = dev->is_default;
	uint64_t n;

	for (i = 0; i < layer.rule_count; i++) {
		const struct ksflow_rule *r = &layer.rules[i];

		if (ksflow_has(r, RULE_SPEED) && r->speed_mbit != dev->mbit)
			continue;
		if (ksflow_has(r, RULE_PATTERN) ?
		    !matches(r->pattern, dev->name) : !dev->is_default)
			continue;
		if (!r->is_quiet && r->dir != KSFLOW_DIR_OFF)
			is_selected = true;
		if (ksflow_has(r, RULE_RATE)) {
			rate = r->rate;
			ratio = ksflow_has(r, RULE_RATIO) ? r->ratio : 1000000;
		}
		if (ksflow_has(r, RULE_DIR))
			dir = r->dir;
	}
	if (!is_selected || dir == KSFLOW_DIR_OFF)
		return 0;
	if (rate)
		return rate;
	if (!dev->mbit)
		return 1000;
	n = dev->mbit * 1000000ULL / ratio;
	return n < 100 ? 100 : n;
}

static const struct device eth0 = { "eth0", true, 1000 };
static const struct device eth1 = { "eth1", true, 10000 };
static const struct device virt0 = { "virt0", true, 0 };
static const struct device veth0 = { "veth0", false, 10000 };

static void same_rate(const struct device *dev)
{
	struct conf_port port = { .is_default = dev->is_default,
				  .speed_mbit = dev->mbit };
	struct conf_rate rate;

	strcpy(port.name, dev->name);
	conf_rate(&layer, &port, &rate);
	is(rate.rate, rate_of(dev), "  --check says the same of %s", dev->name);
}

static void rates(const char *text, uint32_t r_eth0, uint32_t r_eth1,
		  uint32_t r_virt0, uint32_t r_veth0)
{
	int ret = parse(text);

	ok(!ret && !conf_layer(&conf, &layer, rules), "rules: %s %s", text,
	   report.error);
	same_rate(&eth0);
	same_rate(&eth1);
	same_rate(&virt0);
	same_rate(&veth0);
	is(rate_of(&eth0), r_eth0, "  1G");
	is(rate_of(&eth1), r_eth1, "  10G");
	is(rate_of(&virt0), r_virt0, "  speed unknown");
	is(rate_of(&veth0), r_veth0, "  no default device");
}

/* The daemon's own account of it, by code of its own. */
static void test_rates(void)
{
	static const struct conf_port ports[] = {
		{ "eth0", true, 1000, false }, { "eth1", true, 10000, false },
		{ "virt0", true, 0, false }, { "veth0", false, 10000, false },
		{ "swp1", true, 1000, false }, { "swp1.100", false, 1000, false },
		{ "swp12", true, 25000, false }, { "swp*", true, 1000, false },
	};
	struct conf_port filtered[8];
	struct conf_rate rate;
	char *text = NULL;
	size_t len = 0;
	FILE *out;

	memcpy(filtered, ports, sizeof(filtered));
	parse("sflow { sampling=400 sampling.10G=77 pcap { dev.pattern=^swp[0-9]+$ sampling=5 }\n"
	      "pcap { dev=eth1 } pcap { dev=eth0 samplingDirection=in } }");
	ok(conf_has_regex(&conf), "dev.pattern: names matter");
	is(conf_layer_of(&conf, ports, 8, &layer, rules), 0,
	   "dev.pattern: a layer");
	conf_rate(&layer, &ports[4], &rate);
	is(rate.rate, 5, "dev.pattern: one that matches");
	is_str(rate.why, "its own block", "dev.pattern: why");
	conf_rate(&layer, &ports[6], &rate);
	is(rate.rate, 5, "dev.pattern: another one");
	conf_rate(&layer, &ports[5], &rate);
	is(rate.rate, 0, "dev.pattern: a VLAN of it does not");
	conf_rate(&layer, &ports[7], &rate);
	is(rate.rate, 0, "dev.pattern: no glob is made of a name");
	conf_rate(&layer, &ports[1], &rate);
	is(rate.rate, 77, "by speed");
	is_str(rate.why, "sampling.10G", "by speed: why");
	conf_rate(&layer, &ports[0], &rate);
	is(rate.rate, 1000, "by ratio");
	is_str(rate.why, "link speed 1G / 1000000", "by ratio: why");
	is(rate.dir, KSFLOW_DIR_INGRESS, "its direction");
	conf_rate(&layer, &ports[2], &rate);
	is(rate.rate, 0, "not named: off");
	is(conf_layer(&conf, &layer, rules), 0, "dev.pattern: without names");
	conf_rate(&layer, &ports[4], &rate);
	is(rate.rate, 0, "dev.pattern: nothing is made up");

	parse("sflow { pcap { dev.pattern=^swp[*]$ } }");
	conf_layer_of(&conf, ports, 8, &layer, rules);
	conf_rate(&layer, &ports[7], &rate);
	is(rate.rate, 1000, "dev.pattern: a name that looks like a glob");
	conf_rate(&layer, &ports[4], &rate);
	is(rate.rate, 0, "dev.pattern: and is none");

	/* what others sample is not sampled by the module as well */
	parse("sflow { sampling.10G=77 psample { } }");
	conf_layer_of(&conf, ports, 8, &layer, rules);
	conf_rate(&layer, &ports[0], &rate);
	is(rate.rate, 0, "psample: no default devices");
	is(conf_rate_said(&layer, &ports[1]), 77, "psample: a rate by speed");
	is(conf_rate_said(&layer, &ports[0]), 0, "psample: nothing is said");
	is(conf_rate_any(&layer, &ports[6]), 25000, "dent: a rate by speed");
	parse("sflow { dent { } pcap { dev=swp* sampling=9 } }");
	filtered[4].is_filtered = true;
	conf_layer_of(&conf, filtered, 8, &layer, rules);
	conf_rate(&layer, &filtered[4], &rate);
	is(rate.rate, 0, "dent: off where a filter is");
	conf_rate(&layer, &filtered[6], &rate);
	is(rate.rate, 9, "dent: on where it was refused, and is named");
	is(conf_rate_any(&layer, &filtered[4]), 9, "dent: the rate it says");

	parse("sflow { sampling=400 }");
	conf_layer(&conf, &layer, rules);
	conf_rate(&layer, &ports[2], &rate);
	is(rate.rate, 400, "sampling, where the speed is unknown");
	is_str(rate.why, "sampling", "sampling: why");
	conf_rate(&layer, &ports[3], &rate);
	is(rate.rate, 0, "no hardware: off");
	conf_defaults(&conf);
	conf_layer(&conf, &layer, rules);
	conf_rate(&layer, &ports[2], &rate);
	is(rate.rate, 1000, "no file: speed unknown");
	is(rate.dir, KSFLOW_DIR_ONCE, "no file: once");

	parse("sflow { sampling.1G=50 pcap { speed=1G } }");
	out = open_memstream(&text, &len);
	conf_print_rates(&conf, ports, 2, out);
	fclose(out);
	is_str(text, "# interface       sampling   direction by\n"
		     "# eth0            50         both      sampling.1G\n"
		     "# eth1            off\n", "as a table");
	free(text);
}

/* As many rules as they take, one by one right for the ports there are. */
static void many(const char *text, const struct conf_port *ports,
		 unsigned int count, const char *wanted, unsigned int rule_count)
{
	unsigned int bad = 0, i;
	struct conf_rate rate;
	regex_t regex;

	is(parse(text), 0, "many: %s %s", text, report.error);
	is(conf_layer_of(&conf, ports, count, &layer, rules), 0,
	   "many: a layer");
	is(layer.rule_count, rule_count, "many: so many rules");
	regcomp(&regex, wanted, REG_EXTENDED | REG_NOSUB);
	for (i = 0; i < count; i++) {
		conf_rate(&layer, &ports[i], &rate);
		bad += !!rate.rate ==
		       (regexec(&regex, ports[i].name, 0, NULL, 0) ||
			ports[i].is_filtered);
	}
	regfree(&regex);
	is(bad, 0, "many: for those that are meant");
}

#define MANY	300

static void test_many(void)
{
	static struct conf_port ports[MANY + 3];
	struct conf_rate rate;
	unsigned int i;

	for (i = 0; i < MANY; i++) {
		snprintf(ports[i].name, sizeof(ports[i].name), "tap%u", i);
		ports[i].is_default = true;
	}
	strcpy(ports[i++].name, "tap7.100");
	strcpy(ports[i++].name, "mytap1");
	strcpy(ports[i++].name, "eth0");

	many("sflow { pcap { dev.pattern=^tap sampling=9 } }", ports, i, "^tap", 2);
	many("sflow { pcap { dev.pattern=tap } }", ports, i, "tap", 2);
	many("sflow { pcap { dev.pattern=^ta.*0$ } }", ports, i, "^ta.*0$", 2);
	many("sflow { pcap { dev.pattern=^tap.$ } }", ports, i, "^tap.$", 2);
	many("sflow { pcap { dev.pattern=^tap.+ } }", ports, i, "^tap.+", 2);
	many("sflow { pcap { dev.pattern=^tap7\\.100 } }", ports, i, "^tap7[.]", 2);
	many("sflow { pcap { dev.pattern=^tap[0-9]+$ sampling=9 } }", ports, i,
	     "^tap[0-9]+$", 4);
	many("sflow { pcap { dev.pattern=^(tap|eth)[1-9][0-9]*$ } }", ports, i,
	     "^(tap|eth)[1-9][0-9]*$", 4);
	many("sflow { pcap { dev.pattern=^tap[0-9]*[02468]$ } }", ports, i,
	     "^tap[0-9]*[02468]$", 1 + MANY / 2);
	many("sflow { pcap { dev.pattern=^tap*$ } }", ports, i, "^tap*$", 1);
	many("sflow { pcap { dev.pattern=^$ } }", ports, i, "^$", 1);

	is(parse("sflow { pcap { dev.pattern=^tap[0-9]*[0-8]$ } }"), 0,
	   "many: too many");
	is(conf_layer_of(&conf, ports, i, &layer, rules), -E2BIG,
	   "many: refused");
	is(conf_print_rates(&conf, ports, i, stdout), -E2BIG,
	   "many: so no table");

	/* what a filter samples is off by default: a rule for what is named */
	for (i = 0; i < MANY; i++)
		ports[i].is_filtered = true;
	i += 3;
	many("sflow { dent { switchport=^tap } }", ports, i, "^$", 1);
	many("sflow { dent { } pcap { dev=tap* } }", ports, i, "^tap", 5);
	many("sflow { dent { } pcap { dev=tap1* } }", ports, i, "^tap1", 5);
	many("sflow { dent { } interface { dev=tap7 enabled=on } interface { dev=tap8 sampling=9 } }",
	     ports, i, "^$", 4);
	ports[250].is_filtered = false;
	many("sflow { dent { } pcap { dev=tap* sampling=9 } }", ports, i, "^tap",
	     4 + 199);
	is(conf_rate_any(&layer, &ports[8]), 9, "dent: at the rate that is said");
	ports[250].is_filtered = true;
	/* a port's speed is not known while rules are made */
	is(parse("sflow { dent { } pcap { speed=10G } }"), 0, "dent: a speed");
	conf_layer_of(&conf, ports, i, &layer, rules);
	ports[8].speed_mbit = 10000;
	conf_rate(&layer, &ports[8], &rate);
	is(rate.rate, 0, "dent: off, whatever its speed becomes");
	/* one of no hardware is off by no rule of this layer */
	ports[9].is_default = false;
	is(parse("sflow { dent { } }"), 0, "dent: alone");
	conf_layer_of(&conf, ports, i, &layer, rules);
	is(layer.rule_count, 2, "dent: one that is off by no rule has one");
	is_str(rules[1].pattern, "tap[0-9]", "dent: shared with its like");
}

static void test_rules(void)
{
	rates("sflow { }", 1000, 10000, 1000, 0);
	rates("sflow { sampling=400 }", 1000, 10000, 400, 0);
	rates("sflow { sampling=400 sampling.bps_ratio=0 }", 400, 400, 400, 0);
	rates("sflow { sampling.bps_ratio=0 }", 400, 400, 400, 0);
	rates("sflow { sampling=400 sampling.10G=77 }", 1000, 77, 400, 0);
	rates("sflow { sampling.10G=77 sampling=400 }", 1000, 77, 400, 0);
	rates("sflow { sampling.bps_ratio=5M }", 200, 2000, 1000, 0);
	rates("sflow { sampling=400 sampling.bps_ratio=5M sampling.1G=50 }",
	      50, 2000, 400, 0);
	rates("sflow { pcap { dev=veth0 } }", 0, 0, 0, 10000);
	rates("sflow { sampling.10G=77 pcap { dev=veth0 } }", 0, 0, 0, 77);
	rates("sflow { sampling.10G=77 pcap { dev=veth0 sampling=5 } pcap { dev=eth0 } }",
	      1000, 0, 0, 5);
	rates("sflow { pcap { speed=1G-5G } }", 1000, 0, 0, 0);
	rates("sflow { pcap { speed=10G- sampling=9 } }", 0, 9, 0, 0);
	rates("sflow { sampling=0 }", 0, 0, 0, 0);
	rates("sflow { sampling.10G=0 }", 1000, 0, 1000, 0);
	rates("sflow { sampling.10G=0 sampling.10G=77 }", 1000, 77, 1000, 0);
	rates("sflow { sampling.10G=77 sampling.10G=0 }", 1000, 0, 1000, 0);
	/* of one that is ignored nothing is left */
	rates("sflow { pcap { sampling=5 } pcap { dev=eth0 } }", 1000, 0, 0, 0);
	rates("sflow { pcap { sampling=5 } interface { dev=veth0 enabled=on } }",
	      1000, 10000, 1000, 10000);
	rates("sflow { epcap { dev=eth0 } }", 1000, 0, 0, 0);
	rates("sflow { sampling=7 sampling.bps_ratio=0 pcap { dev=eth0 sampling=0 } }",
	      7, 0, 0, 0);
	rates("sflow { pcap { speed=0- } }", 1000, 10000, 1000, 0);
	rates("sflow { pcap { speed=0-1G sampling=3 } }", 3, 0, 0, 0);
	rates("sflow { interface { dev=eth0 sampling=7 } }", 7, 10000, 1000, 0);
	rates("sflow { interface { dev=veth0 sampling=7 } }", 1000, 10000, 1000, 0);
	rates("sflow { interface { dev=veth0 enabled=on } }", 1000, 10000, 1000, 10000);
	rates("sflow { interface { dev=eth0 enabled=off } }", 0, 10000, 1000, 0);
	rates("sflow { interface { dev=eth0 enabled=on sampling=9 } interface { dev=* enabled=off } }",
	      9, 0, 0, 0);
	rates("sflow { pcap { dev=eth0 } interface { dev=eth1 enabled=on } }",
	      1000, 10000, 0, 0);
	rates("sflow { enabled=off sampling.1G=5 interface { dev=eth0 enabled=on } dropmon { } repair { port=4739 mode=repair } }",
	      0, 0, 0, 0);
	is(layer.repair_count, 0, "disabled: no repair");
	is(layer.drop.state, KSFLOW_DROP_OFF, "disabled: no drops");
	ok(!conf_wants_drops(&conf), "disabled: none are wanted");

	is(parse("sflow { headerBytes=200 ringBytes=131072 samplingDirection=out }"),
	   0, "header");
	is(conf_layer(&conf, &layer, rules), 0, "header: rules");
	is(layer.header_bytes, 200, "header bytes are in the layer");
	ok(ksflow_has(&layer, LAYER_HEADER), "and marked so");
	is(layer.ring_bytes, 131072, "ring bytes are in the layer");
	ok(ksflow_has(&layer, LAYER_RING), "and marked so");
	is(layer.rule_count, 1, "one rule, for the direction");
	is(rules[0].dir, KSFLOW_DIR_EGRESS, "of the default devices");
	is(rules[0].pattern[0], 0, "by no pattern");

	conf_defaults(&conf);
	is(conf_layer(&conf, &layer, rules), 0, "no file");
	is(layer.rule_count, 0, "no file: no rules, the module's defaults");
}

/* Records that no collector gets. */
static void test_records(void)
{
	is(parse("sflow { collector { ip=a } }"), 0, "records: none off");
	is(conf.collectors[0].profile.off, 0, "records: by default");
	is(parse("sflow { collector { ip=a } records { tcp-info=off Socket=off socket=on }\n"
		 "collector { ip=b } }"), 0, "records: %s", report.error);
	is(conf.collectors[0].profile.off, 1U << SFLOW_OFF_TCP_INFO,
	   "records: off for one collector");
	is(conf.collectors[1].profile.off, 1U << SFLOW_OFF_TCP_INFO,
	   "records: and for the other");
	is(parse("sflow { records { tcp_info=off } }"), -EINVAL,
	   "records: an unknown one is refused");
	ok(strstr(report.error, "tcp_info"), "records: by name: %s",
	   report.error);
	is(parse("sflow { tcp { } collector { ip=a } }"), 0, "tcp: as hsflowd");
	is(report.unoffered_count, 0, "tcp: offered");
	is(conf.collectors[0].profile.off, 1U << SFLOW_OFF_UDP_SOCKET,
	   "tcp: without UDP");
	is(parse("sflow { tcp { udp=on } collector { ip=a } }"), 0,
	   "tcp: with UDP");
	is(conf.collectors[0].profile.off, 0, "tcp: when it says so");
}

/* What is printed reads as the same configuration. */
static void reads_back(void)
{
	struct conf before;
	char *text = NULL;
	size_t len = 0;
	FILE *out;

	before = conf;
	out = open_memstream(&text, &len);
	conf_print(&conf, out);
	fclose(out);
	is(parse(text), 0, "print: parses again: %s", report.error);
	before.sampling_line = conf.sampling_line;
	ok(!memcmp(&before, &conf, sizeof(conf)), "print: to the same");
	free(text);
}

static void test_print(void)
{
	is(parse("sflow { sampling=5 sampling.1G=6 sampling.bps_ratio=7 polling=8\n"
		 "agentIP=10.0.0.1 agent=e0 agent.cidr=fe80::/10 subAgentId=3\n"
		 "headerBytes=64 datagramBytes=8192 samplingDirection=tx\n"
		 "dropmon { start=count limit=9 sw=off hide=none,+A* hide=-B }\n"
		 "enabled=off interface { dev=q sampling=5 } interface { dev=r enabled=off }\n"
		 "pcap { speed=1G- } pcap { dev=x* sampling=2 samplingDirection=in }\n"
		 "pcap { dev.pattern=^a[0-9]{1,2}$ }\n"
		 "psample { group=4 ingress=off egress=on } psample { group=8 } dent { sw=on switchport=x.* }\n"
		 "tcp { udp=on } records { tcp-info=off mpls=off } dns-sd { domain=.e } uuid=00112233445566778899aabbccddeeff\n"
		 "collector { ip=a.b udpport=1 dev=d src=::1 namespace=n }\n"
		 "collector { ip=b dscp=8 ttl=2 records=basic drops=on vlan=strip }\n"
		 "collector { ip=c name=n1 records=standard drops=off vlan=8100 } }"), 0,
	   "print: parses");
	reads_back();
	is(parse("sflow { pcap { dev.pattern=\"^(eth|sw) [0-9]+$\" } pcap { dev=\"a#=;{\" }\n"
		 "pcap { dev.pattern=a\"b{1}c } interface { dev=\"}\" enabled=on }\n"
		 "dent { switchport=\"^swp#[0-9]{1,2} x$\" } agent=\"e;1\"\n"
		 "dropmon { hide=\"default,+A B,-C#\" } repair { port=9 dev=\"x{\" }\n"
		 "dns-sd { domain=\".a=b\" }\n"
		 "collector { ip=\"a;b\" dev=\"#\" namespace=\"my own\" name=\"n=1\" } }"),
	   0, "print: what needs quotes parses: %s", report.error);
	reads_back();
}

static void test_file(void)
{
	char path[] = "/tmp/ksflow-conf-XXXXXX", *text;
	int fd = mkstemp(path);
	size_t len;

	if (!ok(fd >= 0, "file: made"))
		return;
	is(write(fd, "sflow { polling=7 }", 19), 19, "file: written");
	is(conf_read(&conf, path, &report), 0, "file: read");
	is(conf.polling_s, 7, "file: as it is");
	is_str(conf.file, path, "file: its name");
	is(ftruncate(fd, 1 << 20), 0, "file: a whole MiB");
	is(conf_read_text(path, &text, &len), 0, "file: is read");
	is(len, 1 << 20, "file: to its end");
	free(text);
	is(ftruncate(fd, (1 << 20) + 1), 0, "file: more than that");
	is(conf_read_text(path, &text, &len), -EFBIG, "file: is not");
	is(conf_read(&conf, path, &report), -EFBIG, "file: nor as one of ours");
	close(fd);
	unlink(path);
	is(conf_read(&conf, path, &report), -ENOENT, "file: none");
	ok(strstr(report.error, path) && strstr(report.error, "No such file"),
	   "file: by name: %s", report.error);
}

/* Every cut of a file is refused or read, and never runs over the end. */
static void test_truncated(void)
{
	static const char text[] =
		"sflow { # c\n collector { ip=\"x\" udpport=1 } pcap { dev=a{b}c }\n"
		" json { a { b } } sampling.1G=3 agent.cidr=1.2.3.4/5 }";
	size_t len;
	int accepted = 0;

	for (len = 0; len < sizeof(text) - 1; len++) {
		char *copy = malloc(len ? len : 1);

		memcpy(copy, text, len);
		accepted += !conf_parse(&conf, copy, len, "t", &report);
		free(copy);
	}
	is(accepted, 0, "truncated files are refused");
	is(parse(text), 0, "the whole one is not: %s", report.error);
	is_str(conf.devices[0].pattern, "a{b}c", "braces that balance belong to a value");
}

int main(void)
{
	test_values();
	test_published();
	test_others();
	test_comments();
	test_environment();
	test_dropmon();
	test_errors();
	test_profiles();
	test_rules();
	test_rates();
	test_many();
	test_records();
	test_print();
	test_file();
	test_truncated();
	return tap_done();
}
