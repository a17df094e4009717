#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016
#
# Faults that pass: what they hit is taken back, or goes on once they are gone.
. "$(dirname "$0")/lib.sh"

strace -f -o /dev/null true 2>/dev/null || { echo '1..0 # SKIP no process may be traced here'; exit 0; }
faulty() { _f=$1; shift; run timeout 60 env ASAN_OPTIONS=detect_leaks=0 strace -o /dev/null -e "trace=${_f%%:*}" -e "inject=$_f" "$@"; }
new_repo "$T/r" && cd "$T/r" || exit 1
mkdir .orchestrator && echo '{ "review": "none", "confine": "off" }' >.orchestrator/config.json
git add . && git commit -qm Settings
bin=$ORCHESTRATOR_HOME/bin
copies() { find "$bin" -name '.tmp-*' | wc -l; }
left() {	# ITEM: what there is of one that was not dispatched
	find .worktrees .git/worktrees "$ORCHESTRATOR_HOME"/workspaces/*/claims "$ORCHESTRATOR_HOME"/workspaces/*/instance-*/isolated-sessions \
	    -mindepth 1 -maxdepth 1 \( -name "$1" -o -name '.new-*' -o -name "session-$1" -o -name '.trash-*' \) 2>/dev/null
	git for-each-ref "refs/heads/session/$1"
}
asks() { [ "$(orchestrator --json questions | jq '.questions | length')" = "$1" ]; }
attach() {	# PROCESS INJECTION: 0 when it may be traced; $s is who does it
	: >"$T/attached"
	strace -f -o /dev/null -e "trace=${2%%:*}" -e "inject=$2" -p "$1" 2>"$T/attached" & s=$!
	wait_for 20 grep -q 'attached\|attach:' "$T/attached"
	grep -q attached "$T/attached"
}
over() { status=0; timeout 60 tail --pid=$p -f /dev/null && { wait $p || status=$?; }; kill -9 $s $p 2>/dev/null; wait $s $p 2>/dev/null; }

#: The copy of the worker's program.
faulty copy_file_range:signal=KILL:when=1 orchestrator dispatch k -- true
is 'a dispatch that is killed leaves a copy of the worker' "$(copies)" 1
run orchestrator cleanup
is 'cleanup removes the copy of the worker of a killed dispatch' "$(copies)" 0
orchestrator dispatch k -- sh -c 'echo k >k' >"$T/out" 2>&1 & p=$!; wait $p
rm "$bin"/worker-*; mkdir "$bin/.keep"
env ASAN_OPTIONS=detect_leaks=0 strace -o "$T/trace" -e trace=copy_file_range -e inject=copy_file_range:signal=STOP:when=1 \
    orchestrator dispatch live -- sh -c 'echo live >live' >"$T/live" 2>&1 & p=$!
wait_for 20 grep -q 'stopped by SIGSTOP' "$T/trace"
orchestrator cleanup >/dev/null 2>&1
is 'cleanup leaves the copy of the worker of a dispatch that is at work' "$(copies)" 1
kill -CONT "$(pgrep -P $p)"
ok 'a dispatch whose copy cleanup left succeeds' wait $p
is 'a dispatch whose copy cleanup left leaves no copy' "$(copies)" 0
rmdir "$bin/.keep"

# A claim without a session, which cleanup and dispatch take at the same time.
claim=$(echo "$ORCHESTRATOR_HOME"/workspaces/*)/claims/both
echo session-both-aaaaaa >"$claim"
env ASAN_OPTIONS=detect_leaks=0 strace -o "$T/trace.claim" -P "$claim" -e trace=fcntl -e inject=fcntl:signal=STOP:when=1 \
    orchestrator cleanup >"$T/cleanup" 2>&1 & p=$!
wait_for 20 grep -q 'stopped by SIGSTOP' "$T/trace.claim"
run orchestrator dispatch both -- sh -c 'echo both >both'
is 'what cleanup looks at is not dispatched' "$status $(left 'both*' | grep -v /claims/both$)" '73 '
kill -CONT "$(pgrep -P $p)"; wait $p
like 'cleanup gives back the claim that it looked at' "$(cat "$T/cleanup")" '^claim of both released'
ok 'an item whose claim cleanup gave back is dispatched' orchestrator dispatch --wait both -- sh -c 'echo both >both'

# Syncs that fail.
agent='echo $ITEM_ID >$ITEM_ID' n=0 lost=
while n=$((n + 1)); do
	faulty "fsync:error=ENOSPC:when=$n" orchestrator dispatch "f$n" -- sh -c "$agent"
	[ "$status" != 0 ] || break
	[ -z "$(left 'f*')" ] || lost="$lost $n: $(left 'f*')"
done
is 'a dispatch whose sync fails takes all back' "$lost" ''
ok 'a dispatch takes all back at each sync that can fail' test "$n" -gt 8
m=0 lost=
while m=$((m + 1)) && [ $m -lt $n ]; do
	faulty "fsync:error=EIO:when=$m+" orchestrator dispatch "fs$m" -- sh -c "$agent"
	run orchestrator dispatch --wait "fs$m" -- sh -c "$agent"
	[ "$status" = 0 ] || [ "$status" = 73 ] || lost="$lost $m: $err"
done
run timeout 60 orchestrator execute
is 'a dispatch after one whose syncs failed works, or goes on with what stays' "$lost$(git fsck 2>&1)" ''
is 'sessions dispatched after failed syncs are merged once each' "$(git log --format=%s main | grep -c '^Merge fs[0-9]*:')" $((n - 1))

#: A git of the worker that is killed.
mkdir "$T/git" && cat >"$T/git/git" <<E2
#!/bin/sh
case \$* in *update-index*) [ -e "$T/killed" ] || { : >"$T/killed"; kill -9 \$\$; } ;; esac
exec $(command -v git) "\$@"
E2
chmod +x "$T/git/git"
PATH=$T/git:$PATH run orchestrator dispatch --wait g -- sh -c 'echo g >g'
ok 'a git of the worker is killed' test -e "$T/killed"
is 'a killed git of the worker is no failure of the session' "$(orchestrator --json status g | jq -r .status)" running
run timeout 60 orchestrator execute
is 'a session whose git was killed is merged' "$status $(git show main:g)" '0 g'

#: A worker that can't be started again now.
orchestrator dispatch w -- sh -c 'worker ask Which? >w' >/dev/null
wait_for 20 asks 1
S=$(session_of w); kill -9 "$(jq .worker_pid "$S/state.json")"
env ASAN_OPTIONS=detect_leaks=0 strace -o /dev/null -e trace=clone,clone3,vfork,fork -e inject=clone,clone3,vfork,fork:error=EAGAIN:when=3+ \
    orchestrator execute --source none >"$T/execute" 2>&1 & p=$!
ok 'execute says why it can start no worker' wait_for 20 grep -q 'session-w-.*: no worker yet: ' "$T/execute"
kill -TERM "$(pgrep -P $p)" 2>/dev/null; kill $p 2>/dev/null; wait $p
is 'a session has not failed when execute can start no worker' "$(orchestrator --json status w | jq -r .status)" waiting
orchestrator answer w "$(jq -r '.questions[0].id' "$S/questions.json")" this >/dev/null 2>&1
run timeout 60 orchestrator execute --source none
is 'started again it goes on' "$status $(git show main:w)" '0 this'

#: No room for answers.
cat >.orchestrator/config.json <<E2
{ "review": "none", "confine": "off", "answers": { "rules": [ { "match": "first", "answer": "one" }, { "match": "fi", "answer": "other" } ], "command": "echo asked >>$T/asked; echo two" } }
E2
git commit -qam Answers
orchestrator dispatch r -- sh -c 'worker ask first >r1 & worker ask second >r2; wait' >/dev/null
wait_for 20 asks 2
S=$(session_of r)
env ASAN_OPTIONS=detect_leaks=0 strace -f -o /dev/null -P "$S/answers" -e trace=linkat -e inject=linkat:error=ENOSPC:when=1 \
    timeout 60 orchestrator execute --source none >"$T/execute" 2>&1
is 'answers that had no room are given once there is some' "$? $(git show main:r1 main:r2 | tr '\n' ' ')" '0 one two '
is 'execute says which answers had no room' "$(grep -c 'answers/.*: No space left on device' "$T/execute")" 2
is 'the command was asked once' "$(wc -l <"$T/asked")" 1

# No process for the command that answers, in execute and in its child.
orchestrator dispatch l -- sh -c 'until [ -e "$1/go" ]; do timeout 0.05 cat <"$1/.never"; done; worker ask third >l' sh "$T" >/dev/null
ASAN_OPTIONS=detect_leaks=0 orchestrator execute --source none >"$T/execute" 2>&1 & p=$!
wait_for 20 grep -q 'running$' "$T/execute"
if attach $p clone,clone3,vfork,fork:error=EAGAIN:when=1; then
	: >"$T/go"
	ok 'a question whose command could not be started is given to it later' wait_for 40 grep -q 'session-l-.*: answered: ' "$T/execute"
	is 'execute says that it tries a policy command again, also where the process that is there can start none' \
	    "$(grep -c 'session-l-.*policy command.*: trying again' "$T/execute")" 2
else
	: >"$T/go"; skip 'a question whose command could not be started is given to it later' 'others may not be traced'
fi
over; run timeout 60 orchestrator execute --source none
is 'a session whose policy command could not be started at first is merged' "$(git show main:l)" two

# The question of the instance: no room for it at first, nor for its answer, by a rule that came later.
orchestrator tasks create both --task q1 --task q2 >/dev/null; rm "$T/go"
jq -n --arg T "$T" '{ review: "none", confine: "off", ambiguous: "ask", roles: { implementer: "sh" },
    agents: { sh: { command: "until [ -e \($T)/go ]; do timeout 0.05 cat <\($T)/.never; done; echo $ITEM_ID >$ITEM_ID" } } }' >.orchestrator/config.json
git commit -qam 'A question'
instance=$(echo "$ORCHESTRATOR_HOME"/workspaces/*/instance-*)
env ASAN_OPTIONS=detect_leaks=0 strace -o /dev/null -P questions.json -e trace=renameat -e inject=renameat:error=ENOSPC:when=1 \
    orchestrator execute both >"$T/execute" 2>&1 & s=$!
ok 'a question that had no room is asked' wait_for 40 grep -q 'instance-.*: asked: ' "$T/execute"
is 'once there is some' "$(grep -c 'questions\.json: No space left on device' "$T/execute") $(jq '.questions | length' "$instance/questions.json")" '1 1'
p=$(pgrep -P $s); kill -9 "$p"; wait $s 2>/dev/null
jq '.answers = { rules: [ { match: "which paths", answer: "at once" }, { match: "paths", answer: "one at a time" } ] }' \
    .orchestrator/config.json >"$T/new" && cp "$T/new" .orchestrator/config.json; git commit -qam 'And a rule'
env ASAN_OPTIONS=detect_leaks=0 strace -f -o /dev/null -P "$instance/answers" -e trace=linkat -e inject=linkat:error=ENOSPC:when=1 \
    timeout 60 orchestrator execute both >"$T/execute" 2>&1 & s=$!
ok 'a rule answers what was asked before it' wait_for 40 grep -q 'instance-.*: answered: .* by policy: rule 1: at once' "$T/execute"
is 'execute says that an answer to its own question had no room' "$(grep -c 'answers/.*: No space left on device' "$T/execute")" 1
: >"$T/go"; wait $s
is 'tasks that a rule answered for are done' "$? $(git show main:q1 main:q2 | tr '\n' ' ')" '0 q1 q2 '

#: Signals that can't be read, which nobody could end it with.
echo '{ "review": "none", "confine": "off" }' >.orchestrator/config.json; git commit -qam 'No answers'
orchestrator dispatch e -- sh -c 'worker ask Which? >e' >/dev/null
wait_for 20 asks 1
ASAN_OPTIONS=detect_leaks=0 orchestrator execute --source none >"$T/execute" 2>&1 & p=$!
wait_for 20 grep -q 'waiting$' "$T/execute"
if attach $p read:error=EIO; then
	kill -TERM $p; over
	is 'execute ends when it can read no signal' "$status" 71
else
	kill -TERM $p; over; skip 'execute ends when it can read no signal' 'others may not be traced'
fi
orchestrator cancel e >/dev/null 2>&1

#: Nothing can be watched: a worker that says so is not waited for.
none='echo 0 >/proc/sys/user/max_inotify_instances'
if unshare -Ur sh -c "$none" 2>/dev/null; then
	run timeout 20 unshare -Ur sh -c "$none; exec orchestrator dispatch i -- sh -c 'worker ask Which? >i'"
	is 'without inotify dispatch ends once the worker is there' "$status" 0
	orchestrator cancel i >/dev/null 2>&1
else
	skip 'without inotify dispatch ends once the worker is there' 'no user namespaces'
fi

#: No process can be started.
orchestrator tasks create work --task p1 --task p2 >/dev/null
cat >.orchestrator/config.json <<'E2'
{ "review": "none", "confine": "off", "agents": { "a": { "command": "echo $ITEM_ID >$ITEM_ID" } }, "roles": { "implementer": "a" } }
E2
git commit -qam Agent
faulty clone:error=EAGAIN:when=1+ orchestrator execute work
like 'execute says that nothing can be dispatched' "$out" 'stopping: nothing can be dispatched here'
is 'no task has failed' "$(orchestrator --json tasks show work | jq -r '[.tasks[].status] | join(" ")')" 'PENDING PENDING'
run timeout 60 orchestrator execute work
is 'started again it does them all' "$status $(git show main:p1 main:p2 | tr '\n' ' ')" '0 p1 p2 '
done_testing
