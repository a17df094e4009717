#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The plan and the manifest: what would be done, what was done, in the fields that people know.
. "$(dirname "$0")/lib.sh"

# The agent writes what its item is to bring; those named in $T/fail fail.
cat >"$T/agent" <<'E'
if grep -qsx "$ITEM_ID" "$T/fail"; then exit 3; fi
d=$(jq -r '.allowed_paths[0] // "src/auth/"' "$SESSION_DIR/item.json")
mkdir -p "$d"
echo "$ITEM_ID" >"$d$ITEM_ID"
jq -r '(.outputs // [])[]' "$SESSION_DIR/item.json" | while read -r f; do
	mkdir -p "$(dirname "$f")"; echo "$ITEM_ID" >>"$f"
done
worker progress 1/2
while [ -e "$T/hold-$ITEM_ID" ]; do timeout 0.05 cat <"$T/.never"; done
exit 0
E
world() {	# NAME SETTINGS
	export ORCHESTRATOR_HOME="$T/state-$1"
	new_repo "$T/$1" && cd "$T/$1" && mkdir .orchestrator || exit 1
	echo "{ \"review\": \"none\", \"agents\": { \"sh\": { \"command\": \"sh $T/agent\" } },
	    \"roles\": { \"implementer\": \"sh\" }$2 }" >.orchestrator/config.json
	git add . && git commit -qm Settings
}
instance() { echo "$ORCHESTRATOR_HOME"/workspaces/*/instance-*; }
manifest() { jq -rc ".terminal_manifest$1" "$(instance)/plan.json"; }
members() {
	jq -r '[.terminal_manifest | paths] | map(map(if type == "number" then "[]" else . end) | join(".") |
	    gsub("\\.\\[\\]"; "[]")) | unique[]' "$1"
}
everything() { find "$ORCHESTRATOR_HOME" .git . -path '*/safe.git*' -prune -o -printf '%p %T@ %s\n' | sort -u; }

world plan ''
cat >"$T/list.json" <<'E'
{ "tasks": [
  { "id": "auth", "title": "Auth", "agent_type": "dev", "estimate": 15, "outputs": ["src/auth/login"],
    "allowed_paths": ["src/auth/"], "forbidden_paths": ["src/models/"] },
  { "id": "client", "agent_type": "dev", "estimate": 10, "outputs": ["src/api/client"], "allowed_paths": ["src/api/"] },
  { "id": "models", "agent_type": "dev", "estimate": 12, "outputs": ["src/models/user"], "allowed_paths": ["src/models/"] },
  { "id": "utils", "agent_type": "dev", "estimate": 8, "allowed_paths": ["src/utils/"] },
  { "id": "lone", "parallelizable": false },
  { "id": "broken", "depends_on": ["auth"], "allowed_paths": ["doc/"] } ] }
E
orchestrator tasks create shop --from "$T/list.json" >/dev/null
run orchestrator plan --max-parallel 3
like 'plan says where the limit is from' "$out" 'at most 3 at once: --max-parallel; memory would allow [0-9]+, processors [0-9]+$'
everything >"$T/before"
j=$(orchestrator --json plan); orchestrator plan --yaml >"$T/yaml"; orchestrator execute --dry-run >"$T/dry"
everything >"$T/after"
is 'no plan changes anything on disk, nor does --dry-run' "$(diff "$T/before" "$T/after")" ''
is '--dry-run prints the plan' "$(sed 's/memory.*//' "$T/dry")" "$(orchestrator plan | sed 's/memory.*//')"
is 'the manifest is in plan --json' "$(printf %s "$j" | jq -c '.terminal_manifest.parallelization_plan')" \
    '{"total_tasks":6,"parallelizable_tasks":5,"sequential_tasks":1,"terminal_count":6}'
is 'the manifest has what is expected of each task' \
    "$(printf %s "$j" | jq -c '.terminal_manifest | [.spawn_id, .terminal_assignments[0].tasks[0].outputs_expected, .performance.sequential_estimate_minutes]')" \
    '["SPAWN-001",["src/auth/login"],45]'
is 'plan --json has what is said of the capacity' "$(printf %s "$j" | jq '.capacity.by_processors >= 4 and .capacity.wanted == 4')" true
is 'plan --yaml is the manifest' "$(sed -n '1p; /^  terminal_assignments/p; /^  - terminal_id: "TERM-006"/p' "$T/yaml" | tr '\n' '|')" \
    'terminal_manifest:|  terminal_assignments:|  - terminal_id: "TERM-006"|'
is 'plan --yaml has the same members as plan --json' "$(sed 's/^[ -]*//; /^[a-z_]*:/!d; s/:.*//' "$T/yaml" | sort -u)" \
    "$(printf %s "$j" | jq -r '{ terminal_manifest } | .. | objects | keys[]' | sort -u)"

# Groups.
is '--group lets small related tasks share a session' "$(orchestrator plan --group | sed -n '/^step 1/,/^step 2/p' | tr '\n' '|')" \
    'step 1, at once|  [auth] Auth|  + [utils] utils|  [client] client|  + [models] models|step 2|'
is 'plan --json --group says which tasks share a session' \
    "$(orchestrator --json plan --group | jq -c '[.tasks[] | select(.with != null) | [.task, .with]]')" '[["utils","auth"],["models","client"]]'
is 'the manifest of --group says which tasks share a session' \
    "$(orchestrator --json plan --group | jq -c '[.terminal_manifest.terminal_assignments[] | [.tasks[].task_id]] | map(join(" "))')" '["auth utils","client models","lone","broken"]'

# It is done, and the manifest kept up to date.
echo broken >"$T/fail"; : >"$T/hold-client"
orchestrator execute --group shop >"$T/said" 2>&1 & pid=$!
current() { [ "$(manifest '.monitoring[] | select(.terminal == "TERM-002") | [.status, .current_task, .progress] | join(" ")')" = 'in_progress models 50%' ]; }
ok 'the manifest says what a session is at' wait_for 20 current
is 'the tasks of a group are IN_PROGRESS together' \
    "$(orchestrator --json tasks show | jq -c '[.tasks[] | select(.status == "IN_PROGRESS") | .id] | sort - ["auth", "utils", "lone", "broken"]')" '["client","models"]'
like 'the prompt of a group has all its tasks' "$(tr '\n' ' ' <"$(session_of client)/prompt.md")" '1\. \[client\].* 2\. \[models\]'
rm "$T/hold-client"; wait $pid
is 'one task has failed' "$?" 1
is 'the others are COMPLETE' "$(orchestrator --json tasks show | jq -c .counts.COMPLETE)" 5
is 'one merge for a group' "$(git log --format=%s main | grep -c '^Merge ')" 3
is 'the manifest tells the ends of the sessions apart' \
    "$(manifest .completion.terminal_results | jq -c 'map([.terminal, .status, .tasks_completed, .tasks_failed])')" \
    '[["TERM-001","completed",2,0],["TERM-002","completed",2,0],["TERM-003","completed",1,0],["TERM-004","failed",0,1],["TERM-005","failed",0,1]]'
is 'the manifest has what was merged, with its source' \
    "$(manifest .merged_results.artifacts | jq -c 'map(select(.source == "TERM-002") | [.path, .size_kb])')" \
    '[["src/api/client",1],["src/models/user",1]]'
is 'the manifest has what to do next' \
    "$(manifest .recovery_plan)" '{"successful_tasks":5,"failed_tasks":1,"requeue_tasks":[],"action":"accept-partial-results-and-escalate-failed"}'
is 'the error in the manifest has its kind and its task' \
    "$(manifest '.completion.terminal_results[-1].error' | jq -c '[.task, .error_type]')" '["broken","agent-error"]'
# shellcheck disable=SC2046 # lines
ok 'the logs that the manifest names are there' ls $(manifest '.cleanup.logs_archived[]')
ok 'the context in the manifest is the session directory' test -s "$(manifest '.context_isolation[0].context_package')/item.json"
# of a plan.json, then of a report.json: the same figures
is 'plan.json and report.json have the same times, counts and durations' \
    "$(manifest '| { actual: .performance.parallel_actual_minutes, saved: .performance.time_saved_minutes,
	gain: .performance.efficiency_gain, merged: .session_updates.tasks_completed, failed: .recovery_plan.failed_tasks,
	took: [.completion.terminal_results[] | select(.status == "completed").duration_minutes] | sort }')" \
    "$(jq -c 'def minutes: . / 600 | round / 100 + 0;
	{ actual: .wall_ms | minutes, saved: .saved_ms | minutes,
	gain: "\(if .saved_ms + .wall_ms > 0 then .saved_ms * 100 / (.saved_ms + .wall_ms) | trunc + 0 else 0 end)%",
	merged: .merged | length, failed: .failed | length,
	took: [.merged[] | select(.with == null).ms | minutes] | sort }' "$(instance)/report.json")"
members "$(instance)/plan.json" >"$T/members"
is 'all fields that are known have their names' "$(grep -vxFf "$T/members" "$top/tests/unit/fixtures/manifest-fields")" ''
rm "$T/fail"; orchestrator tasks reopen broken >/dev/null
timeout 60 orchestrator execute shop >/dev/null
is 'the next execute is the next spawn' "$(manifest '| [.spawn_id, .completion.all_completed, .parallelization_plan.total_tasks]')" '["SPAWN-002",true,1]'

if python=$(schema_python); then
	is 'the records of a spawn are as their schemas say' \
	    "$("$python" "$top/tests/validate.py" "$top/man/schema" "$ORCHESTRATOR_HOME" 2>&1)" \
	    'config item plan questions report review state'
else
	skip 'the records of a spawn are as their schemas say' 'no python3-jsonschema'
fi

# A group that fails.
world groups ', "attempts": 2'
orchestrator tasks create trio --task 'a: A' --task 'b: B' --task 'c: C' >/dev/null
echo a >"$T/fail"
run timeout 60 orchestrator execute --group trio
is 'what has failed in a group is done again one by one' "$(echo "$out" | sed -n 's/.*dispatched: //p' | sort | tr '\n' '|')" 'task a|task b|task c|tasks a, b, c|'
is 'a task that failed in a group fails by itself' \
    "$status $(orchestrator --json tasks show | jq -c '[.tasks[].status]')" '1 ["FAILED","COMPLETE","COMPLETE"]'
like 'the failure is in the next prompt' "$(cat "$(session_of b)/prompt.md")" 'exit status 3'
is 'each as its second session' "$(field state.json .attempt b)" 2
rm "$T/fail"
orchestrator tasks create two --task 'e: E' --task 'f: F' >/dev/null
run orchestrator --json dispatch-ready --group two
is 'dispatch-ready --group does the same' "$(echo "$out" | jq -c '.sessions | map(.tasks)')" '[["e","f"]]'
timeout 60 orchestrator execute two >/dev/null
is 'the merge of a group completes both tasks' "$(orchestrator --json tasks show two | jq .counts.COMPLETE)" 2

# What is wrong.
run orchestrator plan --yaml nothing
is 'a project that there is not' "$status $out" '66 '
run orchestrator execute --max-parallel 1000 --dry-run two
like 'more than there is room for is said' "$err" 'at most [0-9]+ at once: --max-parallel is 1000; memory (does|would) allow'
done_testing
