// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* The state file: what is in it, and who is found by it. */
#include "conf.h"
#include "state.h"
#include "tap.h"

#include <glob.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[] = "/tmp/ksflow-state-XXXXXX";
static struct conf conf;
static struct conf_report report;

static void read_conf(const char *text)
{
	is(conf_parse(&conf, text, strlen(text), "/etc/x.conf", &report), 0,
	   "a configuration: %s", report.error);
}

static void test_text(void)
{
	struct sflow_addr agent = { SFLOW_ADDR_IP4, { 10, 0, 0, 1 } };
	struct state_view view;
	char *text = NULL, *at;
	size_t len = 0;
	FILE *out;

	read_conf("sflow { sampling=400 sampling.10G=77 polling=20 agent=eth0\n"
		  "samplingDirection=in dropmon { limit=50 }\n"
		  "collector { ip=10.0.0.2 name=a } collector { ip=c.example udpport=9 }\n"
		  "collector { ip=fd00::1 dev=mgmt } }");
	out = open_memstream(&text, &len);
	state_print(&conf, "/etc/y.conf", &agent, NULL, 7, 42, out);
	fclose(out);
	ok((at = strstr(text, "rev_start=7\n")) &&
	   strstr(at, "\nrev_end=7\n"), "revision, first and last");
	ok(strstr(text, "\npid=42\n") && strstr(text, "\nconfig=/etc/y.conf\n") &&
	   strstr(text, "\nread=/etc/x.conf\n"), "process and file");
	ok(strstr(text, "\nsampling=400\nsampling.10000M=77\n"), "rates");
	ok(strstr(text, "\npolling=20\nagentIP=10.0.0.1\nagent=eth0\n"),
	   "polling and agent");
	ok(strstr(text, "\ncollector=10.0.0.2\ncollector=c.example 9\n"
		  "collector=fd00::1/6343/mgmt/\n"), "collectors");

	out = fmemopen(text, len, "r");
	ok(state_parse(out, &view), "it reads back");
	fclose(out);
	ok(view.is_enabled && view.pid == 42 && view.polling_s == 20,
	   "enabled, process, polling");
	is_str(view.dir, "ingress", "direction");
	is_str(view.agent_ip, "10.0.0.1", "agent");
	is_str(view.agent_dev, "eth0", "its device");
	is_str(view.drop_limit, "50", "drops");
	is(view.collector_count, 3, "collectors");
	is_str(view.collectors[0].name, "a", "one with a name");
	is_str(view.collectors[1].address, "c.example", "one with another");
	is_str(view.collectors[1].name, "", "and none");
	is_str(view.collectors[2].dev, "mgmt", "one with a VRF");
	out = fmemopen(text, len - 12, "r");
	ok(!state_parse(out, &view), "a part of it is none");
	fclose(out);
	free(text);
}

/* What a daemon that reads psample adds. */
static void test_psample(void)
{
	static char text[] = "pid=42\n"
		"psample.1=ingress read 1 2 3 4 5 6\n"
		"psample.2=egress refused 0 0 0 0 0 0\n"
		"psample.3=ingress read 1 2\n"
		"psampleOverruns=9\ndent=62 2\nrev_end=7\n";
	FILE *out = fmemopen(text, strlen(text), "r");
	struct state_view view;

	ok(state_parse(out, &view), "psample: it reads back");
	fclose(out);
	is(view.group_count, 2, "psample: groups, none of which is cut");
	ok(view.groups[0].group == 1 && view.groups[0].exported == 1 &&
	   view.groups[0].thinned == 2 && view.groups[0].lost == 3 &&
	   view.groups[0].duplicates == 4 && view.groups[0].reordered == 5 &&
	   view.groups[0].nowhere == 6, "psample: figures");
	is_str(view.groups[1].dir, "egress", "psample: direction");
	is_str(view.groups[1].status, "refused", "psample: status");
	is(view.psample_overruns, 9, "psample: overruns");
	ok(view.ports_filtered == 62 && view.ports_refused == 2, "dent: ports");
}

static void test_file(void)
{
	char path[256], other[256], config[256];
	struct state *state = state_open(dir);
	struct stat before, after;
	pid_t pids[4], child;
	glob_t found = { 0 };
	int ends[2];
	char c;
	FILE *f;

	snprintf(config, sizeof(config), "%s/conf", dir);
	snprintf(other, sizeof(other), "%s/link", dir);
	f = fopen(config, "w");
	fclose(f);
	if (symlink(config, other))
		return;
	is(state_write(state, &conf, config, NULL, NULL), 0, "written");
	snprintf(path, sizeof(path), "%s/ksflowd*.auto", dir);
	if (!glob(path, 0, NULL, &found))
		snprintf(path, sizeof(path), "%s", found.gl_pathv[0]);
	globfree(&found);
	is(stat(path, &before), 0, "under its name");
	is(state_readers(dir, config, pids, 4), 0, "we are no ksflowd");
	is(state_write(state, &conf, config, NULL, NULL), 0, "written again");
	ok(!stat(path, &after) && after.st_ino != before.st_ino,
	   "as a new file, so that none is read half");

	/* one that calls itself so */
	if (pipe(ends))
		return;
	child = fork();
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, "ksflowd");
		state_write(state, &conf, config, NULL, NULL);
		if (write(ends[1], "", 1) == 1)
			pause();
		_exit(0);
	}
	if (read(ends[0], &c, 1) != 1)
		return;
	is(state_readers(dir, config, pids, 4), 1, "one reads this file");
	is(pids[0], child, "that one");
	is(state_readers(dir, other, pids, 4), 1, "by another name, too");
	is(state_readers(dir, "/etc/z", pids, 4), 0, "none reads another");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	is(state_readers(dir, config, pids, 4), 0,
	   "one that was killed is none, though its file is there");
	state_close(state);
	ok(stat(path, &after), "gone at the end");
	is(state_readers("/nonexistent", config, pids, 4), 0, "no directory");

	state = state_open("/nonexistent/there");
	ok(state_write(state, &conf, config, NULL, NULL) < 0, "nowhere to write");
	state_close(state);
	unlink(other);
	unlink(config);
	rmdir(dir);
}

int main(void)
{
	if (!mkdtemp(dir))
		return 1;
	test_text();
	test_psample();
	test_file();
	return tap_done();
}
