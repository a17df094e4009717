#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What status shows of streams: those that have not begun, wait, are worked on, failed or are complete.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/streams.sh"
export LC_ALL=C.UTF-8

# The lines of a stream without the bar.
stream() { orchestrator status | sed -n "/^$1 /,/^└/p" | sed 's/[█░]* \([0-9]*%\)/\1/'; }
columns() { LC_ALL=C.UTF-8 wc -L; }
json() { orchestrator --json status | jq -c ".streams[] | select(.stream == \"$1\") | $2"; }

world seen ', "attempts": 1'
is 'status of a repository without a streams file has no streams' \
    "$(orchestrator status | grep -c Phase) $(orchestrator --json status | jq -c .streams)" '0 []'
work; edit --allow 'src/types.h' tools; edit --allow 'src/tools/**' types; orchestrator generate >/dev/null
is 'status groups streams by phase' "$(orchestrator status | grep 'Phase$\|^Stream' | sed 's/ .*Phase$\| Phase$//; s/ .*//' | tr '\n' ' ')" \
    'Foundation Stream-A Parallel Stream-B Stream-C Integration Stream-Z '
is 'status shows a stream that has not begun as pending, with its files' "$(stream Stream-A | grep -v Worktree)" 'Stream-A (Stream-A)
├─ Progress: 0% (0/2 tasks)
├─ Status: Pending ⏸
├─ Files: src/types.h, src/tools/**
└─ Dependencies: None'
is 'status shows a stream that waits as blocked, with what it waits for and depends on' "$(stream Stream-Z | grep -v Worktree)" 'Stream-Z (Stream-Z)
├─ Progress: 0% (0/1 tasks)
├─ Status: Blocked ⚫ (waits for Stream-A, Stream-B, Stream-C)
├─ Files: not stated
└─ Dependencies: Stream-B (0%), Stream-C (0%)'
is 'status makes no list for a streams file' "$(mirror)" ''
for c in 60 80; do
	ok "no line of streams is wider than $c columns" test "$(COLUMNS=$c orchestrator status | columns)" -le "$c"
done
is 'a line of a stream is cut at 58 columns, where a sign is two of them' \
    "$(COLUMNS=58 orchestrator status | grep 'Stream-A, Stre')" '├─ Status: Blocked ⚫ (waits for Stream-A, Stream-B, St...'

like 'status explains the signs of streams' "$(orchestrator status)" '^Legend: ✓ Complete | ⚠ In Progress | ⏸ Pending | ⚫ Blocked | ✗ Failed$'
like 'status suggests to start what can begin' "$(orchestrator status)" '^1\. Start Stream-A  orchestrator execute --source streams$'
is 'status --stream shows this stream alone' "$(orchestrator status --stream Stream-B | grep -c '^Stream')" 1
like 'status has no other character than ASCII in the C locale' "$(LC_ALL=C orchestrator status | grep -c '[^ -~]')" '^0$'

# A person does tasks of a stream.
orchestrator tasks start tools >/dev/null
like 'a stream is in progress when a task of it is' "$(stream Stream-A)" '^├─ Status: In Progress ⚠$'
run timeout 60 orchestrator execute --source streams
is 'execute does not begin a stream that a person works on, nor what waits for it' "$status $(merges)" '1 '
like 'the report names a stream that a person works on' "$out" '^  -  Stream-A +running +done by hand$'
is 'the list of streams has such a stream IN_PROGRESS' "$(status_of Stream-A)" IN_PROGRESS
like 'status suggests to complete a stream that a person works on' "$(orchestrator status)" \
    '^1\. Complete Stream-A, 2 tasks left  orchestrator tasks complete Stream-A$'
orchestrator tasks reopen tools >/dev/null; orchestrator plan --source streams >/dev/null
is 'a stream is PENDING again when its task is' "$(status_of Stream-A)" PENDING
orchestrator tasks complete tools >/dev/null
is 'the progress of a stream moves with its tasks' "$(stream Stream-A | sed -n '/Progress:/p; /Status/p')" '├─ Progress: 50% (1/2 tasks)
├─ Status: In Progress ⚠'
like 'the progress of a stream is shown where others depend on it' "$(stream Stream-B)" '^└─ Dependencies: Stream-A \(50%\)$'
orchestrator tasks complete types >/dev/null
is 'a stream is complete when its tasks are' "$(stream Stream-A | sed -n '/Progress:/p; /Status/p')" '├─ Progress: 100% (2/2 tasks)
├─ Status: Complete ✓'
is 'a stream is pending when what it depends on is complete' "$(stream Stream-B | sed -n '/Status/p; /Dep/p')" '├─ Status: Pending ⏸
└─ Dependencies: Stream-A ✓'

# Sessions do them.
: >"$T/hold-Stream-B"; : >"$T/fail-Stream-C"
orchestrator execute --source streams >"$T/said" 2>&1 & pid=$!
half() { [ "$(json Stream-B '[.status, .done, .total]')" = '["in progress",1,2]' ] && [ "$(json Stream-C .status)" = '"failed"' ]; }
ok 'JSON has the status and the progress of a stream with a session' wait_for 30 half
is 'status shows a stream at work with worktree and branch' "$(stream Stream-B | sed 's,\.claude/worktrees,.worktrees,')" 'Stream-B (Stream-B)
├─ Progress: 50% (1/2 tasks)
├─ Status: In Progress ⚠
├─ Worktree: .worktrees/Stream-B
├─ Branch: session/Stream-B/1
├─ Files: src/commands/**, src/usage.c
└─ Dependencies: Stream-A ✓'
like 'status shows a stream that failed' "$(stream Stream-C)" '^├─ Status: Failed ✗ \(failed\)$'
is 'JSON says what a stream waits for and depends on' "$(json Stream-Z '[.status, .phase, .waits_for, .dependencies, .files, .session]')" \
    '["waiting","integration",["Stream-B","Stream-C"],["Stream-B","Stream-C"],[],null]'
like 'JSON names the session of a stream' "$(json Stream-B .session)" '^"session-Stream-B-......"$'
like 'status suggests to try a failed stream again' "$(orchestrator status)" '^[0-9]\. Try again Stream-C  orchestrator tasks reopen Stream-C$'
rm "$T/hold-Stream-B"; wait $pid

# A faulty file.
file '.streams[0].streamPhase = "later" | .streams[1].projectRoot = "/nowhere"'
run orchestrator status
like 'status names a streams file with problems, and shows the rest' "$status $out" '^\.orchestrator/orchestration-config\.json has [0-9]* problems: orchestrator config names them$'
is 'status succeeds with a faulty streams file' "$status" 0
done_testing
