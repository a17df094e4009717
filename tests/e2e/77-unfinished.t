#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Work that is not finished is given back to the implementer, and not judged.
# shellcheck disable=SC2016 # scripts
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"
cd "$T" || exit 1
: >"$T/prelude"
given() { rec review.json '[.gates[] | select(.name == "worktree") | .output] | first' | sed -n 1p; }

# try SENTENCE ITEM REGEXP: the first run of role script $1 ends unfinished, the second mends it.
try() {
	session "$2" '.gates = ["true"]'
	work
	like "$1 is given back, with what to do" "$(given)" "$3"
	is "$1, mended in the next run, is approved as a whole" "$(st .status) $(git -C "$R" show "session/$2/1:work" 2>/dev/null | paste -sd' ')" "approved $4"
}
unfinished() { no_roles; { echo 'if [ ! -e "$T/again.$ITEM_ID" ]; then : >"$T/again.$ITEM_ID"'; echo "$1"; echo 'exit 0; fi'; echo "$2"; } >"$T/roles/implementer"; }

unfinished 'git switch -qc other; echo theirs >work; git add .; git commit -qm theirs; git switch -q "session/$ITEM_ID/1"; echo ours >work; git add .; git commit -qm ours; git merge -q other' \
    'echo both >work; git add .; git commit -qm merged'
try 'a merge with conflicts' merge '^a merge is not finished in the worktree: .*git merge --abort' both
unfinished 'for i in x y z; do echo $i >>work; git add .; git commit -qm $i; done; GIT_SEQUENCE_EDITOR="sed -i 1s/pick/edit/" git rebase -q -i HEAD~2' 'GIT_EDITOR=true git rebase --continue'
try 'a rebase' rebase '^a rebase is not finished in the worktree: git rebase --continue' 'x y z'
unfinished 'echo a >work; git add .; git commit -qm a; git switch -qc side HEAD^; echo b >work; git add .; git commit -qm b; git switch -q "session/$ITEM_ID/1"; git cherry-pick side' 'git cherry-pick --abort; git branch -qD side'
try 'a cherry-pick' pick '^a cherry-pick is not finished' a
unfinished 'echo a >work; git add .; git commit -qm a; echo b >work; git commit -qam b; git revert --no-edit HEAD^' 'git revert --abort'
try 'a revert' revert '^a revert is not finished' b
unfinished 'echo a >work; git add .; git commit -qm a; git bisect start -q 2>/dev/null || git bisect start' 'git bisect reset'
try 'a bisection' bisect '^a bisection is not finished in the worktree: git bisect reset' a
unfinished 'git switch -qc feature/x; echo a >work; git add .; git commit -qm a; git switch -q "session/$ITEM_ID/1"' 'git merge -q feature/x'
try 'work on another branch' branch '^branch feature/x has 1 commit that the session' a
unfinished 'git switch -qc feature/x; echo a >work; git add .; git commit -qm a; git switch -q "session/$ITEM_ID/1"; git pack-refs --all' 'git merge -q feature/x'
try 'work on another branch whose reference is packed' packed '^branch feature/x has 1 commit' a
unfinished 'echo a >work; git add .; git stash -q' 'git stash pop -q'
try 'work in the stash' stash '^work is left in the stash' a
unfinished 'printf "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n" >work' 'echo a >work'
try 'a file with the markers of a conflict' markers '^work holds the markers of a conflict' a

no_roles
role implementer <<'A'
printf '<<<<<<< HEAD\nis what git writes before your side.\n' >notes; printf 'Heading\n=======\n' >heading; git branch old HEAD; echo a >work
A
session fine '.gates = ["true"]'
work
is 'one marker alone, a heading, and a branch without commits of its own are no reason to give work back' "$(st .status) $(given)" 'approved null'
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
done_testing
