#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2046,SC2086 # lists of words
# Merging: what the commit is, and what becomes of the checkouts of its target.
. "$(dirname "$0")/lib.sh"

dispatch() { i=$1; shift; orchestrator dispatch --wait "$i" -- sh -c "$*" >"$T/dispatched" 2>&1 || { diag <"$T/dispatched"; false; }; }
st() { orchestrator --json status "$1" | jq -r "$2"; }
repository() {	# NAME [git init options]
	R=$T/$1; shift
	git init -q "$@" "$R" && cd "$R" || return 1
	for i in 1 2 3 4 5 6; do seq 20 >"file$i"; done
	mkdir dir .orchestrator && echo in >dir/in
	echo '{ "review": "none", "stop_grace": 1, "merge": { "on_conflict": "fail", "on_gate": "fail" } }' >.orchestrator/config.json
	git add . && git commit -qm 'First commit'
}
merges() { git log --format=%s main | grep -cFx "$1"; }
snapshot() { git status --porcelain; git ls-files -s; find . -name .git -prune -o -name .worktrees -prune -o -type f -exec sha256sum {} + | sort -k 2; }
left_alone() {	# SENTENCE ITEM REGEXP: not merged, and nothing has moved
	_head=$(git rev-parse main) _snap=$(snapshot)
	run orchestrator merge "$2"
	is "$1 is left alone" "$status $(st "$2" .status) $(git rev-parse main)" "1 approved $_head"
	like "$1 is named" "$out$err" "$3"
	is "$1 stays byte for byte" "$(snapshot)" "$_snap"
	ok "$1 gets no lock" not ls "$(git rev-parse --git-dir)/index.lock"
}

# The commit.
repository plain
dispatch one 'seq 21 >file1; echo n >new; git rm -q file6; echo "Do the one thing
and more" | worker summary -'
base=$(git rev-parse main); head=$(git rev-parse session/one/1)
S=$(session_of one)
run orchestrator merge one
is 'an approved session is merged' "$status" 0
is 'the message of a merge is that of the item and the summary, and says that nobody judged it' \
    "$(git log -1 --format=%B main)" 'Merge one: Do the one thing

Review: none'
is 'the parents of a merge are the target and what was approved' "$(git log -1 --format=%P main)" "$base $head"
git checkout -q -b by-hand "$base" && git merge -q --no-ff -m x "$head" && git checkout -q main
is 'the tree of a merge is that of git merge --no-ff' "$(git rev-parse 'main^{tree}')" "$(git rev-parse 'by-hand^{tree}')"
git branch -qD by-hand
is 'the checkout has followed' "$(git status --porcelain; cat new; ls file6 2>&1)" "n
ls: cannot access 'file6': No such file or directory"
ok 'the worktree is gone' not test -e .worktrees/one
is 'the branch is gone' "$(git branch --list 'session/*'; git worktree list | wc -l)" 1
ok 'the session is in the archive' test -f "$(dirname "$S")/../archive/$(basename "$S")/review.json"
ok 'a merged session is not among the live ones' not test -e "$S"
echo more >>file2 && git commit -qam 'A commit of the user'
is 'a commit of the user afterwards keeps the merge' "$(cat new; git show main:new; git ls-tree main file6)" 'n
n'
old=$(git rev-parse main)
run orchestrator merge one
is 'what is merged is not merged again' "$(git rev-parse main) $(merges 'Merge one: Do the one thing')" "$old 1"
orchestrator merge >/dev/null; orchestrator execute >/dev/null; orchestrator cleanup >/dev/null
is 'no command merges again what is merged' "$(git rev-parse main)" "$old"

# Local changes.
dispatch two 'seq 22 >file1; echo two >two'
seq 5 >file3; git add file3; seq 6 >>file3; seq 7 >file4; echo staged >staged; git add staged; echo mine >untracked; chmod +x file5
before=$(git diff; git diff --cached; git status --porcelain; cat file3 file4 untracked staged; stat -c %Y.%i file3 file4 file5 staged untracked)
run orchestrator merge two
is 'other local changes hinder no merge' "$status" 0
is 'other local changes are the same after a merge, staged or not' \
    "$(git diff; git diff --cached; git status --porcelain; cat file3 file4 untracked staged; stat -c %Y.%i file3 file4 file5 staged untracked)" "$before"
dispatch three 'seq 23 >file2; echo three >way'
echo local >>file2
left_alone 'a checkout with a changed file in the way' three 'file2'
git add file2
left_alone 'a checkout with a staged file in the way' three 'file2'
git reset -q file2 && git checkout -q file2
echo precious >way
left_alone 'a checkout with an untracked file in the way' three 'way'
rm way; mkdir way; echo precious >way/deep
left_alone 'a checkout with an untracked directory in the way' three 'way'
rm -r way; echo 'way' >>.git/info/exclude; echo ignored >way
left_alone 'a checkout with an ignored file in the way' three 'way'
rm way
run orchestrator merge three
is 'once nothing is in the way it is merged' "$status $(cat way)" '0 three'
is 'local changes are the same after a merge that something was in the way of' \
    "$(git diff; git diff --cached; git status --porcelain; cat file3 file4 untracked staged; stat -c %Y.%i file3 file4 file5 staged untracked)" "$before"
git reset -q --hard && rm untracked

# States of a checkout.
dispatch four 'seq 24 >file1'
git checkout -q -b topic HEAD~1 && seq 99 >file1 && git commit -qam Topic && git checkout -q main
git rebase -q main topic >"$T/rebase" 2>&1 || :
run orchestrator merge four
is 'a target that is not checked out is merged in the middle of a rebase of another' "$status $(git show main:file1 | wc -l)" '0 24'
git rebase --abort 2>/dev/null; git checkout -q main
dispatch five 'seq 25 >file1'
git branch -q side HEAD~1 && git checkout -q side && seq 98 >file1 && git commit -qam Side && git checkout -q main
git rebase side >"$T/rebase" 2>&1 || :
run orchestrator merge five
is 'a checkout in the middle of a rebase is left alone' "$status $(st five .status) $(git status | grep -c 'rebas')" "1 approved $(git status | grep -c 'rebas')"
like 'the refusal to merge into a checkout in the middle of a rebase says so' "$out$err" 'rebase'
git rebase --abort
git merge side >"$T/merge" 2>&1 || :
left_alone 'a checkout in the middle of a merge' five 'merge|MERGE'
git merge --abort
git config core.autocrlf true
left_alone 'a checkout with line-ending conversion' five 'autocrlf|line.ending'
git config core.autocrlf input
dispatch crlf 'echo crlf >crlf'
run orchestrator merge crlf
is 'the line-ending conversion of input alone keeps nothing from being merged' "$status $(cat crlf) $(git status --porcelain)" '0 crlf '
git config --unset core.autocrlf
git sparse-checkout set --no-cone '/*' '!/dir' 2>/dev/null
left_alone 'a sparse checkout without a cone' five 'is a sparse checkout$'
git sparse-checkout set --cone d1/sub 2>/dev/null
left_out=$(git ls-files -t | sed -n 's/^S //p' | tr '\n' ' ')
dispatch cone 'mkdir -p d1/sub/new; echo in >d1/sub/in; echo beside >d1/beside; echo top >top; echo new >d1/sub/new/file'
run orchestrator merge cone
is 'a sparse checkout whose cone has all changed files follows' \
    "$status $(cat d1/sub/in d1/beside d1/sub/new/file | tr '\n' ' ')$(cat top) $(git status --porcelain)" '0 in beside new top '
is 'a sparse checkout that follows leaves out the same files as before' \
    "$(git ls-files -t | sed -n 's/^S //p' | tr '\n' ' ')" "$left_out"
dispatch outside 'mkdir -p d1/other; echo out >d1/other/file; echo in >>d1/sub/in'
left_alone 'a sparse checkout whose cone lacks a changed file' outside 'is a sparse checkout without d1/other/file'
ok 'a sparse checkout that is left alone gets no file from outside its cone' test ! -e d1/other
git sparse-checkout disable
run orchestrator merge outside
is 'a merge that a sparse checkout held up is made when it is whole again' "$status $(cat d1/other/file)" '0 out'
: >.git/index.lock
run orchestrator merge five
is 'a checkout that git is working in is left alone' "$status $(st five .status)" '1 approved'
like 'the refusal to merge while git works in the checkout names its lock' "$out$err" 'index.lock'
ok 'a lock of another git stays' test -e .git/index.lock
rm .git/index.lock
echo '*.txt filter=x' >.git/info/attributes; git config filter.x.smudge "touch $T/smudged; cat"
left_alone 'a checkout with attributes of its own' five 'info/attributes'
mv .git/info/attributes .gitattributes; git add . && git commit -qm 'A filter'
run orchestrator merge five
is 'a filter of other files hinders nothing' "$status" 0
dispatch five-b 'echo text >a.txt'
left_alone 'a checkout with a filter of a changed file' five-b 'a\.txt|filter'
ok 'a filter of a changed file is not run' not test -e "$T/smudged"
git rm -q .gitattributes && git commit -qm 'No filter'; orchestrator merge five-b >/dev/null
dispatch six 'seq 26 >file1; mkdir -p d/e && echo deep >d/e/f'
git checkout -q --detach && git worktree add -q "$T/second" main && cd "$T/second" || exit 1
run orchestrator merge six
is 'the second worktree that has the target checked out follows' "$status $(git -C "$T/second" status --porcelain; cat "$T/second/d/e/f")" '0 deep'
cd "$R" && is 'the first does not' "$(wc -l <file1)" 25
git worktree remove --force "$T/second" && git checkout -q main

# Conflicts.
dispatch c1 'sed -i s/10/agent/ file1; git mv file2 renamed-by-agent; git rm -q file3; echo agent >both; rm -r dir; echo f >dir; chmod +x file5; echo bin >bin'
sed -i s/10/user/ file1; git mv file2 renamed-by-user; sed -i s/10/user/ file3; echo user >both; echo more >dir/in; git add . && git commit -qm 'The user was faster'
old=$(git rev-parse main) snap=$(snapshot)
run orchestrator merge c1
is 'a conflict is told' "$status $(st c1 .status)" '1 conflict'
is 'the target has not moved' "$(git rev-parse main)" "$old"
is 'a conflict leaves the checkout as it was' "$(snapshot)" "$snap"
list=$(field state.json '.conflicts[] | .path + " " + .kind' c1)
for p in 'file1 .*content' 'both .*(add|both)' 'file3 .*(modify|delet)' 'renamed-by-agent .*rename|file2 .*rename' 'dir[^ ]* '; do
	like "the list of conflicts has ${p%% *}" "$list" "^($p)"
done
is 'the branch of a conflict stays' "$(git branch --list --format='%(refname:short)' 'session/c1/*')" session/c1/1
ok 'the worktree of a conflict stays' test -e .worktrees/c1/both
run orchestrator retry c1
is 'a conflict can be retried' "$status" 0
ok 'the retry of a conflict begins at the target' test "$(field config.json .session.base c1)" = "$old"
like 'the retry of a conflict has the conflict in its prompt' "$(cat "$(session_of c1)/prompt.md")" 'file1'

# Gates on the merged tree.
repository gated
jq '.review = "gates" | .gates = [{ name: "sum", command: "n=$(cat n.* 2>/dev/null | wc -l); test $n -lt 2 || { echo TOO-MANY; exit 1; }" }]' .orchestrator/config.json >"$T/c" && mv "$T/c" .orchestrator/config.json
git commit -qam Gate
dispatch a 'echo a >n.a' && dispatch b 'echo b >n.b'
run orchestrator merge
is 'of two items that pass alone and fail together one is merged' \
    "$status $(st a .status) $(st b .status) $(st b .reason)" '1 merged conflict gate'
is 'the target has the one of two items that was merged' "$(git ls-tree --name-only main | grep '^n\.'; git status --porcelain)" n.a
is 'the branch of the item that was not merged stays' "$(git branch --list --format='%(refname:short)' 'session/*')" session/b/1
is 'no worktree of the gates stays' "$(git worktree list | wc -l)" 2
run orchestrator retry b
is 'an item whose gate failed at the merge can be retried' "$status" 0
like 'the retry of an item whose gate failed has the output of the gate in its prompt' "$(cat "$(session_of b)/prompt.md")" 'TOO-MANY'
b_failed() { [ "$(st b .status)" = rejected ] || [ "$(st b .status)" = failed ]; }
wait_for 20 b_failed
git rm -q n.a && git commit -qm 'Make room'
orchestrator retry b >/dev/null; b_done() { [ "$(st b .status)" = approved ]; }
wait_for 20 b_done; run orchestrator merge b
is 'an item whose gate failed at the merge is merged when the target allows' "$status $(git show main:n.b)" '0 b'

# What git itself would remove without a word.
echo '*.o' >.gitignore && mkdir obj && echo c >obj/a.c && git add .gitignore obj && git commit -qm Objects
dispatch file 'git rm -rq obj; echo file >obj'
echo mine >obj/a.o
left_alone 'an ignored file below what becomes a file' file 'obj is in the way'
rm obj/a.o; ln -s ../dir obj/link
left_alone 'a link there' file 'obj is in the way'
rm obj/link; run orchestrator merge file
is 'an item is merged once no file is in the way' "$status $(cat obj; git status --porcelain)" '0 file'
dispatch empty ': >intended'
: >intended; git add -N intended
left_alone 'a file that is intended to be added' empty 'intended is in the way'
git rm -q --cached intended; rm intended; run orchestrator merge empty
is 'an item is merged once no file that is intended to be added is in the way' "$status $(git status --porcelain)" '0 '

# What is left by a kill between the merge and the removal of the worktree.
dispatch kill 'echo k >k'; run orchestrator merge kill
S=$(session_of kill); id=${S##*/}
gone() { [ -z "$(find .worktrees -mindepth 1 -maxdepth 2 ! -path .worktrees/.pool ! -path '.worktrees/.pool/[0-9]*')" ]; }
wait_for 10 gone
cp -R dir ".worktrees/.trash-$id"; echo late >".worktrees/.trash-$id/late"; mkdir ".worktrees/.gone-$id"
orchestrator cleanup >/dev/null
is 'what was not saved yet is saved' "$(git show "refs/salvage/$id:late")" late
ok 'a copy of a worktree is removed once it is saved' gone

# A user goes on with the session's branch after the approval; two attempts fail before one succeeds.
dispatch on 'echo on >on'
approved=$(git rev-parse session/on/1)
git update-ref refs/heads/session/on/1 "$(git commit-tree -p "$approved" -m User "$approved^{tree}")"
run timeout 20 orchestrator execute
is 'execute ends when a branch has left its approved commit' "$status" 1
like 'execute names the approved commit and that of a branch that has left it' \
    "$out" "not merged: approved: .*session/on/1 is at .*, but $approved was approved"
git update-ref refs/heads/session/on/1 "$approved"
S=$(session_of on); cp "$S/review.json" "$T/review.json"
jq '.commit = "0123456789012345678901234567890123456789"' "$T/review.json" >"$S/review.json"
old=$(git rev-parse main)
run orchestrator merge on
is 'what was judged is another commit than the head: it is not merged' "$status $(git rev-parse main)" "1 $old"
cp "$T/review.json" "$S/review.json"
orchestrator dispatch wait -- sh -c "worker ask Wait?; echo w >w" >/dev/null
orchestrator dispatch --wait thrice -- sh -c "test -e $T/third && echo 3 >thrice" >/dev/null 2>&1
orchestrator execute >"$T/execute" 2>&1 & execute=$!
for n in 1 2; do
	_failed() { [ "$(grep -c 'thrice-.*: failed' "$T/execute")" = "$n" ]; }
	wait_for 10 _failed
	[ $n = 1 ] || : >"$T/third"
	orchestrator retry thrice >/dev/null
done
wait_for 10 grep -q 'thrice-.*: merged' "$T/execute"
orchestrator answer wait "$(field questions.json '.questions[0].id' wait)" on >/dev/null
wait $execute
is 'a retry that is merged makes good for all attempts before it' "$?" 0

# The target moves while the gates run.
mkfifo "$T/gate"
jq --arg t "$T" '.review = "gates" | .gates = ["test ! -e v || { echo x >>\($t)/gates; test -e \($t)/go || head -n 1 \($t)/gate; }"]' .orchestrator/config.json >"$T/c" && mv "$T/c" .orchestrator/config.json
git commit -qam 'Gate that waits'
dispatch m 'echo m >m'
echo v >v && git add v && git commit -qm 'Before'
orchestrator merge m >"$T/merge" 2>&1 & merge=$!
wait_for 10 test -s "$T/gates"
echo user >u && git add u && git commit -qm 'In the meantime'
user=$(git rev-parse main)
: >"$T/go"; exec 8<>"$T/gate"; echo >&8
wait $merge
is 'when the target moves meanwhile the merge is made on what is there now' "$? $(git rev-parse main^1) $(git show main:m main:u | paste -sd' ')" "0 $user m user"
is 'the gates of a merge have seen the target that moved meanwhile' "$(wc -l <"$T/gates")" 2
is 'the checkout is clean' "$(git status --porcelain)" ''

# A part of the work came to the target without it.
repository part
dispatch part 'echo 1 >p1; git add p1; git commit -qm One; echo 2 >p2; git add p2; git commit -qm Two; exit 0'
git merge -q --no-ff -m 'By hand' session/part/1~1
run orchestrator merge part
is 'work of which the target has a part already is not merged' "$status $(st part .status)" '1 conflict'
like 'the conflict of work of which the target has a part says so' "$out$err" 'main already contains commits of the work: orchestrator retry part'
run orchestrator retry part
wait_for 20 sh -c '[ "$(orchestrator --json status part | jq -r .status)" = approved ]'
run orchestrator merge part
is 'retried work of which the target has a part is merged' "$status $(git show main:p1 main:p2 | paste -sd,)" '0 1,2'
dispatch gone 'echo 3 >p3; git add p3; git commit -qm Three'
git merge -q --no-ff -m 'By hand' session/gone/1 && git rm -q p3 && git commit -qm 'No p3'
run orchestrator merge gone
is 'work that the target had, and has no longer, does not count as merged' "$status $(st gone .status)" '1 conflict'
like 'the refusal of work that the target had names what is missing' "$out$err" 'main had the work, but no longer has its change of p3: orchestrator retry gone does it again'

# Repositories of other kinds.
other() {	# SENTENCE
	dispatch other 'seq 22 >file1; echo other >other; git add .; git commit -qm Work'
	run orchestrator merge other
	is "$1: merged" "$status $(git show main:other; git status --porcelain)" '0 other'
	ok "$1: sound" git fsck --strict --no-dangling
}
repository packed && git branch side && git pack-refs --all && git gc -q; other 'packed references'
is 'packed references: the others are there' "$(git rev-parse side)" "$(git rev-parse main^1)"
repository sha256 --object-format=sha256; other 'sha256'
repository ' with "space" $HOME\n, é'; other 'a path with space and quotes'
repository 'with
newline'; run orchestrator status
is 'a path with a newline is refused' "$status" 66
like 'the refusal of a path with a newline has its reason, in one line' "$err" '^orchestrator: .*its path has a newline, .*move'
repository src && git clone -q --depth 1 "file://$T/src" "$T/shallow" && cd "$T/shallow" && other 'a shallow clone'
repository parts && seq 5 >old && git add . && git commit -qm Old && seq 9 >old && git commit -qam New && git config uploadpack.allowFilter true &&
    git clone -q --filter=blob:none "file://$T/parts" "$T/partial" && cd "$T/partial" && other 'a partial clone'
dispatch early 'git show HEAD~2:old >early; git add .; git commit -qm Early'
run orchestrator merge early
is 'a run in a partial clone fetches the objects that it asks for' "$status $(git show main:early | tail -n 1)" '0 5'
repository bare1 && git clone -q "$T/bare1" "$T/-C" && cd ./-C 2>/dev/null && other 'a path that begins with a dash'
done_testing
