#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Limits in a task list: what execute says of them, and when it stops.
. "$(dirname "$0")/lib.sh"
cd "$T" || exit 1

cat >"$T/agent" <<'E'
echo "$ITEM_ID" >>"$T/runs"
case $ITEM_ID in
slow*) echo part >part; cat "$T/.never" ;;
silent*) [ "$(grep -c "$ITEM_ID" "$T/runs")" -gt 1 ] || cat "$T/.never" ;;
stubborn*) trap '' TERM; while :; do read -r _ <"$T/.never" || :; done ;;
broken*) exit 3 ;;
esac
echo "$ITEM_ID" >"$ITEM_ID"
E
world() {	# NAME SETTINGS TASK...
	rm -f "$T/runs"; export ORCHESTRATOR_HOME="$T/state-$1"
	new_repo "$T/$1" && cd "$T/$1" && mkdir .orchestrator || exit 1
	echo "{ \"review\": \"none\", \"ambiguous\": \"parallel\", \"agents\": { \"sh\": { \"command\": \"sh $T/agent\" } },
	    \"roles\": { \"implementer\": \"sh\" }, $2 }" >.orchestrator/config.json
	git add . && git commit -qm Settings
	orchestrator tasks create "$1" >/dev/null; _l=$1; shift 2
	for t; do orchestrator tasks add "$_l" "$t" >/dev/null; done
}
status_of() { orchestrator --json tasks show | jq -r --arg t "$1" '.tasks[] | select(.id == $t) | .status'; }
merges() { git log --format=%s main | sed -n 's/^Merge \([^:]*\):.*/\1/p' | sort | tr '\n' ' '; }
tried() { grep -c "^$1" "$T/runs"; }

#: One over its time, one silent, one well.
world mixed '"attempts": 1, "limits": { "stall": 3, "grace": 20 }' slow silent free
orchestrator tasks edit --limit time=3 --limit stall=0 slow >/dev/null
is 'a task has limits of its own' "$(orchestrator --json tasks show | jq -c '.tasks[] | select(.id == "slow") | .limits')" '{"time":3,"stall":0}'
run timeout 60 orchestrator execute mixed
is 'execute goes on with the others when a session is over its time' "$status $(merges)" '1 free silent '
is 'execute prints a recovery as it happens, with the id of the task' "$(echo "$out" | sed -n '/stall det\|[Rr]ecover/s/^[0-9:]* //p')" '⚠ silent: stall detected - initiating recovery
⚠ Attempting recovery for silent (attempt 1)
✓ silent: Recovery successful (attempt 1)'
like 'execute prints the end of a session over its time limit' "$out" '^[0-9:]* session-slow-[a-z0-9]*: failed-timeout: time-limit: agents were at work'
is 'the work of a session over its time is on its branch' "$(git show session/slow/1:part)" part
like 'the status of a session over its time is shown' "$(orchestrator status slow)" '^status *failed-timeout'
run orchestrator tasks edit --limit tim=1 slow
is 'a limit that does not exist is refused' "$status" 65
like 'the refusal of an unknown limit names the nearest' "$err" 'unknown setting "tim"; did you mean "time"'
run orchestrator tasks edit --limit time=x slow
is 'a limit that is no number is refused' "$status" 65
orchestrator tasks edit --limit '' slow >/dev/null
is 'the limits of a task can be taken back' "$(orchestrator --json tasks show | jq -c '.tasks[] | select(.id == "slow") | .limits')" null

#: One that has to be looked at is not tried again.
world unknown '"attempts": 3, "limits": { "time": 3, "grace": 0.3 }' stubborn
run timeout 60 orchestrator execute unknown
is 'a task whose agent would not stop is unknown, and left alone' "$status $(tried stubborn) $(status_of stubborn)" '1 1 FAILED'
like 'execute prints that an agent would not stop' "$out" '^[0-9:]* session-stubborn-[a-z0-9]*: unknown: would-not-stop'
ok 'the worktree of an agent that would not stop is there' test -e "$T/unknown/.worktrees/stubborn"

#: The same failure on the same commit.
world same '"attempts": 5, "max_parallel": 1' broken1 free
run timeout 60 orchestrator execute same
is 'a task that fails twice in the same way is not tried again, and the list goes on' "$status $(tried broken1) $(merges)" '1 2 free '
like 'execute tells that a task failed twice in the same way' \
    "$out" '^[0-9:]* session-broken1-[a-z0-9]*: not requeued: task broken1: the same failure on the same commit'
rm "$T/runs"; orchestrator tasks reopen broken1 >/dev/null
timeout 60 orchestrator execute same >/dev/null
is 'a task that is reopened is tried again' "$(tried broken1)" 2

#: Before an agent is at work.
world place '"max_parallel": 1, "setup": [ "exit 7" ]' a b c
run timeout 60 orchestrator execute place
like 'a setup that fails for two tasks stops the list' "$out" ': stopping: sessions of two tasks failed in the same way before they were at work'
is 'a task after two that failed before they were at work is not begun' "$(status_of c)" PENDING

#: An outage.
world outage '"attempts": 1, "max_parallel": 1, "breaker": 3' broken1 broken2 broken3 broken4 free
run timeout 60 orchestrator execute outage
like 'sessions that die at once one after the other are an outage' "$out" ': stopping: 3 sessions in a row died within seconds .*an outage'
is 'after an outage nothing more goes out' "$status $(status_of broken4) $(status_of free)" '1 PENDING PENDING'
like 'the report counts what an outage failed' "$(timeout 60 orchestrator --json execute outage | tail -n 1 | jq -r '[.complete, (.failed | length)] | join(" ")')" '^1 4'
done_testing
