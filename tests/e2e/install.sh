# SPDX-License-Identifier: GPL-2.0
# vm: chroot
# make install, uninstall, dkms-install, dkms-remove: a second time changes
# nothing, changed source is built anew, Secure Boot's message names the command,
# and what was installed goes without a trace.

. ./lib.sh

cd /usr/local/src/ksflow || exit
kver=$(basename /lib/modules/*.*)
make() { command make -s KVER="$kver" "$@"; }
state() { dkms status -m ksflow; find /usr/src/ksflow* /lib/modules/*/updates -type f -exec sha256sum {} +; }

before=$(state)
try "dkms-install a second time" make dkms-install
is "changes nothing" "$(state)" "$before"
is "one module is there" "$(find /lib/modules -name 'ksflow.ko*' | wc -l)" 1

cp Kbuild Kbuild.old
echo "# changed" >>Kbuild
try "dkms-install with changed source" make dkms-install
try "takes the new source" cmp Kbuild /usr/src/ksflow-*/Kbuild
mv Kbuild.old Kbuild

printf '\006\000\000\000\001' >/tmp/on
printf '\006\000\000\000\000' >/tmp/off
: >/tmp/mok.pub
make dkms-install SB_STATE=/tmp/on MOK_KEY=/tmp/mok.pub >"$t/out"
says "Secure Boot: the command is printed" "$t/out" "mokutil --import /tmp/mok.pub"
try "Secure Boot: ends well" make dkms-install SB_STATE=/tmp/on MOK_KEY=/tmp/none
fails "no Secure Boot: no such words" grep -qi "secure" \
	<(make dkms-install SB_STATE=/tmp/off)
fails "headers missing: fails" make dkms-install KVER=9.9.9
try "and names the package" grep -q linux-headers-9.9.9 \
	<(make dkms-install KVER=9.9.9 2>&1)

try "an older version is there too" sh -ec '
	cp -r /usr/src/ksflow-* /usr/src/ksflow-0.0.0
	sed -i "s/^PACKAGE_VERSION=.*/PACKAGE_VERSION=\"0.0.0\"/" /usr/src/ksflow-0.0.0/dkms.conf
	dkms add -m ksflow -v 0.0.0'
try "dkms-remove" make dkms-remove
is "dkms knows nothing" "$(dkms status -m ksflow)" ""
is "no file is left" "$(ls -d /usr/src/ksflow* /var/lib/dkms/ksflow/* 2>/dev/null
	find /lib/modules -name 'ksflow.ko*')" ""
try "dkms-remove with nothing there" make dkms-remove

try "make install with PREFIX and DESTDIR" make install PREFIX=/opt/ks DESTDIR=/tmp/dest
is "nothing outside PREFIX" "$(find /tmp/dest -type f | grep -v ^/tmp/dest/opt/ks/)" ""
fails "the unit names no other prefix" grep -rI /usr/local /tmp/dest
try "make uninstall of it" make uninstall PREFIX=/opt/ks DESTDIR=/tmp/dest
is "no file of it is left" "$(find /tmp/dest -type f)" ""
try "make uninstall" make uninstall
is "no file is left in /usr/local" "$(find /usr/local -name '*ksflow*' -type f |
	grep -v ^/usr/local/src/)" ""
