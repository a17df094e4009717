#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A task list that empties itself: order, limits, failures, interruptions.
. "$(dirname "$0")/lib.sh"
world() {	# NAME SETTINGS
	rm -f "$T/times"; export ORCHESTRATOR_HOME="$T/state-$1"
	new_repo "$T/$1" && cd "$T/$1" && mkdir .orchestrator || exit 1
	echo "{ \"review\": \"none\", \"agents\": { \"sh\": { \"command\": \"sh $T/agent\" } },
	    \"roles\": { \"implementer\": \"sh\" }$2 }" >.orchestrator/config.json
	git add . && git commit -qm Settings
}
list() {	# NAME TASK...
	orchestrator tasks create "$1" >/dev/null; _l=$1; shift
	for t; do orchestrator tasks add "$_l" "$t" >/dev/null; done
}
status_of() { orchestrator --json tasks show | jq -r --arg t "$1" '.tasks[] | select(.id == $t) | .status'; }
merges() { git log --format=%s main | sed -n 's/^Merge \([^:]*\):.*/\1/p' | sort | tr '\n' ' '; }
most() {	# at once, of those named (all)
	sort -n "$T/times" | awk -v only=" $* " 'only == "  " || index(only, " " $3 " ") {
		n += $2 == "start" ? 1 : -1; if (n > m) m = n } END { print m + 0 }'
}
report() { printf '%s\n' "$out" | tail -n 1 | jq -c "$1"; }
said() { grep -q "$1" "$T/said"; }

# The agent: notes when it begins and ends, fails as often as fail-ITEM says, writes a file.
cat >"$T/agent" <<'E'
note() { echo "$(date +%s%N) $1 $ITEM_ID" >>"$T/times"; }
note start
if [ -s "$T/fail-$ITEM_ID" ]; then
	n=$(cat "$T/fail-$ITEM_ID"); n=$((n - 1))
	if [ $n -gt 0 ]; then echo $n >"$T/fail-$ITEM_ID"; else rm "$T/fail-$ITEM_ID"; fi
	note end; exit 3
fi
# a partner is to begin before it goes on
if [ -e "$T/with-$ITEM_ID" ]; then
	n=0; until grep -q " start $(cat "$T/with-$ITEM_ID")\$" "$T/times" || [ $((n += 1)) -gt 400 ]; do timeout 0.05 cat <"$T/.never"; done
fi
while [ -e "$T/hold-$ITEM_ID" ]; do timeout 0.05 cat <"$T/.never"; done
timeout 0.2 cat <"$T/.never"
f=$ITEM_ID; [ ! -e "$T/where-$ITEM_ID" ] || f=$(cat "$T/where-$ITEM_ID")
mkdir -p "$(dirname "$f")"; echo "$ITEM_ID" >"$f"
[ ! -e "$T/shared" ] || echo "$ITEM_ID" >shared
note end
E
before() { sort -n "$T/times" | awk -v a="$1" -v b="$2" '$2 == "end" && $3 == a { ended = 1 }
    $2 == "start" && $3 == b { exit !ended }'; }

#: A list with dependencies.
world plain ', "ambiguous": "parallel", "max_parallel": 2'
list work a b c d e f
orchestrator tasks depend e a b >/dev/null; orchestrator tasks depend f e >/dev/null
run orchestrator plan
is 'plan shows the order, and the tasks that run at once' "$(echo "$out" | sed '/^held back/d; /^  [^[]*\.\./d; /^time /d; /^longest /d; s/^tl-[a-z0-9]*: //; s/: max_parallel; memory .*//')" 'work: 3 steps, at most 2 at once
step 1, at once
  [a] a
  [b] b
step 2, at once
  [e] e (after a, b)
  [c] c
step 3, at once
  [d] d
  [f] f (after e)'
is 'plan prints the steps as JSON too' \
    "$(orchestrator --json plan --max-parallel 4 work | jq -c '.steps')" '[["a","b","c","d"],["e"],["f"]]'
is 'plan runs nothing' "$(ls "$T/times" 2>/dev/null)$(status_of a)" PENDING
echo b >"$T/with-a"
run timeout 60 orchestrator --json execute work
rm "$T/with-a"
is 'execute works a list off' "$status $(merges)" '0 a b c d e f '
is 'each task of a list that was worked off is COMPLETE' "$(orchestrator --json tasks show | jq '.counts.COMPLETE')" 6
ok 'a task is done after the first that it needs' before a e
ok 'a task is done after each that it needs' before b e
ok 'a task that needs another is done after it' before e f
is 'there were never more sessions at once than max_parallel, and as many' "$(most)" 2
is 'the report is the last line' "$(report '[.event, .total, .complete, (.merged | map(.task) | sort | join(" ")), .failed, .waiting, (.sequential_ms > .wall_ms / 2)]')" \
    '["report",6,6,"a b c d e f",[],[],true]'
is 'the report has the merge commits' "$(report '.merged | map(.merged) | sort')" \
    "$(git log --merges --format='"%H"' main | sort | paste -sd, | sed 's/.*/[&]/')"
like 'the printed report has the merge commits' "$(orchestrator report)" "^  [+]  f  merged  +[0-9.]+ s  $(git log --merges -1 --format=%h --abbrev=12 main)\$"
ok 'the report says where the logs are' test -s "$(report '.merged[0].log' | tr -d '"')"
run timeout 60 orchestrator execute work
is 'execute of a list that is done succeeds' "$status" 0
like 'execute of a list that is done says so' "$out" '^6 of 6 complete before$'
is 'execute of a list that is done merges nothing' "$(merges)" 'a b c d e f '

#: Tasks that may not run at the same time.
world paths ', "ambiguous": "sequential"'
list paths all auth doc lone dim dark
orchestrator tasks edit --allow 'src/**' all >/dev/null; orchestrator tasks edit --allow 'src/auth/*.c' auth >/dev/null
orchestrator tasks edit --allow 'doc/' doc >/dev/null; orchestrator tasks edit --parallelizable no --allow other lone >/dev/null
for w in all:src/all auth:src/auth/a.c doc:doc/doc lone:other; do echo "${w#*:}" >"$T/where-${w%:*}"; done
echo doc >"$T/with-all"; echo all >"$T/with-doc"
run timeout 60 orchestrator execute --max-parallel 6 paths
rm "$T"/where-* "$T"/with-*
is 'all tasks with paths are done' "$status $(merges)" '0 all auth dark dim doc lone '
is 'tasks whose paths overlap are never at once' "$(most all auth)" 1
is 'tasks that do not say their paths are never at once' "$(most dim dark)" 1
is 'a task that has to be alone is at once with no other' "$(for t in all auth doc dim dark; do most lone $t; done | sort -u)" 1
is 'tasks whose paths do not overlap are at once' "$(most all doc)" 2

#: Failures.
world failures ', "ambiguous": "parallel"'
list failures once ever after later free
orchestrator tasks depend after ever >/dev/null; orchestrator tasks depend later after >/dev/null
echo 1 >"$T/fail-once"; echo 9 >"$T/fail-ever"
run timeout 60 orchestrator execute failures
is 'what failed once is done again, and the rest goes on' "$status $(merges)" '1 free once '
like 'execute says that it requeues a task that failed once' \
    "$out" '^[0-9:]* session-once-[a-z0-9]*: requeued: task once: session 2 of at most 2$'
like 'the report names the task that failed' "$out" '^  x  ever +failed .*  in 2 sessions$'
like 'the report says why a task failed' "$out" '^  x  ever +failed: agent-error: .*exit status 3$'
like 'the report names the waiting task and its dependency' "$out" '^  -  after +waiting +for ever$'
like 'the report names a task that waits for a waiting task' "$out" '^  -  later +waiting +for after$'
like 'the failure is in the next prompt' "$(cat "$(session_of once)/prompt.md")" 'exit status 3'
is 'no session more than allowed was made' "$(grep -c 'start ever' "$T/times")" 2
run orchestrator plan
is 'plan tells what will not be done' "$status $(echo "$out" | grep '^not done')" '1 not done  [ever] FAILED
not done  [after] PENDING, waits for ever
not done  [later] PENDING, waits for after'
run timeout 60 orchestrator execute failures
is 'nothing is tried once more' "$status $(grep -c 'start ever' "$T/times")" '1 2'
rm "$T/fail-ever"; orchestrator tasks reopen ever >/dev/null
run timeout 60 orchestrator execute failures
is 'unless it is opened again' "$status $(merges)" '0 after ever free later once '

#: A dispatch that fails.
world spawn ', "max_parallel": 1, "attempts": 1'
list spawn bad good last
orchestrator tasks depend last bad >/dev/null
mkdir -p .worktrees/bad && echo mine >.worktrees/bad/file
run timeout 60 orchestrator execute spawn
is 'what cannot be dispatched does not stop the rest' "$status $(merges)" '1 good '
is 'a task that cannot be dispatched is tried five times, the last time when nothing else runs' \
    "$(echo "$out" | grep -c ': not dispatched: task bad')$(
    echo "$out" | sed -n '/will retry when nothing else runs/s/.*/ again/p; /session-good.*merged/s/.*/ merged/p; /escalated: task bad/s/.*/ escalated/p' | tr -d '\n')" '4 merged again escalated'
like 'a task that cannot be dispatched has failed with the reason' "$out" '^  x  bad +not dispatched: worktree .* exists already'
is 'a task that cannot be dispatched is FAILED in the list' "$(status_of bad)" FAILED

list spawn2 late
mkdir -p .worktrees/late && echo mine >.worktrees/late/file
orchestrator execute spawn2 >"$T/said" 2>&1 & pid=$!
wait_for 10 said 'not dispatched: task late: will retry'; rm -r .worktrees/late
wait $pid
is 'a task goes out once nothing is in the way of its worktree' "$? $(merges)" '0 good late '

#: A conflict.
world conflict ', "ambiguous": "parallel", "merge": { "on_conflict": "retry" }'
list conflict left right
: >"$T/shared"
run timeout 60 orchestrator execute conflict
rm "$T/shared"
is 'a task that had a conflict is done again from the new target' "$status $(merges)" '0 left right '
is 'a task that had a conflict is done again once' "$(echo "$out" | grep -c ': requeued: ')" 1
like 'a task that is done again has the conflict in its prompt' "$(cat "$(session_of "$(cat shared)")/prompt.md")" 'conflict in shared'

#: --fail-fast
world fast ', "max_parallel": 1, "attempts": 1'
list fast first second
echo 1 >"$T/fail-first"
run timeout 60 orchestrator execute --fail-fast fast
is '--fail-fast stops at the first failure' "$status $(status_of first) $(status_of second)" '1 FAILED PENDING'
like '--fail-fast says that it stops' "$out" '^[0-9:]* tl-[a-z0-9]*: stopping: a task has failed'

# dispatch-ready
run orchestrator --json dispatch-ready --max-parallel 3 fast
is 'dispatch-ready sends out what is ready' "$(echo "$out" | jq -c '.sessions | map(.task)')" '["second"]'
is 'dispatch-ready does not wait for what it dispatches' "$status $(status_of second)" '0 IN_PROGRESS'
run orchestrator dispatch-ready
like 'dispatch-ready says when nothing is ready' "$status $out" '^0 no ready task'
timeout 60 orchestrator execute >/dev/null
is 'execute merges what dispatch-ready dispatched' "$(merges)" 'second '

#: Ctrl-C.
world signal ', "max_parallel": 1'
list signal one two three
begun() { grep -q "start $1" "$T/times"; }
echo >"$T/hold-one"
orchestrator execute signal >"$T/said" 2>&1 & pid=$!
wait_for 20 begun one; kill -INT $pid; wait_for 10 said stopping; rm "$T/hold-one"
wait $pid; status=$?
is 'Ctrl-C lets end what runs, and sends out nothing more' "$status $(merges)$(status_of two)" '1 one PENDING'
echo >"$T/hold-two"
orchestrator execute signal >"$T/said" 2>&1 & pid=$!
wait_for 20 begun two; kill -INT $pid; wait_for 10 said stopping; kill -INT $pid
wait $pid; status=$?
is 'twice it ends at once and leaves them running' "$status $(status_of two)" '130 IN_PROGRESS'
rm "$T/hold-two"
run timeout 60 orchestrator execute signal
is 'started again it goes on' "$status $(merges)" '0 one three two '

#: SIGKILL.
i=0
for point in dispatched 'completed$' merged; do
	i=$((i + 1))
	world "kill$i" ', "ambiguous": "parallel", "max_parallel": 2'
	list "kill$i" a b c d
	orchestrator tasks depend d a b c >/dev/null
	orchestrator execute "kill$i" >"$T/said" 2>&1 & pid=$!
	wait_for 20 said "$point"; kill -KILL $pid; wait $pid 2>/dev/null
	run timeout 60 orchestrator execute "kill$i"
	is "killed after \"$point\" and started again, each is merged once" "$status $(merges)" '0 a b c d '
done

# What is wrong with a list.
file=$(echo "$ORCHESTRATOR_HOME"/workspaces/*/tasklists/tl-????????.json)
jq '(.tasks[] | select(.id == "a")).depends_on = ["d"]' "$file" >"$T/new" && cp "$T/new" "$file"
run orchestrator plan kill3
is 'plan shows a circle' "$status $(echo "$out" | grep problem)" '65 problem   circular dependency: a -> d -> a'
run orchestrator execute kill3
is 'execute refuses a list with a circle' "$status" 65
jq '(.tasks[] | select(.id == "a")).depends_on = ["x"] | (.tasks[] | select(.id == "b")).depends_on = ["y"]' "$file" >"$T/new" && cp "$T/new" "$file"
is 'plan shows all dependencies that are unknown' "$(orchestrator --json plan | jq -c .problems)" \
    '["task a depends on x, which is not in the list","task b depends on y, which is not in the list"]'
run orchestrator execute --fail-fast
is 'options for a list need one' "$status" 64
run orchestrator plan --max-parallel 0
is 'none at once is no number of them' "$status" 64
done_testing
