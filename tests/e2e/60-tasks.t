#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Task lists: what is said, what is kept, and how sessions move their tasks.
. "$(dirname "$0")/lib.sh"
cd "$T" && new_repo r && cd r || exit 1

lists() { echo "$ORCHESTRATOR_HOME"/workspaces/*/tasklists; }
flat() { tr -s " \n" " " | sed "s/ $//"; }
status_of() { jq -r --arg t "$1" '.tasks[] | select(.id == $t) | .status' "$(lists)/$id.json"; }
history_of() { jq -r --arg t "$1" '[.tasks[] | select(.id == $t) | .history[] | .to] | join(" ")' "$(lists)/$id.json"; }

run orchestrator tasks list
is 'without lists there is nothing to list' "$status $out" '0 no task lists; orchestrator tasks create NAME makes one'
run orchestrator tasks show
is 'without lists there is nothing to show' "$status" 66
run orchestrator tasks
is 'tasks alone is a usage error' "$status" 64
run orchestrator tasks shwo
is 'an unknown command of tasks is a usage error' "$status" 64

# The migration, first day.
run orchestrator tasks create migration --task 'database-migration: Migrate database schema' \
    --task 'application-migration: Migrate application code' --task 'data-validation: Validate migrated data'
is 'a list is created' "$status" 0
id=$(echo "$out" | sed -n 's/^TaskList Created: \(tl-[a-z0-9]\{8\}\)$/\1/p')
ok 'tasks create prints the id of the list' test "$id"
is 'tasks create prints the tasks' "$out" "TaskList Created: $id
[database-migration] Migrate database schema: PENDING
[application-migration] Migrate application code: PENDING
[data-validation] Validate migrated data: PENDING
0 of 3 COMPLETE; next: database-migration
TaskList ID: $id - Save this for Session 2"
orchestrator tasks depend application-migration database-migration >/dev/null
run orchestrator tasks depend data-validation application-migration
is 'tasks depend says for what a task waits' "$out" '[data-validation] Validate migrated data: PENDING (waits for application-migration)'
run orchestrator tasks start application-migration
is 'a task that waits cannot be started' "$status" 69
like 'the refusal to start a task that waits says for what it waits' "$err" 'waits for database-migration'
run orchestrator tasks start database-migration
is 'tasks start starts the first task' "$out" '[database-migration] Migrate database schema: PENDING -> IN_PROGRESS, list '"$id"
run orchestrator tasks complete database-migration
is 'tasks complete completes a task and names what is ready now' \
    "$out" "[database-migration] Migrate database schema: IN_PROGRESS -> COMPLETE, list $id
Ready now: application-migration"

# The second day.
run orchestrator tasks resume "$id"
is 'tasks resume succeeds on a list' "$status" 0
is 'tasks resume loses nothing' "$out" "TaskList Loaded: $id
[database-migration] Migrate database schema: COMPLETE (status preserved)
[application-migration] Migrate application code: PENDING (status preserved)
[data-validation] Validate migrated data: PENDING (status preserved)
TaskList ID: $id (same list)
Next: [application-migration] Migrate application code: PENDING
Cross-Session Continuation: SUCCESS
Task State Persistence: VERIFIED"
is 'tasks resume prints JSON too' \
    "$(orchestrator --json tasks resume migration | jq -r '[.list, .same_list, .preserved, .next_found, .next, .tasks[0].status] | map(tostring) | join(" ")')" \
    "$id true true true application-migration COMPLETE"
for t in application-migration data-validation; do
	orchestrator tasks start $t >/dev/null && run orchestrator tasks complete $t
	like "$t is done after tasks resume" "$out" "^\\[$t\\] .*: IN_PROGRESS -> COMPLETE, list $id\$"
done
run orchestrator tasks resume "${id%??}"
like 'tasks resume of a list that is done says that nothing is left to do' "$status $out" 'Next: nothing is left to do'
is 'the list has who did what' "$(jq -r '[.tasks[].history[].by] | unique | join(",")' "$(lists)/$id.json")" "$(id -un)"

# What is refused.
run orchestrator tasks create migration
is 'a name is not given twice' "$status" 73
like 'the refusal of a name that a list has names the list' "$err" "$id"
is 'a refused tasks create creates nothing' "$(ls "$(lists)"/tl-*.json | wc -l)" 1
run orchestrator tasks complete data-validation
is 'what is complete is not completed again' "$status" 65
run orchestrator tasks depend database-migration data-validation
is 'a circle is refused' "$status" 65
like 'the refusal of a circle prints it' \
    "$err" 'circular dependency: database-migration -> data-validation -> application-migration -> database-migration'
run orchestrator tasks depend database-migration nothing
is 'a dependency on an unknown task is refused' "$status" 66
run orchestrator tasks create two --task 'a: A' --task 'A: B'
is 'ids that differ by case alone are refused' "$status" 65
run orchestrator tasks create bad --task '../x: A'
is 'ids that are none are refused' "$status" 65
run orchestrator tasks start no-such-task
is 'a task that is nowhere is an error' "$status" 66
run orchestrator tasks show tl-00000000
is 'a list that is nowhere is an error' "$status" 66
orchestrator tasks create other --task 'data-validation: Of the other list' >/dev/null
run orchestrator tasks reopen data-validation
is 'a task of two lists is ambiguous' "$status" 64
like 'the error of a task of two lists names both' "$err" "$id.*\\(migration\\)|$id.*migration"
run orchestrator tasks reopen --list migration data-validation
is 'unless the list is said' "${out%, list *}" '[data-validation] Validate migrated data: COMPLETE -> PENDING'
run orchestrator tasks show
is 'of two lists one must be said' "$status" 64
is 'list shows every id' "$(orchestrator tasks list | awk '{ print $1 }' | sort)" "$(cd "$(lists)" && ls tl-*.json | sed 's/\.json$//' | sort)"

# Fields.
run orchestrator --json tasks add --title 'The title' --description 'Do it.' --acceptance 'It is done.' --priority 0 \
    --agent-type gardener --depends-on data-validation --allow 'src/**' --allow 'doc/*' --forbid secret --output out/file \
    --estimate 30 --timeout 60 --parallelizable no --stream Stream-B other full
is 'a task has many fields' "$(echo "$out" | jq -cS '.task | del(.created_at)')" \
    '{"acceptance":"It is done.","agent_type":"gardener","allowed_paths":["src/**","doc/*"],"depends_on":["data-validation"],"description":"Do it.","estimate":30,"forbidden_paths":["secret"],"id":"full","outputs":["out/file"],"parallelizable":false,"priority":0,"status":"PENDING","stream":"Stream-B","timeout":60,"title":"The title"}'
run orchestrator --json tasks edit --title Other --allow '' --parallelizable yes --depends-on '' full
is 'fields of a task can be changed and emptied' \
    "$(echo "$out" | jq -c '.task | [.title, .allowed_paths, .parallelizable, .depends_on, .description]')" '["Other",null,null,null,"Do it."]'
run orchestrator tasks edit --priority 5 full
is 'a wrong value is refused' "$status" 64
run orchestrator tasks edit --prio 5 --nothing full
is 'an unknown option too' "$status" 64

if python3 -c 'import jsonschema' 2>/dev/null; then
	ok 'the records are valid' python3 -c 'import json, sys, jsonschema
for f in sys.argv[2:]: jsonschema.validate(json.load(open(f)), json.load(open(sys.argv[1])))' \
	    "$top/man/schema/tasklist.schema.json" "$(lists)"/tl-*.json
else
	skip 'the records are valid' 'python3-jsonschema is not installed'
fi

# A hundred at once.
i=0 && while [ $i -lt 100 ]; do i=$((i + 1)); echo "- [ ] t$i: Task $i"; done |
    orchestrator tasks create many --from - >/dev/null
pids=
i=0; while [ $i -lt 100 ]; do i=$((i + 1)); orchestrator tasks complete t$i >/dev/null 2>>"$T/many.err" & pids="$pids $!"; done
won=0
for p in $pids; do if wait "$p"; then won=$((won + 1)); fi; done
is 'a hundred commands at once succeed' "$won" 100
is 'no update of a hundred commands at once is lost' "$(orchestrator --json tasks show many | jq .counts.COMPLETE)" 100
ok 'no step of the history of a hundred commands at once is lost' orchestrator tasks resume many

pids=
for i in 1 2 3 4; do orchestrator tasks create one-name >/dev/null 2>&1 & pids="$pids $!"; done
won=0
for p in $pids; do if wait "$p"; then won=$((won + 1)); fi; done
is 'of four that make a list of one name one does' "$won" 1

# Its name as another program may write it.
echo '["a: The first", {"title": "The second", "depends_on": ["a"]}]' |
    orchestrator tasks create json --from - --task c >/dev/null
f=$(lists)/$(orchestrator --json tasks list | jq -r '.lists[] | select(.name == "json") | .id').json
sed -i 's/"name": "json"/"name": "j\\u0073on"/' "$f"
run orchestrator tasks show json
is 'a list is found by a name that is written with an escape' "$status" 0

# A list that was tampered with, damaged, lost.
id=$(orchestrator --json tasks list | jq -r '.lists[] | select(.name == "json") | .id')
f=$(lists)/$id.json
jq '.tasks[0].status = "COMPLETE"' "$f" >"$T/edited" && cp "$T/edited" "$f"
run orchestrator tasks resume json
is 'a status that does not follow from its history is found' "$status" 1
like 'resume names the task whose status does not follow from its history' \
    "$out" '^\[a\] The first: COMPLETE \(status NOT preserved: its history ends in PENDING\)$'
like 'resume of a list with a wrong status ends with a verdict of not verified' "$out" '^Task State Persistence: NOT VERIFIED'
jq '.tasks[0].depends_on = ["c"] | .tasks[2].depends_on = ["a"]' "$T/edited" >"$f"
run orchestrator tasks show "$id"
like 'a circle in the file is damage' "$status $err" '^65 .*damaged.*circular dependency: a -> c -> a'
mkfifo "$T/fifo" && mv "$T/fifo" "$f"
run orchestrator tasks show "$id"
like 'a list that is no regular file is damage' "$status $err" '^65 .*not a regular file'
rm "$f" && head -c 100 "$T/edited" >"$f"
run orchestrator tasks show "$id"
is 'a damaged list is an error' "$status" 65
like 'the error of a damaged list names its last good copy' "$err" "$f\\.last"
run orchestrator tasks start --list "$id" c
is 'a damaged list is an error for a command that changes it' "$status" 65
is 'a damaged list is left as it is' "$(wc -c <"$f")" 100
mv "$f" "$T/gone"
run orchestrator tasks resume "$id"
is 'a missing list is an error' "$status" 66
like 'the error of a missing list names its last good copy' "$err" "missing.*$f\\.last"
run orchestrator tasks list
is 'tasks list with a missing list is an error' "$status" 66
like 'tasks list keeps the id of a missing list' "$out" "^$id  missing\$"
ok 'a missing list is not made anew' not test -e "$f"
cp "$f.last" "$f"
ok 'the copy is a good one' orchestrator tasks resume "$id"

# Sessions.
cat >"$T/work.json" <<'J'
{ "tasks": [ { "id": "one", "title": "The first", "description": "Write f.", "allowed_paths": ["f"] },
  { "id": "two", "title": "The second", "depends_on": ["one"] }, { "id": "three", "depends_on": ["two"] },
  { "id": "lone" }, { "id": "left" }, { "id": "right" } ] }
J
id=$(orchestrator tasks create work --from "$T/work.json" | sed -n 's/^TaskList Created: //p')
run orchestrator dispatch --review none two -- true
is 'a task that waits is not dispatched' "$status" 69
like 'the refusal to dispatch a task that waits says for what it waits' "$err" 'task two waits for one'
run orchestrator dispatch --wait --review none one -- sh -c 'echo 1 >f; echo "Wrote the file f." | worker summary -'
is 'a task is dispatched' "$status" 0
is 'the item of a dispatched task has its title and description' \
    "$(field item.json '[.title, .description, .allowed_paths[0]] | join("|")' one)" 'The first|Write f.|f'
is 'the item of a dispatched task has neither status nor history' "$(field item.json 'has("status") or has("history")' one)" false
is 'a dispatched task is in progress until the merge' "$(status_of one)" IN_PROGRESS
is 'a dispatched task is taken by its session' "$(jq -r '.tasks[0].history[-1].by' "$(lists)/$id.json")" "$(basename "$(session_of one)")"
run orchestrator tasks reopen one
is 'a task in progress is not reopened' "$status" 69
run orchestrator dispatch --review none one -- true
is 'a task in progress is not dispatched twice' "$status" 73
ok 'the session of a task is merged' orchestrator merge one
is 'a task whose session is merged is complete' "$(status_of one)" COMPLETE
is 'a complete task unblocks the next' "$(orchestrator --json tasks show work | jq -r '[.ready[]] | join(" ")')" 'two lone left right'
run orchestrator dispatch --wait --review none two -- sh -c 'cat >p'
is 'a task that was unblocked is dispatched' "$status" 0
ok 'a task has the summary of the one before in its prompt' grep -q 'Wrote the file f' "$(session_of two)/prompt.md"
ok 'execute merges the session of a task' orchestrator execute --source none
is 'execute completes a task whose session it merged' "$(status_of two)" COMPLETE

run orchestrator dispatch --wait --review none three -- false
is 'the session of a task can fail' "$status" 1
is 'a task whose session failed has failed' "$(status_of three)" FAILED
run orchestrator retry three
is 'the session of a failed task is retried' "$status" 0
ended() { jq -e '.status == "failed"' "$(session_of three)/state.json"; }
wait_for 20 ended
ok 'execute sees the end of a retried task' not orchestrator execute --source none
is 'a task that was retried is in progress and fails again' "$(history_of three)" 'IN_PROGRESS FAILED IN_PROGRESS FAILED'

mkdir .orchestrator && echo '{ "merge": { "on_conflict": "fail" } }' >.orchestrator/config.json && git add .orchestrator && git commit -qm Settings
for t in left right; do logged orchestrator dispatch --wait --review none $t -- sh -c "echo $t >same"; done
orchestrator merge >/dev/null
is 'a conflict blocks the task' "$(status_of left) $(status_of right)" 'COMPLETE BLOCKED'
printf '#!/bin/sh\nexit 66\n' >"$T/worker" && chmod +x "$T/worker"
run env ORCHESTRATOR_WORKER="$T/worker" orchestrator dispatch --review none lone -- true
is 'a session that does not come to life leaves its task' "$(status_of lone)" PENDING

# Nobody was there.
logged orchestrator dispatch --wait --review none lone -- sh -c 'echo x >lone'
cp "$(lists)/$id.json" "$T/before"
orchestrator merge lone >/dev/null
cp "$T/before" "$(lists)/$id.json"	# as if it had been killed before it wrote the list
run orchestrator tasks show work
like 'a task whose session was merged is completed by the next command' "$out" '^\[lone\] lone: COMPLETE$'
jq '(.tasks[] | select(.id == "lone")) |= (.status = "IN_PROGRESS" | .session = "session-lone-aaaaaa" | .history = .history[:1])' \
    "$T/before" >"$(lists)/$id.json"
orchestrator tasks list >/dev/null 2>&1
is 'one whose session never was is free again' "$(status_of lone)" PENDING
run orchestrator dispatch --wait --review none --title 'No task' lone -- sh -c 'echo y >lone'
is 'an item of that id with a title is no task' "$status $(status_of lone)" '0 PENDING'
orchestrator cancel lone >/dev/null
orchestrator tasks create twin-a --task twin >/dev/null; orchestrator tasks create twin-b --task twin >/dev/null
run orchestrator dispatch --review none twin -- true
like 'a task of two lists is not dispatched without saying which' "$status $err" '64.*say which with --list'
run orchestrator dispatch --review none --list twin-b twin -- true
is 'a task of two lists is dispatched from the list that is named' \
    "$status $(orchestrator --json tasks show twin-a 2>>"$T/.log" | jq -r '.tasks[0].status') $(orchestrator --json tasks show twin-b 2>>"$T/.log" | jq -r '.tasks[0].session != null')" '0 PENDING true'
logged orchestrator tasks create stop --task stop-it && id=$(orchestrator --json tasks list 2>>"$T/.log" | jq -r '.lists[] | select(.name == "stop") | .id')
orchestrator dispatch --review none stop-it -- sh -c 'cat <"$T/.never"' >/dev/null
ok 'a task can be cancelled' orchestrator cancel stop-it
is 'a task whose session is cancelled has failed' "$(status_of stop-it)" FAILED

# One that was cut off keeps its name: none is made in its place, and nobody takes it for nothing.
new_repo "$T/cut" && cd "$T/cut" || exit 1
export ORCHESTRATOR_HOME="$T/state-cut"
id=$(orchestrator tasks create cut --task 'a: A' | sed -n 's/^TaskList Created: //p')
f=$(orchestrator --json tasks show | jq -r .path)
for damage in ": >'$f'" "rm '$f'"; do
	eval "$damage"
	run orchestrator tasks create cut
	is 'a damaged list keeps its name' "$status $(echo "$err" | grep -c "already: $id;")" '73 1'
	run orchestrator tasks resume cut
	is 'a damaged list is found by its name' "$(echo "$err" | grep -c "$f\\.last")" 1
	run orchestrator execute
	is 'execute does not take it for no work' "$((status > 0)) $(echo "$err" | grep -c "$f\\.last")" '1 1'
done
cp "$f.last" "$f"
for o in '--allow ../x' '--forbid /etc/x' '--output a/../../b'; do
	# shellcheck disable=SC2086 # an option and its value
	run orchestrator tasks edit $o a
	like "the path in $o is refused" "$status $err" '^65 .*must be a path from the top'
done
run orchestrator tasks edit --output 'a
b' a
is 'a path of two lines does not damage the list' "$status $(orchestrator --json tasks show cut | jq -r '.tasks[0].id')" '65 a'
run orchestrator tasks edit a
like 'an edit that edits nothing is an error' "$status $err" '^64 .*an option that says what to change'
orchestrator tasks complete a >/dev/null; run orchestrator tasks complete a
like 'what is so already is said' "$status $err" '^65 .*task a is COMPLETE already$'
echo '{ "version": 2, "tasks": [] }' >v2; run orchestrator tasks create other --from v2
like 'a file of another version is refused' "$status $err" '^65 .*"version" is not 1'
# Many at once.
orchestrator tasks create many --task 'm1: M' --task 'm2: M' --task 'm3: M' >/dev/null
for i in m1 m2; do orchestrator tasks complete $i >/dev/null; done
run orchestrator tasks reopen m1 m2
is 'several tasks are reopened at once' "$status $(echo "$out" | sed 's/, list tl-.*//' | flat)" '0 [m1] M: COMPLETE -> PENDING [m2] M: COMPLETE -> PENDING'
run orchestrator tasks reopen m1 no-such m3
is 'reopen does each task that it can' "$status $(echo "$err" | wc -l)" '65 3'
cat >"$T/failed.json" <<'J'
[ { "id": "f1", "status": "FAILED" }, { "id": "f2", "status": "FAILED" }, { "id": "f3", "status": "COMPLETE" } ]
J
orchestrator tasks create failures --from "$T/failed.json" >/dev/null
run orchestrator tasks reopen --failed --list failures
is 'all failed tasks of a list are reopened' "$status $(echo "$out" | sed 's/, list tl-.*//' | flat)" '0 [f1] f1: FAILED -> PENDING [f2] f2: FAILED -> PENDING'
like 'reopen says that no task has failed' "$(orchestrator tasks reopen --failed --list failures)" '^no task of tl-.* is FAILED$'
is 'a task that did not fail stays complete' "$(orchestrator --json tasks show failures | jq -r '.tasks[2].status')" COMPLETE
for a in '' '--failed m1'; do
	# shellcheck disable=SC2086 # words
	run orchestrator tasks reopen $a
	is "reopen '$a' is refused" "$status" 64
done
done_testing
