#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What others do between two steps of a command: it is stopped there.
. "$(dirname "$0")/lib.sh"
strace -f -o /dev/null true 2>/dev/null || skip_all 'no strace, or not allowed to'
export ASAN_OPTIONS=detect_leaks=0	# it does not work for those that are traced

new_repo "$T/r" 2 && cd "$T/r" || exit 1
mkdir .orchestrator && echo '{ "review": "none", "stop_grace": 1 }' >.orchestrator/config.json
git add . && git commit -qm Settings
approved() { i=$1; shift; orchestrator dispatch --wait "$i" -- sh -c "$*" >"$T/dispatched" 2>&1 || { diag <"$T/dispatched"; false; }; }
st() { orchestrator --json status "$1" | jq -r "$2"; }
# stop_after CALL COMMAND...: is stopped once it has made its first CALL (with $within, of that file or
# directory; with $nth, not its first); `go' lets it go on to its end
within='' nth=1
stop_after() {
	_call=$1; shift; rm -f "$T/trace"
	strace -o "$T/trace" ${within:+-P "$within"} -e "trace=$_call" -e "inject=$_call:signal=STOP:when=$nth" "$@" >"$T/.out" 2>"$T/.err" & tracer=$!
	wait_for 20 grep -q 'stopped by SIGSTOP' "$T/trace"
	stopped=$(pgrep -P $tracer)
}
# shellcheck disable=SC2034 # $out: lib.sh's
go() { kill -CONT "$stopped"; status=0; wait $tracer || status=$?; out=$(cat "$T/.out"); err=$(cat "$T/.err"); }
waits() {	# it has ended, or sleeps with the lock
	grep -q '^State:.Z' "/proc/$p/status" ||
	    { grep -q '^State:.S' "/proc/$p/status" && grep -qw "$p" "$ORCHESTRATOR_HOME"/workspaces/*/instance-*/orchestrator.lock; }
}

#: A merge has looked at the checkout, and said in state.json what it is going to do.
approved late 'echo late >late; echo agent >>d1/file1'
old=$(git rev-parse main)
stop_after renameat orchestrator merge late
echo mine >>d1/file1; git add d1/file1
go
is 'what was staged after the first look hinders the merge' "$status $(st late .status) $(git rev-parse main)" "1 approved $old"
like 'the refusal of a merge names what was staged after the first look' "$out$err" 'd1/file1 has local changes'
is 'a change that was staged after the first look stays, without a lock' \
    "$(git status --porcelain; tail -n 1 d1/file1; ls .git/index.lock 2>&1 | tail -c 10)" "M  d1/file1
mine
directory"
git reset -q --hard
run orchestrator merge late
is 'without it the merge is made' "$status $(git show main:late)" '0 late'

#: A person has put another worktree where that of an approved session was.
approved place 'echo place >place'
rm -rf .worktrees/place && git worktree prune && git worktree add -q -b theirs .worktrees/place && echo theirs >.worktrees/place/theirs
run orchestrator merge place
is 'a session is merged whose worktree is another one by now' "$status $(git show main:place)" '0 place'
like 'the merge says that the worktree is another one by now' "$err" "\.worktrees/place is no longer its worktree and is kept"
is 'a worktree that is another one by now is kept' "$(cat .worktrees/place/theirs; git -C .worktrees/place symbolic-ref HEAD)" 'theirs
refs/heads/theirs'
git worktree remove --force .worktrees/place

#: The merge is made, and its worktree out of the way.
approved branch 'echo branch >branch'
stop_after renameat2 orchestrator merge branch
theirs=$(git commit-tree -p session/branch/1 -m Theirs 'session/branch/1^{tree}') && git update-ref refs/heads/session/branch/1 "$theirs"
go
is 'a branch that a person continues keeps no merge from its end' "$status $(st branch .status) $(git show main:branch)" '0 merged branch'
like 'the merge says that a person continues the branch' "$err" 'session/branch/1 has moved on and is kept'
is 'a branch that a person continues stays where it is' "$(git rev-parse session/branch/1)" "$theirs"
git update-ref -d refs/heads/session/branch/1

#: A merge was killed after it had said what it was going to do.
approved half 'echo half >half'
strace -o /dev/null -e trace=linkat -e inject=linkat:signal=KILL:when=1 orchestrator merge half >/dev/null 2>&1
is 'what a killed merge was going to do is on record' "$(field state.json .merging.target half)" refs/heads/main
run orchestrator cancel half
is 'a session whose merge is under way is not cancelled' "$status $(st half .status)" '1 approved'
like 'the refusal to cancel a session whose merge is under way says so' "$err" 'is merging: not cancelled'
run orchestrator recover
is 'recover completes the merge' "$status $(git show main:half) $(git status --porcelain)" '0 half '

#: A dispatch has made the session and could not start its worker, which another command has done.
begun() {	# ITEM: its directory is there, and its worker can't be started any more
	cp "$O/libexec/worker" "$T/worker" && ORCHESTRATOR_WORKER=$T/worker stop_after renameat2 orchestrator dispatch "$1" -- sh -c "echo $1 >$1"
	S=$(session_of "$1")
}
begun first
"$O/libexec/worker" run "$S" >"$T/worker.log" 2>&1
rm "$T/worker" "$S/bin/worker"
go
is 'a dispatch that can start no worker says so' "$status" 69
like 'a dispatch that can start no worker says that the session stays, which has begun' "$err" 'the parts already made stay'
is 'a session that had begun when dispatch failed stays whole' "$(st first .status) $(cat .worktrees/first/first)" 'approved first'
run orchestrator merge first
is 'a session that had begun when dispatch failed is merged' "$status $(git show main:first)" '0 first'
begun second; s=$stopped dispatch=$tracer
stop_after fsync "$O/libexec/worker" run "$S"
w=$stopped worker=$tracer
ok 'another worker has its lock, and has said nothing yet' not test -e "$S/state.json"
rm "$T/worker" "$S/bin/worker"
stopped=$s tracer=$dispatch; go
is 'a session whose lock another worker has stays when dispatch fails' "$status $(ls -d .worktrees/second "$S")" "69 .worktrees/second
$S"
stopped=$w tracer=$worker; go
run orchestrator merge second
is 'a session that another worker had is done, and merged' "$status $(git show main:second)" '0 second'

# Another command dispatches a task, its list knows of that, and its session is not there yet.
jq '. + { agents: { sh: { command: "echo $ITEM_ID >$ITEM_ID" } }, roles: { implementer: "sh" } }' .orchestrator/config.json >"$T/new" &&
    cp "$T/new" .orchestrator/config.json && git commit -qam 'An agent'
orchestrator tasks create joined --task 'j1: One' --task 'j2: Two' >/dev/null; orchestrator tasks depend j2 j1 >/dev/null
comes() { orchestrator tasks show joined | grep -q "\\[$1\\].*IN_PROGRESS"; }
within=$(echo "$ORCHESTRATOR_HOME"/workspaces/*/instance-*/isolated-sessions)
stop_after mkdirat orchestrator dispatch j1
ok 'the list is told before the session is there' comes j1
orchestrator execute joined >"$T/execute" 2>&1 & p=$!
wait_for 20 waits; go
wait $p
is 'execute waits for a dispatch that is under way, and goes on' "$? $(git show main:j1 main:j2 | tr '\n' ' ')" '0 j1 j2 '
orchestrator tasks add joined 'j3: Three' >/dev/null
stop_after mkdirat orchestrator dispatch j3
orchestrator execute joined >"$T/execute" 2>&1 & p=$!
wait_for 20 waits; kill -9 "$stopped"; wait $tracer 2>/dev/null
wait $p
is 'execute dispatches a task that nobody dispatches any more' "$? $(git show main:j3)" '0 j3'

# Another command archives a session while another command is about to act on it.
sessions=$within
left() { find "$sessions" -mindepth 1 -maxdepth 1 -name '[!.]*' -printf '%f '; }
failed() { orchestrator dispatch --wait "$1" -- sh -c "echo $1 >$1; exit 3" >/dev/null 2>&1; S=$(session_of "$1"); }
wait_for 20 not ls -d .worktrees/.trash-* >/dev/null 2>&1; orchestrator cleanup >/dev/null 2>&1	# of the merges before
failed both
within=$S/worker.lock; stop_after ftruncate orchestrator cleanup
orchestrator cleanup >"$T/other" 2>&1 & p=$!
ok 'a second cleanup waits for the first, which has the session' wait_for 20 grep -q poll "/proc/$p/wchan"
go
is 'the first puts it away' "$status $(ls -d "$sessions/../archive/$(basename "$S")")" "0 $sessions/../archive/$(basename "$S")"
wait $p
is 'the second finds nothing wrong' "$? $(head -n 1 "$T/other")" '0 nothing to clean up'
is 'the second cleanup makes nothing in the place of the session' "$(left)" ''
run orchestrator execute
is 'execute ends well after two cleanups at once' "$status" 0
begins() {	# COMMAND...: has looked at the session, opened it again, and not taken its lock
	within=$S/worker.lock nth=2
	[ "$2" != merge ] || nth=3	# it looks for merges by hand first
	stop_after fcntl "$@"; nth=1
	[ "$2" != merge ] || orchestrator cancel --yes "$3" >/dev/null
	orchestrator cleanup >/dev/null 2>&1
	go
}
failed opened; begins orchestrator cleanup
is 'a cleanup that has opened what another one then puts away leaves it alone' "$status $(printf '%s\n' "$out" | head -n 1) $(left)" '0 nothing to clean up '
git worktree prune; failed again; begins orchestrator retry again
is 'a retry that has opened what a cleanup then puts away leaves it alone' "$status $(left)" '73 '
like 'a retry says that another command put the session away' "$err" 'session-again-.*archived or removed the session'
approved given 'echo given >given'; S=$(session_of given)
begins orchestrator merge given
is 'a merge that has opened what a cleanup then puts away leaves it alone' "$status $(left)" '1 '
like 'a merge says that the session is archived' "$out" 'is cancelled and archived'
approved kept 'echo kept >kept'; S=$(session_of kept); mkdir "$T/moved"
within=$S/worker.lock nth=2; stop_after fcntl orchestrator cancel --yes kept; nth=1
mv "$S" "$T/moved"; go
is 'a session that is not where it was is not cancelled' "$status $(jq -r .status "$T/moved/$(basename "$S")/state.json") $(left)" '1 approved '
done_testing
