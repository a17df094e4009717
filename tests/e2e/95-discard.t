#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Work that nobody wants any more: discard, cancel of approved work, and the rest that cleanup leaves.
# shellcheck disable=SC2016 # the scripts are the agents'
. "$(dirname "$0")/lib.sh"

cat >"$T/agent" <<'E'
cat >/dev/null
if [ -e "$T/do.$ITEM_ID" ]; then . "$T/do.$ITEM_ID"; else echo "$ITEM_ID" >"$ITEM_ID"; fi
E
new_repo "$T/r" 3 && cd "$T/r" && mkdir .orchestrator || exit 1
echo "{ \"agents\": { \"sh\": { \"command\": \"sh $T/agent\" } }, \"roles\": { \"implementer\": \"sh\" }, \"review\": \"gates\",
    \"stop_grace\": 1, \"gate_tries\": 0, \"gates\": [ \"test ! -e broken\" ] }" >.orchestrator/config.json
git add . && git commit -qm Settings
dispatch() { for i; do orchestrator dispatch --wait "$i" >"$T/said" 2>&1 || :; done; S=$(session_of "$1"); id=$(basename "$S"); }
branches() { git for-each-ref --format='%(refname:short)' "refs/heads/session/$1/" | tr '\n' ' '; }
known() { orchestrator --json status | jq -r --arg i "$1" '[.sessions[] | select(.item == $i)] | length'; }
saved() { git ls-tree --name-only "refs/salvage/$1" | grep -v '^\.orch\|^d' | tr '\n' ' '; }
# A failed attempt, and one that is merged; $first is the session of the failed one.
twice() {
	echo 'echo half >half; git add .; git commit -qm Half; exit 3' >"$T/do.$1"
	dispatch "$1"; first=$id; rm "$T/do.$1"
	logged orchestrator retry "$1"
	wait_for 20 sh -c "orchestrator --json status $1 | jq -e '.status == \"approved\"'" && logged orchestrator merge "$1"
}

#: A failed session with a commit and an edit.
echo 'echo "$ITEM_ID" >"$ITEM_ID"; git add .; git commit -qm Mine; echo edit >edit; touch broken' | tee "$T/do.bad" "$T/do.bad2" >"$T/do.bad3"
dispatch bad
W=$(orchestrator --json status bad | jq -r .worktree); echo later >"$W/later"
run orchestrator discard bad
is 'discard of a failed session succeeds' "$status" 0
like 'discard says where the work is saved' "$out" "^$id: discarded; its work is saved in refs/salvage/$id: orchestrator salvage restore $id$"
is 'discard removes worktree, branch and session directory' "$(ls -d "$W" "$S" 2>/dev/null)$(branches bad)" ''
is 'discard saves commits and uncommitted changes' "$(saved "$id")" 'bad broken edit later '
is 'a discarded session is not listed' "$(known bad)" 0
ok 'the saved work of a discarded session is restored' orchestrator salvage restore "$id"
is 'the restored work has the commits of the agent' "$(git log --format=%s "salvage/$id" | grep -c '^Mine$')" 1
ok 'an item can be dispatched after its sessions were discarded' orchestrator dispatch bad -- true
wait_for 20 sh -c 'orchestrator --json status bad | jq -e "(.alive or .status == \"running\") | not"'

# all attempts
dispatch bad2; orchestrator retry bad2 >/dev/null; wait_for 20 sh -c 'orchestrator --json status bad2 | jq -e ".status == \"failed\""'
is 'an item has two attempts' "$(known bad2) $(branches bad2)" '2 session/bad2/1 session/bad2/2 '
git branch session/bad2/7 main~1 && git branch session/bad2/mine
run orchestrator --json discard bad2
is 'discard removes all attempts at the item' "$(known bad2) $(printf '%s' "$out" | jq -r '[.discarded[].item] | join(" ")')" '0 bad2 bad2'
is 'discard removes branches of attempts without a session, and no other branch' "$(branches bad2)" 'session/bad2/mine '
is 'each attempt has its work saved' "$(printf '%s' "$out" | jq -r '[.discarded[].saved | strings] | length')" 2

# a branch that a person has checked out
dispatch bad3
git worktree add -qf "$T/mine" session/bad3/1
run orchestrator discard bad3
like 'discard leaves a branch that is checked out elsewhere' "$err" "refs/heads/session/bad3/1 stays: it is checked out in $T/mine"
is 'the branch that is checked out elsewhere is still there' "$(branches bad3)" 'session/bad3/1 '

# commits that no branch of the repository has
echo 'touch broken' >"$T/do.own"
dispatch own
(cd .worktrees/own && for i in first second; do echo $i >$i && git add $i && git stash -q || exit 1; done
    git checkout -qb mine && git commit -qm Mine --allow-empty && git checkout -q -) >/dev/null 2>&1
orchestrator discard own >/dev/null
subjects() { git log --format=%s "refs/salvage/$1" 2>/dev/null | grep -c "$2"; }
is 'discard saves all that a person has stashed in the worktree' "$(for i in $(git rev-list "refs/salvage/$id"); do
	git ls-tree --name-only "$i"; done | grep -e '^first$' -e '^second$' | sort -u | tr '\n' ' ')" 'first second '
is "discard saves the commits of a person's own branch in the worktree" "$(subjects "$id" '^Mine$')" 1
echo 'echo >g; git add g; git commit -qm Early; git rm -q g; git commit -qm Later; echo >s; git stash -qu
    echo >"$T/at-work.early"; cat <"$T/.never"' >"$T/do.early"
orchestrator dispatch early >/dev/null; wait_for 20 test -e "$T/at-work.early"
S=$(session_of early) id=$(basename "$S"); orchestrator cancel early >/dev/null 2>&1
orchestrator discard early >/dev/null
is 'discard saves the commits and the stash of an agent that was cancelled before they were imported' \
    "$(subjects "$id" '^Early$') $(subjects "$id" '^Later$') $(subjects "$id" '^untracked files')" '1 1 1'

# refused
echo 'echo >"$T/at-work"; while [ ! -e "$T/go-on" ]; do :; done' >"$T/do.live"
orchestrator dispatch live >/dev/null; wait_for 20 test -e "$T/at-work"
run orchestrator discard live
is 'a live session is not discarded' "$status $(known live)" '64 1'
like 'the refusal to discard a live session names cancel' "$err" 'is running: orchestrator cancel session-live-[^ ]* ends it first'
touch "$T/go-on"; wait_for 20 sh -c 'orchestrator --json status live | jq -e ".status | IN(\"failed\", \"approved\")"'
dispatch good
run orchestrator discard good
is 'approved work is not discarded' "$status $(printf '%s' "$err" | grep -c 'is approved: orchestrator cancel')" '64 1'
run orchestrator discard
is 'discard without a session is refused' "$status" 64
run orchestrator discard --failed good
is 'discard with sessions and --failed is refused' "$status" 64

# cancel of approved work
run orchestrator cancel good </dev/null
is 'cancel of approved work without a terminal is refused' "$status $(orchestrator --json status good | jq -r .status)" '64 approved'
like 'the refusal to cancel approved work names merge and --yes' "$err" 'orchestrator merge good merges it, orchestrator cancel --yes good cancels it'
if command -v script >/dev/null; then
	echo n | script -qec 'orchestrator cancel good' /dev/null >"$T/typed"
	is 'cancel asks on a terminal, and no keeps approved work' \
	    "$(grep -c 'Cancel it? \[y/N\]' "$T/typed") $(orchestrator --json status good | jq -r .status)" '1 approved'
	echo y | script -qec 'orchestrator cancel good' /dev/null >"$T/typed"
	is 'yes cancels approved work' "$(orchestrator --json status good | jq -r .status)" cancelled
else
	orchestrator cancel --yes good >/dev/null
fi
dispatch good2
ok 'cancel --yes cancels approved work' orchestrator cancel --yes good2
twice d-again
run orchestrator discard --all-ended
is 'discard --all-ended removes the branch of an attempt that another one followed to its merge' "$(branches d-again)$(known d-again)" 1
is 'discard --all-ended says where the work of that attempt is saved' "$(printf '%s\n' "$out" | grep -c "^$first: .*is saved in refs/salvage/$first") $(saved "$first")" '1 half '
is 'discard --all-ended removes what has ended without a merge' "$status $(known good) $(known good2)" '0 0 0'
is 'discard saves approved work that was cancelled' "$(printf '%s\n' "$out" | grep -c '^session-good2\?-.*is saved in')" 2

# --failed
echo 'touch broken' | tee "$T/do.f1" >"$T/do.f2"
dispatch f1 f2 fine; dispatch gone; orchestrator cancel --yes gone >/dev/null
run orchestrator discard --failed
is 'discard --failed removes failed sessions, and no others' "$status $(known f1) $(known f2) $(known fine) $(known gone)" '0 0 0 1 1'
run orchestrator discard --failed
is 'discard says that there is nothing to discard' "$status $out" '0 nothing to discard'

# merged work
dispatch done-it; orchestrator merge done-it >/dev/null
run orchestrator discard done-it
is 'merged work is not discarded' "$status $(known done-it)" '64 1'

twice d-thrice
run orchestrator cleanup
like 'cleanup names the branch of an earlier attempt at a merged item, and the command for it' "$out" \
    '^session-d-thrice-.*: its branch session/d-thrice/1 stays; orchestrator discard session-d-thrice-[^ ]* saves and removes it$'
logged orchestrator discard d-thrice
run orchestrator cleanup
like 'cleanup names saved work, and the command that removes it' "$out" \
    '^refs/salvage/(session-d-thrice-[a-z0-9]*): saved work; git update-ref -d refs/salvage/\1 removes it$'
logged orchestrator salvage restore d-thrice
run orchestrator cleanup
like 'cleanup names the worktree and the branch of restored work' "$out" '^salvage/session-d-thrice-.*: restored work, and its worktree '
ok 'the command that cleanup names for restored work removes it' \
    sh -c "$(printf '%s\n' "$out" | sed -n 's/^salvage\/session-d-thrice-.*; \(git worktree .*\) removes them$/\1/p')"
is 'nothing of the restored work stays' "$(orchestrator cleanup | grep -c '^salvage/session-d-thrice-')" 0

twice d-twice
is 'status counts the merged attempt alone' "$(orchestrator status --stream d-twice | sed -n 's/ today.*//p')" '1 merged'
is 'status --all lists earlier attempts by their ids' "$(orchestrator status --all | grep -c 'd-twice-')" 1
is 'status --json lists earlier attempts' "$(known d-twice)" 2
run orchestrator discard d-twice
is 'discard of a merged item removes its earlier attempts with their branches' "$status $(known d-twice)$(branches d-twice)" '0 1'

# cleanup
dispatch left; orchestrator cancel --yes left >/dev/null
run orchestrator cleanup
like 'cleanup names what stays, and the command for it' "$out" '^session-left-.*: cancelled, not merged: its worktree .* stay; orchestrator discard session-left-'
like 'cleanup names approved work, and merge' "$out" '^session-fine-.*: approved, left as it is: orchestrator merge session-fine-[^ ]* merges it$'
is 'cleanup --json lists what is left' "$(orchestrator --json cleanup | jq -r '[.left[] | split("-")[1]] | sort | join(" ")')" 'bad fine gone left live'
ok 'what cleanup has archived can be discarded' orchestrator discard left
is 'nothing of it stays' "$(known left) $(branches left)$(ls -d .worktrees/left 2>/dev/null)" '0 '

#: killed at each rename and deletion of a name
for call in renameat2 renameat rename unlinkat unlink linkat; do
	for n in 1 2 3 5 8; do
		i=kill-$call-$n
		echo 'echo "$ITEM_ID" >"$ITEM_ID"; touch broken' >"$T/do.$i"
		dispatch "$i"; edit=$(orchestrator --json status "$i" | jq -r .worktree)/edit; echo >"$edit"
		strace -f -o /dev/null -e trace=$call -e inject=$call:signal=KILL:when=$n orchestrator discard "$i" >/dev/null 2>&1
		[ "$(known "$i")" = 0 ] || orchestrator discard "$i" >/dev/null 2>"$T/why" || { cat "$T/why"; echo "$call $n: cannot be discarded again"; }
		orchestrator cleanup >/dev/null 2>&1
		[ "$(saved "$id")" = "broken edit $i " ] || echo "$call $n: saved: $(saved "$id")"
		left=$(branches "$i")$(known "$i")$(ls -d ".worktrees/$i" "$S" "$(dirname "$S")"/.gone-* 2>/dev/null)
		[ "$left" = 0 ] || echo "$call $n: left: $left"
	done
done >"$T/lost" 2>&1
is 'a discard that is killed loses nothing, and is completed by the next' "$(cat "$T/lost")" ''
done_testing
