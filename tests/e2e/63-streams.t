#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A streams file: what is wrong with it, the order of its phases, its tasks, and how one is made.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/streams.sh"

FILE=.orchestrator/orchestration-config.json
most() { sort -n "$T/times" | awk '{ n += $2 == "start" ? 1 : -1; if (n > m) m = n } END { print m + 0 }'; }
# The last end of one is before the first start of the other.
before() { sort -n "$T/times" | awk -v a="$1" -v b="$2" '$2 == "start" && $3 == b { began = 1 }
    $2 == "end" && $3 == a { ended = 1; late += began } END { exit !(ended && began && !late) }'; }
in_order() {
	ok 'the foundation is done before the first stream that is built on it' before Stream-A Stream-B
	ok 'the foundation is done before the second stream that is built on it' before Stream-A Stream-C
	ok 'the integration comes after the first stream that it integrates' before Stream-B Stream-Z
	ok 'the integration comes after the second stream that it integrates' before Stream-C Stream-Z
	is 'the two were worked on at once' "$(most)" 2
	is 'each was merged once' "$(merges)" 'Stream-A Stream-B Stream-C Stream-Z '
}
said() { printf '%s\n' "$out" | grep -E '^(Phase|✓|---|===|Orch)'; }

#: From a task list.
world list
run orchestrator config
is 'config without a streams file begins with the settings, and says so in one line' \
    "$status $(echo "$out" | sed -n '1p') $(echo "$out" | grep -c 'no streams file; orchestrator generate')" '0 Effective Settings 1'
run orchestrator generate
is 'without streams none can be generated' "$status" 65
like 'the refusal to generate without streams says what to do' "$err" 'No streams defined: .*orchestrator tasks edit --stream STREAM TASK'
work
edit --stream 'Stream-C: agent updates' agents
run orchestrator generate
is 'generate writes the name that the list gives a stream, or its id, and the worktree of each stream' \
    "$(jq -r '.streams[] | "\(.streamId) \(.streamName) \(.worktreePath)"' $FILE)" 'Stream-A Stream-A .worktrees/Stream-A
Stream-B Stream-B .worktrees/Stream-B
Stream-C agent updates .worktrees/Stream-C
Stream-Z Stream-Z .worktrees/Stream-Z'
orchestrator tasks export work | orchestrator tasks create --from - copy >/dev/null
is 'an exported list keeps the names of its streams' "$(orchestrator tasks export copy | jq -c .streams)" '[{"id":"Stream-C","name":"agent updates"}]'
orchestrator tasks delete --yes copy >/dev/null
run orchestrator tasks edit --stream 'a b: Name' agents
like 'a stream with a wrong id is refused' "$status $err" '^65 .*--stream: must be an id .*, or ID: NAME'
rm $FILE; run orchestrator generate
is 'generate writes a file from a list whose tasks carry streams' "$status $out" '0 Orchestration Configuration Generated

Created files:
- .orchestrator/orchestration-config.json

Next steps:
1. Review the configuration: cat .orchestrator/orchestration-config.json
2. See what would be done: orchestrator plan --source streams
3. Start orchestration: orchestrator execute --source streams

Stream summary:
- Foundation: 1 stream (2 tasks)
- Parallel: 2 streams (3 tasks total)
- Integration: 1 stream (1 task)'
is 'generate derives the phases from the dependencies' "$(jq -c .executionPlan $FILE)" \
    '{"foundation":["Stream-A"],"parallel":["Stream-B","Stream-C"],"integration":["Stream-Z"]}'
is 'generate derives the dependencies between streams' \
    "$(jq -c '[.streams[] | .dependencies]' $FILE)" '[[],["Stream-A"],["Stream-A"],["Stream-B","Stream-C"]]'
is 'the generated file names list and repository' "$(jq -r '.taskList + " " + .streams[1].projectRoot' $FILE)" "$id $PWD"
run orchestrator generate
like 'again it is as it was' "$status $out" '^0 Orchestration Configuration Unchanged$'
jq '.streams[1].worktreePath = ".claude/worktrees/Stream-B" | .streams[1].streamName = "command-updates" | .mine = 1' $FILE >"$T/edited" &&
    cp "$T/edited" $FILE
run orchestrator generate
is 'generate succeeds where people have added to the file' "$status" 0
run orchestrator generate --integration Stream-C
is 'generate does not write over a file that differs' "$status $(jq -c .executionPlan.integration $FILE)" '73 ["Stream-Z"]'
like 'the refusal to write over a file says --force' "$err" 'differs.*--force'
run orchestrator generate --force --integration Stream-C --out "$T/"
is 'generate --out writes elsewhere, with the phases that were said' "$status $(jq -c .executionPlan "$T/orchestration-config.json")" \
    '0 {"foundation":["Stream-A"],"parallel":["Stream-B"],"integration":["Stream-C","Stream-Z"]}'
run orchestrator generate --force
is 'generate --force keeps what people added' "$(jq -c '[.streams[1].worktreePath, .streams[1].streamName, .mine]' $FILE)" \
    '[".claude/worktrees/Stream-B","command-updates",1]'
run orchestrator generate --parallel Stream-X
is 'a phase for a stream that is none is refused' "$status" 65

valid() {
	python3 -c 'import json, sys, jsonschema
for f in sys.argv[2:]: jsonschema.validate(json.load(open(f)), json.load(open(sys.argv[1])))' \
	    "$top/man/schema/orchestration-config.schema.json" "$@"
}
if python3 -c 'import jsonschema' 2>/dev/null; then
	ok 'the file is valid' valid $FILE "$T/orchestration-config.json"
else
	skip 'the file is valid' 'python3-jsonschema is not installed'
fi

run orchestrator conflict-check Stream-B src/agents/a.c ./src/commands/b.c
is 'conflict-check names the stream that may change a file' "$status $out" '1 src/agents/a.c: Stream-C (src/agents/*.c)
src/commands/b.c: no conflict'
run orchestrator conflict-check Stream-A src/agents/a.c
is 'conflict-check finds no conflict with a stream that is not at work at the same time' "$status $out" \
    '0 src/agents/a.c: Stream-C (src/agents/*.c), not at the same time'
is 'conflict-check prints JSON too' \
    "$(orchestrator --json conflict-check Stream-B "$PWD/src/agents/a.c" | jq -c '[.conflict, .found[0].stream, .found[0].file]')" \
    '[true,"Stream-C","src/agents/a.c"]'
run orchestrator conflict-check Stream-X a
is 'of an unknown stream nothing is said' "$status" 66
run orchestrator plan
is 'plan shows the phases as steps' "$(echo "$out" | sed '1,/^longest /d; /^held back/d')" 'step 1
  [Stream-A] Stream-A
step 2, at once
  [Stream-B] command-updates (after Stream-A)
  [Stream-C] agent updates (after Stream-A)
step 3
  [Stream-Z] Stream-Z (after Stream-A, Stream-B, Stream-C)'
run orchestrator dispatch Stream-C
is 'a stream does not go out before its time' "$status" 69
like 'the refusal to dispatch a stream before its time says for what it waits' "$err" 'task Stream-C waits for Stream-A'

: >"$T/hold-Stream-B"
orchestrator execute --source streams >"$T/said" 2>&1 & pid=$!
progress() { orchestrator status | grep -q "$1"; }
ok 'status shows how far the session of a stream is' wait_for 30 progress 'Stream-B  *implement 1/2 ######\.\.\.\.\.\. '
is 'the tasks of a stream at work are IN_PROGRESS' \
    "$(orchestrator --json tasks show work | jq -r '[.tasks[] | select(.stream == "Stream-B") | .status] | join(" ")')" \
    'IN_PROGRESS IN_PROGRESS'
rm "$T/hold-Stream-B"
wait $pid
is 'the streams file empties itself' "$?" 0
in_order
is 'all tasks of the list are COMPLETE' "$(orchestrator --json tasks show work | jq -c '[.total, .counts.COMPLETE]')" '[6,6]'
is 'by the sessions of their streams' "$(orchestrator --json tasks show work | jq -r '[.tasks[].session | sub("-[a-z0-9]*$"; "")] | unique | join(" ")')" \
    'session-Stream-A session-Stream-B session-Stream-C session-Stream-Z'
is 'a task comes after the one it depends on' "$(sed -n 's/^[12]\. \[\(.*\)\].*/\1/p' "$T/prompt.Stream-A" | tr '\n' ' ')" 'tools types '
is 'the worktree of a stream is where the file says' "$(cat "$T/where.Stream-B")" "$PWD/.claude/worktrees/Stream-B"
is 'the worktree of a stream without a path is where worktrees are' "$(cat "$T/where.Stream-C")" "$PWD/.worktrees/Stream-C"
is 'a stream may change what its tasks may' "$(jq -c .allowed_paths "$(session_of Stream-B)/item.json")" '["src/commands/**","src/usage.c"]'
is 'the count of tasks has moved' "$(jq -r '"\(.tasks.done)/\(.tasks.total)"' "$(session_of Stream-B)/state.json")" 2/2
is 'the streams are a list, by phase' "$(orchestrator tasks show "$(mirror)" | sed -n '/Phase$/p' | tr '\n' ' ')" \
    'Foundation Phase Parallel Phase Integration Phase '
run orchestrator execute
is 'execute has nothing left to do' "$status" 0

#: From tasks in the file, with the phases alone for an order; a phase that people do themselves.
world own ', "ambiguous": "sequential"'
file '.contextRecovery = {stallTimeoutMinutes: 11, autoRecoveryEnabled: true, maxRecoveryAttempts: 4} | .streams[].dependencies = [] | .streams[0].allowed_paths = ["Stream-A"]'
run orchestrator config
is 'config shows the file in brief' "$status $(echo "$out" | sed -n '/^Current/,$p')" '0 Current Orchestration Configuration

Generated: 2026-01-08T12:00:00.000Z
Initiative: Stream Orchestration (INIT-abc123)
API Endpoint: http://127.0.0.1:9090

Stream Summary:
- Foundation: 1 stream(s)
- Parallel: 2 stream(s)
- Integration: 1 stream(s)

Configuration file: .orchestrator/orchestration-config.json

To view full configuration:
cat .orchestrator/orchestration-config.json

To regenerate:
orchestrator generate --force'
is 'config shows the settings with where they come from' \
    "$(echo "$out" | grep -E ' (review|max_parallel_streams): ')" 'repository  review: "none"
default     max_parallel_streams: 5'
run timeout 60 orchestrator execute --pause-before integration
is 'execute stops before the phase that is said' "$status $(merges)" '0 Stream-A Stream-B Stream-C '
rule=$(printf '%62s' '' | tr ' ' -)
is 'execute says which phase of streams begins, and which one is complete' "$(said)" \
"Phase 1: Foundation Streams
$rule
✓ All foundation streams complete!
Phase 2: Parallel Streams
$rule
✓ All parallel streams complete!
Phase 3: Integration Streams
$rule"
like 'execute says how far a stream is' "$out" '^[0-9:]* Stream-B: \[██████████░░░░░░░░░░\] 50% \(1/2 tasks\)$'
like 'execute --pause-before prints a notice' "$out" '^⚠ Stream-Z ready to start$'
like 'the notice of --pause-before says what to run' "$out" '^  Run: orchestrator dispatch Stream-Z$'
is 'streams that do not say their paths are at once all the same' "$(most)" 2
run timeout 60 orchestrator --json execute --pause-before integration 'Stream Orchestration'
is 'the notice of --pause-before is JSON too' "$(echo "$out" | jq -r 'select(.event == "paused") | .text')" 'Stream-Z ready to start'
run timeout 60 env COLUMNS=40 orchestrator execute INIT-abc123
is 'execute goes on after a pause' "$status" 0
rule=$(printf '%40s' '' | tr ' ' -) double=$(printf '%40s' '' | tr ' ' =)
is 'execute names the streams that were complete before, and says that all are, in the width of the terminal' "$(said)" \
"Phase 1: Foundation Streams
$rule
✓ Stream-A already complete
Phase 2: Parallel Streams
$rule
✓ Stream-B already complete
✓ Stream-C already complete
Phase 3: Integration Streams
$rule
✓ All integration streams complete!
$double
Orchestration complete!
$double"
in_order
is 'what the file says of recovery is a limit of each stream' "$(jq -c .limits "$(session_of Stream-B)/item.json")" '{"stall":660,"recoveries":4}'
ok 'the tasks in the file were in the prompt' grep -q '^2\. \[task-2\] The second$' "$T/prompt.Stream-B"

world hand; work; orchestrator generate >/dev/null
orchestrator tasks complete tools >/dev/null; orchestrator tasks complete types >/dev/null
run timeout 60 orchestrator execute --source streams --pause-before parallel
is 'a stream whose tasks are COMPLETE is complete' "$status $(merges)" '0 '
like 'a list of streams shows a stream whose tasks are COMPLETE' \
    "$(orchestrator tasks show "$(mirror)")" '^\[Stream-A\] Stream-A: COMPLETE'
is 'what is ready is named' "$(echo "$out" | grep -c ' ready to start$')" 2
for s in Stream-B Stream-C; do orchestrator tasks complete $s >/dev/null; done
run timeout 60 orchestrator execute --source streams
is 'a stream that people say is COMPLETE is not done again' "$status $(merges)" '0 Stream-Z '
is 'the tasks of a stream that people say is COMPLETE are COMPLETE' "$(orchestrator --json tasks show work | jq -c '.counts.COMPLETE')" 6

#: One by its id; a failure; killed and started again.
world killed ', "attempts": 2'
file '.streams[0].completedTasks = 2 | .streams[].dependencies = [] | .streams[3].allowed_paths = ["Stream-Z"]'
run orchestrator dispatch --wait Stream-B
is 'one stream is dispatched by its id, and what is complete by the file counts' "$status" 0
: >"$T/fail-Stream-C"; : >"$T/hold-Stream-C"
orchestrator execute >"$T/said" 2>&1 & pid=$!
begun() { [ "$(grep -c 'start Stream-C' "$T/times")" = 2 ]; }
wait_for 30 begun; kill -9 $pid; wait $pid 2>/dev/null
rm "$T/hold-Stream-C"
run timeout 60 orchestrator execute
is 'killed and started again it goes on' "$status $(merges)" '0 Stream-B Stream-C Stream-Z '
ok 'integration comes after a parallel stream that had to be done again' before Stream-C Stream-Z
is 'a stream that failed was done again, once' "$(grep -c 'start Stream-C' "$T/times")" 2

#: The file changes.
world change; file '.streams[3].tasks = ["only: One"]'
orchestrator plan >/dev/null; l=$(mirror)
file 'del(.streams[2]) | .streams[2].dependencies = ["Stream-B"] | .executionPlan.parallel = ["Stream-B"]'
orchestrator plan >/dev/null
is 'a stream that has gone is BLOCKED' "$(status_of Stream-C)" BLOCKED
is 'a task that is new in a stream is seen' \
    "$(orchestrator --json tasks show "$l" | jq '[.tasks[] | select(.id == "Stream-Z") | .tasks[]] | length')" 2
file .; orchestrator plan >/dev/null
is 'a stream that is back is PENDING, on the same list' "$(mirror) $(status_of Stream-C)" "$l PENDING"

#: One stream alone is what there is to begin with.
world alone; orchestrator tasks create alone --task 'a: A' --task 'b: B' >/dev/null; orchestrator tasks edit --stream S a >/dev/null
run orchestrator generate
is 'the only stream is of the foundation' "$status $(jq -r '.streams[0].streamPhase' $FILE)" '0 foundation'

#: People change their list while execute runs; a mirror that was cut off is not made anew.
world live; work; orchestrator generate >/dev/null
run orchestrator plan
is 'streams that do not run beside each other by chance are not called ambiguous' "$status $(echo "$out" | grep -c '^no paths')" '0 0'
is 'where a list is left out that of the streams is not meant' "$(orchestrator --json tasks show | jq -r .id)" "$id"
run orchestrator execute --pause-before integration work
like 'a pause in a list without phases is an error' "$status $err" '^64 .*has no streams'
: >"$T/hold-Stream-A"
orchestrator execute --source streams >"$T/said" 2>&1 & pid=$!
wait_for 30 grep -q 'start Stream-A' "$T/times"
f=$(dirname "$(orchestrator --json tasks show | jq -r .path)")/$(mirror).json
orchestrator tasks add --stream Stream-Z --allow docs/x --depends-on docs work 'more: More' >/dev/null
seen() { jq -e '.tasks[] | select(.id == "Stream-Z") | .tasks | length == 2' "$f"; }
ok 'what is added to a stream is seen before the next merge' wait_for 20 seen
rm "$T/hold-Stream-A"; wait $pid
is 'a task that was added to a stream at work is done' "$? $(orchestrator --json tasks show | jq -r .counts.COMPLETE)" '0 7'
cp .archive/orchestration/*/orchestration-config.json $FILE
: >"$f"; run orchestrator execute --source streams
like 'a damaged list of streams is an error' "$status $err" "^65 .*damaged: $f.*\\.last"
is 'no other list is made in place of a damaged list of streams' "$(find "${f%/*}" -name 'tl-????????.json' | wc -l)" 2

#: What is wrong.
world wrong
wrong() {	# SENTENCE FILTER REGEXP
	file "$2"; run orchestrator plan --source streams
	is "$1 is refused" "$status" 65
	like "the error says what is wrong: $1" "$err" "$3"
}
wrong 'a file without an initiative' 'del(.initiative)' 'No active initiative: '
wrong 'a file without streams' '.streams = [] | del(.executionPlan)' 'No streams defined: '
wrong 'a file without a foundation' '.streams |= .[1:3] | .streams[].dependencies = [] | .executionPlan |= (.foundation = [] | .integration = [])' 'No foundation stream: '
wrong 'a circle' '.streams[1].dependencies = ["Stream-C"] | .streams[2].dependencies = ["Stream-B"]' \
    'Circular dependencies detected: Stream-B depends on Stream-C, Stream-C depends on Stream-B; '
wrong 'too much at once' '.streams += [range(4) as $i | .streams[1] | .streamId = "P\($i)"] | del(.executionPlan)' 'Too many parallel streams \(>5\): there are 6; '
wrong 'the other name of dependencies' '.streams[1].streamDependencies = ["Stream-Q"]' 'unknown dependency: Stream-B depends on Stream-Q'
wrong 'an unknown dependency' '.streams[1].dependencies = ["Stream-Q"]' 'unknown dependency: Stream-B depends on Stream-Q'
wrong 'a dependency against the phases' '.streams[0].dependencies = ["Stream-B"] | .streams[1].dependencies = []' 'Stream-A \(foundation\) depends on Stream-B'
wrong 'a plan with an unknown stream' '.executionPlan.parallel += ["Stream-Q"]' 'executionPlan: parallel has Stream-Q, which is not in'
wrong 'a plan without what is there' '.executionPlan.parallel = ["Stream-B"]' 'Stream-C is in "streams" and not in the executionPlan'
wrong 'a plan with another phase' '.executionPlan |= (.parallel = ["Stream-B"] | .integration += ["Stream-C"])' 'integration has Stream-C, whose streamPhase is parallel'
wrong 'an id that is there twice' '.streams += [.streams[1]]' 'duplicate stream Stream-B'
wrong 'a path that two may change' '.streams[1].allowed_paths = ["src/**"] | .streams[2].allowed_paths = ["src/a/*.c"]' \
    'overlapping paths: Stream-B \(src/\*\*\) and Stream-C \(src/a/\*\.c\)'
wrong 'another repository' '.streams[0].projectRoot = "/nowhere"' 'Stream-A: projectRoot /nowhere is not this repository'
wrong 'a worktree elsewhere' '.streams[1].worktreePath = "../b"' 'Stream-B: worktreePath \.\./b is not a path below'
wrong 'a stream without tasks' 'del(.streams[1].tasks)' 'Stream-B has no tasks: '
wrong 'a phase that is none' '.streams[1].streamPhase = "later"' 'Stream-B: "streamPhase"'
wrong 'an unknown version' '.version = "2.0"' '"version"'
wrong 'a wrong setting of recovery' '.contextRecovery.stallTimeoutMinutes = "ten"' 'stallTimeoutMinutes'
echo '{' >$FILE; run orchestrator execute
is 'what is no JSON is refused' "$status" 65
file 'del(.initiative) | .streams[1].dependencies = ["Stream-Q"] | .streams[2].projectRoot = "/nowhere"'
run orchestrator plan
is 'plan says all problems of the file at once' "$(echo "$err" | grep -c "^orchestrator: $FILE: ")" 3
file '.streams[1] |= (.streamId = "B/" | .streamPhase = "later") | .streams[].projectRoot = "/nowhere" | del(.executionPlan)
    | .streams[3].dependencies = ["Stream-C"]'
run orchestrator plan
is 'plan names a wrong phase beside a wrong id, and the wrong projectRoot of each stream' \
    "$(echo "$err" | sed "s,^orchestrator: $FILE: ,,; s/ .*//" | sort | tr '\n' ' ')" \
    'Stream-A: Stream-C: Stream-Z: streams[1]: streams[1]: streams[1]: '
file 'del(.initiative) | .streams[1].dependencies = ["Stream-Q"] | .streams[2].projectRoot = "/nowhere"'
run orchestrator config
is 'config says all problems of the file' "$status $(echo "$err" | wc -l)" '65 3'
file .; file . .claude/orchestration
run orchestrator plan
is 'two files are one too many' "$status" 65
like 'the error of two files names both' "$err" '\.orchestrator/.*\.claude/orchestration/'
rm $FILE; run orchestrator plan
is 'the other place will do' "$status" 0
rm -r .claude; ln -s /etc/passwd $FILE; run orchestrator plan
is 'a link is not followed' "$status" 65
rm $FILE; work; orchestrator generate >/dev/null
orchestrator tasks create old --task 'x: X' >/dev/null; orchestrator tasks edit --stream Stream-A x >/dev/null
run orchestrator plan --source streams
is 'the list that the file names is the one that counts' "$status" 0
jq 'del(.taskList)' $FILE >"$T/edited" && cp "$T/edited" $FILE; run orchestrator plan --source streams
like 'else two lists with a stream are one too many' "$status $err" '^65 .*Stream-A: tasks of more than one list carry it'
orchestrator tasks edit --stream '' x >/dev/null; run orchestrator conflict-check Stream-B ../x
like 'a file of elsewhere has no conflicts to tell of' "$status $err" '^65 .*not a file of the repository'
done_testing
