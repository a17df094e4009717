#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Merges that a person makes with git are recognised, and no work is lost thereby.
. "$(dirname "$0")/lib.sh"

cat >"$T/agent" <<'E'
case $(cat) in
*'has been merged into your worktree'*) case $ITEM_ID in
	*-fails) echo $$ >"$T/at.$ITEM_ID"; read -r _ <"$T/go"; exit 1 ;;
	*-ends) echo $$ >"$T/at.$ITEM_ID"; read -r _ <"$T/go"; echo "resolved by $ITEM_ID" >shared; exit ;;
	*-takes) git -C "$T/r" merge -q -s ours session/"$ITEM_ID"/1; echo "resolved by $ITEM_ID" >shared; exit ;;
	esac
	echo $$ >"$T/at.$ITEM_ID"; cat "$T/.never" ;;
'Rework'*|*'Say more'*) case $ITEM_ID in *-early) echo >early; exit ;; *-rework) echo $$ >"$T/at.$ITEM_ID"; read -r _ <"$T/go"; echo more >"$ITEM_ID.more"; exit ;; esac ;;
esac
case $ITEM_ID in
clash*) echo "of $ITEM_ID" >shared ;;
two*) echo "$ITEM_ID" >"$ITEM_ID"; git add .; git commit -qm First; echo more >>"$ITEM_ID"; echo second >second-"$ITEM_ID" ;;
broken*) echo "$ITEM_ID" >"$ITEM_ID"; : >broken ;;
*) echo "$ITEM_ID" >"$ITEM_ID" ;;
esac
E
export ORCHESTRATOR_HOME="$T/state"
new_repo "$T/r" 3 && cd "$T/r" && mkdir .orchestrator && echo nobody >shared || exit 1
echo "{ \"agents\": { \"sh\": { \"command\": \"sh $T/agent\" } }, \"roles\": { \"implementer\": \"sh\" }, \"review\": \"gates\",
    \"stop_grace\": 1, \"gate_tries\": 0, \"attempts\": 1, \"gates\": [ \"test ! -e broken\",
    \"test ! -e early || { echo >$T/at.gate; read -r _ <$T/go; }\" ] }" >.orchestrator/config.json
git add . && git commit -qm Settings

dispatch() { for i; do orchestrator dispatch --wait --title "$i" "$i" >"$T/said" 2>&1 || :; done; S=$(session_of "$1"); W=.worktrees/$1; }
st() { orchestrator --json status "$1" | jq -r "$2"; }
now() { field state.json '.status + " " + .reason' "$1"; }	# without a command that looks for merges
saved() { git show "refs/salvage/$(basename "$S"):$1" 2>/dev/null; }
status_of() { orchestrator --json tasks show "$1" | jq -r --arg t "$2" '.tasks[] | select(.id == $t) | .status'; }
on_main() { echo "$1" >>by-main && git add by-main && git commit -qm "$1"; }
gone() { git for-each-ref "refs/heads/session/$1"; ls -d .worktrees/"$1" 2>/dev/null; }

# By each command that looks.
for c in 'merge' 'execute' 'cleanup' 'recover' 'status' 'status by-status-id' 'tasks show' 'merge by-merge-id'; do
	case $c in *-id) i=${c#* } ;; *) i=by-${c%% *} ;; esac
	dispatch "$i"; git merge -q --no-edit "session/$i/1"
	[ "$c" != 'tasks show' ] || orchestrator tasks create work --task 'first: F' --task 'later: T' >"$T/said"
	# shellcheck disable=SC2086 # a command and its argument
	run timeout 60 orchestrator $c
	is "$c recognises a merge by hand" "$status $(now "$i") $(field state.json .merged "$i")$(gone "$i")" "0 merged by-hand $(git rev-parse main)"
	like "$c says that it recognised a merge by hand" "$out$err" "$(basename "$S"): (merged by hand|already merged)"
done
run orchestrator merge by-merge
is 'merge of a session that is merged already succeeds' "$status $(echo "$out" | grep -c ': already merged')" '0 1'
dispatch ours; orchestrator merge ours >"$T/said"
run orchestrator merge ours
run orchestrator --json merge ours
is 'merge --json of a session that is merged already prints an object' "$status $(printf '%s' "$out" | jq -r '.merges[0] | [.outcome, .reason] | join(" ")')" \
    '0 nothing to merge already merged'
run orchestrator merge ours
is 'merge of a session that merge has merged succeeds, too' "$status $(echo "$out" | grep -c ': already merged')" '0 1'
before=$(git rev-parse main); dispatch json; git merge -q --no-ff --no-edit session/json/1
on_main 'After the merge'
run orchestrator --json status json
is 'the merge commit on record is the one of the merge, not the last of the target' \
    "$(field state.json .merged json)" "$(git rev-list --first-parent --reverse "$before..main" | head -n 1)"

# A fast-forward, a rebase, a cherry-pick, a squash.
dispatch forward; git merge -q --ff-only session/forward/1; on_main 'After the fast-forward'; orchestrator status >/dev/null
is 'the commit on record of a fast-forward is that of the work' "$(field state.json .merged forward)" "$(field state.json .head forward)"
is 'a fast-forward is a merge' "$(now forward)" 'merged by-hand'
dispatch two-rebase; on_main 'Before the rebase'
git checkout -q --detach session/two-rebase/1; git rebase -q main; git branch -q -f rebased; git checkout -q main
git merge -q --ff-only rebased; orchestrator status >/dev/null
is 'a rebase that was merged is a merge' "$(now two-rebase)" 'merged by-hand'
dispatch two-pick; on_main 'Before the pick'; git cherry-pick main..session/two-pick/1 >/dev/null 2>&1; orchestrator status >/dev/null
is 'commits that were picked are a merge' "$(now two-pick)" 'merged by-hand'
ok 'commits that were picked are saved as they were' git merge-base --is-ancestor "$(field state.json .head two-pick)" "refs/salvage/$(basename "$S")"
dispatch two-squash; on_main 'Before the squash'; git merge -q --squash session/two-squash/1 >/dev/null && git commit -qm Squashed
on_main 'After the squash'; orchestrator status >/dev/null
is 'a squash is a merge' "$(now two-squash)$(gone two-squash)" 'merged by-hand'
is 'a squash has no commit on record' "$(field state.json .merged two-squash)" null
is 'show names no commit for a squash' "$(orchestrator show two-squash | grep -c '^merged ')" 0
ok 'commits that were squashed are saved' git merge-base --is-ancestor "$(field state.json .head two-squash)" "refs/salvage/$(basename "$S")"

# What is no merge.
dispatch two-half; on_main 'Before half'; git cherry-pick session/two-half/1~1 >/dev/null 2>&1; orchestrator status >/dev/null
is 'one commit of two is no merge' "$(now two-half | tr -d ' ')" approved
dispatch two-less; git merge -q --squash session/two-less/1 >/dev/null; git rm -qf second-two-less; git commit -qm 'Less of it'
orchestrator status >/dev/null
is 'a squash of which a file was left out is no merge' "$(now two-less | tr -d ' ')" approved
dispatch two-more; git merge -q --no-ff --no-commit session/two-more/1~1; git commit -qm 'Merge of the first commit'; orchestrator status >/dev/null
is 'a merge of an older commit of the branch is no merge of the work' "$(now two-more | tr -d ' ')" approved
dispatch other; git branch elsewhere; git checkout -q elsewhere; git merge -q --no-edit session/other/1; git checkout -q main; orchestrator status >/dev/null
is 'a merge into another branch is no merge' "$(now other | tr -d ' ')" approved
dispatch midway; on_main 'Before a merge that is not finished'; git merge -q --no-commit --no-ff session/midway/1; orchestrator status >/dev/null
is 'a merge that is not committed is no merge' "$(now midway | tr -d ' ')" approved
git merge --abort
for i in two-half two-less two-more other midway; do orchestrator reject $i 'Not this way' >"$T/said"; done

# Edits and commits that nobody has judged.
dispatch edits; (cd "$W" && echo edited >edits && echo new >new && echo mine >committed && git add committed && git commit -qm 'Mine')
hand=$(git -C "$W" rev-parse HEAD)
git merge -q --no-edit "$(field state.json .head edits)"; orchestrator status >"$T/out" 2>&1
is 'a session merged by hand whose worktree has edits is merged' "$(now edits)" 'merged by-hand'
wait_for 20 not ls -d .trash-* .worktrees/.trash-* 2>/dev/null
is 'edits in the worktree of a session merged by hand are saved' "$(saved edits) $(saved new)" 'edited new'
ok 'a commit in the worktree of a session merged by hand is saved' git merge-base --is-ancestor "$hand" "refs/salvage/$(basename "$S")"
like 'status says where the edits of a session merged by hand are saved' "$(cat "$T/out")" "not judged, and saved in refs/salvage/$(basename "$S")"
dispatch kept; (cd "$W" && echo mine >theirs && git add theirs && git commit -qm Mine); git merge -q --no-edit session/kept/1
orchestrator status >/dev/null
is 'a commit in the worktree is not part of a merge of the branch, and is saved' \
    "$(now kept) $(git ls-tree --name-only main theirs)$(saved theirs)" 'merged by-hand mine'

# Sessions that ended otherwise.
dispatch broken-one
is 'a session has failed' "$(now broken-one)" 'failed gate'
git merge -q --no-edit "$(field state.json .head broken-one)"
orchestrator status >"$T/out" 2>&1; git rm -qf broken; git commit -qm 'Not broken'
is 'work that nobody approved is not merged because the target has its commits' "$(now broken-one)" 'failed gate'
dispatch rejected-one; orchestrator reject rejected-one 'No' >/dev/null; on_main 'Before it'
git merge -q --squash session/rejected-one/1 >/dev/null; git commit -qm 'I took it'; orchestrator status >/dev/null
is 'rejected work stays so when only its change is in the target' "$(now rejected-one)" 'rejected person'
dispatch clash-a clash-b; orchestrator merge clash-a >/dev/null
orchestrator merge clash-b >"$T/out" 2>&1; wait_for 20 test -s "$T/at.clash-b"
is 'a session resolves a conflict' "$(st clash-b .status)" running
git merge -q session/clash-b/1 >/dev/null 2>&1; echo both >shared; git commit -qam 'Both'
run orchestrator status
is 'a session that resolves what was resolved by hand is stopped and merged' "$status $(now clash-b) $(git show main:shared)" '0 merged by-hand both'
is 'the worker of a session that was resolved by hand has ended' "$(st clash-b .alive)" false

# Nobody looks before the session's run has ended.
mkfifo "$T/go"
over() { case $(now "$1") in running* | completed* | reviewing*) false ;; esac; }
for i in clash-ends clash-fails; do
	dispatch "$i-first" "$i"; git checkout -q main; orchestrator merge "$i-first" >/dev/null
	orchestrator merge "$i" >"$T/out" 2>&1; wait_for 20 test -s "$T/at.$i"
	git merge -q "session/$i/1" >/dev/null 2>&1; echo "both $i" >shared; git commit -qam Both
	echo >"$T/go"; wait_for 20 over "$i"; now "$i" >"$T/ended.$i"; orchestrator status >/dev/null
done
is 'a session whose conflict was resolved by hand during its run is cancelled, not halted' "$(cat "$T/ended.clash-ends")" 'cancelled cancelled'
like 'the log says that the work was merged by hand meanwhile' "$(cat "$(session_of clash-ends)/output.log")" 'its work was merged into main by hand meanwhile'
is 'an agent that fails to resolve what was resolved by hand is no breach' "$(cat "$T/ended.clash-fails")" 'failed agent-error'
is 'a session whose conflict was resolved by hand during its run is merged' "$(now clash-ends)$(gone clash-ends)" 'merged by-hand'
is 'a session that failed to resolve what was resolved by hand is merged' "$(now clash-fails)$(gone clash-fails)" 'merged by-hand'
dispatch add-rework; orchestrator rework add-rework 'Say more' >"$T/said"; wait_for 20 test -s "$T/at.add-rework"
git merge -q --no-edit session/add-rework/1; echo >"$T/go"; wait_for 20 over add-rework
is 'approved work that is merged by hand while it is reworked halts nothing' "$(now add-rework | tr -d ' ')" approved
like 'the log says that approved work was merged by hand meanwhile' "$(cat "$S/output.log")" 'main holds [0-9a-f]*, which was approved: it was merged by hand'
orchestrator merge add-rework >"$T/said" 2>&1
like 'the merge of a rework says that the target has commits of the work' "$(cat "$T/said")" 'main already contains commits of the work'
dispatch add-early; orchestrator rework add-early 'Say more' >"$T/said"; wait_for 20 test -s "$T/at.gate"
git merge -q --no-edit session/add-early/1; echo >"$T/go"; wait_for 20 over add-early; git rm -q early; git commit -qm 'Not early'
is 'commits that nobody approved yet, in the target, halt the session' "$(now add-early)" 'failed isolation-breach'
confined='{ "mode": "off" }' user_settings
dispatch clash-open clash-takes; orchestrator merge clash-open >/dev/null; orchestrator merge clash-takes >"$T/said"; wait_for 20 over clash-takes
is 'a session that could have moved the target itself is halted' "$(now clash-takes)" 'failed isolation-breach'
orchestrator status >/dev/null
is 'a session that moved the target itself is not merged' "$(now clash-takes)" 'failed isolation-breach'
user_settings

# In a list: what depends on it goes on.
orchestrator tasks depend later first >"$T/said"; orchestrator dispatch --list work --wait first >"$T/said" 2>&1
git merge -q --no-edit session/first/1
is 'the task of a session merged by hand is COMPLETE' "$(status_of work first)" COMPLETE
run timeout 60 orchestrator execute work
is 'what depends on a task that was merged by hand is done' "$status $(status_of work later)" '0 COMPLETE'
ok 'merges by hand damage nothing in the repository' git fsck --strict --no-dangling
done_testing
