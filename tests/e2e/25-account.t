#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# When a run meets a usage limit, all sessions with its account wait until the reset; then one run goes first.
. "$(dirname "$0")/lib.sh"

# The service refuses the account NAME while $T/NAME.closed exists, after a moment.
cat >"$T/agent" <<'E2'
cat >/dev/null
echo "$1 $ITEM_ID" >>"$T/runs"
if [ "$1" = a ]; then
	: >"$T/at-work.$ITEM_ID"
	until [ -e "$T/go" ]; do timeout 0.1 cat "$T/.never"; done
fi
if [ -e "$T/$1.closed" ]; then
	echo "$ITEM_ID" >>"$T/refused"
	echo "you have hit your usage limit, try again in $(cat "$T/$1.closed") seconds" >&2
	exit 1
fi
[ ! -e "$T/slow" ] || { : >"$T/first.$ITEM_ID"; until [ -e "$T/end" ]; do timeout 0.1 cat "$T/.never"; done; }
echo "$ITEM_ID" >"$ITEM_ID"
E2
new_repo "$T/r" && cd "$T/r" && mkdir .orchestrator || exit 1
echo "{ \"agents\": { \"a\": { \"command\": \"sh $T/agent a\", \"account\": \"team\" }, \"b\": { \"command\": \"sh $T/agent b\" } },
    \"roles\": { \"implementer\": \"a\" }, \"review\": \"none\", \"max_parallel\": 8, \"session_memory_mb\": 1, \"attempts\": 1,
    \"ambiguous\": \"parallel\" }" >.orchestrator/config.json
git add . && git commit -qm Settings

tasks='--task t1:1 --task t2:2 --task t3:3 --task t4:4 --task t5:5 --task t6:6 --task t7:7 --task t8:8'
# shellcheck disable=SC2086 # words
logged orchestrator tasks create eight $tasks
echo 10 >"$T/a.closed"
orchestrator execute eight >"$T/out" 2>&1 & execute=$!
at_work() { set -- "$T"/at-work.*; [ $# -ge "$want" ] && [ -e "$1" ]; }
want=3
ok 'sessions of a list are at work' wait_for 30 at_work
: >"$T/go"
ok 'the limit of an account is recorded for all sessions' wait_for 20 test -e "$T/state/accounts/team.json"
# Another run may meet the limit meanwhile, and record a later time.
recorded() { at=$(jq -r .until "$T/state/accounts/team.json"); }
on_screen() {
	recorded
	orchestrator status | grep -Eq "^account +team is at its usage limit until (2[-0-9]* )?$(date -d "$at" +%H:%M) "
}
in_json() { recorded; [ "$(orchestrator --json status | jq -r '.accounts[] | "\(.account) \(.parked_until)"')" = "team $at" ]; }
ok 'status shows in local time when the limit of an account ends' wait_for 10 on_screen
ok 'status --json has the limit of an account' wait_for 10 in_json
like 'execute reports that a session is parked' "$(cat "$T/out")" "parked: its agent's account is at its limit"

# a session with another account meanwhile
logged orchestrator dispatch --agent b --title Other other
approved() { [ "$(orchestrator --json status "$1" | jq -r .status)" = "$2" ]; }
ok 'a session with another account goes on meanwhile' wait_for 20 approved other merged
ok 'the account is still at its limit when that session is merged' test -e "$T/state/accounts/team.json"
refused=$(grep -c . "$T/refused")
rm "$T/a.closed"; : >"$T/slow"
first() { set -- "$T"/first.*; [ -e "$1" ]; }
ok 'after the reset a run begins' wait_for 20 first
ok 'other runs wait for the first one' not timeout 1.5 sh -c 'until set -- "$T"/first.*; [ $# -gt 1 ]; do timeout 0.1 cat "$T/.never"; done'
: >"$T/end"
wait "$execute"; status=$?
is 'eight tasks whose account meets its limit are merged' "$status $(git log --format=%s main | grep -c '^Merge t')" '0 8'
ok 'the service refuses at most eight runs' test "$refused" -le 8
is 'the limit costs no attempt' "$(orchestrator --json tasks show | jq -r '[.tasks[] | select(.status != "COMPLETE")] | length') \
$(git for-each-ref --format='%(refname)' 'refs/heads/session/*/2' | grep -c .) $(grep -c '^a' "$T/runs")" "0 0 $((8 + refused))"
ok 'the record of the limit is removed when it has ended' not test -e "$T/state/accounts/team.json"

# Removing the record ends the wait.
rm -f "$T/slow"; echo 3600 >"$T/a.closed"
logged orchestrator dispatch --title Late late
ok 'a limit of an hour is recorded' wait_for 20 test -e "$T/state/accounts/team.json"
cp "$T/state/accounts/team.json" "$T/limit"
logged orchestrator tell late 'Take your time'
ok 'a message to a session that waits for its account is recorded' wait_for 20 grep -qs '"waiting"' "$(session_of late)/messages.json"
rm "$T/a.closed" "$T/state/accounts/team.json"
ok 'a session continues when a person removes the record of the limit' wait_for 20 approved late approved
logged orchestrator merge late
cp "$T/limit" "$T/state/accounts/team.json"
logged orchestrator tasks create held --task held:Held
orchestrator execute held >"$T/out" 2>&1 & execute=$!
ok 'a task waits for the account' wait_for 20 grep -q 'for the usage limit of account team' "$T/out"
rm "$T/state/accounts/team.json"
ok 'execute continues when a person removes the record of the limit' wait_for 20 approved held merged
kill "$execute" 2>/dev/null
wait "$execute"
done_testing
