#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What holds work back is one line in plan, dispatch-ready, execute and status, with what changes it.
. "$(dirname "$0")/lib.sh"

cat >"$T/agent" <<'E'
echo "start $ITEM_ID" >>"$T/times"
while [ -e "$T/hold-$ITEM_ID" ]; do timeout 0.05 cat <"$T/.never"; done
[ "$ITEM_ID" != bad ] || exit 1
echo "$ITEM_ID" >>"$ITEM_ID"
E
world() {	# NAME [SETTINGS]
	rm -f "$T/times" "$T"/hold-*; : >"$T/times"; export ORCHESTRATOR_HOME="$T/state-$1"
	new_repo "$T/$1" && cd "$T/$1" && mkdir .orchestrator || exit 1
	echo "{ \"review\": \"none\", \"agents\": { \"sh\": { \"command\": \"sh $T/agent\" } },
	    \"roles\": { \"implementer\": \"sh\" }${2:-} }" >.orchestrator/config.json
	git add . && git commit -qm Settings
}
begun() { for t; do grep -q "start $t" "$T/times" || return 1; done; }
said() { grep -Eq -e "$1" "$T/said"; }
ended() { timeout 60 tail --pid="$1" -f /dev/null || kill -9 "$1"; wait "$1"; }
# The line in all four views, while the first task runs.
four() {	# SENTENCE REGEXP
	orchestrator execute held >"$T/said" 2>&1 & pid=$!
	ok "execute names $1" wait_for 20 said "held back: $2"
	like "status names $1" "$(orchestrator status)" "^held back  $2"
	like "plan names $1" "$(orchestrator plan held)" "^held back  $2"
	run orchestrator dispatch-ready held
	like "dispatch-ready names $1" "$out" "^held back  $2"
	like "status --json names $1" "$(orchestrator --json status | jq -r '.held[]')" "^$2"
	rm -f "$T"/hold-*; ended $pid
}

world paths
orchestrator tasks create held --task 'a: A' --task 'b: B' >/dev/null
orchestrator tasks edit --allow 'a*' a >/dev/null; orchestrator tasks edit --allow 'a?' --allow b b >/dev/null
: >"$T/hold-a"
four 'the task that shares its paths, and how to change them' \
    '\[b\] waits for \[a\]: their allowed_paths can name the same file; orchestrator tasks edit a --allow'

world depends
orchestrator tasks create held --task 'a: A' --task 'b: B' --task 'c: C' >/dev/null
orchestrator tasks depend b a >/dev/null; orchestrator tasks depend c a >/dev/null
: >"$T/hold-a"
four 'tasks that wait for another' '\[b\] \[c\] wait for \[a\] first; orchestrator tasks edit --depends-on'

world alone
orchestrator tasks create held --task 'a: A' --task 'b: B' >/dev/null
orchestrator tasks edit --parallelizable no a >/dev/null
: >"$T/hold-a"
four 'the task that must be alone' '\[b\] waits for \[a\]: one of them is not parallelizable; orchestrator tasks edit --parallelizable yes'

world unsaid ', "ambiguous": "sequential"'
orchestrator tasks create held --task 'a: A' --task 'b: B' >/dev/null
: >"$T/hold-a"
four 'tasks without paths, and the setting' '\[b\] waits for \[a\]: neither has allowed_paths; the setting ambiguous'

world places ', "max_parallel": 1'
orchestrator tasks create held --task 'a: A' --task 'b: B' --task 'c: C' --task 'd: D' --task 'e: E' >/dev/null
: >"$T/hold-a"
four 'full places, and the setting' \
    '\[b\] \[c\] \[d\] and 1 more wait for a running session to end: the limit is 1 \(max_parallel; .*; execute --max-parallel N or the setting max_parallel'

world load ', "max_load": 1'
orchestrator tasks create held --task 'a: A' --task 'b: B' >/dev/null
echo "{ \"confine\": $confined }" >"$XDG_CONFIG_HOME/orchestrator/config.json"
busy() { awk -v n="$(nproc)" '{ exit !($1 > n / 100) }' /proc/loadavg; }
if busy || { timeout 90 sh -c 'while :; do :; done' & wait_for 30 busy; }; then
	: >"$T/hold-a"
	four 'busy processors, and the setting' \
	    '\[b\] waits for a running session to end: the load average allows 1; the setting max_load \(1\) changes that'
	is 'busy processors keep no task from being done in the end' "$(git show main:a main:b | tr -d '\n')" ab
else
	skip 'busy processors' 'the load does not rise'
fi
user_settings

world failed ', "attempts": 1'
orchestrator tasks create held --task 'bad: Bad' --task 'b: B' --task 'c: C' >/dev/null
orchestrator tasks depend b bad >/dev/null
run timeout 60 orchestrator execute held
like 'plan names the failed task that others wait for, and reopen' "$(orchestrator plan held)" \
    '^held back  \[b\] waits for \[bad\], which has failed; orchestrator tasks reopen bad gives it another try'

world paused
orchestrator tasks create held --task 'a: A' >/dev/null
logged orchestrator pause
run orchestrator dispatch-ready held
is 'dispatch-ready begins nothing while it is paused' "$(cat "$T/times")" ''
like 'dispatch-ready says that it is paused, and how to go on' "$out" '^held back  no more sessions are started: execute is paused; orchestrator resume ends the pause'
like 'plan says that it is paused, and how to go on' "$(orchestrator plan held)" '^held back  .*execute is paused; orchestrator resume'
# Reports.
report() { orchestrator report "$@"; }
world report ', "attempts": 1'
cat >"$T/agent" <<'E'
[ "$ITEM_ID" != bad ] || [ -e "$T/good" ] || exit 1
echo "$ITEM_ID" >>"$ITEM_ID"
echo "Summary of $ITEM_ID" | worker summary -
while [ "$ITEM_ID" = d ]; do timeout 0.05 cat <"$T/.never"; done
E
one=$(orchestrator --json tasks create one --task 'a: A' --task 'bad: Bad' | jq -r .id)
orchestrator tasks edit --list one --acceptance 'All pass.' --output a --timeout 30 a >/dev/null
logged timeout 60 orchestrator execute one
like 'report --handoff says what is next when a task has failed' "$(report --handoff)" \
    "^Next: orchestrator tasks reopen --failed --list $one; orchestrator execute $one$"
: >"$T/good"
run orchestrator tasks reopen bad
like 'tasks reopen prints the id of the list' "$out" ": FAILED -> PENDING, list $one$"
logged timeout 60 orchestrator execute one
is 'report --runs lists all runs of execute' "$(report --runs | grep -c "$one  [12] of 2, 1 merged")" 2
like 'report --run N prints that run' "$(report --run 1)" '^1 of 2 merged in [0-9.]+ s, 1 failed; [0-9.]+ s one after another$'
is 'report --list joins what all runs merged' "$(orchestrator --json report --list one | jq -c '[.runs, .complete, ([.merged[].task] | sort)]')" '[2,2,["a","bad"]]'
run orchestrator report --run 9
is 'a run that there is not is an error' "$status" 66
is 'report --manifest prints the manifest that was executed' "$(report --manifest | jq -r '.terminal_manifest.spawn_id')" SPAWN-002
like 'report --manifest --yaml prints it as YAML' "$(report --manifest --yaml)" '^  spawn_id: "SPAWN-002"$'
orchestrator tasks reopen a >/dev/null
is 'the manifest has success criteria and time limit of a terminal' "$(orchestrator --json plan one |
    jq -c '.terminal_manifest.terminal_assignments[0] | [.success_criteria, .time_limit_minutes]')" '[["All pass.","a exists"],30]'
orchestrator tasks start a >/dev/null; orchestrator tasks complete a >/dev/null
page=$(report --handoff)
like 'report --handoff has the summaries' "$page" '^    Summary of bad$'
like 'report --handoff has the outputs' "$page" '^outputs: a$'
like 'report --handoff of a finished list says so' "$page" "^Next: nothing; list $one is finished: all 2 tasks are COMPLETE$"
I=$(orchestrator path --instance); runs=$(report --runs)
rm "$I"/reports/* "$I/report.json"
is 'reports that are gone are made again from the events' "$(report --runs)" "$runs"
like 'a missing last report is made again from the events' "$(report)" '^2 of 2 complete, 1 of them merged in '
two=$(orchestrator --json tasks create two --task 'c: C' --task 'd: D' | jq -r .id)
orchestrator tasks depend d c >/dev/null
orchestrator execute two >"$T/said" 2>&1 & pid=$!
wait_for 20 said 'session-c.*: merged'
kill -9 $pid; wait $pid 2>/dev/null
like 'a run that was killed is told from its events' "$(report --run 3)" '^stopped: execute ended without a report$'
like 'the report of a killed run has its merges' "$(report --run 3)" '^  [+]  c  merged'
run orchestrator path --instance
is 'path --instance prints the directory of the instance' "$out" "$I"
L=$(echo "$ORCHESTRATOR_HOME"/workspaces/*/tasklists)
jq '(.tasks[] | select(.id == "c")).status = "PENDING"' "$L/$two.json" >"$T/new" && cp "$T/new" "$L/$two.json"
run timeout 60 orchestrator execute two
is 'a list that was tampered with is not worked through' "$status" 65
like 'the refusal of a list that was tampered with names tasks resume' "$err" "task list $two is NOT VERIFIED: task c: .*orchestrator tasks resume $two"
run orchestrator tasks resume two
is 'tasks resume prints no SUCCESS of a list that was tampered with' "$(echo "$out" | grep -c SUCCESS)" 0
logged orchestrator dispatch --title E e
run orchestrator path --worktree e
is 'path --worktree prints the worktree of a session' "$out" "$T/report/.worktrees/e"
done_testing
