#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# orchestrator wait --for: its exit status says whether the goal was reached, was missed, needs a person, or took too long.
# shellcheck disable=SC2016 # the scripts are the agents'
. "$(dirname "$0")/lib.sh"

cat >"$T/agent" <<'E2'
prompt=$(cat)
[ ! -e "$T/ask-$ITEM_ID" ] || case $prompt in *'<answer>'*) ;; *) worker ask --defer -o red -o blue "Which colour for $ITEM_ID?"; exit 0 ;; esac
while [ -e "$T/hold-$ITEM_ID" ]; do timeout 0.05 cat "$T/.never"; done
[ ! -e "$T/fail-$ITEM_ID" ] || { rm "$T/fail-$ITEM_ID"; exit 3; }
echo "$ITEM_ID" >"$ITEM_ID"
E2
world() {	# NAME SETTINGS
	export ORCHESTRATOR_HOME="$T/state-$1"
	new_repo "$T/$1" && cd "$T/$1" && mkdir .orchestrator || exit 1
	echo "{ \"agents\": { \"sh\": { \"command\": \"sh $T/agent\" } }, \"roles\": { \"implementer\": \"sh\" }, \"review\": \"none\",
	    \"ambiguous\": \"parallel\" $2 }" >.orchestrator/config.json
	git add . && git commit -qm Settings
}
begin() { : >"$T/hold-$1"; logged orchestrator dispatch --title "$1" "$1"; }
# The wait runs in the background until it has ended: its status and output are in $T/waited.
waits() {
	{ timeout 120 orchestrator wait "$@" >"$T/wait.out" 2>&1; echo "$?" >"$T/waited.part"; mv "$T/waited.part" "$T/waited"; } &
	waiter=$!
}
# Until it has read the sessions, and sleeps.
at_rest() { wait_for 10 pgrep -P "$(pgrep -P "$waiter" timeout)" orchestrator >/dev/null; wait_for 10 sleeps; }
sleeps() { grep -qs '^inotify' "/proc/$(pgrep -P "$(pgrep -P "$waiter" timeout)" orchestrator)"/fdinfo/*; }
outcome() { wait_for 30 test -e "$T/waited"; echo "$(cat "$T/waited") $(sed 's/^session-\([a-z]*\)-[a-z0-9]*:/\1:/' "$T/wait.out" | paste -sd'|')"; rm -f "$T/waited"; }

#: Sessions.
world one
begin a; begin b
waits --for approved a b
rm "$T/hold-a"
ok 'a session becomes approved' wait_for 30 sh -c 'orchestrator --json status a | grep -q "\"status\": *\"approved\""'
ok 'wait --for approved goes on while one of the sessions is at work' not test -e "$T/waited"
rm "$T/hold-b"
is 'wait --for approved ends with 0 when all sessions are approved' "$(outcome)" '0 a: approved|b: approved'
is 'wait --for ended ends with approved sessions while no execute is running' "$(orchestrator wait --for ended a b >/dev/null; echo $?)" 0
run orchestrator wait --for question a b
is 'wait --for question of approved sessions ends with 1' "$status" 1
run orchestrator wait --for merged --timeout 1 a
is 'wait --for --timeout ends with 75' "$status $err" \
    '75 orchestrator: still waiting for 1 of 1; orchestrator status lists the sessions'
is 'wait --json has the outcome' "$(orchestrator --json wait --for merged --timeout 1 a 2>/dev/null | jq -c '[.outcome, .sessions, .tasks]')" '["timeout",[],[]]'
waits --for merged a b
logged orchestrator merge
is 'wait --for merged ends when all sessions are merged' "$(outcome)" '0 a: merged|b: merged'
run orchestrator wait --for ended a
is 'wait --for ended ends at once with a merged session' "$status" 0

#: A session that ends without a merge.
world otherwise ', "attempts": 1'
: >"$T/fail-c"; begin c; begin d
waits --for merged c d
rm "$T/hold-c"
is 'wait --for merged ends with 1 when a session fails' "$(outcome)" '1 c: failed'
is 'wait --for ended ends with 0 with a failed session' "$(orchestrator wait --for ended c >/dev/null; echo $?)" 0
waits --for approved d
logged orchestrator cancel d
is 'wait --for approved ends with 1 when a session is cancelled' "$(outcome)" '1 d: cancelled'
begin e; waits --for merged e
logged orchestrator cancel e; logged orchestrator discard e
like 'wait ends with 1 when a session is removed' "$(outcome)" '^1 e: (cancelled|removed)'
rm -f "$T"/hold-*

#: A person has to act.
world person
: >"$T/ask-q"; begin q; rm "$T/hold-q"
waits --for merged q
is 'wait --for merged ends with 2 when a session asks' "$(outcome)" '2 q: waiting, with an open question'
is 'wait --for question ends with 0 when a session asks' "$(orchestrator wait --for question q >/dev/null; echo $?)" 0
is 'wait --json has the session that needs a person' "$(orchestrator --json wait --for ended q | jq -r '"\(.outcome) \(.sessions[0].item) \(.sessions[0].questions_open)"')" 'person q 1'
logged orchestrator answer q red
is 'wait --for approved ends with 0 after the answer' "$(orchestrator wait --for approved q >/dev/null; echo $?)" 0
rm "$T/ask-q"

#: The tasks of a list.
world list ', "attempts": 2'
logged orchestrator tasks create sprint --task x:X --task y:Y --task z:Z
logged orchestrator tasks depend z x y
: >"$T/fail-y"; : >"$T/hold-z"
waits --list sprint --for merged
logged orchestrator execute sprint & execute=$!
done_of() { [ "$(orchestrator --json tasks show sprint | jq '[.tasks[] | select(.status == "COMPLETE")] | length')" = "$1" ]; }
ok 'a task that failed is merged by its second attempt' wait_for 30 done_of 2
ok 'wait --list goes on after a failed attempt that another one follows' not test -e "$T/waited"
rm "$T/hold-z"
is 'wait --list --for merged ends with 0 when all tasks are merged' "$(outcome)" '0 x: merged|y: merged|z: merged'
wait $execute
is 'wait --list without --for ends when all tasks have ended' "$(orchestrator wait --list sprint >/dev/null; echo $?)" 0
logged orchestrator tasks create next --task v:V --task w:W
logged orchestrator tasks depend w v
: >"$T/hold-v"
waits --list next --for approved
at_rest
logged orchestrator dispatch v
ok 'wait --list goes on while a worker is being started' not test -e "$T/waited"
logged orchestrator cancel v
is 'wait --list ends with 1 when its task is cancelled' "$(outcome | sed 's/[|:].*//')" '1 v'
rm "$T/hold-v"
run orchestrator wait --list next --for merged
is 'wait --list ends with 1 when a task was cancelled, and prints those that depend on it' "$status $(echo "$out" | sed 's/:.*//' | paste -sd' ')" '1 v w'
is 'wait --list --for ended ends when what is left depends on a failed task' \
    "$(orchestrator wait --list next --for ended | sed 's/:.*//' | paste -sd' ')" 'v w'

#: Errors.
world wrong
run orchestrator wait --for nothing
is 'an unknown goal is refused' "$status" 64
like 'the error for an unknown goal lists the goals' "$err" 'approved.*merged.*question.*ended'
run orchestrator wait --list none
is 'a list that does not exist is refused' "$status" 66
run orchestrator wait --list none a
is 'wait with a list and sessions is refused' "$status" 64
run orchestrator wait --for merged
is 'wait without a session at work ends with 0' "$status,$out" 0,
run orchestrator wait --for question
is 'wait --for question without a session at work ends with 1' "$status,$out" 1,
done_testing
