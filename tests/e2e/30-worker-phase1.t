#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Phase 1 of a session: setup, the implementer, what it leaves, gates.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"
cd "$T" || exit 1

#: setup
role implementer <<'E'
cp "$T/setup.ran" from-setup; git status --porcelain >"$T/$ITEM_ID.status"
env | sed -n 's/^\(GIT_[A-Z]*\)=.*/\1/p' >"$T/$ITEM_ID.git"
for v in SESSION_DIR SESSION_ID ITEM_ID ROLE WORKTREE ROUND STEP SESSION_RUN SESSION_INBOX; do
	eval "say env \"$v=\${$v-}\""
done
pwd -P >"$T/$ITEM_ID.pwd"; printf '%s\n' "$prompt" >"$T/$ITEM_ID.prompt"
E
session s1 '.setup = ["echo setup one; echo one >$T/setup.ran", {name: "two", command: "echo $ROLE,$SESSION_ID,$(pwd -P) >$T/setup.env; echo setup two >&2"}]'
GIT_DIR=/nowhere GIT_WORK_TREE=/nowhere; export GIT_DIR GIT_WORK_TREE
work
unset GIT_DIR GIT_WORK_TREE
is 'a session with review none ends as approved' "$status" 0
is 'setup ran before the implementer' "$(git -C "$R" show session/s1/1:from-setup)" one
like 'setup runs in the worktree' "$(cat "$T/setup.env")" ",$ID,$W\$"
ok 'what setup prints is in the log, in brackets' grep -qxF '[setup echo setup one; echo one >$T/setup.ran] setup one' "$S/output.log"
ok 'what setup prints on standard error is in the log' grep -qxF '[setup two] setup two' "$S/output.log"
is 'the implementer began in a clean worktree' "$(said status | grep -v from-setup)" ''
is 'GIT_ variables are removed' "$(said git)" ''
is 'the implementer runs in the worktree' "$(said pwd)" "$W"
is 'the environment of the implementer has session, item, role and inbox' "$(said env)" "SESSION_DIR=$S
SESSION_ID=$ID
ITEM_ID=s1
ROLE=implementer
WORKTREE=$W
ROUND=1
STEP=implement
SESSION_RUN=001
SESSION_INBOX=$S/inbox/001"
like 'without prompt.md the prompt is made from the item' "$(said prompt)" 'Title of s1'
is 'review.json of a session with review none says that nobody judged it' \
    "$(rec review.json '[.mode, .verdict, .decided_by] | join(" ")')" 'none approved nobody'
is 'state.json of a session with review none says that nobody judged it' \
    "$(st '[.status, .reason, .detail] | join(" ")')" 'approved not-reviewed approved without a review (review: none)'
is 'the commit on record of a session with review none is the head of the branch' \
    "$(rec review.json .commit)" "$(git -C "$R" rev-parse session/s1/1)"
is 'the head in state.json is the head of the branch' "$(st .head)" "$(git -C "$R" rev-parse session/s1/1)"
is 'the commit of the implementer is based on the base' "$(git -C "$R" rev-parse session/s1/1^)" "$(st .base)"
is 'the last line of the log is the verdict' "$(last_line)" 'REVIEW_VERDICT: APPROVED'
is 'the verdict is in the log once' "$(verdicts)" 1
is 'a prompt that is made from the item has a value for each variable' "$(said prompt | grep -oE '[{][a-z.]+[}]')" ''
ok 'the log of the agent is in the transcript' test -e "$S/transcript/001-implementer.log"
is 'the prompt of the implementer is in the transcript' "$(cat "$S/transcript/001-implementer.prompt")" "$(said prompt)"

role implementer <<'E'
cat d1/file1 >copy
E
session s0 '.setup = ["cat d1/file1 >$T/s0.setup"]'
echo mine >>"$W/d1/file1" && echo mine >"$W/untracked"
work
is 'uncommitted files in the worktree are saved before setup' "$(git -C "$R" show "refs/salvage/$ID:untracked" "refs/salvage/$ID:d1/file1" | paste -sd,)" 'mine,line of file 1,mine'
ok 'the log tells where' grep -q "the contents of the worktree are saved in refs/salvage/$ID" "$S/output.log"
is 'setup and implementer see the commit, not uncommitted files of the worktree' \
    "$(cat "$T/s0.setup") $(git -C "$R" show session/s0/1:copy)" 'line of file 1 line of file 1'

role implementer <<'E'
echo x >x; say ran yes
E
session s2 '.setup = ["true", "echo broken; exit 3", "touch $T/s2.third"]'
work
is 'a failing setup command fails the session' "$status,$(st '.status + "," + .reason')" '1,failed,setup'
like 'the detail of a failing setup command has the command and its exit status' "$(st .detail)" 'echo broken.*3'
is 'after a failing setup command the implementer is not run' "$(said ran)" ''
ok 'after a failing setup command no other setup command is run' not test -e "$T/s2.third"
is 'a failed session has no verdict' "$(verdicts)" 0
session s3 '.setup = [{command: "point() { :; }; exec cat $T/.never", timeout: 1}]'
work
is 'a setup command that does not end in time fails' "$(st '.status + "," + .reason')" 'failed,setup'
session prompt1
printf 'Exactly this.\n' >"$S/prompt.md"
role implementer <<'E'
E
printf 'cat >given\n' >"$T/scripts/prompt1/implementer"
work
is 'prompt.md is the prompt' "$(git -C "$R" show session/prompt1/1:given)" 'Exactly this.'

#: What the implementer leaves.
role implementer <<'E'
echo one >one; git add one; git commit -qm 'My own message' || exit 9
mkdir -p deep/er; echo two >deep/er/two; echo changed >d1/file1; git rm -q d2/file2
echo ignored >ignored.o; ln -s one link; echo '#!/bin/sh' >tool; chmod +x tool
worker summary - <<X
The first line

and the rest
X
E
session l1
mkdir -p "$R/.git/info" && echo '*.o' >>"$R/.git/info/exclude"
work
is 'new files that the implementer did not commit are committed' "$(git -C "$R" show session/l1/1:deep/er/two)" two
is 'changes that the implementer did not commit are committed' "$(git -C "$R" show session/l1/1:d1/file1)" changed
ok 'removals that the implementer did not commit are committed' not git -C "$R" cat-file -e session/l1/1:d2/file2
is 'links and modes are kept' "$(git -C "$R" ls-tree session/l1/1 link tool | cut -c1-6 | paste -sd,)" '120000,100755'
ok 'ignored files are not committed' not git -C "$R" cat-file -e session/l1/1:ignored.o
is 'the commits of the agent are kept' "$(git -C "$R" log --format=%s session/l1/1 | sed -n 2p)" 'My own message'
is 'the commits of the agent are by their author' "$(git -C "$R" log --format=%an session/l1/1 | sort -u)" Test
is 'the summary is kept' "$(head -n 1 "$S/summary.md")" 'The first line'
role implementer <<'E'
echo one >one; git add one; git commit -qm 'Only this'
E
session l2
work
is 'when nothing is left there is no further commit' "$(git -C "$R" log --format=%s session/l2/1 | head -n 2 | paste -sd,)" 'Only this,First commit'
is 'without a summary the commits are summarised' "$(grep -c 'Only this' "$S/summary.md")" 1
role implementer <<'E'
git checkout -q -b elsewhere; echo one >one; git add one; git commit -qm 'On another branch'
E
session l3
work
is 'a commit on another branch of the session counts' "$status,$(git -C "$R" log -1 --format=%s session/l3/1)" '0,On another branch'
ok 'the branch does not appear in the repository' not git -C "$R" rev-parse -q --verify elsewhere
for how in true 'echo x >x; rm x' 'git add -f d1; touch nothing.o'; do
	n=$((${n:-0} + 1))
	role implementer <<E
$how
E
	role reviewer <<'E'
worker verdict approved
E
	session "nothing$n"
	work
	is "after '$how' the council judges that nothing needs to be changed" "$status,$(st .status)" '0,approved'
	is "after '$how' the base is what was judged" "$(jq -r .commit "$S/review.json")" "$(git -C "$R" rev-parse main)"
	role implementer <<E
worker blocked 'It can not be done'; $how
E
	session "blocked$n"
	work
	is "after '$how' of a blocked implementer there is nothing to approve" "$status,$(st '.status + "," + .reason')" '1,failed,blocked'
	is "after '$how' of a blocked implementer there is no verdict" "$(verdicts)" 0
done
no_roles
role implementer <<'E'
echo forced >forced.o; git add -f forced.o; git commit -qm 'Ignored, and committed all the same'; echo rest >rest
E
session forced
work
is 'what is ignored and was committed all the same stays in the work' \
    "$(git -C "$R" show session/forced/1:forced.o session/forced/1:rest | paste -sd' ')" 'forced rest'
role implementer <<'E'
git reset -q --hard 4b825dc642cb6eb9a060e54bf8d69288fbee4904 2>/dev/null
git checkout -q --orphan unrelated; git rm -rqf .; echo x >x; git add x; git commit -qm Unrelated
E
session unrelated '.gate_tries = 0'
work
is 'work not based on the base is not imported' "$(st '.status + "," + .reason')" 'failed,import'
is 'the branch stays at the base' "$(git -C "$R" rev-parse session/unrelated/1)" "$(st .base)"

#: Gates.
role implementer <<'E'
say runs "$STEP"; printf '%s\n' "$prompt" >"$T/$ITEM_ID.prompt.$SESSION_RUN"
echo "$SESSION_RUN" >work
E
session g1 '.gates = [{name: "first", command: "grep -q 003 work || { echo \"want 003, got $(cat work)\"; exit 4; }"}, "touch $T/g1.second"]'
work
is 'a gate that passes in the last try passes' "$status" 0
is 'the implementer was run for each try' "$(said runs | wc -l)" 3
like 'the implementer is given the output of a gate that failed' "$(cat "$T/g1.prompt.002")" 'want 003, got 001'
like 'the implementer is given the output of the last try each time' "$(cat "$T/g1.prompt.003")" 'want 003, got 002'
is 'gates are on record with their end' "$(rec review.json '[.gates[-2:][] | .name, .passed, .exit_status] | join(" ")')" 'first true 0 touch $T/g1.second true 0'
is 'gates are on record with the commit they judged' "$(rec review.json '.gates[-1].commit')" "$(rec review.json .commit)"
ok 'the output of a gate is in the log' grep -qxF '[gate first] want 003, got 002' "$S/output.log"
session g0 '.gates = ["git rev-parse HEAD >$T/g0.head; test -z \"$(git status --porcelain)\""]'
work
is 'a gate sees the commit that it judges, with nothing beside it' "$status,$(cat "$T/g0.head")" "0,$(rec review.json .commit)"
session g2 '.gates = ["exit 4"] | .gate_tries = 1'
work
is 'when tries are used up the session fails' "$status,$(st '.status + "," + .reason')" '1,failed,gate'
is 'the implementer is run once and for each gate try that is set' "$(said runs | wc -l)" 2
is 'after a failed gate there is no verdict' "$(verdicts)" 0
session g3 '.gates = [{name: "slow", command: "exec cat $T/.never", timeout: 1}] | .gate_tries = 0'
work
is 'a gate out of time has failed' "$(st '.status + "," + .reason')" 'failed,gate'
is 'without gate tries the implementer is run once' "$(said runs | wc -l)" 1
like 'the detail of a gate out of time names the gate' "$(st .detail)" slow
session g4 '.gates = ["seq 1 20000; printf last"] | .gate_tries = 0'
work
is 'the output on record is at most 16 KiB' "$(rec review.json '.gates[0].output | utf8bytelength <= 16384 and utf8bytelength > 8000')" true
like 'the end of it' "$(rec review.json '.gates[0].output')" '^last'
session g5 '.gates = [{name: "meddler", command: "echo more >>d1/file1"}] | .gate_tries = 0'
work
is 'a gate that changes tracked files does not pass' "$status,$(st '.status + "," + .reason')" '1,failed,gate'
session g6 '.gates = ["echo x >left-by-gate; git add left-by-gate; git commit -qm x; true", "test ! -e $WORKTREE/none"] | .gate_tries = 0'
work
is 'a commit of a gate is never in what is approved' "$(git -C "$R" log --format=%s session/g6/1 | grep -cx x)" 0
session g7 '.gates = ["git reset -q --hard HEAD^"] | .gate_tries = 0'
work
is 'a gate that takes the work away does not pass' "$(st .status)" failed
session g8 '.gates = ["no-such-program-anywhere"] | .gate_tries = 0'
work
is 'a gate that cannot be run does not pass' "$(st .status)" failed
session g9 '.gates = ["kill -9 $$"] | .gate_tries = 0'
work
is 'a gate that is killed does not pass' "$(st '.status + "," + .reason')" 'failed,gate'

#: The same by hand: worker gates.
session hand '.gates = ["cat work", {name: "n", command: "exit 7"}]'
oid=$(cd "$R" && echo 003 | git hash-object -w --stdin | sed 's/.*/100644 blob &	work/' | git mktree | xargs git commit-tree -m Made)
run worker gates "$S" "$oid"
is 'worker gates fails when one fails' "$status" 1
is 'worker gates prints the result of each gate' \
    "$(printf '%s\n' "$out" | jq -c '[.[] | [.name, .passed, .exit_status]]')" '[["cat work",true,0],["n",false,7]]'
ok 'the output of worker gates is in merge.log' grep -qxF '[gate cat work] 003' "$S/merge.log"
run worker gates "$S" "$(echo "$oid" | tr 0-9a-f 1-9a-f0)"
ok 'worker gates on a commit that is not there ends with another status' test "$status" -gt 1
is 'worker gates on a commit that is not there prints one line' "$(echo "$err" | wc -l)" 1
session hand2 '.gates = ["true"]'
run worker gates "$S" "$oid"
is 'worker gates succeeds when all pass' "$status" 0
done_testing
