#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Commands name the target, and what became of it.
. "$(dirname "$0")/lib.sh"

R=$HOME/r
new_repo "$R" && cd "$R" && mkdir .orchestrator && echo '{ "gates": [ "true" ] }' >.orchestrator/config.json && git add . && git commit -qm Settings || exit 1
item() { run timeout 60 orchestrator dispatch --review gates --wait "$1" -- sh -c "echo $1 >$1"; }
checked='not the branch that is checked out here'

item one
like 'dispatch names the target' "$out" '^target +main$'
is 'dispatch --json names the target' "$(orchestrator --json dispatch --review gates two -- sh -c 'echo two >two' | jq -r .target)" main
is 'status says nothing of a target that is as it should be' "$(orchestrator status | grep -c '^target')" 0
like 'status of a session names its target' "$(orchestrator status one)" '^target +main$'
run timeout 60 orchestrator merge one
is 'a merge into the branch that is checked out warns of nothing' "$status $(echo "$err" | grep -c warning)" '0 0'

# On another branch.
git checkout -qb side
item three
git checkout -q main
like 'status says that a target is not checked out' "$(orchestrator status)" "^target +side; it is $checked \(main\)"
run timeout 60 orchestrator merge three
like 'merge says before it merges that the target is not checked out' "$status $err" "^0 .*warning: work is merged into side: it is $checked \(main\)"
git checkout -q side; item four; git checkout -q main
run timeout 60 orchestrator execute
like 'execute says before it merges that the target is not checked out' "$err" "warning: work is merged into side: it is $checked \(main\)"
is 'execute merges into the target of each session' "$(git cat-file -t side:four) $(git cat-file -t main:two)" 'blob blob'
is 'the report names the target' "$(orchestrator --json report | jq -r .target)" main
like 'the report as text names the target' "$(orchestrator report)" '^into main$'
echo '{ "gates": [ "true" ], "target": "side" }' >.orchestrator/config.json && git commit -qam target
git checkout -q side && git merge -q main && git checkout -q main
item five
like 'dispatch says that the target of the settings is not checked out' "$out" "^target +side, which is $checked \(main\)\$"
git branch -qD side
like 'status says that a target is gone, and how it comes back' "$(orchestrator status)" '^target +side; the branch is gone: git branch side [0-9a-f]{12} '
run timeout 60 orchestrator merge five
like 'merge says that the target is gone, and what to do' "$status $out" '^1 .*target branch side is gone: git branch side [0-9a-f]{12} restores it'
eval "$(printf %s "$out" | sed 's/.*: \(git branch side [0-9a-f]*\) .*/\1/')"
run timeout 60 orchestrator merge five
is 'work is merged once the target is made again as merge says' "$status" 0

# Behind, and rewritten.
echo '{ "gates": [ "true" ] }' >.orchestrator/config.json && git commit -qam Settings
git init -q --bare "$T/up.git" && git remote add up "$T/up.git" && git push -qu up main
item six; item seven
echo x >upstream && git add . && git commit -qm upstream && git push -q && git reset -q --hard HEAD~1
like 'status says that the target is behind its upstream' "$(orchestrator status)" '^target +main; it is 1 commit behind up/main, as last fetched'
run timeout 60 orchestrator merge six
like 'merge says that the target is behind its upstream' "$status $err" '^0 .*merged into main: it is 1 commit behind up/main'
git checkout -q --orphan new && git commit -qm 'Begun anew' && git branch -qM new main
like 'status says that the target was rewritten' "$(orchestrator status)" '^target +main; it was rewritten, and no longer has [0-9a-f]{12}'
run timeout 60 orchestrator merge seven
like 'merge refuses a target that was rewritten, and says what would come back' "$status $out" \
    '^1 .*main was rewritten: .* would bring removed commits back \([0-9a-f]+ Settings\): orchestrator retry seven'

done_testing
