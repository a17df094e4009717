#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# orchestrator serve: streams and their tasks, with commands from existing scripts that poll them.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/streams.sh"
. "$(dirname "$0")/serve.sh"
# shellcheck disable=SC2016 # $ is of the agent
# They mean port 9090.
commands() { sed "s,http://127.0.0.1:9090,$url,g" >"$T/script"; bash "$T/script" 2>/dev/null; }

#: Streams of a streams file.
world s; file .; : >"$T/hold-Stream-A"
serve || { tap 1 'the server of the test runs'; done_testing; }
is '/health says that the server runs' "$(commands <<'E' | cut -c1-15
curl http://127.0.0.1:9090/health
E
)" '{"status":"ok",'
is 'the progress of each stream' "$(commands <<'E'
curl -s http://127.0.0.1:9090/api/streams | jq -r ".streams[] | \"\(.streamId): \(.progressPercentage)% (\(.completedTasks)/\(.totalTasks))\""
E
)" 'Stream-A: 0% (0/2)
Stream-B: 0% (0/2)
Stream-C: 0% (0/2)
Stream-Z: 0% (0/2)'
logged git add . && git commit -qm Streams
orchestrator execute --source streams >"$T/said" 2>&1 & pid=$!
half() { [ "$(get /api/streams/Stream-A | jq -c '[.completedTasks, .progressPercentage, .status]')" = '[1,50,"in progress"]' ]; }
ok 'the progress of a stream is that of its session' wait_for 30 half
is 'one stream with its tasks' "$(commands <<'E' | jq -c '[.streamId, .streamName, .streamPhase, .dependencies, .inProgressTasks, (.tasks | map(.id, .title, .status))]'
curl http://127.0.0.1:9090/api/streams/Stream-A | jq
E
)" '["Stream-A","work of Stream-A","foundation",[],1,["first","The first","completed","task-2","The second","in_progress"]]'
is 'the tasks in progress' "$(commands <<'E' | jq -c '.tasks | map([.id, .streamId, .metadata.streamPhase])'
curl http://127.0.0.1:9090/api/tasks?status=in_progress | jq
E
)" '[["task-2","Stream-A","foundation"]]'
is 'the tasks of a stream' "$(commands <<'E' | jq -c '[.totalTasks, (.tasks | map(.metadata.streamDependencies))]'
curl http://127.0.0.1:9090/api/tasks?streamId=Stream-B | jq
E
)" '[2,[["Stream-A"],["Stream-A"]]]'
is 'the tasks of a stream and a status' "$(get '/api/tasks?streamId=Stream-B&status=blocked' | jq -c .tasks)" '[]'
is 'a query cut at its unquoted ampersand still has a reply' "$(commands <<'E' | jq -c .totalTasks
curl http://127.0.0.1:9090/api/tasks?streamId=Stream-B&status=blocked | jq
wait
E
)" 2
is 'the agents at work' "$(commands <<'E' | jq -c '.activities | map([.streamId, .streamName, .phase])'
curl http://127.0.0.1:9090/api/activity?active=true | jq
E
)" '[["Stream-A","work of Stream-A","implement"]]'
is 'a stream at work has its worktree and its branch' "$(get /api/streams/Stream-A | jq -c '[(.worktreePath | test("Stream-A$")), .branch]')" \
    '[true,"session/Stream-A/1"]'
left() {
	commands <<'E'
COMPLETE=$(curl -s http://127.0.0.1:9090/api/streams | jq '.streams[] | select(.progressPercentage < 100) | .streamId' | wc -l)
echo "$COMPLETE"
E
}
is 'the number of streams that are not complete' "$(left)" 4
is 'a missing stream is an error' "$(ask /api/streams/Stream-X) $(error)" '404 there is no stream Stream-X'
rm "$T/hold-Stream-A"; wait $pid
is 'the streams are gone with their file, at the end' "$(left)" 0

#: Tasks of a list.
world t; work; orchestrator generate >/dev/null
serve || { tap 1 'the server of the list runs'; done_testing; }
is 'the tasks of a list have its streams' "$(get '/api/tasks?streamId=Stream-B' | jq -c '.tasks | map([.id, .status, .title, .metadata.files[0]])')" \
    '[["commands","pending","Update the commands","src/commands/**"],["usage","pending","Update the usage","src/usage.c"]]'
is 'a stream counts the tasks of the list' "$(get /api/streams/Stream-B | jq -c '[.totalTasks, .pendingTasks, .waitsFor]')" '[2,2,["Stream-A"]]'
orchestrator tasks complete types >/dev/null
is 'the names of statuses in task lists are accepted' "$(get '/api/tasks?status=COMPLETE' | jq -c '.tasks | map([.id, .status])')" '[["types","completed"]]'

#: A question of execute itself.
world q ', "ambiguous": "ask", "max_parallel": 3'
orchestrator tasks create ask --task 'a: A' --task 'b: B' >/dev/null
echo 'while [ -e "$T/hold" ]; do timeout 0.05 cat <"$T/.never"; done; echo x >"$ITEM_ID"' >"$T/agent"
: >"$T/hold"
orchestrator execute ask >"$T/said" 2>&1 & pid=$!
serve || { tap 1 'the server of the question runs'; done_testing; }
asked() { get /api/sessions | jq -e '.sessions[0] | .name == "instance" and .urgency == "question" and .at == "execute asks"'; }
ok 'a question of execute is listed first' wait_for 30 asked
is '/api/sessions says that execute is running, and its list' "$(get /api/sessions | jq -c '[.executing, .lists, .done, .total]')" '[true,"ask",0,2]'
get /api/questions | jq '.questions[0]' >"$T/question"
is 'a question of execute is answered like a question of a session' "$(post "/api/sessions/$(jq -r .session "$T/question")/answer" \
    "$(jq -c '{ question: .id, answer: "at once" }' "$T/question")")" 200
heard() { grep -q 'answered: q-.* by person: at once' "$T/said"; }
ok 'execute has the answer' wait_for 20 heard
rm "$T/hold"; timeout 60 tail --pid=$pid -f /dev/null

#: A faulty file.
world f; file '.streams[0].streamPhase = "later"'
serve || { tap 1 'the server of the faulty file runs'; done_testing; }
is 'a faulty streams file gives no streams' "$(get /api/streams)" '{"streams":[],"totalStreams":0}'
done_testing
