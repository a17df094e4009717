#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# execute is found, joined, followed, stopped and paused; a session is paused.
. "$(dirname "$0")/lib.sh"

# The agent waits as long as it is held, and writes a file.
cat >"$T/agent" <<'E'
echo "start $ITEM_ID" >>"$T/times"
while [ -e "$T/hold-$ITEM_ID" ]; do timeout 0.05 cat <"$T/.never"; done
echo "$ITEM_ID" >>"$ITEM_ID"
E
world() {	# NAME [SETTINGS]
	rm -f "$T/times" "$T"/hold-*; : >"$T/times"; export ORCHESTRATOR_HOME="$T/state-$1"
	new_repo "$T/$1" && cd "$T/$1" && mkdir .orchestrator || exit 1
	echo "{ \"review\": \"none\", \"agents\": { \"sh\": { \"command\": \"sh $T/agent\" } },
	    \"roles\": { \"implementer\": \"sh\" }${2:-} }" >.orchestrator/config.json
	git add . && git commit -qm Settings
}
list() {	# NAME TASK...
	_l=$1; shift
	for t; do set -- "$@" --task "$t: $t"; shift; done
	orchestrator --json tasks create "$_l" "$@" | jq -r .id
}
status_of() { orchestrator --json tasks show "$2" | jq -r --arg t "$1" '.tasks[] | select(.id == $t) | .status'; }
begun() { for t; do grep -q "start $t" "$T/times" || return 1; done; }
said() { grep -q -e "$1" "$T/said"; }
instance() { echo "$ORCHESTRATOR_HOME"/workspaces/*/instance-*; }
works() { orchestrator --json status | jq -e "$1" >/dev/null; }
ended() { timeout 60 tail --pid="$1" -f /dev/null || kill -9 "$1"; wait "$1"; }

# Begun at the same moment.
world race
one=$(list one a b); two=$(list two c d)
for l in one one two two; do
	(orchestrator execute -f "$l" >"$T/race.$l" 2>&1; echo "$l $?" >>"$T/raced") &
done
wait
is 'lists that are executed and followed at the same moment are all worked off' "$(sort "$T/raced" | paste -sd, -)" 'one 0,one 0,two 0,two 0'
is 'of lists executed at the same moment each task is done once' "$(sort "$T/times" | paste -sd, -)" 'start a,start b,start c,start d'

# Found and joined.
world join
one=$(list one a); two=$(list two b)
: >"$T/hold-a"; : >"$T/hold-b"
orchestrator execute one >"$T/said" 2>&1 & pid=$!
ok 'status --json names the process that executes, and its list' wait_for 20 works ".execute | .pid == $pid and .lists[0].list == \"$one\""
like 'status says which process works on which list, and how far it is' "$(orchestrator status)" "^join on main - execute $pid works on one: 0/1, [01] running, [0-9]+s$"
wait_for 20 begun a
run orchestrator execute two
is 'execute of a second list while one runs succeeds' "$status" 0
like 'execute of a second list says which process works through it, and how to follow' "$out" \
    "^$two \(two\): execute runs as process $pid and works through this list, too; orchestrator execute -f $two follows it$"
ok 'a list that was added is worked through beside the first' wait_for 20 begun b
ok 'status names both lists' wait_for 20 works ".execute.lists | map(.list) == [\"$one\", \"$two\"]"
run orchestrator execute two
like 'execute of a list that is worked through already says so' "$out" 'works through this list already'
run orchestrator execute --source none
is 'execute without a list while one runs fails' "$status" 75
like 'execute without a list names the running process and what to do' "$err" "already running here as process $pid: orchestrator execute -f follows it, stop ends it"
orchestrator execute -f two >"$T/followed" 2>&1 & follower=$!
wait_for 20 grep -q 'works through this list already' "$T/followed"
rm "$T/hold-b"
ended $follower
is 'execute -f ends with the list that it follows' "$?" 0
like 'execute -f shows the events' "$(cat "$T/followed")" '^[0-9:]* session-b-[a-z0-9]*: merged: '
like 'execute -f shows the report of the list' "$(cat "$T/followed")" "^two, list $two, into main$"
ok 'the report of an ended list is printed while the first list continues' wait_for 20 said '1 of 1 merged'
ok 'a list that has ended is named no more' wait_for 20 works ".execute.lists | map(.list) == [\"$one\"]"
is 'nothing is left of a request whose list has ended' "$(ls "$(instance)/control")" ''
rm "$T/hold-a"
ended $pid
is 'the first list ends with its own status' "$?" 0
is 'the report of each list is kept' "$(ls "$(instance)/reports" | wc -l)" 2
is 'without execute status names none' "$(orchestrator --json status | jq .execute)" null
is 'all events are in the log of the instance' "$(jq -r 'select(.event == "merged").session' "$(instance)/events.jsonl" | cut -d- -f2 | sort | tr -d '\n')" ab

# A request outlives a crash of execute.
world crash
one=$(list one a); two=$(list two b)
: >"$T/hold-a"; : >"$T/hold-b"
orchestrator execute one >"$T/said" 2>&1 & pid=$!
wait_for 20 begun a
logged orchestrator execute two
wait_for 20 begun b
kill -9 $pid; wait $pid 2>/dev/null
rm "$T"/hold-*
logged timeout 60 orchestrator execute one
is 'a list that was added is worked through although execute was killed' "$(status_of b two)" COMPLETE

# Stopped.
world stop
one=$(list one a b)
orchestrator tasks depend b a >/dev/null
: >"$T/hold-a"
run orchestrator stop
is 'stop without an execute fails' "$status" 1
like 'stop without an execute names cancel' "$err" 'no execute runs here; orchestrator cancel SESSION ends a session'
orchestrator execute one >"$T/said" 2>&1 & pid=$!
wait_for 20 begun a
run orchestrator stop a
like 'stop of a session names cancel' "$err" 'orchestrator cancel a ends a session'
run orchestrator stop
like 'stop says what execute waits for, and what stop does once more' "$out" \
    "^execute, process $pid, starts no more sessions and waits for 1 session; orchestrator stop again ends it and leaves them running$"
ok 'execute says what it waits for after an interrupt, and what a second one does' wait_for 20 said \
    'interrupted: no more sessions are started; waiting for 1 running session (a). Ctrl-C or orchestrator stop once more ends execute'
wait_for 20 works .execute.ending
run orchestrator execute one
like 'a list is not added to an execute that is ending' "$err" "process $pid, is ending"
run orchestrator stop
ended $pid
is 'a second stop ends execute as a second Ctrl-C does' "$?" 130
is 'what runs is left running by a second stop' "$(status_of a one)" IN_PROGRESS
orchestrator execute one >"$T/said" 2>&1 & pid=$!
wait_for 20 works '.execute.lists | length == 1'
orchestrator stop >/dev/null
ok 'execute receives the request to stop' wait_for 20 said 'interrupted: no more sessions are started'
rm "$T/hold-a"
ended $pid
is 'after a stop what runs is merged, and nothing is begun' "$? $(status_of a one) $(status_of b one)" '1 COMPLETE PENDING'

# Paused.
world pause
one=$(list one a b)
orchestrator tasks depend b a >/dev/null
: >"$T/hold-a"
orchestrator execute one >"$T/said" 2>&1 & pid=$!
wait_for 20 begun a
run orchestrator pause
is 'pause succeeds' "$status" 0
ok 'execute says that it is paused' wait_for 20 said 'paused: no more sessions are started until orchestrator resume'
like 'status says that no more sessions are started' "$(orchestrator status)" '^paused: no more sessions are started; orchestrator resume'
rm "$T/hold-a"
ok 'running sessions are merged while execute is paused' wait_for 20 said 'session-a-.*: merged'
is 'a task that became ready is not begun while execute is paused' "$(status_of b one)" PENDING
ran() { cat "/proc/$pid/schedstat"; }
idle() { _was=$(ran) && [ "$_was" ] || return 1; for _i in 1 2 3 4 5; do orchestrator status >/dev/null; done; [ "$(ran)" = "$_was" ]; }
if [ -s "/proc/$pid/schedstat" ]; then ok 'execute sleeps while it is paused' wait_for 20 idle
else skip 'execute sleeps while it is paused' 'no schedstat'; fi
kill -9 $pid; wait $pid 2>/dev/null
orchestrator execute one >"$T/said" 2>&1 & pid=$!
ok 'a pause outlives execute' wait_for 20 said 'paused: no more sessions are started'
is 'a new execute begins nothing while it is paused' "$(status_of b one)" PENDING
run orchestrator resume
is 'resume succeeds' "$status" 0
ended $pid
is 'after resume the rest is done' "$? $(status_of b one)" '0 COMPLETE'
run orchestrator resume
is 'resume of nothing says so' "$status $out" '1 nothing was paused'

# One session.
world session ', "gates": [ "true" ]'
: >"$T/hold-a"
logged orchestrator dispatch a --review gates --title A
wait_for 20 begun a
S=$(session_of a)
run orchestrator pause a
like 'pause SESSION says when the session pauses, and how to continue it' "$out" \
    '^session-a-[a-z0-9]*: paused after its step implement; orchestrator resume a continues it, orchestrator cancel a ends it now$'
rm "$T/hold-a"
ok 'a paused session is held before its next step' wait_for 20 grep -q 'paused before step commit; orchestrator resume a continues' "$S/output.log"
like 'status shows that a session is paused' "$(orchestrator status)" '^  !  a  paused  commit  orchestrator resume a$'
is 'status --json shows that a session is paused' "$(orchestrator --json status | jq '.sessions[0].paused')" true
kill -9 "$(sed 's/[a-z]* //' "$S/worker.lock")"; wait_for 20 works '.sessions[0].dead'
orchestrator execute >"$T/said" 2>&1 & pid=$!
ok 'a session stays paused when its worker was killed' wait_for 20 said ': paused: it waits before its next step until orchestrator resume a'
ok 'a worker that takes over a paused session holds it' wait_for 20 works '.sessions[0].alive'
run orchestrator resume a
is 'resume SESSION succeeds' "$status" 0
ended $pid
is 'a session that was resumed is merged' "$? $(git show main:a)" '0 a'
run orchestrator pause a
is 'a session that has ended is not paused' "$status" 65
: >"$T/hold-p"; logged orchestrator dispatch p --review gates --title P; wait_for 20 begun p
logged orchestrator pause p; logged orchestrator cancel p
is 'a session that was cancelled while it was paused is not shown as paused' "$(orchestrator --json status p | jq -c '[.status, .paused]')" \
    '["cancelled",false]'

# orchestrator.json
world cache
: >"$T/hold-a"
logged orchestrator dispatch a --title A
is 'orchestrator.json is there from the first dispatch on' "$(jq -r '.sessions[0].item, .execute' "$(instance)/orchestrator.json" | tr '\n' ' ')" 'a null '
rm "$T/hold-a"
logged timeout 60 orchestrator execute
is 'after execute orchestrator.json names none' "$(jq -c '.execute, .sessions' "$(instance)/orchestrator.json" | tr '\n' ' ')" 'null [] '
# Dispatch.
world text ', "max_parallel": 1'
: >"$T/hold-first"
printf '#!/bin/sh\nprintf "Mend it\\n\\nAll of it.\\n# no\\n" >"$1"\n' >"$T/editor"; chmod +x "$T/editor"
logged env EDITOR="$T/editor" VISUAL= orchestrator dispatch -e first
is 'dispatch -e takes title and description from the editor' "$(field item.json '.title + "|" + .description' first)" 'Mend it|All of it.'
run orchestrator dispatch --title Second second
is 'a dispatch above max_parallel is refused' "$status" 75
like 'the refusal above max_parallel names --now and execute' "$err" \
    '^orchestrator: 1 session runs, and max_parallel is 1: dispatch --now starts one more anyway, orchestrator execute starts'
run orchestrator dispatch --now --wait --title Second second
is 'dispatch --now starts a session above max_parallel' "$status" 0
rm "$T/hold-first"
wait_for 20 works 'all(.sessions[]; .alive | not)'
list login login-page sign-up >/dev/null
run orchestrator dispatch login-pag
is 'a dispatch of an id that no list has is refused' "$status" 66
like 'the refusal of an id that no list has names the nearest' "$err" 'no task list or tracker here has an item "login-pag"; did you mean "login-page"\?'
run orchestrator execute logn
like 'the error of an unknown list names the nearest' "$err" 'no task list "logn" in this repository; did you mean "login"\?'
run orchestrator plan project:login
is 'a list is found with the prefix of a project' "$status" 0
run env EDITOR=true VISUAL= orchestrator dispatch -e
is 'an empty text from the editor is refused' "$status" 65
world nothing
mkdir "$T/bin"; printf '#!/bin/sh\nexit 1\n' >"$T/bin/claude"; chmod +x "$T/bin/claude"
echo '{ "review": "none" }' >.orchestrator/config.json; git commit -qam 'No agent of its own'
run env PATH="$T/bin:$PATH" orchestrator dispatch something
is 'a dispatch without any text to an agent is refused' "$status" 64
like 'the refusal of a dispatch without any text says how to give one' "$err" 'has no text, and an agent needs one: give --title, --description or -e'
done_testing
