#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# From an item to a session whose worker lives, and what is said when it can't be.
. "$(dirname "$0")/lib.sh"

ended() { jq -e '.status | IN("approved","rejected","failed","cancelled")' "$(session_of "$1")/state.json"; }
sessions() { ls -d "$ORCHESTRATOR_HOME"/workspaces/*/instance-*/isolated-sessions/session-* 2>/dev/null | wc -l; }
built_aside() { find "$ORCHESTRATOR_HOME" -name '.new-*' -o -name '.tmp-*' | wc -l; }
PATH_WITHOUT=$O/bin:$O/libexec:/usr/bin:/bin
PATH=$PATH_WITHOUT

# Before there is a repository, or a commit.
cd "$T" || exit 1
run orchestrator dispatch --review none x -- true
is 'outside of a repository dispatch fails' "$status" 66
like 'outside of a repository dispatch says that there is none' "$err" 'not a git repository'
git init -q empty
run orchestrator -C empty dispatch --review none x -- true
is 'without a commit dispatch fails' "$status" 66
like 'without a commit dispatch says to make one' "$err" 'no commit yet.*make a first commit'

new_repo r && cd r || exit 1

# The command line.
run orchestrator dispach
is 'an unknown command is a usage error' "$status" 64
like 'the error of an unknown command names the nearest' "$err" 'did you mean "dispatch"'
for id in ../x .x a/b a..b x.lock x. "$(printf 'a\nb')"; do
	run orchestrator dispatch --review none "$id" -- true
	is "the id '$(printf %s "$id" | tr '\n' '?')' is refused" "$status" 65
done
run orchestrator dispatch --review maybe x -- true
is 'an unknown mode of review is refused' "$status" 64
run orchestrator dispatch x -- true
is 'a bare command without a reviewer is refused' "$status" 64
like 'the error of a bare command without a reviewer says which mode of review to give' "$err" 'say --review gates or none'
run orchestrator dispatch --title X x
is 'dispatch with neither client nor command fails' "$status" 69
like 'dispatch with neither client nor command says what to install or set' "$err" 'install an agent client'
run orchestrator dispatch --title X --agent claude x
is 'an agent whose program is not on PATH is an error of the parent' "$status" 69
like 'the error of an agent whose program is not on PATH names the program' "$err" 'agent CLI not found: claude'
run orchestrator dispatch --review none x -- no-such-program
is 'a command that is not there is an error of the parent' "$status" 69
is 'no refused dispatch left a session' "$(sessions)" 0
ok 'no refused dispatch left a worktree' not test -e .worktrees/x
is 'no refused dispatch left a branch' "$(git branch --list 'session/*')" ''

# The plain way.
run orchestrator dispatch --review none --title 'A title' --description 'Do it.' x -- \
    sh -c 'echo hello >f; cat >prompt'
is 'dispatch of a command succeeds' "$status" 0
S=$(session_of x)
is 'the session id is printed' "$(echo "$out" | sed -n 's/^session *//p')" "${S##*/}"
is 'dispatch prints the worktree' "$(echo "$out" | sed -n 's/^worktree *//p')" "$T/r/.worktrees/x"
is 'dispatch prints the log' "$(echo "$out" | sed -n 's/^log *//p')" "$S/output.log"
if command -v script >/dev/null; then
	like 'on a terminal dispatch prints the command that shows the log' \
	    "$(script -qec 'orchestrator dispatch --wait --review none --title Seen seen -- true' /dev/null </dev/null | tr -d '\r')" '^log       orchestrator logs -f seen$'
else
	skip 'on a terminal dispatch prints the command that shows the log' 'script(1) is not installed here'
fi
ok 'a session of a command ends' wait_for 20 ended x
is 'a session of a command without review ends as approved' "$(field state.json .status x)" approved
ok 'the state is private' test "$(stat -c %a "$ORCHESTRATOR_HOME" "$S" | sort -u)" = 700
is 'the item is as it was said' "$(jq -r '.id + "," + .title + "," + .description' "$S/item.json")" 'x,A title,Do it.'
is 'the base is the target' "$(jq -r .session.base "$S/config.json")" "$(git rev-parse main)"
ok 'the prompt reached the command' git grep -q 'Title: A title' session/x/1 -- prompt
is 'the worker is a link to one copy' "$(stat -c %i "$S/bin/worker")" "$(stat -c %i "$ORCHESTRATOR_HOME"/bin/worker-*)"
is 'git status shows no worktrees' "$(git status --porcelain)" ''
is 'nothing is left that was built aside' "$(built_aside)" 0

# A second one.
run orchestrator dispatch --review none x -- true
is 'an item that has a session is refused' "$status" 73
like 'the refusal of an item that has a session names the session' "$err" "${S##*/}"
run orchestrator dispatch --review none X -- true
is 'an item that differs from one in work by case alone is refused' "$status" 73
mkdir -p .worktrees/w && echo mine >.worktrees/w/file
run orchestrator dispatch --review none w -- true
is 'an existing worktree is refused' "$status" 73
is 'an existing worktree that dispatch refused is untouched' "$(cat .worktrees/w/file)" mine
git branch session/b/1
run orchestrator dispatch --review none --wait b -- sh -c 'echo b >b'
is 'an attempt whose branch exists is passed over' "$status $(field config.json .session.branch b)" '0 session/b/2'
is 'a branch that was passed over is as it was' "$(git rev-parse session/b/1)" "$(git rev-parse main)"
ok 'a refused dispatch leaves no claim' not ls "$ORCHESTRATOR_HOME"/workspaces/*/claims/[wX]

# Attempts count on.
orchestrator merge b >/dev/null 2>&1
run orchestrator dispatch --review none --wait b -- sh -c 'echo again >b'
is 'a merged item can be done again, and its attempts count on' "$status $(field config.json .session.branch b)" '0 session/b/3'

git branch session/c
run orchestrator dispatch --review none c -- true
is 'a branch in the place of a directory of branches is refused' "$status" 73
like 'the refusal of a branch in the way names it and the setting' "$err" 'branch session/c is in the way of .*session/c/1; .*branch_prefix'
is 'the refusal of a branch in the way does not speak of room' "$(echo "$err" | grep -c 'have room')" 0
git branch -q -D session/c

# --wait, --json, --item.
run orchestrator --json dispatch --wait --review none y -- sh -c 'echo y >y'
is 'dispatch --wait exits with 0 when the work is approved' "$status" 0
is 'dispatch --wait --json prints item, branch and status' \
    "$(echo "$out" | jq -r '[.version, .item, .branch, .status] | join(" ")')" '1 y session/y/1 approved'
is 'dispatch --wait --json prints worktree, session directory and log' \
    "$(echo "$out" | jq -r '.worktree, .path, .log')" "$T/r/.worktrees/y
$(session_of y)
$(session_of y)/output.log"
run orchestrator dispatch --wait --review none none -- sh -c 'exit 3'
is 'dispatch --wait exits with 1 when the work failed' "$status" 1
like 'dispatch --wait prints the reason of a failure' "$err" 'exit status 3'
echo '{ "version": 1, "id": "from-file", "title": "From a file", "allowed_paths": ["a/b"] }' >"$T/item.json"
run orchestrator dispatch --wait --review none --item "$T/item.json" -- sh -c 'mkdir a; cat >a/b'
is 'an item comes from a file' "$status" 0
ok 'the allowed paths of an item file are in the prompt' grep -q '^- a/b' "$(session_of from-file)/prompt.md"
run orchestrator dispatch --review none --item "$T/item.json" other -- true
is 'an item file with another id is refused' "$status" 64
echo '{ "version": 1, "id": 5 }' >"$T/bad.json"
run orchestrator dispatch --review none --item "$T/bad.json" -- true
is 'a bad item file is refused' "$status" 65
echo 'From standard input' | orchestrator dispatch --wait --review none --description - stdin -- sh -c 'cat >p' >/dev/null 2>>"$T/.log"
is 'a description comes from standard input' "$(field item.json .description stdin)" 'From standard input'
run orchestrator dispatch --review none --title "$(printf 'a\377b')" utf -- true
is 'a title that is not UTF-8 is refused' "$status" 65

# Settings, prompts and personas come from the target's commit.
run orchestrator init
is 'init succeeds in a repository without settings' "$status" 0
ok 'init writes the settings' test -s .orchestrator/config.json
run orchestrator init
is 'init refuses to overwrite settings' "$status" 73
run orchestrator dispatch --wait --review none c1 -- sh -c 'cat >p'
is 'settings that are not committed are no error' "$status" 0
like 'settings that are not committed are a warning' "$err" 'not committed and not used yet'
mkdir -p .orchestrator/agents .orchestrator/prompts
echo 'You are a careful gardener.' >.orchestrator/agents/gardener.md
echo 'REVIEW IT {item.id}' >.orchestrator/prompts/review.md
git add .orchestrator && git commit -qm Settings
run orchestrator dispatch --wait --review none c2 gardener -- sh -c 'cat >p'
is 'the commented settings are valid' "$status" 0
is 'settings that are committed give no warning' "$(printf '%s\n' "$err" | grep -v 'approved without a review')" ''
ok 'the persona is in the prompt' grep -q 'careful gardener' "$(session_of c2)/prompt.md"
is 'a prompt that the repository overrides is the session'\''s' "$(cat "$(session_of c2)/prompts/review.md")" 'REVIEW IT {item.id}'
run orchestrator dispatch --wait --review none c3 plumber -- sh -c 'cat >p'
like 'an agent type without a persona is a warning' "$err" 'no persona .orchestrator/agents/plumber.md'
ok 'an agent type without a persona is named in the prompt' grep -q plumber "$(session_of c3)/prompt.md"
echo '{ "gats": [] }' >.orchestrator/config.json && git commit -qam 'Wrong settings'
run orchestrator dispatch --review none c4 -- true
is 'a wrong setting is an error' "$status" 78
like 'the error of a wrong setting names the nearest key' "$err" 'gats.*gates'
echo '{ "target": "stable", "review": "none", "roles": { "implementer": "me" },
  "agents": { "me": { "adapter": "command", "command": ["sh", "-c", "cat >p"] } } }' >.orchestrator/config.json
git commit -qam 'Settings' && git branch stable
run orchestrator dispatch --wait c5
is 'an agent of the settings works' "$status" 0
is 'the target is that of the settings' "$(field config.json .session.target c5)" stable
git checkout -q --detach
run orchestrator dispatch --review none c6 -- true
is 'without a branch checked out there is no target' "$status" 78
like 'the error without a branch checked out says to set the target' "$err" 'set "target"'
git checkout -q main && git rm -qr .orchestrator && git commit -qm 'No settings'

# Workers that do not start.
printf '#!/bin/sh\necho "no luck" >&2\nexit 66\n' >"$T/worker" && chmod +x "$T/worker"
n=$(sessions)
run env ORCHESTRATOR_WORKER="$T/worker" orchestrator dispatch --review none e1 -- true
is 'a worker that does not start is an error' "$status" 69
like 'the error of a worker that does not start has its reason' "$err" 'no luck'
is 'a worker that does not start leaves no session' "$(sessions)" "$n"
ok 'a worker that does not start leaves no worktree' not test -e .worktrees/e1
is 'a worker that does not start leaves no branch' "$(git branch --list 'session/e1/*')" ''
ok 'a worker that does not start leaves no claim' not ls "$ORCHESTRATOR_HOME"/workspaces/*/claims/e1
run env ORCHESTRATOR_WORKER="$T/absent" orchestrator dispatch --review none e1 -- true
like 'a worker that is not there is named' "$err" "$T/absent"

# A dispatch that was killed between claim and directory.
W=$(echo "$ORCHESTRATOR_HOME"/workspaces/*)
echo session-k-aaaaaa >"$W/claims/k"
git worktree add -q --no-checkout -b session/k/1 .worktrees/k main
mkdir "$W/current/isolated-sessions/.new-session-k-aaaaaa"
echo session-k2-aaaaaa >"$W/claims/k2"
mkdir .worktrees/k2 && : >.worktrees/k2/..git.0123456789abcdef
echo session-k3-aaaaaa >"$W/claims/k3"
mkdir .worktrees/k3 && echo work >.worktrees/k3/file
run orchestrator dispatch --review none k3 -- true
is 'a worktree with a file in it is no such thing' "$status $(cat .worktrees/k3/file)" '73 work'
run orchestrator dispatch --wait --review none k2 -- sh -c 'echo k >k'
is 'what a killed dispatch began does not stop the next' "$status" 0
run orchestrator dispatch --wait --review none k -- sh -c 'echo k >k'
is 'what a killed dispatch left is in nobody'\''s way' "$status" 0
is 'what a killed dispatch left is removed by the next' "$(built_aside)" 0

# Retry.
run orchestrator retry x
is 'approved work is not retried' "$status" 64
like 'the refusal to retry approved work says to merge it' "$err" 'orchestrator merge'
run orchestrator retry none
is 'failed work is retried' "$status" 0
ok 'a retry of failed work ends' wait_for 20 ended none
is 'a retry has a branch of its own' "$(field config.json .session.branch none)" session/none/2
is 'a retry names the former session' "$(field config.json .session.retry_of none | cut -c1-13)" session-none-
ok 'a retry has in its prompt what was found before' grep -q 'exit status 3' "$(session_of none)/prompt.md"
is 'a retry runs the same command' "$(field config.json '.settings.agents.command.command[2]' none)" 'exit 3'

orchestrator tasks create later --task 'task: Task' >/dev/null; orchestrator tasks edit --description 'The old text' task >/dev/null
logged orchestrator dispatch --wait --review none task -- sh -c 'echo half >half; exit 3'
orchestrator tasks edit --description 'The new text' task >/dev/null
former=$(session_of task); former=${former##*/}
run orchestrator retry task
ok 'a retry has the text of the task as it is now' grep -q 'The new text' "$(session_of task)/prompt.md"
ok 'a retry names the work of the former attempt that was saved' grep -q "refs/salvage/$former: git show [0-9a-f]" "$(session_of task)/prompt.md"
ok 'a retry of a task ends' wait_for 20 ended task

# Many at once in a fresh state directory.
export ORCHESTRATOR_HOME="$T/state2"
pids=
for i in 1 2 3 4; do
	orchestrator dispatch --review none "same" -- sh -c 'cat >p' >"$T/same.$i" 2>&1 & pids="$pids $!"
	orchestrator dispatch --review none "many$i" -- sh -c 'cat >p' >"$T/many.$i" 2>&1 & pids="$pids $!"
done
won=0
for p in $pids; do if wait "$p"; then won=$((won + 1)); fi; done
is 'of four dispatches of one item one wins, and four of others' "$won" 5
is 'dispatches in parallel share one instance' "$(ls -d "$T"/state2/workspaces/*/instance-* | wc -l)" 1
for i in many1 many2 many3 many4 same; do wait_for 20 ended $i; done
ok 'dispatches in parallel all end as approved' \
    test "$(cat "$T"/state2/workspaces/*/instance-*/isolated-sessions/*/state.json | jq -r .status | sort | uniq -c | tr -s ' ')" = ' 5 approved'

# A state directory that can't be made.
echo >"$T/file"
run env ORCHESTRATOR_HOME="$T/file/state" orchestrator dispatch --review none z -- true
is 'a state directory that cannot be made is an error' "$status" 73
like 'the error of a state directory that cannot be made names it' "$err" "$T/file/state.*ORCHESTRATOR_HOME"
run orchestrator doctor
like 'doctor shows how many sessions fit' "$out" 'inotify.*sessions fit'
run orchestrator --json doctor
is 'doctor says the same as JSON' "$(echo "$out" | jq -r '[.checks[].name] | contains(["git","worker","state","inotify"])')" true
# Another prefix of the branches.
cd "$T" && new_repo named && cd named && git branch session
run orchestrator --json dispatch --review none --wait one -- sh -c 'echo 1 >one'
is 'beside a branch named session the branches have another prefix' "$status $(echo "$out" | jq -r .branch)" '0 sessions/one/1'
is 'work of a branch with another prefix is merged' "$(orchestrator merge one >/dev/null; git show main:one)" 1
mkdir .orchestrator; echo '{ "branch_prefix": "agents/by/" }' >.orchestrator/config.json; git add . && git commit -qm Prefix
run orchestrator --json dispatch --review none --wait two -- sh -c 'echo 2 >two'
is 'the prefix of the branches is a setting' "$status $(echo "$out" | jq -r .branch)" '0 agents/by/two/1'
is 'work of a branch with a chosen prefix is merged, and the branch is gone' \
    "$(orchestrator merge two >/dev/null; git show main:two; git branch --list 'agents/*')" 2
for p in agents / a..b/ -x/; do
	echo "{ \"branch_prefix\": \"$p\" }" >.orchestrator/config.json; git commit -qam Prefix
	run orchestrator dispatch --review none three -- true
	is "the prefix '$p' is refused" "$status" 78
done

# A target that lacks commits of its upstream.
git clone -q --bare "$T/r" "$T/origin.git" && git clone -q "$T/origin.git" "$T/late" && cd "$T/late" || exit 1
run orchestrator dispatch --wait --review none level -- sh -c 'echo x >x'
is 'a target that has all of its upstream is not warned of' "$status $(echo "$err" | grep -c behind)" '0 0'
git clone -q "$T/origin.git" "$T/other" && for i in 1 2; do git -C "$T/other" commit -q --allow-empty -m "Of others $i"; done
git -C "$T/other" push -q 2>/dev/null; git fetch -q
run orchestrator dispatch --wait --review none behind -- sh -c 'echo x >x'
like 'dispatch says that the target is behind its upstream' "$err" 'is 2 commits behind origin/[a-z]*, as last fetched'
done_testing
