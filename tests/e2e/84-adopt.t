#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What a person does in a session's worktree: no merge passes over it, adopt has it judged,
# merge --approved leaves it out.
. "$(dirname "$0")/lib.sh"

cat >"$T/agent" <<'E'
prompt=$(cat)
case $ITEM_ID in
free*) echo "$ITEM_ID" >"$ITEM_ID" ;;
shared*) echo "of $ITEM_ID" >shared; echo "$ITEM_ID" >"$ITEM_ID" ;;
bad*) echo bad >"$ITEM_ID" ;;
broken*) echo "$ITEM_ID" >"$ITEM_ID"; : >broken ;;
hang*) echo begun >"$ITEM_ID"; : >"$T/at.$ITEM_ID"; cat "$T/.never" ;;
dies*) echo half >"$ITEM_ID"; exit 3 ;;
nothing*) exit 3 ;;
*) echo "$ITEM_ID" >"$ITEM_ID"; printf '*.o\n' >.gitignore ;;
esac
E
# Says what it saw, and rejects what is bad.
cat >"$T/reviewer" <<'E'
cat >"$T/prompt.$ITEM_ID"
case $ITEM_ID in mute*) [ -e "$T/speaks" ] || exit 0 ;; esac
git log --format=%s -n 2 >"$T/seen.$ITEM_ID"; cat "$ITEM_ID" by-hand >>"$T/seen.$ITEM_ID" 2>/dev/null
if grep -q bad "$ITEM_ID"; then worker verdict rejected 'It is bad'; else worker verdict approved; fi
E
export ORCHESTRATOR_HOME="$T/state"
new_repo "$T/r" 20 && cd "$T/r" && mkdir .orchestrator && echo nobody >shared || exit 1
echo "{ \"agents\": { \"sh\": { \"command\": \"sh $T/agent\" }, \"judge\": { \"command\": \"sh $T/reviewer\" } },
    \"roles\": { \"implementer\": \"sh\", \"reviewer\": \"judge\" }, \"stop_grace\": 1, \"gate_tries\": 0, \"attempts\": 1, \"rounds\": 0,
    \"ambiguous\": \"parallel\", \"gates\": [ \"test ! -e broken\" ], \"merge\": { \"on_conflict\": \"fail\" } }" >.orchestrator/config.json
git add . && git commit -qm Settings

dispatch() {	# without a text: a task of the list, or a command
	for i; do orchestrator dispatch --now --wait "$i" >"$T/said" 2>&1 || [ $? != 66 ] || logged orchestrator dispatch --now --wait --title "$i" "$i" || :; done
	S=$(session_of "$1"); W=.worktrees/$1
}
st() { orchestrator --json status "$1" | jq -r "$2"; }
is_st() { [ "$(st "$1" '[.status, .alive] | join(" ")')" = "$2 false" ]; }
by_hand() { (cd "$W" && echo "${2:-by hand}" >"$1" && git add "$1" && git commit -qm "${3:-By hand}"); }
saved() { git show "refs/salvage/$(basename "$S"):$1" 2>/dev/null; }
seen() { tr '\n' ' ' <"$T/seen.$1"; }
status_of() { orchestrator --json tasks show | jq -r --arg t "$1" '.tasks[] | select(.id == $t) | .status'; }

# A commit.
dispatch one; by_hand by-hand
head=$(git -C "$W" rev-parse HEAD)
run orchestrator merge one
is 'a commit by hand is not merged past' "$status $(st one .status) $(git log -1 --format=%s main)" '1 approved Settings'
like 'the refusal to merge past a commit by hand names the commit' \
    "$out" "commit $(git rev-parse --short "$head" 2>/dev/null || echo "$head" | cut -c1-7)[0-9a-f]* \"By hand\""
like 'the refusal to merge past a commit by hand names adopt' "$out" "orchestrator adopt $(basename "$S") has them judged"
like 'the refusal to merge past a commit by hand names merge --approved' "$out" "orchestrator merge --approved $(basename "$S")"
is 'the outcome of a commit by hand is unjudged work' "$(orchestrator --json merge one | jq -r '.merges[0].outcome')" 'unjudged work'
run orchestrator adopt --wait one
is 'adopt has a commit by hand judged' "$status $(st one .status)" '0 approved'
like 'adopt says which commit is judged' "$out" ': judging commit [0-9a-f]* "By hand"; '
is 'an adopted commit is judged by the gates, and by the reviewer, who sees it' \
    "$(field review.json .commit one) $(seen one)" "$head By hand one: one one by hand "
is 'an adopted commit is judged in a round of its own' "$(st one '[.round, .state.history[-4].reason] | join(" ")')" '2 adopted'
like 'the log of an adopted session has both verdicts' "$(grep -c '^REVIEW_VERDICT: APPROVED' "$S/output.log")" 2
run orchestrator merge one
is 'an adopted commit is merged as it was committed' "$status $(git rev-parse main^2)" "0 $head"

# An edit, and what is none.
dispatch two
(cd "$W" && echo better >two && echo new >new && echo o >x.o && mkdir nested && git init -q nested)
run orchestrator merge two
is 'edits are not merged past' "$status $(st two .status)" '1 approved'
like 'the refusal to merge past edits names their paths, without those that are ignored, and a repository that was made there' \
    "$out" 'has changes in new, two and the nested repository or large file nested, not judged'
rm -rf "$W/nested"
run orchestrator --json adopt two
is 'adopt --json names the paths' "$(printf '%s' "$out" | jq -c '[.version, .session, .item, .status, .commits, .paths]')" \
    "[1,\"$(basename "$S")\",\"two\",\"running\",[],[\"new\",\"two\"]]"
ok 'adopted edits become a commit' wait_for 20 is_st two approved
run orchestrator merge two
is 'the commit of adopted edits is merged' "$status $(git show main:two) $(git show main:new)" '0 better new'
dispatch same
touch "$W"/d*/*; echo o >"$W/x.o"
run orchestrator merge same
is 'a worktree whose files were only touched is merged' "$status $out" "0 $(basename "$S"): merged as $(git rev-parse main | cut -c1-12)"

# Commands in the worktree itself.
dispatch inside; there=$(realpath "$W"); echo mine >"$there/inside-too"
for c in show diff status 'adopt --wait'; do
	ok "a command works in the worktree of its session ($c)" sh -c "cd '$there' && orchestrator $c inside >/dev/null"
done
is 'adopt in the worktree has the edits judged' "$(st inside .status) $(git show session/inside/1:inside-too)" 'approved mine'
mkdir "$T/other"; run env ORCHESTRATOR_HOME="$T/other" orchestrator -C "$there" show inside
is 'the worktree of a session in another state directory is refused' "$status $(printf '%s\n' "$err" | grep -c 'private git directory of a session')" '66 1'
git -C "$there" rev-parse --absolute-git-dir | sed 's/^/gitdir: /' >"$T/planted"
dispatch elsewhere; cp "$T/planted" "$W/.git"
run orchestrator -C "$W" show inside
is 'a worktree whose .git names the directory of another session is refused' "$status" 66

# --approved.
dispatch three; by_hand by-hand and-its-text
echo edited >"$W/three"; git -C "$W" log -1 --format=%H >"$T/hand"
run orchestrator merge --approved three
is 'merge --approved merges what was approved' "$status $(git show main:three)" '0 three'
is 'merge --approved leaves out what was not judged' \
    "$(git ls-tree --name-only main by-hand-3 by-hand | tr '\n' ' ')$(git show main:by-hand)" 'by-hand by hand'
like 'merge --approved says where what was not judged is saved' \
    "$out" "not judged, and saved in refs/salvage/$(basename "$S"): commit [0-9a-f]* \"By hand\" and a change in three$"
is 'the edit that merge --approved left out is saved' "$(saved three) $(saved by-hand)" 'edited and-its-text'
ok 'the commit that merge --approved left out is saved as it is' \
    git merge-base --is-ancestor "$(cat "$T/hand")" "refs/salvage/$(basename "$S")"
like 'salvage shows what merge --approved left out' "$(orchestrator salvage show three)" '^\+edited'
dispatch four
run orchestrator merge --approved
is 'without a session it is for all' "$status $(git show main:four)" '0 four'

# execute.
dispatch five; by_hand five mine
dispatch free-a free-b; S=$(session_of five)
run timeout 60 orchestrator execute
is 'execute goes on with the others when a session has unjudged work' \
    "$status $(git show main:free-a main:free-b | tr '\n' ' ')" '1 free-a free-b '
is 'execute says once what was not judged' "$(printf '%s\n' "$out" | grep -c ': unjudged work: ')" 1
like 'the report of execute counts unjudged work as not merged' "$out" '^2 merged, 1 not$'
orchestrator dispatch --now hang-x >/dev/null; wait_for 20 test -e "$T/at.hang-x"
orchestrator execute >"$T/execute" 2>&1 & p=$!
ok 'execute that waits says that there is unjudged work' wait_for 20 grep -q 'session-five-.*: unjudged work' "$T/execute"
orchestrator adopt five >/dev/null
ok 'execute merges a session that is adopted meanwhile' wait_for 20 grep -q 'session-five-.*: merged' "$T/execute"
logged orchestrator cancel hang-x; wait "$p"
is 'the merge of a session that was adopted meanwhile has the work by hand' "$(git show main:five)" mine

# Sessions that are over.
dispatch bad-one
is 'a session is rejected' "$(st bad-one .status)" rejected
run orchestrator adopt --wait bad-one
is 'a rejected session that is adopted with nothing changed is judged once more' \
    "$status $(st bad-one '[.status, .round] | join(" ")') $(field review.json '.opinions | length' bad-one)" "1 rejected 2 $(field review.json '.opinions | length' bad-one)"
like 'adopt of a rejected session says that it judges the head again' "$out" ': judging its head again'
echo good >"$W/bad-one"
run orchestrator adopt --wait bad-one
is 'a rejected session that was repaired by hand is approved' "$status $(st bad-one .status)" '0 approved'
is 'the reviewer sees the repaired work of a rejected session' "$(seen bad-one)" 'bad-one: bad-one bad-one: bad-one good by hand '
ok 'a rejected session that was repaired by hand is merged' orchestrator merge bad-one
dispatch broken-one
is 'a session whose gate fails has failed' "$(st broken-one '[.status, .reason] | join(" ")')" 'failed gate'
rm "$W/broken"
run orchestrator adopt --wait broken-one
is 'a session whose gate failed passes when it was repaired by hand' "$status $(st broken-one .status)" '0 approved'
ok 'a session whose gate failed is merged when it was repaired by hand' orchestrator merge broken-one
is 'a file that was removed by hand is not merged' "$(git ls-tree --name-only main broken)" ''
dispatch mute-one; : >"$T/speaks"
is 'a session whose reviewer gives no verdict has failed' "$(st mute-one '[.status, .reason] | join(" ")')" 'failed no-verdict'
like 'the detail of a session without a verdict names adopt' "$(st mute-one .detail)" 'orchestrator adopt session-mute-one'
run orchestrator adopt --wait mute-one
is 'a reviewer that gave no verdict is asked again by adopt' "$status $(st mute-one .status)" '0 approved'
ok 'a session whose reviewer was asked again is merged' orchestrator merge mute-one
dispatch dies-one
run orchestrator adopt --wait dies-one
is 'what an agent left that failed can be adopted' "$status $(st dies-one .status)" '0 approved'
ok 'the adopted work of an agent that failed is merged' orchestrator merge dies-one
orchestrator dispatch --now hang-y >/dev/null; wait_for 20 test -e "$T/at.hang-y"; S=$(session_of hang-y)
run orchestrator adopt hang-y
is 'a session that is live is not adopted' "$status $(st hang-y .status)" '64 running'
like 'the refusal to adopt a live session says what to do' "$err" 'is running: wait until it is over, or orchestrator cancel'
logged orchestrator cancel hang-y
run orchestrator adopt --wait hang-y
is 'a cancelled session is adopted' "$status $(st hang-y .status)" '0 approved'
ok 'a cancelled session that was adopted is merged' orchestrator merge hang-y
run orchestrator adopt hang-y
is 'a merged session is not adopted' "$status" 64
like 'the refusal to adopt a merged session says that it is merged' "$err" 'is merged'
dispatch nothing
run orchestrator adopt nothing
is 'a session without work is not adopted' "$status $(st nothing .status)" '65 failed'
logged orchestrator cleanup
run orchestrator adopt nothing
is 'a session in the archive is not adopted' "$status" 64
like 'the refusal to adopt a session in the archive says to retry' "$err" 'archived; orchestrator retry'

# The target, merged by hand.
dispatch shared-a shared-b; logged orchestrator merge
S=$(session_of shared-b) W=.worktrees/shared-b
is 'a session has a conflict' "$(st shared-b .status)" conflict
jq '.allowed_paths = ["shared*"]' "$S/item.json" >"$T/x" && cp "$T/x" "$S/item.json"
base=$(git rev-parse main)
git -C "$W" merge -q main >/dev/null 2>&1
is 'the worktree of a session with a conflict has the target as it is' "$(git -C "$W" rev-parse main MERGE_HEAD | uniq)" "$base"
run orchestrator adopt shared-b
is 'a session with a half-done merge is not adopted' "$status $(st shared-b .status)" '65 conflict'
like 'the refusal to adopt a session with a half-done merge says to finish it' "$err" 'a merge is in progress; finish it there first'
(cd "$W" && echo both >shared && git add shared && git commit -qm 'Merged by hand')
run orchestrator adopt --wait shared-b
is 'a conflict that was resolved by hand is judged' "$status $(st shared-b .status)" '0 approved'
like 'adopt names no commit of the target that was merged by hand' "$out" ': judging commit [0-9a-f]* "Merged by hand"; '
is 'a conflict that was resolved by hand is judged as what it changes in the target' "$(field state.json .base shared-b)" "$base"
run orchestrator merge shared-b
is 'a conflict that was resolved by hand is merged' "$status $(git show main:shared)" '0 both'

# The target, merged before a conflict was found.
dispatch shared-c shared-d; logged orchestrator merge shared-c
W=.worktrees/shared-d; git -C "$W" pull -q --no-rebase "$T/r" main >/dev/null 2>&1
(cd "$W" && echo pulled >shared && git add shared && git commit -qm 'Merged before')
run orchestrator merge shared-d
is 'a target that was pulled into the worktree stops the merge' "$status $(st shared-d .status)" '1 approved'
logged orchestrator adopt --wait shared-d
run orchestrator merge shared-d
is 'a target that was pulled into the worktree and judged is merged' "$status $(git show main:shared)" '0 pulled'

# Tasks.
orchestrator tasks create work --task 'broken-t: Broken' --task 'free-t: After it' >/dev/null
orchestrator tasks depend free-t broken-t >/dev/null
run timeout 60 orchestrator execute work
is 'a task whose gate fails has failed' "$status $(status_of broken-t)" '1 FAILED'
W=.worktrees/broken-t; rm "$W/broken"
ok 'the session of a failed task is adopted' orchestrator adopt broken-t
is 'a task whose session is adopted is in progress' "$(status_of broken-t)" IN_PROGRESS
run timeout 60 orchestrator execute work
is 'a task whose session was adopted is complete with its merge, and the next is done' \
    "$status $(status_of broken-t) $(status_of free-t)" '0 COMPLETE COMPLETE'
like 'the report counts the adopted task and the next' "$out" '^2 of 2 (merged|complete)'

orchestrator tasks create both --task 'broken-u: Broken' --task 'hang-u: Beside it' >/dev/null
orchestrator execute both >"$T/execute" 2>&1 & p=$!
ok 'a task fails while execute goes on' wait_for 20 grep -q 'session-broken-u-.*: failed' "$T/execute"
W=.worktrees/broken-u; rm "$W/broken"; orchestrator adopt broken-u >/dev/null
ok 'the session of a failed task is adopted while execute goes on, and merged' \
    wait_for 20 grep -q 'session-broken-u-.*: merged' "$T/execute"
logged orchestrator cancel hang-u; wait "$p"
is 'the report has an adopted task once, as merged' \
    "$(orchestrator --json report | jq -c '[.merged[] | .task, .sessions], [.failed[].task]' | tr '\n' ' ')" '["broken-u",1] ["hang-u"] '

# Killed in the middle.
if strace -f -o /dev/null true 2>/dev/null; then
	export ASAN_OPTIONS=detect_leaks=0
	kill_at() { _at=$1; shift; strace -f -o /dev/null -e "trace=${_at%:*}" -e "inject=${_at%:*}:signal=KILL:when=${_at#*:}" "$@" >/dev/null 2>&1; }
	dispatch six; by_hand six mine
	kill_at fsync:3 orchestrator adopt six
	is 'adopt is killed when it has said that it begins' \
	    "$(st six '[.status, .alive, .state.step] | join(" ")')" 'running false commit'
	run orchestrator cleanup
	like 'cleanup leaves a session whose adopt was killed' "$out" 'session-six-.*: dead, left as it is'
	run timeout 60 orchestrator execute --source none
	is 'execute starts a session whose adopt was killed' "$(git show main:six)" mine
	unlocked() { [ "$(st seven .alive)" = false ]; }
	dispatch seven
	for at in renameat:1 renameat:2 renameat:3 renameat:4 renameat:5; do
		by_hand seven "mine at $at"
		kill_at $at orchestrator adopt seven; wait_for 10 unlocked
		is_st seven approved && orchestrator adopt seven >/dev/null 2>&1
		orchestrator recover >/dev/null 2>&1
		ok "a session whose adopt was killed at $at is judged all the same" wait_for 20 is_st seven approved
		is "a kill at $at: what was made by hand is what was judged" "$(git show "$(field review.json .commit seven):seven")" "mine at $at"
	done
	dispatch eight
	kill_at renameat:2 orchestrator merge eight
	is 'a merge is killed when it was made' "$(field state.json .status eight) $(git show main:eight)" 'approved eight'
	echo late >"$W/eight"
	run orchestrator merge eight
	like 'the merge after a killed one saves what came after, and says so' \
	    "$status $out" '^0 .*saved in refs/salvage/session-eight-.*: a change in eight'
	is 'what came after a killed merge is saved as it was' "$(saved eight)" late
fi

if python=$(schema_python); then
	"$python" "$top/tests/validate.py" "$top/man/schema" "$ORCHESTRATOR_HOME" >"$T/validated" 2>&1
	is 'the records are as their schemas say' "$(grep -v '^[a-z ]*$' "$T/validated")" ''
fi
done_testing
