#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Work that is not finished is given back to the implementer, and not judged.
# shellcheck disable=SC2016 # scripts
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"
cd "$T" || exit 1
: >"$T/prelude"
given() { rec review.json '[.gates[] | select(.name == "worktree") | .output] | first' | sed -n 1p; }

# try SENTENCE ITEM REGEXP: the first run of role script $1 ends unfinished, the second repairs it.
try() {
	session "$2" '.gates = ["true"]'
	jq '.session.target = "main"' "$S/config.json" >"$T/.config" && cp "$T/.config" "$S/config.json"
	work
	like "$1 is given back, with what to do" "$(given)" "$3"
	is "$1, repaired in the next run, is approved as a whole" "$(st .status) $(git -C "$R" show "session/$2/1:work" 2>/dev/null | paste -sd' ')" "approved $4"
}
unfinished() { no_roles; { echo 'if [ ! -e "$T/again.$ITEM_ID" ]; then : >"$T/again.$ITEM_ID"'; echo "$1"; echo 'exit 0; fi'; echo "$2"; } >"$T/roles/implementer"; }

unfinished 'git switch -qc other; echo theirs >work; git add .; git commit -qm theirs; git switch -q "session/$ITEM_ID/1"; echo ours >work; git add .; git commit -qm ours; git merge -q other' \
    'echo both >work; git add .; git commit -qm merged'
try 'a merge with conflicts' merge '^a merge is not finished in the worktree: .*git merge --abort' both
unfinished 'for i in x y z; do echo $i >>work; git add .; git commit -qm $i; done; GIT_SEQUENCE_EDITOR="sed -i 1s/pick/edit/" git rebase -q -i HEAD~2' 'GIT_EDITOR=true git rebase --continue'
try 'a rebase' rebase '^a rebase is not finished in the worktree: git rebase --continue' 'x y z'
unfinished 'echo a >work; git add .; git commit -qm a; git switch -qc side HEAD^; echo b >work; git add .; git commit -qm b; git switch -q "session/$ITEM_ID/1"; git cherry-pick side' 'git cherry-pick --abort; git branch -qD side'
try 'a cherry-pick' pick '^a cherry-pick is not finished' a
unfinished 'git switch -qc side; for i in b c; do echo $i >$i; git add .; git commit -qm $i; done; git switch -q "session/$ITEM_ID/1"; echo a >work; echo mine >b; git add .; git commit -qm a
    git cherry-pick side~1 side; echo both >b; git add .; git commit -qm b' 'git cherry-pick --continue; git branch -qD side'
try 'a series of cherry-picks' picks '^a series of cherry-picks or reverts is not finished' a
is 'the last pick of a series is part of the work' "$(git -C "$R" show "session/picks/1:b" "session/picks/1:c" | paste -sd' ')" 'both c'
unfinished 'echo a >work; git add .; git commit -qm a; echo b >work; git commit -qam b; git revert --no-edit HEAD^' 'git revert --abort'
try 'a revert' revert '^a revert is not finished' b
unfinished 'echo a >work; git add .; git commit -qm a; git bisect start -q 2>/dev/null || git bisect start' 'git bisect reset'
try 'a bisection' bisect '^a bisection is not finished in the worktree: git bisect reset' a
unfinished 'git switch -qc feature/x; echo a >work; git add .; git commit -qm a; git switch -q "session/$ITEM_ID/1"' 'git merge -q feature/x'
try 'work on another branch' branch '^branch feature/x has 1 commit that HEAD lacks' a
unfinished 'git switch -qc feature/x; git switch -q "session/$ITEM_ID/1"; echo a >work; git add .; git commit -qm a; git switch -q feature/x' 'git merge -q "session/$ITEM_ID/1"'
try 'work on a branch that is left' own '^branch session/own/1 has 1 commit' a
unfinished 'git switch -q main; echo a >work; git add .; git commit -qm a; git switch -q "session/$ITEM_ID/1"' 'git merge -q main'
try 'work on the branch of the target' target '^branch main has 1 commit' a
unfinished 'git switch -qc feature/x; echo a >work; git add .; git commit -qm a; git switch -q "session/$ITEM_ID/1"; git pack-refs --all' 'git merge -q feature/x'
try 'work on another branch whose reference is packed' packed '^branch feature/x has 1 commit' a
unfinished 'echo a >work; git add .; git stash -q' 'git stash pop -q'
try 'work in the stash' stash '^work is left in the stash' a
unfinished 'echo a >work; git stash -qu; : >empty; git add empty; git commit -qm empty' 'git stash pop -q'
try 'work in the stash that is not tracked' untracked '^work is left in the stash' a
unfinished 'echo more >>d1/file1; echo a >work; git add .; git commit -q --amend -m all' 'git reset -q --soft main; git commit -qm a'
try 'a base that is amended' amended '^commit [0-9a-f]* does not descend from [0-9a-f]*, which the work is based on: git rebase' a
git -C "$R" commit -q --allow-empty -m Second
unfinished 'git reset -q --hard HEAD~1; echo a >work; git add .; git commit -qm a' 'git rebase -q main'
try 'a base that is left by a reset' reset '^commit [0-9a-f]* does not descend from' a
unfinished 'printf "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n" >work' 'echo a >work'
try 'a file with the markers of a conflict' markers '^work holds the markers of a conflict' a

no_roles
role implementer <<'A'
printf '<<<<<<< HEAD\nis what git writes before your side.\n' >notes; printf 'Heading\n=======\n' >heading; git branch old HEAD; echo a >work
git switch -qc squashed; for i in 1 2; do echo $i >>many; git add .; git commit -qm $i; done; git switch -q "session/$ITEM_ID/1"; git merge -q --squash squashed; git commit -qm squash
echo later >>many; git stash -q; git stash apply -q; git add .; git commit -qm later
A
session fine '.gates = ["true"]'
jq '.session.target = "main"' "$S/config.json" >"$T/.config" && cp "$T/.config" "$S/config.json" && git -C "$R" commit -q --allow-empty -m 'Meanwhile'
work
is 'one marker alone, a heading, a branch without commits of its own or with what was squashed, what was stashed and applied, and a target that went on are no reason to give work back' "$(st .status) $(given)" 'approved null'
printf '<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n' >"$R/doc" && git -C "$R" add doc && git -C "$R" commit -qm 'About conflicts'
role implementer <<'A'
echo more >>doc; echo a >work
A
session before '.gates = ["true"]'
work
is 'markers that a file had before are no reason to give work back' "$(st .status) $(given)" 'approved null'
role implementer <<'A'
git switch -q feature/y 2>/dev/null || git switch -qc feature/y; echo a >>work; git add .; git commit -qm a; git switch -q "session/$ITEM_ID/1"
A
session never '.gates = ["true"] | .gate_tries = 1'
work
is 'an implementer that never finishes ends as one whose gate fails does' "$(st '.status + " " + .reason')" 'failed unfinished'
like 'the reason names the branch with the work' "$(st .detail)" 'branch feature/y has'
saved() { git -C "$R" log --format=%s "refs/salvage/$ID" --not main 2>/dev/null | sort | paste -sd' '; }
is 'the commits of an implementer that never finishes are saved' \
    "$(git -C "$R" show "refs/salvage/$ID:work" | paste -sd' '),$(saved)" "a a,Salvage of $ID a a"
like 'the log says where' "$(cat "$S/output.log")" "commits outside the session's branch are saved in refs/salvage/$ID: branch feature/y"
role implementer <<'A'
git switch -qc one; echo 1 >one; git add .; git commit -qm one; git switch -qc two HEAD^; echo 2 >two; git add .; git commit -qm two; echo s >stashed; git stash -qu
git switch -q "session/$ITEM_ID/1"; echo more >>d1/file1; git add .; git commit -q --amend -m amended
A
session tips '.gates = ["true"] | .gate_tries = 0'
work
is 'of an amended base, several branches and the stash all is saved' "$(st .status) $(for f in one two stashed; do git -C "$R" log --all --full-history --format=%s --diff-filter=A -1 -- $f; done | grep -c .) $(git -C "$R" show "refs/salvage/$ID:d1/file1" | paste -sd,)" 'failed 3 line of file 1,more'

# Submodules: the session's base has one, and its remote a commit that the repository's own copy does not have.
git config --global protocol.file.allow always
new_repo "$T/sub" && git -C "$R" submodule --quiet add "$T/sub" sub && git -C "$R" commit -qm Submodule && git -C "$T/sub" commit -q --allow-empty -m pushed
unfinished 'echo a >work; git -c protocol.file.allow=always submodule --quiet update --init; git -C sub commit -q --allow-empty -m own; git add .; git commit -qm a' 'git -C sub checkout -q origin/HEAD; git commit -qam pushed'
try "a submodule's commit that was not pushed" submodule "^submodule sub points at [0-9a-f]*, which others can't fetch: .* or put $(git -C "$R" rev-parse --short=12 main:sub) back" a
is 'one that was fetched from its remote is approved' "$(git -C "$R" rev-parse session/submodule/1:sub)" "$(git -C "$T/sub" rev-parse HEAD)"
unfinished 'echo a >work; git add .; git update-index --cacheinfo 160000,$(git rev-parse HEAD),sub; git commit -qm a' 'git reset -q --soft main; git update-index --cacheinfo 160000,$(git rev-parse main:sub),sub; git commit -qm a'
try 'the commit of something else' elsewhere '^submodule sub points at' a
git -C "$R/sub" fetch -q
no_roles
role implementer <<'A'
echo a >work; git add .; git update-index --cacheinfo "160000,$(git --git-dir="$T/sub/.git" rev-parse HEAD),sub"; git commit -qm a
A
session fetched '.gates = ["true"]'
work
is "a commit that the repository's own copy has is no reason to give work back" "$(st .status) $(given)" 'approved null'
role implementer <<'A'
echo a >work; git rm -q --cached .gitmodules; rm .gitmodules; git add work; git update-index --cacheinfo "160000,$(git --git-dir="$T/sub/.git" rev-parse HEAD),sub"; git commit -qm a
A
session nameless '.gates = ["true"] | .gate_tries = 0'
work
like 'a commit of a submodule without a name is given back' "$(st '.status + " " + .detail')" '^failed sub points at another commit than before, but .gitmodules names no submodule'
done_testing
