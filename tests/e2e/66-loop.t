#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# execute: the question of an instance, --until, fairness, the report, and SIGKILL at ten points.
. "$(dirname "$0")/lib.sh"

# The agent waits as long as it is held, and writes a file.
cat >"$T/agent" <<'E'
echo "$(date +%s%N) start $ITEM_ID" >>"$T/times"
while [ -e "$T/hold-$ITEM_ID" ]; do timeout 0.05 cat <"$T/.never"; done
if [ "$ITEM_ID" = old ]; then echo old >>d1/file1; else echo "$ITEM_ID" >>"$ITEM_ID"; fi
E
world() {	# NAME SETTINGS [REVIEW]
	rm -f "$T/times" "$T"/hold-*; export ORCHESTRATOR_HOME="$T/state-$1"
	new_repo "$T/$1" && cd "$T/$1" && mkdir .orchestrator || exit 1
	echo "{ \"review\": \"${3:-none}\", \"agents\": { \"sh\": { \"command\": \"sh $T/agent\" } },
	    \"roles\": { \"implementer\": \"sh\" }$2 }" >.orchestrator/config.json
	git add . && git commit -qm Settings
}
list() {	# NAME TASK...
	_l=$1; shift
	for t; do set -- "$@" --task "$t: $t"; shift; done
	orchestrator tasks create "$_l" "$@" >/dev/null
}
status_of() { orchestrator --json tasks show | jq -r --arg t "$1" '.tasks[] | select(.id == $t) | .status'; }
merges() { git log --first-parent --reverse --format=%s main | sed -n 's/^Merge \([^:]*\):.*/\1/p' | tr '\n' ' '; }
begun() { for t; do grep -q "start $t" "$T/times" || return 1; done; }
said() { grep -q -e "$1" "$T/said"; }
instance() { echo "$ORCHESTRATOR_HOME"/workspaces/*/instance-*; }
questions() { orchestrator --json questions | jq -c "$1"; }

# The question of the instance.
world ask ', "ambiguous": "ask", "max_parallel": 3'
list ask a b c d
orchestrator tasks edit --allow d d >/dev/null
: >"$T/hold-a"; : >"$T/hold-b"; : >"$T/hold-c"
orchestrator execute ask >"$T/said" 2>&1 & pid=$!
ok 'execute asks whether tasks that do not say their paths may be at once' wait_for 20 said ': asked: q-'
like 'the question of execute names the tasks' \
    "$(cat "$T/said")" '^[0-9:]* instance-.*: asked: q-[a-z0-9]*: Tasks a, b, c of list tl-[a-z0-9]* do not say which paths they change'
is 'questions --json shows the question of execute' \
    "$(questions '[.questions[] | [.item, .role, .options]]')" '[[null,null,["one at a time","at once"]]]'
like 'questions shows the question of execute' "$(orchestrator questions)" '^instance-[-a-f0-9]*  q-[a-z0-9]*  [0-9]*[sm]  execute$'
ok 'execute does other tasks while its question is open' wait_for 20 said 'session-d-.*: merged'
is 'tasks that execute asks about are done one at a time meanwhile' "$(grep -c 'start [abc]' "$T/times")" 1
q=$(questions '.questions[0].id' | tr -d '"')
run orchestrator answer instance "$q" 'at twice'
is 'an answer to execute that is no option is refused' "$status" 65
run orchestrator answer "$(basename "$(instance)" | cut -c1-20)" "$q" 2
is 'a question of execute is answered as any other' "$status" 0
ok 'tasks that may be at once are done at once' wait_for 20 begun a b c
like 'execute says who answered its question' "$(cat "$T/said")" ": answered: $q by person: at once"
rm "$T"/hold-*; wait $pid
is 'tasks that execute asked about are merged' "$? $(merges | tr ' ' '\n' | sort | tr -d '\n')" '0 abcd'
orchestrator tasks reopen a >/dev/null; orchestrator tasks reopen b >/dev/null
timeout 60 orchestrator execute ask >"$T/said" 2>&1
is 'the same is not asked twice' "$(jq '.questions | length' "$(instance)/questions.json")$(grep -c asked "$T/said")" 10
is 'nothing is open then' "$(questions .questions)" '[]'
ran() { cat "/proc/$pid/schedstat"; }
idle() { _was=$(ran) && [ "$_was" ] || return 1; for _i in 1 2 3 4 5 6 7 8 9 10; do orchestrator status >/dev/null; done; [ "$(ran)" = "$_was" ]; }
: >"$T/hold-a"; orchestrator tasks reopen a >/dev/null; rm "$T/times"
orchestrator execute ask >"$T/said" 2>&1 & pid=$!
wait_for 20 begun a
if [ -s "/proc/$pid/schedstat" ]; then ok 'execute sleeps when it has nothing to ask' \
    wait_for 5 idle; else skip 'execute sleeps when it has nothing to ask' \
    'no schedstat'; fi
rm "$T/hold-a"; timeout 60 tail --pid=$pid -f /dev/null || kill -9 $pid; wait $pid
is 'execute that has slept goes on to the end' $? 0
run orchestrator answer instance "$q" 1
is 'what was answered stays so' "$status" 65

world rule ', "ambiguous": "ask", "answers": { "rules": [ { "match": "which paths", "answer": "one at a time" } ] }'
list rule a b
: >"$T/hold-a"; : >"$T/hold-b"
orchestrator execute rule >"$T/said" 2>&1 & pid=$!
ok 'a rule answers it' wait_for 20 said ': answered: q-.* by policy: rule 1: one at a time$'
orchestrator tasks add rule c >/dev/null
ok 'when there are others it is another question' wait_for 20 said 'asked: q-.*Tasks a, b, c of'
rm "$T"/hold-*; wait $pid
is 'all is done in the end' "$? $(merges | wc -w)" '0 3'
echo '{' >"$(instance)/questions.json"; orchestrator tasks reopen a >/dev/null; orchestrator tasks reopen b >/dev/null
run timeout 60 orchestrator execute rule
is 'a damaged record is named, and they are done one at a time' "$status $(echo "$err" | grep -c 'questions.json')" '0 1'
rm "$(instance)/questions.json"

# --until
world until ', "max_parallel": 1'
list until one two
: >"$T/hold-one"
orchestrator execute --until 4s until >"$T/said" 2>&1 & pid=$!
ok 'at the time of --until it stops' wait_for 20 said 'stopping: the time given with --until has come'
rm "$T/hold-one"; wait $pid
is 'what runs is done, and nothing more' "$? $(merges)$(status_of two)" '1 one PENDING'
like 'the report says why' "$(cat "$T/said")" '^stopped: the time given with --until'
run orchestrator execute --until yesterday
is 'a time that is none' "$status" 64

# Fairness: the oldest approved one first, also when it could not be merged at first.
world fair ', "gates": [ "while test -e young -a -e '"$T"'/hold-gate; do timeout 0.05 cat <'"$T"'/.never; done; true" ]' gates
for i in old young younger; do logged orchestrator dispatch --wait $i; done
echo more >other && git add other && git commit -qm More
echo mine >>d1/file1; : >"$T/hold-gate"
orchestrator execute >"$T/said" 2>&1 & pid=$!
ok 'the oldest session is tried first, and is blocked' wait_for 20 said 'session-old.*: blocked'
git checkout -q d1/file1; rm "$T/hold-gate"; wait $pid
is 'a blocked session goes before those that are younger as soon as it can' "$? $(merges)" '0 young old younger '
run orchestrator report
like 'the report of an execute without a list is short' "$out" '^3 of 3 merged; [0-9.]+ s one after another$'
is 'the report of an execute without a list has no paths' "$(printf '%s\n' "$out" | grep -c /)" 0
for i in c a b; do logged orchestrator dispatch --wait $i; done
logged timeout 60 orchestrator execute --source none
is 'approved ones are merged in the order of their approval' "$(merges)" 'young old younger c a b '

# The report.
world report ', "attempts": 1'
list report fine bad after
orchestrator tasks depend after bad >/dev/null; mkdir -p .worktrees/bad && : >.worktrees/bad/file
run orchestrator report
is 'report without an execute says that there is none' "$status" 66
run timeout 60 orchestrator execute report
is 'report prints again what execute printed' "$(orchestrator report)" "$(echo "$out" | sed -n '/^1 of 3 merged/,$p')"
like 'report has a task that could not be dispatched' "$out" '^  x  bad +not dispatched: worktree'
like 'report has the waiting task and its dependency' "$out" '^  -  after +waiting +for bad$'
is 'report --json is an object with the same' \
    "$(orchestrator --json report | jq -c '[.version, .event, .complete, .total, (.merged | map(.task)), (.failed | map(.task)), .waiting]')" \
    '[1,"report",1,3,["fine"],["bad"],[{"task":"after","for":["bad"]}]]'
is 'report --yaml has the same' "$(orchestrator report --yaml | grep -cxE 'event: "report"|- task: "fine"|  for:|  - "bad"')" 4
is 'report takes the name of an instance' "$(orchestrator report "$(basename "$(instance)" | cut -c10-20)")" "$(orchestrator report)"
before=$(orchestrator report)
logged timeout 60 orchestrator execute report
is 'an execute that did nothing leaves the report of the one before' "$(orchestrator report)" "$before"
is 'the reports of all runs are kept' "$(ls "$(instance)/reports" | wc -l)" 1
run orchestrator report 0000x
is 'one that there is not' "$status" 66

if python=$(schema_python); then
	for w in ask rule until fair report; do
		"$python" "$top/tests/validate.py" "$top/man/schema" "$T/state-$w" 2>&1
	done >"$T/validated"
	is 'the records of all these are as their schemas say' "$(grep -v '^[a-z ]*$' "$T/validated")" ''
else
	skip 'the records of all these are as their schemas say' 'no python3-jsonschema'
fi

# SIGKILL.
if ! strace -f -o /dev/null true 2>/dev/null; then
	skip 'killed at ten points and started again, each is merged once' 'no strace, or not allowed to'
	done_testing
fi
calls='rename,renameat2,link,linkat,unlink,unlinkat,mkdirat,fsync,write,openat,fcntl,close,vfork,clone,clone3,wait4'
trace() { timeout 60 strace -o "$T/trace" -e "trace=$calls" "$@"; }
kill_world() { world "kill$1" ', "ambiguous": "parallel", "max_parallel": 2'; list kill a b c; orchestrator tasks depend c a b >/dev/null; }
kill_world 0
trace orchestrator execute kill >/dev/null 2>&1
sed -n 's/^\([a-z0-9_]*\)(.*/\1/p' "$T/trace" >"$T/baseline"
total=$(wc -l <"$T/baseline") i=0 killed=0
while [ $i -lt 10 ]; do
	i=$((i + 1))
	at=$(awk -v k=$((total * i / 11)) 'NR <= k { n[$1]++; last = $1 } END { print last, n[last] }' "$T/baseline")
	kill_world $i
	run trace -e "inject=${at% *}:signal=KILL:when=${at#* }" orchestrator execute kill
	[ "$status" -lt 128 ] || killed=$((killed + 1))
	run timeout 60 orchestrator execute kill
	is "a loop killed at ${at% *} ${at#* } and started again merges each once" \
	    "$status $(merges | tr ' ' '\n' | sort | tr -d '\n') $(orchestrator --json tasks show | jq -c .counts.COMPLETE)" '0 abc 3'
done
ok 'the loop was killed at nearly all of the points' test $killed -ge 8
done_testing
