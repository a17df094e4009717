#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tests/deb.sh DIR: lintian accepts the package in DIR; as root the package is also installed here, takes a session to its
# merge, and is removed without a trace.
set -eu
deb=$(ls "$1"/orchestrator_*.deb)
fail() { echo "not ok - $*"; exit 1; }
ok() { echo "ok - $*"; }

lintian --fail-on error,warning --suppress-tags bogus-mail-host,bogus-mail-host-in-debian-changelog "$1"/*.changes ||
    fail 'lintian has nothing to say'
ok 'lintian has nothing to say'
[ "$(id -u)" = 0 ] || { echo 'ok - the package is installed # SKIP not root'; exit 0; }
! dpkg -s orchestrator >/dev/null 2>&1 || fail 'the package is installed here already'

T=$(mktemp -d "${TMPDIR:-/tmp}/orchestrator-deb.XXXXXX")
trap 'cd /; dpkg -P orchestrator >/dev/null 2>&1 || :; rm -rf "$T"' EXIT
trap 'exit 130' INT TERM
dpkg -i "$deb" >"$T/log" 2>&1 || { cat "$T/log"; fail 'the package is installed'; }
ok 'the package is installed'
dpkg -L orchestrator | while read -r f; do [ -d "$f" ] || echo "$f"; done >"$T/files"

export HOME="$T" XDG_CONFIG_HOME="$T/config" ORCHESTRATOR_HOME="$T/state" PATH=/usr/sbin:/usr/bin:/sbin:/bin
unset ORCHESTRATOR_WORKER
git config --global user.name Test && git config --global user.email test@example.org
git init -q -b main "$T/r" && cd "$T/r" && git commit -q --allow-empty -m First
{ orchestrator dispatch --wait --review none one -- sh -c 'echo 1 >one' && orchestrator merge one; } >"$T/log" 2>&1 || :
[ -e one ] || { cat "$T/log"; fail 'the installed programs carry a session to its merge'; }
ok 'the installed programs carry a session to its merge'
ldd /usr/bin/orchestrator /usr/libexec/orchestrator/* | grep 'not found' && fail 'the package names the libraries that it needs'
ok 'the package names the libraries that it needs'
for f in share/bash-completion/completions/orchestrator share/zsh/vendor-completions/_orchestrator \
    share/fish/vendor_completions.d/orchestrator.fish lib/systemd/user/orchestrator@.service \
    libexec/orchestrator/orchestrator-watch share/man/man1/orchestrator-merge.1.gz; do
	[ -s "/usr/$f" ] || [ "${f#share/man}" != "$f" ] || fail "the package has $f"
done
ok 'the package has completions and units'
cd /
dpkg -P orchestrator >"$T/log" 2>&1 || { cat "$T/log"; fail 'the package is removed'; }
while read -r f; do [ ! -e "$f" ] || echo "$f"; done <"$T/files" | grep . && fail 'the removed package leaves no file'
ok 'the removed package leaves no file'
[ -d "$ORCHESTRATOR_HOME/workspaces" ] || fail 'the removed package leaves the sessions of users'
ok 'the removed package leaves the sessions of users'
