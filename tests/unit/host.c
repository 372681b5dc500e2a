// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* The host's counters from a copy of /proc and /sys, and their records. */
#include "host.h"
#include "link.h"
#include "sums.h"
#include "tap.h"
#include "uuid.h"

#include <linux/if_arp.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static char root[64] = "/tmp/ksflow-host-XXXXXX";

static void put(const char *path, const char *text)
{
	char full[256], *slash;
	FILE *f;

	snprintf(full, sizeof(full), "%s%s", root, path);
	for (slash = full + strlen(root) + 1; (slash = strchr(slash, '/'));
	     slash++) {
		*slash = '\0';
		mkdir(full, 0700);
		*slash = '/';
	}
	f = fopen(full, "w");
	if (!f || fputs(text, f) < 0 || fclose(f)) {
		perror(full);
		exit(1);
	}
}

static void put_all(void)
{
	put("/proc/sys/kernel/hostname", "router-1\n");
	put("/proc/sys/kernel/osrelease", "6.12.107-amd64\n");
	put("/sys/class/dmi/id/product_uuid",
	    "00112233-4455-6677-8899-AABBCCDDEEFF\n");
	put("/etc/machine-id", "0123456789abcdef0123456789abcdef\n");
	put("/proc/stat",
	    "cpu  100 20 30 4000 50 6 7 80 9 10\n"
	    "cpu0 50 10 15 2000 25 3 4 40 5 5\n"
	    "cpu1 50 10 15 2000 25 3 3 40 4 5\n"
	    "intr 123456 0 9 0 0\n"
	    "ctxt 4294967299\n"
	    "btime 1700000000\nprocesses 77\nprocs_running 3\nprocs_blocked 0\n");
	put("/proc/cpuinfo",
	    "processor\t: 0\nmodel name\t: A CPU @ 9.9MHz\ncpu MHz\t\t: 2399.998\n");
	put("/proc/loadavg", "0.50 1.25 2.00 3/456 7890\n");
	put("/proc/uptime", "123456.78 200000.00\n");
	/* in no order, and with a name that another one begins with */
	put("/proc/meminfo",
	    "MemTotal:        1000 kB\nMemAvailable:    700 kB\n"
	    "MemFree:          600 kB\nSwapCached:        99 kB\n"
	    "Cached:           200 kB\nBuffers:           10 kB\n"
	    "Shmem:             30 kB\nSwapTotal:    4294967296 kB\n"
	    "SwapFree:         500 kB\nSReclaimable:       5 kB\n");
	put("/proc/vmstat",
	    "nr_free_pages 1\npgpgin 11\npgpgout 12\npswpin 13\npswpout 14\n"
	    "pgpgin_more 99\n");
	put("/proc/diskstats",
	    "   8       0 sda 10 1 100 1000 20 2 200 2000 0 5 6 7 8 9 10\n"
	    "   8       1 sda1 9 1 90 900 19 2 190 1900 0 5 6\n"
	    " 259       0 nvme0n1 1 0 8 10 2 0 16 20 0 1 1\n"
	    " 104       0 cciss/c0d0 100 0 0 0 0 0 0 0 0 0 0\n"
	    " 253       0 dm-0 10 1 100 1000 20 2 200 2000 0 5 6\n"
	    "   7       0 loop0 1000 0 1000 0 0 0 0 0 0 0 0\n"
	    "   9       0 md0 1000 0 1000 0 0 0 0 0 0 0 0\n"
	    " 251       0 zram0 1000 0 1000 0 0 0 0 0 0 0 0\n");
	put("/sys/block/sda/size", "1\n");
	put("/sys/block/nvme0n1/size", "1\n");
	put("/sys/block/cciss!c0d0/size", "1\n");
	put("/sys/block/dm-0/slaves/sda", "");
	put("/sys/block/loop0/size", "1\n");
	put("/sys/block/md0/size", "1\n");
	put("/sys/block/zram0/size", "1\n");
	put("/mnt/a b/file", "");
	put("/srv/file", "");
	put("/proc/self/mountinfo",
	    "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro\n"
	    "23 22 8:1 /srv /srv ro - ext4 /dev/sda1 rw\n"
	    "24 22 8:2 / /mnt/a\\040b rw - xfs /dev/sda2 rw\n"
	    "25 22 7:1 / / ro - squashfs /dev/loop1 ro\n"
	    "26 22 8:3 / / rw - ext4 /dev/sda3 ro\n"
	    "27 22 0:30 / / rw - nfs4 server:/x rw\n"
	    "28 22 0:31 / / rw - tmpfs tmpfs rw\n"
	    "29 22 0:32 / / rw - fuseblk /dev/sdb1 rw\n"
	    "30 22 8:9 / /gone rw - ext4 /dev/sda9 rw\n");
	/* as of 6.12: names that the record does not have come in between */
	put("/proc/net/snmp",
	    "Ip: Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos InDiscards InDelivers OutRequests OutDiscards OutNoRoutes ReasmTimeout ReasmReqds ReasmOKs ReasmFails FragOKs FragFails FragCreates OutTransmits\n"
	    "Ip: 1 64 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20\n"
	    "Icmp: InMsgs InErrors InCsumErrors InDestUnreachs InTimeExcds InParmProbs InSrcQuenchs InRedirects InEchos InEchoReps InTimestamps InTimestampReps InAddrMasks InAddrMaskReps OutMsgs OutErrors OutRateLimitGlobal OutRateLimitHost OutDestUnreachs OutTimeExcds OutParmProbs OutSrcQuenchs OutRedirects OutEchos OutEchoReps OutTimestamps OutTimestampReps OutAddrMasks OutAddrMaskReps\n"
	    "Icmp: 1 2 900 3 4 5 6 7 8 9 10 901 11 12 13 14 902 903 15 16 17 18 19 20 21 22 23 24 25\n"
	    "IcmpMsg: InType3 OutType3\nIcmpMsg: 1 2\n"
	    "Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors\n"
	    "Tcp: 1 200 120000 -1 5 6 7 8 9 4294967306 11 12 13 14 15\n"
	    "Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti MemErrors\n"
	    "Udp: 1 2 3 4 5 6 7 900 901\n"
	    "UdpLite: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti MemErrors\n"
	    "UdpLite: 90 90 90 90 90 90 90 90 90\n");
}

static const struct host_counters *read_host(struct host *host)
{
	host_begin(host);
	return host_end(host);
}

static void test_descr(void)
{
	struct host *host = host_open(root);
	const struct host_counters *c = read_host(host);
	uint8_t uuid[16], made[16];

	is_str(c->descr.hostname, "router-1", "hostname");
	is_str(c->descr.os_release, "6.12.107-amd64", "release");
	is(c->descr.os_name, 2, "linux");
	ok(uuid_parse("00112233-4455-6677-8899-aabbccddeeff", uuid) &&
	   !memcmp(uuid, c->descr.uuid, 16), "uuid of the hardware");
	is(uuid[15], 0xff, "uuid: the last byte");
	put("/proc/sys/kernel/hostname", "router-2\n");
	is_str(read_host(host)->descr.hostname, "router-2",
	       "a new name is seen");
	host_set_uuid(host, (const uint8_t *)"0123456789abcdef");
	ok(!memcmp(read_host(host)->descr.uuid, "0123456789abcdef", 16),
	   "uuid of the configuration");
	host_set_uuid(host, NULL);
	ok(!memcmp(read_host(host)->descr.uuid, uuid, 16), "and back");
	host_close(host);

	put("/sys/class/dmi/id/product_uuid",
	    "03000200-0400-0500-0006-000700080009\n");
	host = host_open(root);
	memcpy(made, read_host(host)->descr.uuid, 16);
	ok(uuid_parse("0123456789abcdef0123456789abcdef", uuid) &&
	   memcmp(uuid, made, 16) && memcmp(made, "\0\0\0\0\0\0\0\0", 8),
	   "a board's unset uuid: one is made, and it is not machine-id");
	host_close(host);
	put("/sys/class/dmi/id/product_uuid", "Not Settable\n");
	host = host_open(root);
	ok(!memcmp(read_host(host)->descr.uuid, made, 16),
	   "none: the same one is made again");
	host_close(host);
	put("/etc/machine-id", "0123456789abcdef0123456789abcdee\n");
	host = host_open(root);
	ok(memcmp(read_host(host)->descr.uuid, made, 16),
	   "of another machine-id, another one");
	host_close(host);
	put("/etc/machine-id", "");
	host = host_open(root);
	memset(uuid, 0, sizeof(uuid));
	ok(!memcmp(read_host(host)->descr.uuid, uuid, 16),
	   "of nothing: unknown");
	host_close(host);
	ok(!uuid_parse("0011", uuid) &&
	   !uuid_parse("00112233-4455-6677-8899-aabbccddeefff", uuid) &&
	   !uuid_parse("g0112233-4455-6677-8899-aabbccddeeff", uuid),
	   "what is no uuid is refused");
	is(host_machine_type("x86_64"), 3, "machine: x86_64");
	is(host_machine_type("i686"), 2, "machine: x86");
	is(host_machine_type("aarch64"), 10, "machine: arm");
	is(host_machine_type("riscv64"), 1, "machine: other");
}

static void test_cpu(const struct host_counters *h)
{
	const struct sflow_host_cpu *c = &h->cpu;
	/* ticks are hundredths here, as everywhere */
	unsigned int ms = 1000 / sysconf(_SC_CLK_TCK);

	ok(c->load_one == 0.5f && c->load_five == 1.25f &&
	   c->load_fifteen == 2.0f, "loads");
	is(c->proc_run, 2, "running, without us");
	is(c->proc_total, 456, "processes");
	is(c->cpu_num, 2, "processors");
	is(c->cpu_mhz, 2399, "MHz");
	is(c->uptime_s, 123456, "uptime");
	is(c->user_ms, 100 * ms, "user");
	is(c->nice_ms, 20 * ms, "nice");
	is(c->system_ms, 30 * ms, "system");
	is(c->idle_ms, 4000 * ms, "idle");
	is(c->wio_ms, 50 * ms, "wait");
	is(c->intr_ms, 6 * ms, "interrupt");
	is(c->sintr_ms, 7 * ms, "soft interrupt");
	is(c->steal_ms, 80 * ms, "steal");
	is(c->guest_ms, 9 * ms, "guest");
	is(c->guest_nice_ms, 10 * ms, "nice guest");
	is(c->interrupts, 123456, "interrupts");
	is(c->contexts, 3, "contexts, wrapped");
}

static void test_memory(const struct host_counters *h)
{
	const struct sflow_host_memory *m = &h->memory;

	is(m->total, 1000 * 1024, "memory");
	is(m->free, 600 * 1024, "free, not available");
	is(m->shared, 30 * 1024, "shared");
	is(m->buffers, 10 * 1024, "buffers");
	is(m->cached, 205 * 1024, "cached, with what slab gives back");
	is(m->swap_total, 4294967296ULL * 1024, "swap, more than 32 bits");
	is(m->swap_free, 500 * 1024, "swap free");
	is(m->page_in, 11, "page in");
	is(m->page_out, 12, "page out");
	is(m->swap_in, 13, "swap in");
	is(m->swap_out, 14, "swap out");
}

static void test_disk(const struct host_counters *h)
{
	const struct sflow_host_disk *k = &h->disk;
	uint64_t total = 0, free = 0, used = 0;
	struct statvfs s;
	char path[128];

	is(k->reads, 10 + 1 + 100, "reads of whole disks, once");
	is(k->bytes_read, (100 + 8) * 512, "bytes read");
	is(k->read_ms, 1010, "time to read");
	is(k->writes, 22, "writes");
	is(k->bytes_written, (200 + 16) * 512, "bytes written");
	is(k->write_ms, 2020, "time to write");
	/* two of the mounts count, both in the file system of our root */
	snprintf(path, sizeof(path), "%s/mnt/a b", root);
	if (!statvfs(path, &s)) {
		total = 2ULL * s.f_blocks * s.f_frsize;
		free = 2ULL * s.f_bavail * s.f_frsize;
		used = (total - free) * 10000 / total;
	}
	is(k->total, total, "disk: each local file system once");
	ok(k->free > free - (1 << 28) && k->free < free + (1 << 28),
	   "disk: free");
	ok(k->part_max_used + 5 > used && k->part_max_used < used + 5,
	   "disk: fullest");
}

static void test_mib2(const struct host_counters *h)
{
	const struct sflow_mib2 *m = &h->mib2;
	unsigned int i, wrong = 0;

	is(m->ip[0], 1, "ip: Forwarding");
	is(m->ip[1], 64, "ip: DefaultTTL");
	for (i = 2; i < SFLOW_MIB2_IP; i++)
		wrong += m->ip[i] != i + 1;
	for (i = 0; i < SFLOW_MIB2_ICMP; i++)
		wrong += m->icmp[i] != i + 1;
	is(wrong, 0, "ip, icmp: each column by its name");
	is(m->tcp[3], UINT32_MAX, "tcp: MaxConn -1");
	is(m->tcp[9], 10, "tcp: InSegs, wrapped");
	is(m->tcp[14], 15, "tcp: InCsumErrors");
	for (i = 0, wrong = 0; i < SFLOW_MIB2_UDP; i++)
		wrong += m->udp[i] != i + 1;
	is(wrong, 0, "udp: not UdpLite");
}

/* Without files nothing is made up. */
static void test_unknown(void)
{
	struct host *host = host_open("/nonexistent");
	const struct host_counters *c = read_host(host);
	unsigned int i, wrong = 0;

	is_str(c->descr.hostname, "", "no files: no name");
	ok(c->cpu.load_one == -1.0f, "no files: load unknown");
	is(c->cpu.user_ms, UINT32_MAX, "no files: times unknown");
	is(c->memory.total, UINT64_MAX, "no files: memory unknown");
	is(c->disk.bytes_read, UINT64_MAX, "no files: disks unknown");
	is(c->disk.total, UINT64_MAX, "no files: file systems unknown");
	for (i = 0; i < SFLOW_MIB2_ICMP; i++)
		wrong += c->mib2.icmp[i] != UINT32_MAX;
	is(wrong, 0, "no files: icmp unknown");
	is(c->net.packets_in, 0, "no interfaces: no packets");
	host_close(host);

	put("/proc/net/snmp", "Ip: DefaultTTL NewName\nIp: 64 5\nIcmp: InMsgs\n");
	host = host_open(root);
	c = read_host(host);
	is(c->mib2.ip[1], 64, "a short table: what is there");
	is(c->mib2.ip[0], UINT32_MAX, "and what is not");
	is(c->mib2.icmp[0], UINT32_MAX, "half a pair of lines is none");
	host_close(host);
}

static struct link link_of(uint32_t ifindex, const char *kind, uint8_t mac,
			   uint64_t base)
{
	struct link link = {
		.ifindex = ifindex, .arphrd = ARPHRD_ETHER, .flags = IFF_UP,
		.has_mac = true, .mac = { 2, 0, 0, 0, 0, mac },
		.has_stats = true,
		.stats = {
			.rx_bytes = base + 1, .rx_packets = base + 2,
			.rx_errors = base + 3, .rx_dropped = base + 4,
			.tx_bytes = base + 5, .tx_packets = base + 6,
			.tx_errors = base + 7, .tx_dropped = base + 8,
		},
	};

	strcpy(link.kind, kind);
	return link;
}

static const struct host_counters *with_links(struct host *host,
					      const struct link *links,
					      unsigned int count)
{
	unsigned int i;

	host_begin(host);
	for (i = 0; i < count; i++)
		host_link(host, &links[i]);
	return host_end(host);
}

static void test_links(void)
{
	struct link links[] = {
		link_of(1, "", 0, 7000), link_of(2, "veth", 9, 5000),
		link_of(3, "bond", 4, 3000), link_of(4, "", 4, 1000),
		link_of(5, "", 4, 2000), link_of(6, "vlan", 4, 500),
		link_of(7, "tun", 8, 400), link_of(8, "dummy", 7, 300),
	};
	struct host *host = host_open(root);
	const struct host_counters *c;

	links[0].flags |= IFF_LOOPBACK;
	links[6].has_mac = false;
	c = with_links(host, links, 8);
	is(c->adapter_count, 4, "adapters: hardware, and addresses of their own");
	is(c->adapters[0].ifindex, 4, "adapters: hardware first");
	is(c->adapters[1].ifindex, 5, "adapters: members of a bond, too");
	is(c->adapters[2].ifindex, 2, "adapters: veth");
	is(c->adapters[2].macs[0][5], 9, "adapters: its address");
	is(c->adapters[3].ifindex, 8, "adapters: dummy");
	is(c->net.bytes_in, 3002, "net: hardware only: bytes in");
	is(c->net.packets_in, 3004, "net: packets in");
	is(c->net.errors_in, 3006, "net: errors in");
	is(c->net.drops_in, 3008, "net: drops in");
	is(c->net.bytes_out, 3010, "net: bytes out");
	is(c->net.packets_out, 3012, "net: packets out");
	is(c->net.errors_out, 3014, "net: errors out");
	is(c->net.drops_out, 3016, "net: drops out");

	links[3].stats.rx_bytes += 10;
	c = with_links(host, links, 4);
	is(c->net.bytes_in, 3012, "net: one goes, its bytes stay");
	links[4].stats.rx_bytes += 5;
	c = with_links(host, links, 5);
	is(c->net.bytes_in, 3012, "net: one comes, with a past that is not ours");
	links[4].stats.rx_bytes += 5;
	c = with_links(host, links, 5);
	is(c->net.bytes_in, 3017, "net: and counts from there");
	links[3].stats.rx_bytes = 3;
	c = with_links(host, links, 5);
	is(c->net.bytes_in, 3020, "net: one begins anew");
	c = with_links(host, links, 1);
	is(c->net.bytes_in, 3020, "net: all gone, nothing lost");
	host_close(host);

	host = host_open(root);
	c = with_links(host, links, 3);
	is(c->net.bytes_in, 5001, "net: no hardware: the veth is all there is");
	c = with_links(host, links, 4);
	is(c->net.bytes_in, 5001, "net: which it stays");
	host_close(host);
}

static void test_sums(void)
{
	uint64_t v[SUMS_VALUES] = { 0xfffffff0, 5 }, totals[SUMS_VALUES];
	struct sums sums = { 0 };

	sums_begin(&sums);
	sums_add(&sums, 1, v);
	sums_end(&sums, totals);
	is(totals[0], 0xfffffff0, "sums: as found");
	v[0] = 0x10;
	v[1] = 6;
	sums_begin(&sums);
	sums_add(&sums, 1, v);
	sums_end(&sums, totals);
	is(totals[0], 0x100000010, "sums: 32 bits that wrap");
	is(totals[1], 6, "sums: the others go on");
	sums_free(&sums);
}

/* Many, in any order, that come and go: against a table of all there can be. */
static void test_many_sums(void)
{
	static uint64_t values[1000], last[1000];
	static bool is_there[1000], was_there[1000];
	uint64_t totals[SUMS_VALUES], sum = 0, before = 0, v[SUMS_VALUES];
	unsigned int round, i, id, wrong = 0, less = 0;
	struct sums sums = { 0 };

	srand(1);
	for (round = 0; round < 20; round++) {
		sums_begin(&sums);
		for (i = 0; i < 1000; i++)
			is_there[i] = rand() % 4;
		for (i = 0; i < 1000; i++) {
			id = i * 7919 % 1000;
			if (!is_there[id])
				continue;
			values[id] += rand() % 100;
			memset(v, 0, sizeof(v));
			v[3] = values[id];
			sums_add(&sums, (uint64_t)id << 32, v);
			if (!round)
				sum += values[id];
			else if (was_there[id])
				sum += values[id] - last[id];
			last[id] = values[id];
		}
		sums_end(&sums, totals);
		wrong += totals[3] != sum;
		less += totals[3] < before;
		before = totals[3];
		memcpy(was_there, is_there, sizeof(was_there));
	}
	is(wrong, 0, "sums: of a thousand that come and go");
	is(less, 0, "sums: which only grow");
	sums_free(&sums);
}

static struct sflow_datagram d;

static uint32_t word(uint32_t at)
{
	uint32_t value;

	memcpy(&value, d.bytes + at, 4);
	return ntohl(value);
}

static void test_records(const struct host_counters *h)
{
	static const struct {
		void (*put)(struct sflow_datagram *d,
			    const struct sflow_mib2 *m);
		uint32_t format, bytes, last;
	} records[] = {
		{ sflow_put_mib2_ip, 2007, 76, 19 },
		{ sflow_put_mib2_icmp, 2008, 100, 25 },
		{ sflow_put_mib2_tcp, 2009, 60, 15 },
		{ sflow_put_mib2_udp, 2010, 28, 7 },
	};
	size_t i;

	for (i = 0; i < 4; i++) {
		memset(&d, 0, sizeof(d));
		d.max_bytes = SFLOW_DATAGRAM_DEFAULT;
		sflow_begin(&d);
		sflow_counters_begin(&d, 1, (struct sflow_source){
				     SFLOW_SOURCE_PHYSICAL, 1 });
		records[i].put(&d, &h->mib2);
		is(sflow_sample_end(&d), 0, "record %u fits",
		   records[i].format);
		is(word(28 + 12), 0x02000001, "  source 2:1");
		is(word(28 + 20), records[i].format, "  format");
		is(word(28 + 24), records[i].bytes, "  length");
		is(d.len, 28 + 28 + records[i].bytes, "  and all of it");
		is(word(d.len - 4), records[i].last, "  last column");
	}
}

int main(void)
{
	const struct host_counters *c;
	char command[96];
	struct host *host;

	if (!mkdtemp(root))
		return 1;
	put_all();
	host = host_open(root);
	c = read_host(host);
	test_cpu(c);
	test_memory(c);
	test_disk(c);
	test_mib2(c);
	test_records(c);
	host_close(host);
	test_descr();
	test_links();
	test_unknown();
	test_sums();
	test_many_sums();
	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command) || tap_done();
}
