#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2046,SC2086 # lists of words
# Bad input and failure: one line that says what, where and what to do, the
# documented exit status, nothing lost and nothing left half made.
if [ "$(id -u)" = 0 ] && [ "${OWN_MOUNTS:-}" != 1 ] && unshare -m true 2>/dev/null; then
	OWN_MOUNTS=1 exec unshare -m sh "$0"	# where the test may fill a disk
fi
. "$(dirname "$0")/lib.sh"
own() { [ -z "$user" ] || chown -R 65534:65534 "$@"; }
made() {	# all that a command might leave
	ls -A "$R" "$R/.worktrees" "$R/.git/worktrees" 2>/dev/null
	find "$U" -path '*/isolated-sessions/*' -prune -print -o -path '*/archive/*' -prune -print -o \
	    -path '*/claims/*' -print -o -name '.new-*' -print -o -name '.tmp-*' -print 2>/dev/null
	$GIT -C "$R" for-each-ref; $GIT -C "$R" status --porcelain; $GIT -C "$R" worktree list
}
refused() {	# STATUS REGEXP COMMAND...
	_want=$1 _re=$2; shift 2
	_before=$(made)
	run $user "$@"
	_rv=0
	[ "$status" = "$_want" ] || { echo "exit status $status, not $_want"; _rv=1; }
	[ "$(printf '%s\n' "$err" | wc -l)" = 1 ] || { echo 'not one line'; _rv=1; }
	printf '%s\n' "$err" | grep -Eq -e "^(orchestrator|worker): .*$_re" || { echo "no $_re"; _rv=1; }
	printf '%s' "$err" | tr -d '\n' | LC_ALL=C grep -q '[[:cntrl:]]' && { echo 'control characters'; _rv=1; }
	[ -z "$out" ] || { echo "output: $out"; _rv=1; }
	[ "$(made)" = "$_before" ] || { made >"$T/.made"; printf '%s\n' "$_before" | diff - "$T/.made"; _rv=1; }
	[ $_rv = 0 ] || echo "stderr: $err"
	return $_rv
}
st() { $user orchestrator --json status "$1" | jq -r ".$2"; }
status_is() { [ "$(st "$1" status)" = "$2" ]; }
is_gone() { ! kill -0 "$1" 2>/dev/null; }
dispatch() { i=$1; shift; run $user orchestrator dispatch --review none "$i" -- sh -c "$*"; }
holder() { cut -d' ' -f2 "$(session_of "$1")/worker.lock"; }

# The programs, the world and the repository, such that an ordinary user has them.
U=$T/user
mkdir -p "$U/bin" && cp "$O/bin/orchestrator" "$O/libexec/worker" "$U/bin/" && chmod 755 "$T"
export PATH="$U/bin:/usr/bin:/bin" ORCHESTRATOR_WORKER="$U/bin/worker" ORCHESTRATOR_HOME="$U/state"
NO='setpriv --reuid 65534 --regid 65534 --clear-groups'
if [ "$(id -u)" = 0 ]; then user="$NO"; else user=; fi
new_repo "$U/r" && new_repo "$U/other" && cd "$U/r" || exit 1
own "$U" "$HOME"

R=$U/r
GIT="git -c safe.directory=*"
gates='orchestrator dispatch --review none'

#: Where it is started.
cd "$T" || exit 1
for c in 'dispatch --review none a -- true' execute status questions 'answer a b c' 'review a' merge 'logs a' \
    'path a' 'cancel a' 'retry a' cleanup init; do
	ok "orchestrator ${c%% *} outside of a repository is refused" refused 66 'not a git repository; .*-C' orchestrator $c
done
ok 'a directory that is not there is named' refused 66 'nowhere: No such file' orchestrator -C nowhere status
git init -q unborn && own unborn
ok 'a repository without a commit is refused' refused 66 'no commit yet: make a first commit' orchestrator -C unborn dispatch --review none a -- true
cd "$R" || exit 1
if [ -n "$user" ]; then
	run orchestrator status
	is 'a repository of another user is refused' "$status" 66
	like 'the refusal of a repository of another user says what to do' "$err" 'belongs to another user; .*safe.directory'
else
	skip 'a repository of another user' 'not root'
fi

#: Words.
ok 'an unknown command is refused with the nearest' refused 64 'unknown command "stats" \(did you mean "status"' orchestrator stats
ok 'an unknown command with control characters is refused' refused 64 'unknown command "a.033b.012c"' orchestrator "$(printf 'a\033b\nc')"
ok 'an unknown option is refused with the nearest' refused 64 '--titel: no such option \(did you mean "--title"' orchestrator dispatch --titel T a
ok 'an unknown global option is refused with the nearest' \
    refused 64 '--jsn: no such option \(did you mean "--json"' orchestrator --jsn status
ok 'an option without its argument is refused' refused 64 '--title: needs an argument' orchestrator dispatch --title
ok 'an unknown option of a command without options is refused' refused 64 '--all: no such option' orchestrator questions --all
ok 'an unknown status is refused' refused 64 '--status: there is no status "falied" \(did you mean "failed"' orchestrator status --status falied
ok 'a session is shown without the options of the list' refused 64 'give SESSION without --all, --status, --list and --stream' \
    orchestrator status --all one
ok 'an unknown mode of review is refused' refused 64 'say council, gates or none' orchestrator dispatch --review maybe a -- true
for c in 'status -- -x' 'status nobody' 'status /' 'review nobody' 'merge nobody' 'logs nobody' 'path ../x' 'cancel nobody' 'retry nobody' 'answer nobody q-aaaaaa x'; do
	ok "an unknown session is refused by orchestrator $c" refused 66 'no session ".*" in this repository; orchestrator status lists them' orchestrator $c
done
ok 'an empty name of a session is refused' refused 66 'no session ""' orchestrator status ''
for id in '' a/b ../a /a .a a..b a.lock a. 'a*' 'é' "$(printf 'a\nb')" "$(printf 'a\033b')" "$(printf 'a\377')" "$(printf %065d 1)"; do
	ok "the id '$(printf %s "$id" | tr '\n\033\377' '???')' is refused" refused 65 'is not a valid item id: give up to 64 of' $gates "$id" -- true
done
ok 'an id that begins with a dash is taken for an option' refused 64 '-a: no such option' $gates -a -- true
ok 'an item of 64 characters is fine' $user $gates "$(printf %064d 1)" -- false

#: The agent.
ok 'an agent that is not there is an error of dispatch' refused 69 'agent CLI not found: no-such-agent .*install it' $gates a -- no-such-agent
ok 'an agent that is no program is an error of dispatch' refused 69 'agent CLI not found: /etc/passwd' $gates a -- /etc/passwd
ok 'an agent that nobody knows is refused' \
    refused 64 'no agent "nobody" in the settings; there are: ' orchestrator dispatch --agent nobody a
dispatch killed 'echo work >f; kill -SEGV $$'
ok 'an agent that dies by a signal is a failure' wait_for 20 status_is killed failed
is 'the reason of an agent that dies by a signal is agent-error' "$(st killed reason)" agent-error
like 'the detail of an agent that dies by a signal names the signal' "$(st killed detail)" 'signal 11'
is 'the work of an agent that died by a signal is still there' "$(cat .worktrees/killed/f)" work

# Permissions.
mkdir "$U/ro" && chmod 555 "$U/ro" && own "$U/ro"
deny() {	# SENTENCE STATUS REGEXP DIRECTORY...
	_say=$1 _w=$2 _r=$3; shift 3
	chmod a-w "$@"
	ok "$_say" refused "$_w" "$_r" $gates denied -- true
	chmod u+w "$@"
}
ok 'a state directory that cannot be made is refused' refused 77 "$U/ro/s.*: Permission denied; .*ORCHESTRATOR_HOME" \
    env ORCHESTRATOR_HOME="$U/ro/s" $gates denied -- true
W=$(ls -d "$U"/state/workspaces/*)
deny 'claims that cannot be written are refused' 77 "$W/claims.*: Permission denied; " "$W/claims"
deny 'sessions that cannot be written are refused' 77 'isolated-sessions.*: Permission denied; ' "$W"/instance-*/isolated-sessions
deny 'a .git that cannot be written is refused' 77 "$R/.git: Permission denied; make it writable" .git .git/worktrees
deny 'branches that cannot be written are refused' 73 'refs/heads/session/denied/1.*; see that' .git/refs/heads .git/refs/heads/session
deny 'worktrees that cannot be written are refused' 77 "$R/.worktrees: Permission denied; make it writable" .worktrees
chmod 0 "$W"
ok 'a state that cannot be read is refused' refused 77 'Permission denied; make it readable' orchestrator status
chmod 700 "$W"

# What is there already.
ok 'an item that has a session is refused' refused 73 'session-killed-.*orchestrator' $gates killed -- true
ok 'an item that differs by case alone from one with a session is refused' refused 73 'killed' $gates KILLED -- true
mkdir .worktrees/there && echo mine >.worktrees/there/file && own .worktrees/there
ok 'an existing worktree is refused' refused 73 "worktrees/there" $gates there -- true
: >.worktrees/there2; ln -s / .worktrees/there3
ok 'a file in the place of a worktree is refused' refused 73 "worktrees/there2" $gates there2 -- true
ok 'a link in the place of a worktree is refused' refused 73 "worktrees/there3" $gates there3 -- true
$GIT branch session/c; own .git
ok 'a branch where there must be a directory of branches is refused' refused 73 'branch session/c is in the way' $gates c -- true
$user $gates killed-2 -- false >/dev/null
ok 'an ambiguous prefix is refused with the candidates' refused 64 'session-killed-2-.*session-killed-|session-killed-.*session-killed-2-' orchestrator status session-kill

#: Settings.
setting() {	# SENTENCE REGEXP TEXT
	printf '%s\n' "$3" >.orchestrator/config.json
	$user git commit -qam "$1"
	ok "$1" refused 78 "\\.orchestrator/config\\.json.*$2" $gates set -- true
}
mkdir .orchestrator && : >.orchestrator/config.json && own .orchestrator && $user git add .orchestrator
setting 'an unknown setting is refused with the nearest' '"?gats"?.*gates' '{ "gats": [] }'
setting 'an unknown key of an agent is refused with the nearest' 'agents\.x.*comand.*command' '{ "agents": { "x": { "adapter": "command", "comand": "true" } } }'
setting 'a setting of the wrong type is refused' 'rounds.*(integer|number)' '{ "rounds": "two" }'
setting 'a number out of range is refused' 'rounds' '{ "rounds": -1 }'
setting 'JSON that is none is refused with the line' ':3|line 3' '{ // comment
  "rounds": 1,
  "gates": [ }'
setting 'an expression that is none is refused' 'match' '{ "answers": { "rules": [ { "match": "(", "answer": "x" } ] } }'
setting 'a role of an agent that nobody knows is refused' 'nobody' '{ "roles": { "implementer": "nobody" } }'
setting 'settings nested too deep are refused' '' "$(awk 'BEGIN { for (i = 0; i < 1000000; i++) printf "[" }')"
mkdir -p "$HOME/.config/orchestrator" && echo '{ "targt": "x" }' >"$HOME/.config/orchestrator/config.json"
echo '{}' >.orchestrator/config.json; $user git commit -qam 'Good settings'
ok 'a wrong setting of the user is refused with the name of the file' refused 78 "$HOME/.config/orchestrator/config.json.*targt.*target" $gates set -- true
user_settings
echo '{ "target": "nowhere" }' >.orchestrator/config.json; $user git commit -qam 'No target'
ok 'a target that is not there is refused' refused 78 'nowhere' $gates set -- true
$user git rm -qr .orchestrator && $user git commit -qm 'No settings'

#: Two at once, and signals.
never="cat $T/.never"
dispatch stuck "$never"
run $user orchestrator answer stuck q-aaaaaa x
is 'an answer to an unknown question is refused' "$status" 66
like 'the refusal of an answer to an unknown question says what to do' "$err" 'no question "q-aaaaaa"; orchestrator questions'
$user orchestrator execute >"$T/execute" 2>&1 & execute=$!
wait_for 10 grep -q '^session-stuck' "$T/execute"
ok 'a second execute is refused' refused 75 "process $execute" orchestrator execute
S=$(session_of stuck)
run $user worker run "$S"
is 'a second worker is refused' "$status" 75
like 'the refusal of a second worker says who has the session' "$err" '^worker: .*: another worker is running this session; '
interrupt() {	# SIGNAL STATUS PID WORDS
	kill "-$1" "$3"
	status=0; wait "$3" || status=$?
	is "$4 ends at SIG$1 with $2" "$status" "$2"
	is "the session goes on" "$(st stuck alive) $(st stuck status)" 'true running'
}
interrupt TERM 143 $execute execute
for s in INT:130 TERM:143; do
	rm -f "$T/execute" "$T/logs" "$T/waited"	# what the former ones wrote is not to be waited for
	$user env --default-signal=INT orchestrator execute >"$T/execute" 2>&1 & p=$!
	wait_for 10 grep -q '^session-stuck' "$T/execute"
	interrupt ${s%:*} ${s#*:} $p execute
	$user env --default-signal=INT orchestrator logs -f stuck >"$T/logs" 2>&1 & p=$!
	wait_for 10 grep -q 'run 001' "$T/logs"
	interrupt ${s%:*} ${s#*:} $p 'logs -f'
	$user env --default-signal=INT orchestrator dispatch --wait --review none "waited-${s%:*}" -- sh -c "$never" >"$T/waited" 2>&1 & p=$!
	wait_for 10 grep -q '^log ' "$T/waited"
	interrupt ${s%:*} ${s#*:} $p 'dispatch --wait'
	is "SIG${s%:*} of dispatch --wait leaves the session at work" "$(st "waited-${s%:*}" alive)" true
	h=$(holder "waited-${s%:*}"); kill "-${s%:*}" "$h"
	ok "a worker ends at SIG${s%:*}" wait_for 10 is_gone "$h"
	run $user worker run "$(session_of stuck)"
	is "a session whose worker ended at SIG${s%:*} can go on" "$(st "waited-${s%:*}" status)" running
	$user worker run "$(session_of "waited-${s%:*}")" >"$T/run" 2>&1 & p=$!
	wait_for 10 grep -q "run 002" "$(session_of "waited-${s%:*}")/output.log"
	kill "-${s%:*}" "$(holder "waited-${s%:*}")"
	status=0; wait $p || status=$?
	is "worker run ends at SIG${s%:*} with ${s#*:}" "$status" "${s#*:}"
done
ok 'what was interrupted can be cancelled' $user orchestrator cancel waited-INT

# A session directory that is deleted.
rm -f "$T/execute"
dispatch lost "echo work >f; $never"
wait_for 10 test -s .worktrees/lost/f
$user orchestrator execute >"$T/execute" 2>&1 & p=$!
wait_for 10 grep -q '^[0-9:]* session-lost.*running' "$T/execute"
h=$(holder lost); rm -rf "$(session_of lost)"
ok 'a worker without its session directory ends' wait_for 10 is_gone "$h"
ok 'the agent of a removed session directory ends' wait_for 10 not grep -qsz 'ITEM_ID=lost' /proc/[0-9]*/environ
ok 'execute says that the directory is gone' wait_for 10 grep -q '^[0-9:]* session-lost.*: gone' "$T/execute"
is 'the work of a removed session directory stays' "$(cat .worktrees/lost/f)" work
run $user $gates lost -- true
is 'the work of a removed session directory is not overwritten by the next dispatch' "$status $(cat .worktrees/lost/f)" '73 work'
ok 'a dispatch that is refused for a worktree takes no claim' not ls "$W/claims/lost"
kill $p; wait $p
$user orchestrator cancel stuck >/dev/null

#: A full disk.
if [ "${OWN_MOUNTS:-}" = 1 ]; then
	full() { dd if=/dev/zero of="$T/small/ballast" bs=4k 2>/dev/null; [ "$(stat -f -c %a "$T/small")" = 0 ]; }
	mkdir "$T/small" && mount -t tmpfs -o "size=$(($(stat -c %s "$O/libexec/worker") / 1024 + 2048))k,mode=777" none "$T/small" && full
	ORCHESTRATOR_HOME=$T/small/state
	ok 'a full disk is an error of dispatch' refused 73 'small/.*: No space left on device' $gates full -- true
	rm "$T/small/ballast"
	dispatch fill "echo work >f; dd if=/dev/zero of=$T/small/ballast bs=4k; echo >>f"
	ended() { [ "$(st fill alive)" = false ]; }
	wait_for 10 test -s .worktrees/fill/f
	ok 'a worker ends when its disk is full' wait_for 20 ended
	is 'a worker whose disk is full leaves its work' "$(cat .worktrees/fill/f)" work
	is 'a worker whose disk is full leaves its state' "$(st fill status)" running
	rm "$T/small/ballast"
	$user orchestrator execute >"$T/execute" 2>"$T/execute.err" & p=$!
	ok 'execute says that it has no room for state.json' wait_for 20 grep -q 'state.json: No space left on device' "$T/execute.err"
	ok 'execute without room goes on' kill -0 $p
	is 'execute without room does not say so over and over' "$(grep -c state.json "$T/execute.err")" 1
	rm "$T/small/ballast"
	wait $p
	is 'execute that has room again comes to an end' "$? $(st fill status) $(st fill reason)" '1 failed died'
	cp "$(session_of fill)/output.log" "$T/fill.output.log"; umount -l "$T/small"
else
	skip 'a worker ends when its disk is full' 'cannot mount'
fi
done_testing
