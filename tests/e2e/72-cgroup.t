#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A control group of its own for each run: what has left parent, session, process group,
# environment and directory ends with the run all the same, also after its worker's crash.
# shellcheck disable=SC2154 # $T, $LIMIT, $S, $pid and others: lib.sh, session.sh

# Where this process's group is, if it can have others below it.
can_divide() {
	H=$(sed -n 's/^[0-9]* [0-9]* [0-9:]* \/ \([^ ]*\) .* - cgroup2 .*/\1/p' /proc/self/mountinfo | head -n 1)
	G=$H$(sed -n 's/^0:://p' /proc/self/cgroup)
	G=${G%/}
	[ "$H" ] && mkdir "$G/test-cgroup.$$" 2>/dev/null || return 1
	[ -e "$G/test-cgroup.$$/cgroup.kill" ]; set -- $?
	rmdir "$G/test-cgroup.$$"
	return "$1"
}
# Elsewhere it may be mounted where nobody else sees it.
if ! can_divide && [ "${1:-}" != mounted ]; then
	D=$(mktemp -d) || exit 1
	# shellcheck disable=SC2016 # for that shell
	if unshare -m sh -c 'mount -t cgroup2 none "$1"' sh "$D" 2>/dev/null; then
		unshare -m sh -c 'mount -t cgroup2 none "$1" && exec "$2" mounted' sh "$D" "$0"
		set -- $?
	else
		echo '1..0 # SKIP no control group can be made here'
		set -- 0
	fi
	rmdir "$D"
	exit "$1"
fi
CONFINE=off
. "$(dirname "$0")/lib.sh"
. "$top/tests/e2e/session.sh"
[ "$H" ] || skip_all 'no control group can be made here'

mkdir "$T/left"
cat >"$T/daemon" <<'E'
setsid env -i sh -c 'cd / && (trap "" TERM HUP; exec sh -c "echo \$\$ >\$0; exec sleep 300" "$1") &' sh \
    "$1" </dev/null >/dev/null 2>&1 &
until [ -s "$1" ]; do :; done
E
ended() { gone "$(cat "$T/left/$1")"; }
lives() { ! ended "$1"; }
# Another run of this test may have sessions of these ids.
name() { echo "$ID.$(stat -c %D "$S")-$(printf %x "$(stat -c %i "$S")")"; }
groups() { find "$H" -type d -name "orchestrator-$1.*" 2>/dev/null | wc -l; }
none() { [ "$(groups "$1")" = 0 ]; }
dead() { orchestrator --json status "$1" | jq -e '.alive == false'; }
crash() { kill -9 "$(cut -d' ' -f2 "$(session_of "$1")/worker.lock")"; wait_for "$LIMIT" dead "$1"; }

# After a failure.
mop() { for f in "$T"/left/*; do kill -9 "$(cat "$f")" 2>/dev/null; done; }
tidy() { for d; do find "$d" -depth -type d -exec rmdir {} \;; [ ! -e "$d" ] || return 1; done; }

role implementer <<'E'
sh "$T/daemon" "$T/left/$ITEM_ID"
cp /proc/self/cgroup "$T/$ITEM_ID.group"
point implement; echo work >work
E

session cg-run '.setup = ["sh $T/daemon $T/left/setup"] | .gates = [{ name: "g", command: "sh $T/daemon $T/left/gate" }]'
work
is 'a run in a group ends as any other' "$status $(st .status)" '0 approved'
like 'a run is born in its group' "$(cat "$T/cg-run.group")" "^0::/.*orchestrator-$(name)\.[0-9]+$"
for run in setup cg-run gate; do
	ok "what has left everything is gone after it ($run)" wait_for "$LIMIT" ended $run
done
ok 'the groups of a session are gone after its end' none "$(name)"

# The former worker may have been in another group than the one that comes after it.
mkdir "$G/test-other.$$" "$G/test-mine.$$" || exit 1
# shellcheck disable=SC2016 # for that shell
run_in='echo 0 >"$1/cgroup.procs" && exec worker run "$2"'
for where in here elsewhere; do
	[ $where = here ] && other=$G mine=$G || other=$G/test-other.$$ mine=$G/test-mine.$$
	touch "$T/hang.implement"
	session cg-$where
	sh -c "$run_in" sh "$other" "$S" >/dev/null 2>&1 & pid=$!
	at implement
	kill -9 "$pid"; wait "$pid" 2>/dev/null
	ok "a process of a run outlives a crash of the worker ($where)" lives cg-$where
	is "a process that outlives the worker is in its group ($where)" \
	    "$(groups "$(name)"),$(ls -d "$other/orchestrator-$(name)".* | wc -l)" 1,1
	former=$(cat "$T/left/cg-$where")
	rm "$T/hang.implement"; mv "$T/left/cg-$where" "$T/left/former-$where"
	run timeout -k 5 60 sh -c "$run_in" sh "$mine" "$S"
	is "the next worker ends as any other ($where)" "$status $(st .status)" '0 approved'
	ok "the next worker ends what a crash left ($where)" gone "$former"
	ok "the next worker ends what its own run left ($where)" ended cg-$where
	ok "the next worker removes the groups ($where)" none "$(name)"
	like "the log tells that the next worker ended what was left ($where)" "$(cat "$S/output.log")" 'ended the leftover processes of its run'
done
mop
wait_for "$LIMIT" tidy "$G/test-other.$$" "$G/test-mine.$$"

# What the freezer of version 1 holds does not even die of SIGKILL.
F=/sys/fs/cgroup/freezer/test-cgroup.$$
if mkdir "$F" 2>/dev/null; then
	touch "$T/hang.implement"
	session cg-frozen
	start
	at implement
	former=$(cat "$T/left/cg-frozen")
	echo "$former" >"$F/cgroup.procs" && echo FROZEN >"$F/freezer.state"
	kill -9 "$pid"; wait "$pid" 2>/dev/null
	rm "$T/hang.implement"; mv "$T/left/cg-frozen" "$T/left/former-frozen"
	work
	is 'beside processes that can not be ended no worker begins' "$status $(st .status)" '71 running'
	like "the worker says which processes can't be ended" "$err" "processes of the former run can't be ended"
	ok 'no agent is started beside processes that can not be ended' not test -e "$T/left/cg-frozen"
	echo THAWED >"$F/freezer.state"
	ok 'the processes that could not be ended are gone' wait_for "$LIMIT" gone "$former"
	work
	is 'the session goes on when the processes are gone' "$status $(st .status)" '0 approved'
	ok 'no group is left after processes that could not be ended' none "$(name)"
	wait_for "$LIMIT" rmdir "$F"
else
	skip 'beside processes that can not be ended no worker begins' 'no freezer of version 1'
fi

new_repo "$T/r" && cd "$T/r" || exit 1
mkdir .orchestrator && echo '{ "review": "none", "stop_grace": 1 }' >.orchestrator/config.json
git add . && git commit -qm Settings
like 'doctor says that there are groups, and where' "$(orchestrator doctor)" "^ok +cgroup .* below $H"
for how in cancel cleanup retry; do
	orchestrator dispatch cg-$how -- sh -c "sh $T/daemon $T/left/cg-$how; cat $T/.never" >/dev/null
	wait_for "$LIMIT" test -s "$T/left/cg-$how"
	crash cg-$how
	id=$(basename "$(session_of cg-$how)")
	former=$(cat "$T/left/cg-$how")
	ok "$how finds a process alive that a crash left" lives cg-$how
	if [ $how = cleanup ]; then orchestrator cleanup; else orchestrator $how cg-$how; fi >/dev/null 2>&1
	ok "$how ends a process that a crash left" wait_for "$LIMIT" gone "$former"
	ok "$how removes the group of a process that a crash left" none "$id"
	[ $how = retry ] && orchestrator cancel cg-$how >/dev/null 2>&1
done
orchestrator dispatch --wait cg-merge -- sh -c "sh $T/daemon $T/left/cg-merge; echo work >work" >/dev/null
id=$(basename "$(session_of cg-merge)")
ok 'a session in a group is merged' orchestrator merge cg-merge
ok 'a session that is merged leaves no group' none "$id"

# What nobody will ask for again: its session directory is gone.
sh -c 'echo $$' >"$T/was"
left=$G/orchestrator-session-cg-lost-abc123.1-2
mkdir "$left.$(cat "$T/was")" "$left.$$"
orchestrator recover >/dev/null 2>&1
ok 'an empty group whose maker is gone is removed' not test -e "$left.$(cat "$T/was")"
ok 'one whose maker lives is not' test -e "$left.$$"
rmdir "$left.$$"

# Without: the same, as far as descendants can be found.
if unshare -m umount -l "$H" 2>/dev/null; then
	like 'doctor says that there are none, and why' \
	    "$(unshare -m sh -c "umount -l $H; orchestrator doctor")" '^note +cgroup .*no cgroups of version 2'
	session cg-without
	work() { run timeout -k 5 60 unshare -m sh -c "umount -l $H; exec worker run $S"; }
	work
	is 'without groups a session ends as well' "$status $(st .status)" '0 approved'
	is 'the runs of a session without groups are where the worker is' "$(cat "$T/cg-without.group")" "$(cat /proc/self/cgroup)"
	ok 'what the runs of a session without groups left is found as descendants' ended cg-without
else
	skip 'without groups a session ends as well' 'they can not be taken away here'
fi
mop
done_testing
