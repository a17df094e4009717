#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Everything that a run can write, create, rename, connect to, signal, trace or call outside of itself,
# for each role: what is found is what reach/expected says.
# shellcheck disable=SC2016 # scripts
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"
cd "$T" || exit 1

python3 -c '' 2>/dev/null || skip_all 'no python3'
reach=$top/tests/e2e/reach user=user as_other=
if [ "$(id -u)" = 0 ]; then	# another user tries all of it meanwhile
	user=root
	as_other='setpriv --reuid 65534 --regid 65534 --clear-groups env -u TMPDIR -u BAIL'
	# shellcheck disable=SC2086 # words
	if $as_other test -x "$O/libexec/worker" -a -r "$reach/probe.py"; then
		$as_other BUILD="$O" HOME=/ sh "$top/tests/e2e/75-reach.t" >"$T/other" & other=$!
	else
		as_other=
	fi
fi
mkdir "$T/out" "$T/nobwrap" && export R
cp "$reach/probe.py" "$reach/outside.py" "$T/out"
for d in /usr/local/bin /usr/bin /bin; do ln -s "$d"/* "$T/nobwrap" 2>/dev/null; done
rm -f "$T/nobwrap/bwrap"
with_bwrap=$PATH without_bwrap=$O/bin:$O/libexec:$T/nobwrap
python3 "$T/out/outside.py" "$T/out" & outside=$!
wait_for 20 test -e "$T/out/outside.json"
SSH_AUTH_SOCK=$(jq -r .agent "$T/out/outside.json") && export SSH_AUTH_SOCK
ROOTS=$(ls /) && export ROOTS
confined="{ \"mode\": \"auto\", \"writable\": [\"$T/out\", \"$T/prelude\"], \"environment\": [\"T\", \"ROOTS\"] }"

# What nothing confines here may be confined by whatever the test runs in.
nothing=off
if grep -q '^Seccomp:[[:space:]]*2' /proc/self/status || [ "$(uname -m)" != x86_64 ] ||
    { [ "$user" = root ] && ! (: >>/proc/sys/kernel/core_pattern) 2>/dev/null; }; then
	nothing=narrow
fi

# A session in which each role runs the probe.
tries() {	# KIND [FILTER]
	kind=$1; probe="python3 \"\$T/out/probe.py\" \"\$T/out\" $kind >\"\$T/out/\$ITEM_ID"
	role implementer <<-E
		echo w >work; $probe.implementer"
	E
	role implementer resume <<-'E'
		[ "$STEP" != respond ] || worker verdict approved 'It is right.'
	E
	role reviewer <<-E
		$probe.reviewer"; worker verdict rejected 'It is not.'
	E
	role tech-lead <<-E
		$probe.tech-lead"; worker verdict approved
	E
	session "$kind" ".setup = [$(jq -n --arg c "$probe.\$([ \$STEP = setup ] || echo clean-)setup\"" '$c')] | .gates = [$(jq -n --arg c "$probe.gate\"" '$c')] | ${2:-.}"
	work
	[ "$kind" != off ] || kind=$nothing
	is "$user, $kind: the session is approved" "$(st '[.status, .reason] | join(" ")')" 'approved '
	for r in setup implementer clean-setup gate reviewer tech-lead; do
		is "$user, $kind, $r: what is reached is what is expected" \
		    "$(python3 "$reach/compare.py" "$reach/expected" "$kind" "$user" "$r" "$T/out/$1.$r" 2>&1)" ''
	done
}
tries off '.confine = "off"'
if bwrap --unshare-pid --ro-bind / / --dev /dev --proc /proc true 2>/dev/null; then
	tries bubblewrap
else
	skip bubblewrap 'does not work here'
fi
if [ "$(python3 -c 'import ctypes; print(ctypes.CDLL(None).syscall(444, None, 0, 1))')" -ge 6 ]; then
	PATH=$without_bwrap
	tries Landlock
	PATH=$with_bwrap
else
	skip Landlock 'is too old or not there'
fi
kill "$outside"
if [ "$as_other" ]; then
	wait "$other"
	while IFS= read -r line; do
		case $line in
		ok*) tap 0 "${line#* - }" ;;
		not*) tap 1 "${line#* - }" ;;
		esac
	done <"$T/other"
	is 'the other user has tried all of it' "$(sed -n 's/^1\.\.//p' "$T/other")" $((count / 2))
elif [ "$user" = root ]; then
	skip 'an ordinary user reaches only what is expected' 'the programs can not be reached by one'
fi
done_testing
