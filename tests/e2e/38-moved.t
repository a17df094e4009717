#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A repository that was moved, and one that was copied.
. "$(dirname "$0")/lib.sh"
cd "$T" && new_repo app && cd app || exit 1
echo '{ "review": "none" }' >"$T/none.json"; mkdir -p "$XDG_CONFIG_HOME/orchestrator"; cp "$T/none.json" "$XDG_CONFIG_HOME/orchestrator/config.json"
logged orchestrator dispatch --wait one -- sh -c 'echo 1 >f'
orchestrator tasks create plans --task 't1: one' >/dev/null

cd "$T" && cp -a app copied && cd copied || exit 1
run orchestrator status
like 'a copy of a repository has no sessions' "$status $out" '^no sessions'
run orchestrator tasks list
like 'a copy of a repository has no task lists' "$status $out" '^0 no task lists'
logged orchestrator dispatch --wait two -- sh -c 'echo 2 >f2'
run orchestrator status
unlike 'a copy that works has sessions of its own alone' "$status $out" 'session-one|one '
cd "$T/app" || exit 1
run orchestrator status
unlike 'the original does not see the sessions of a copy' "$out" two
like 'the original of a copy keeps its sessions' "$out" '^READY TO MERGE \(1\)  one '

cd "$T" && mv app moved && cd moved || exit 1
for c in status 'tasks list' recover 'merge one' 'dispatch three' cleanup; do
	# shellcheck disable=SC2086 # words
	run orchestrator $c
	like "$c in a moved repository says from where, and how to continue" "$status $err" \
	    "^78 .*was moved from $T/app, .*ln -s $T/moved $T/app"
done
run orchestrator doctor
like 'doctor says that the repository was moved' "$status $out" "^[a-zA-Z]+ +repository +this repository was moved from $T/app"
ok 'nothing of a moved repository is removed' test -d .worktrees/one
ln -s "$T/moved" "$T/app"
run orchestrator merge one
is 'through a link at its old path a moved repository continues' "$status $(git show main:f)" '0 1'
like 'through a link at its old path a moved repository has its lists' "$(orchestrator tasks list)" plans
rm "$T/app" && cd "$T" && mv moved app && cd app || exit 1
like 'a repository that was moved back has its lists' "$(orchestrator tasks list)" plans

# A session is at work.
mkfifo "$T/wait"; echo '{ "review": "none", "confine": "off" }' >"$XDG_CONFIG_HOME/orchestrator/config.json"
logged orchestrator dispatch busy -- sh -c "echo busy >busy; : >$T/at; cat $T/wait"
wait_for 10 test -e "$T/at" || exit 1
cd "$T" && mv app moved && echo on >"$T/wait" && wait_for 20 grep -q 'running -> failed' "$T"/state/workspaces/*/*/isolated-sessions/*busy*/output.log
ln -s "$T/moved" "$T/app" && cd moved || exit 1
run orchestrator recover
like 'recover says how to continue a session that was at work while its repository was moved' "$status $out" \
    '^1 session-busy-[a-z0-9]*: waits for you: failed: .*; orchestrator adopt session-busy-[a-z0-9]* has the unreviewed changes reviewed$'
logged orchestrator adopt --wait busy
run orchestrator merge busy
is 'what was done while the repository was moved is merged' "$status $(git show main:busy)" '0 busy'
rm "$T/app" && cd "$T" && mv moved app && cd app || exit 1

rm .git/orchestrator.json && cd "$T" && mv app again && cd again || exit 1
run orchestrator status
like 'without orchestrator.json a moved repository begins with no sessions' "$status $out" '^no sessions'
done_testing
