# SPDX-License-Identifier: GPL-2.0
#
# make                          ksflowd and ksflow, in build/
# make module [KDIR=...]        the module against a kernel's headers
# make install | uninstall      the programs and the systemd unit (PREFIX, DESTDIR)
# make dkms-install | dkms-remove    the module through dkms ([KVER=...])
# make demo [YES=1]             see it work, in a guest; this machine is left alone
# make check [KERNELS=...] [TESTS=...]     all tests;  make check-unit: no root, seconds
# make check-debug [KERNELS=...] [TESTS=...]   the same scripts on debug kernels
# make bench [BENCH=OPTIONS]      beside what one would use instead; tests/bench/run
# make coverage                 lines of the module that its last run executed
# make fuzz [FUZZ=COUNT[:SEED]]   netlink messages, and frames, on one of them: a million each
# make fuzz-user [FUZZ=SECONDS]  parsers of the programs, 600 s each; takes clang
#
# Kbuild is the module's own makefile.

PREFIX  ?= /usr/local
DESTDIR ?=
KVER    ?= $(shell uname -r)
KDIR    ?= /lib/modules/$(KVER)/build
VERSION := $(shell sed -n 's/^PACKAGE_VERSION=//p' dkms.conf | tr -d \"\')

# Each program's own files, its main first; every other file in user/ is shared.
KSFLOWD_SRC = user/ksflowd.c user/privileges.c
KSFLOW_SRC  = user/ksflow.c user/monitor.c user/filter.c

CFLAGS  ?= -O2 -g
WARN     = -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes
PKGS     = libmnl libnl-genl-3.0 libseccomp libpcap
# Quiet when pkg-config or a library is missing: "make dkms-install" needs neither.
PKG_CFLAGS = $(shell pkg-config --cflags $(PKGS))
PKG_LIBS   = $(shell pkg-config --libs $(filter-out libpcap libseccomp,$(PKGS))) -lresolv
PCAP_LIBS  = $(shell pkg-config --libs libpcap)
SECCOMP_LIBS = $(shell pkg-config --libs libseccomp)
ALL_CFLAGS = -std=gnu11 $(WARN) -D_GNU_SOURCE -DKSFLOW_VERSION=\"$(VERSION)\" \
	     -Iinclude/uapi -Iuser $(PKG_CFLAGS) $(CFLAGS)

SRC        := $(wildcard user/*.c)
SHARED_SRC  = $(filter-out $(KSFLOWD_SRC) $(KSFLOW_SRC),$(SRC))
LIB_SRC     = $(filter-out $(firstword $(KSFLOWD_SRC)) $(firstword $(KSFLOW_SRC)),$(SRC))
PROGRAMS   := $(foreach p,ksflowd ksflow,$(if $(wildcard user/$(p).c),build/$(p)))
UNIT       := $(patsubst tests/unit/%.c,build/unit/%,$(wildcard tests/unit/*.c))
object      = $(patsubst %.c,build/%.o,$(1))

.PHONY: all
all: $(PROGRAMS)

build/ksflowd: $(call object,$(wildcard $(KSFLOWD_SRC)) $(SHARED_SRC))
build/ksflow: $(call object,$(wildcard $(KSFLOW_SRC)) $(SHARED_SRC))
build/ksflow: PKG_LIBS += $(PCAP_LIBS)
build/ksflowd: PKG_LIBS += $(SECCOMP_LIBS)
build/ksflowd build/ksflow:
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

build/user/%.o: user/%.c Makefile | build/libraries
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

build/libraries:
	@pkg-config --exists --print-errors $(PKGS) || { echo >&2 \
	"missing: apt-get install gcc pkg-config libmnl-dev libnl-genl-3-dev libseccomp-dev libpcap-dev"; exit 1; }
	@mkdir -p build && touch $@

# Unit tests: everything but the mains, with sanitizers; code shared with the
# module is included from kmod/.
SANITIZE = -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined

build/sanitized/%.o: %.c Makefile | build/libraries
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(SANITIZE) -Ikmod -MMD -MP -c -o $@ $<

build/unit/lib.a: $(patsubst %.c,build/sanitized/%.o,$(LIB_SRC))
	@mkdir -p $(@D)
	rm -f $@ && $(AR) rcs $@ $^

build/unit/%: build/sanitized/tests/unit/%.o build/unit/lib.a
	$(CC) $(ALL_CFLAGS) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) $(PCAP_LIBS) $(SECCOMP_LIBS)

.PRECIOUS: build/sanitized/%.o
-include $(wildcard build/*/*.d build/*/*/*.d build/*/*/*/*.d)

.PHONY: check-unit check check-debug coverage fuzz fuzz-user demo bench
check-unit: $(UNIT)
	@tests/vm/check --unit $(UNIT)

check:
	@KERNELS="$(KERNELS)" TESTS="$(TESTS)" tests/vm/check

check-debug:
	@KERNELS="$(or $(KERNELS),debug debug-rt rt)" TESTS="$(TESTS)" tests/vm/check

coverage:
	@tests/vm/coverage

# Everything but the mains under libFuzzer; findings are written to out/.
CLANG   ?= clang
FUZZERS := $(patsubst tests/fuzz/%.c,build/fuzz/%,\
	     $(filter-out tests/fuzz/frames.c tests/fuzz/netlink.c,$(wildcard tests/fuzz/*.c)))

build/fuzz/%: tests/fuzz/%.c $(LIB_SRC) | build/libraries
	@mkdir -p $(@D)
	$(CLANG) $(ALL_CFLAGS) -O1 -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=undefined -o $@ $^ $(PKG_LIBS) $(PCAP_LIBS) \
		$(SECCOMP_LIBS)

fuzz-user: $(FUZZERS)
	@mkdir -p out
	@for f in $(notdir $(FUZZERS)); do mkdir -p build/corpus/$$f; \
		build/fuzz/$$f -max_total_time=$(or $(FUZZ),600) -timeout=10 \
			-verbosity=0 -print_final_stats=1 -artifact_prefix=out/$$f- \
			build/corpus/$$f tests/fuzz/corpus/$$f || exit; done

fuzz:
	@KERNELS=debug TESTS="fuzz fuzz-frames" FUZZ="$(or $(FUZZ),1000000)" tests/vm/check

demo:
	@YES="$(YES)" tests/vm/demo

bench:
	@tests/bench/run $(BENCH)

build/bench/peer: tests/bench/peer.c include/uapi/linux/ksflow.h
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $< -lbpf $(PKG_LIBS)

build/bench/peers.o: tests/bench/peers.bpf.c
	@mkdir -p $(@D)
	$(CLANG) -O2 -g -Wall -target bpf -I/usr/include/$(shell uname -m)-linux-gnu -c -o $@ $<

# --- the programs ---

.PHONY: install uninstall
UNIT_DIR  = $(DESTDIR)$(PREFIX)/lib/systemd/system
SFLOW     = $(DESTDIR)$(PREFIX)/bin/sflow
WORDS_DIR = $(DESTDIR)$(PREFIX)/share/bash-completion/completions

install: all
	install -d $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/bin
	$(if $(filter build/ksflowd,$(PROGRAMS)),install -m 755 build/ksflowd $(DESTDIR)$(PREFIX)/sbin/)
	$(if $(filter build/ksflow,$(PROGRAMS)),install -m 755 build/ksflow $(DESTDIR)$(PREFIX)/bin/)
	@if [ ! -e $(SFLOW) ] || [ "$$(readlink $(SFLOW))" = ksflow ]; then ln -sf ksflow $(SFLOW); \
	else echo >&2 "$(SFLOW) is somebody else's: not replaced"; fi
	install -D -m 644 user/completion $(WORDS_DIR)/ksflow
	install -d $(UNIT_DIR)
	sed 's|/usr/local|$(PREFIX)|g' user/ksflowd.service >$(UNIT_DIR)/ksflowd.service

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/sbin/ksflowd $(DESTDIR)$(PREFIX)/bin/ksflow
	[ "$$(readlink $(SFLOW))" != ksflow ] || rm -f $(SFLOW)
	rm -f $(UNIT_DIR)/ksflowd.service $(WORDS_DIR)/ksflow

# --- the module ---

.PHONY: module dkms-install dkms-remove
module:
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

DKMS_SRC  = /usr/src/ksflow-$(VERSION)
DKMS_LIST = Kbuild dkms.conf kmod include
# Overridable, to test the message on a machine without the feature.
SB_STATE  = /sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
MOK_KEY   = /var/lib/dkms/mok.pub

# A second time it does nothing, unless the source has changed.
dkms-install:
	@command -v dkms >/dev/null || { \
		echo >&2 "dkms is missing: apt-get install dkms"; exit 1; }
	@test -e /lib/modules/$(KVER)/build || { echo >&2 \
		"no headers for $(KVER): apt-get install linux-headers-$(KVER)"; exit 1; }
	@set -e; new=$$(mktemp -d); trap 'rm -rf "$$new"' EXIT; \
	for f in $$(find $(DKMS_LIST) -name '*.[ch]' -o -name Kbuild -o -name dkms.conf); do \
		install -D -m 644 $$f $$new/$$f; done; \
	if ! diff -qr $$new $(DKMS_SRC) >/dev/null 2>&1; then \
		$(MAKE) -s dkms-remove; \
		install -d $(DKMS_SRC); cp -r $$new/. $(DKMS_SRC)/; chmod 755 $(DKMS_SRC); \
	fi
	@if dkms status -m ksflow -v $(VERSION) -k $(KVER) | grep -q ': installed'; then \
		echo "ksflow $(VERSION) is installed for $(KVER)"; \
	else set -ex; \
		dkms status -m ksflow -v $(VERSION) | grep -q . || \
			dkms add -m ksflow -v $(VERSION); \
		dkms build -m ksflow -v $(VERSION) -k $(KVER); \
		dkms install -m ksflow -v $(VERSION) -k $(KVER) --force; \
	fi
	@if [ "$$(od -An -t u1 -j 4 -N 1 $(SB_STATE) 2>/dev/null | tr -d ' ')" = 1 ]; then \
		echo; echo "Secure Boot is on: the kernel loads the module once its key is enrolled."; \
		if [ -e $(MOK_KEY) ]; then \
			echo "Run this, choose a password, reboot, and confirm at the blue screen:"; \
			echo; echo "    mokutil --import $(MOK_KEY)"; echo; \
		else echo "This dkms does not sign modules (3.0 and later do); see README."; fi; \
	fi

# All versions of it, for all kernels.
dkms-remove:
	@command -v dkms >/dev/null || exit 0; set -e; \
	for v in $$(dkms status -m ksflow | sed -n 's|^ksflow[/,] *\([^,:]*\).*|\1|p' | sort -u); do \
		dkms remove -m ksflow -v $$v --all; rm -rf /usr/src/ksflow-$$v; \
	done; rm -rf $(DKMS_SRC)

.PHONY: clean
clean:
	rm -rf build out
	find Kbuild kmod -name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' \
		-o -name '.*.cmd' | xargs -r rm -f
	rm -f ksflow.ko ksflow.o ksflow.mod* .ksflow.* .module-common.o Module.symvers modules.order \
		.modules.order.cmd .Module.symvers.cmd
