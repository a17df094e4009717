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
    \"ambiguous\": \"parallel\", \"gates\": [ \"test ! -e broken\" ] }" >.orchestrator/config.json
git add . && git commit -qm Settings

dispatch() { for i; do orchestrator dispatch --wait "$i" >"$T/said" 2>&1 || :; done; S=$(session_of "$1"); W=.worktrees/$1; }
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
like 'it is named' "$out" "commit $(git rev-parse --short "$head" 2>/dev/null || echo "$head" | cut -c1-7)[0-9a-f]* \"By hand\""
like 'adopt is named' "$out" "orchestrator adopt $(basename "$S") has them judged"
like 'so is what merges without it' "$out" "orchestrator merge --approved $(basename "$S")"
is 'the outcome has a name' "$(orchestrator --json merge one | jq -r '.merges[0].outcome')" 'unjudged work'
run orchestrator adopt --wait one
is 'adopt has it judged' "$status $(st one .status)" '0 approved'
like 'and says what it is' "$out" ': judging commit [0-9a-f]* "By hand"; '
is 'by the gates, and the reviewer, who sees it' "$(field review.json .commit one) $(seen one)" "$head By hand one: one one by hand "
is 'in a round of its own' "$(st one '[.round, .state.history[-4].reason] | join(" ")')" '2 adopted'
like 'the log has the first verdict, and the second' "$(grep -c '^REVIEW_VERDICT: APPROVED' "$S/output.log")" 2
run orchestrator merge one
is 'it is merged as it was committed' "$status $(git rev-parse main^2)" "0 $head"

# An edit, and what is none.
dispatch two
(cd "$W" && echo better >two && echo new >new && echo o >x.o && mkdir nested && git init -q nested)
run orchestrator merge two
is 'edits are not merged past' "$status $(st two .status)" '1 approved'
like 'the paths are named, without those that are ignored or in a repository of their own' "$out" 'has changes in new, two, not judged'
rm -rf "$W/nested"
run orchestrator --json adopt two
is 'as JSON' "$(printf '%s' "$out" | jq -c '[.version, .session, .item, .status, .commits, .paths]')" \
    "[1,\"$(basename "$S")\",\"two\",\"running\",[],[\"new\",\"two\"]]"
ok 'adopted edits become a commit' wait_for 20 is_st two approved
run orchestrator merge two
is 'which is merged' "$status $(git show main:two) $(git show main:new)" '0 better new'
dispatch same
touch "$W"/d*/*; echo o >"$W/x.o"
run orchestrator merge same
is 'a worktree whose files were only touched is merged' "$status $out" "0 $(basename "$S"): merged as $(git rev-parse main | cut -c1-12)"

# --approved.
dispatch three; by_hand by-hand and-its-text
echo edited >"$W/three"; git -C "$W" log -1 --format=%H >"$T/hand"
run orchestrator merge --approved three
is 'merge --approved merges what was approved' "$status $(git show main:three)" '0 three'
is 'without the rest' "$(git ls-tree --name-only main by-hand-3 by-hand | tr '\n' ' ')$(git show main:by-hand)" 'by-hand by hand'
like 'and says where that is' "$out" "not judged, and saved in refs/salvage/$(basename "$S"): commit [0-9a-f]* \"By hand\" and a change in three$"
is 'the edit is saved' "$(saved three) $(saved by-hand)" 'edited and-its-text'
ok 'the commit is saved as it is' git merge-base --is-ancestor "$(cat "$T/hand")" "refs/salvage/$(basename "$S")"
like 'salvage shows both' "$(orchestrator salvage show three)" '^\+edited'
dispatch four
run orchestrator merge --approved
is 'without a session it is for all' "$status $(git show main:four)" '0 four'

# execute.
dispatch five; by_hand five mine
dispatch free-a free-b; S=$(session_of five)
run timeout 60 orchestrator execute
is 'execute goes on with the others' "$status $(git show main:free-a main:free-b | tr '\n' ' ')" '1 free-a free-b '
is 'says once what was not judged' "$(printf '%s\n' "$out" | grep -c ': unjudged work: ')" 1
like 'and counts it as not merged' "$out" '^2 merged, 1 not$'
orchestrator dispatch hang-x >/dev/null; wait_for 20 test -e "$T/at.hang-x"
orchestrator execute >"$T/execute" 2>&1 & p=$!
ok 'while execute waits' wait_for 20 grep -q 'session-five-.*: unjudged work' "$T/execute"
orchestrator adopt five >/dev/null
ok 'somebody adopts it, and execute merges it' wait_for 20 grep -q 'session-five-.*: merged' "$T/execute"
orchestrator cancel hang-x >/dev/null; wait "$p"
is 'as it was made by hand' "$(git show main:five)" mine

# Sessions that are over.
dispatch bad-one
is 'a session is rejected' "$(st bad-one .status)" rejected
run orchestrator adopt --wait bad-one
is 'adopted with nothing changed it is judged once more' "$status $(st bad-one '[.status, .round] | join(" ")') $(field review.json '.opinions | length' bad-one)" "1 rejected 2 $(field review.json '.opinions | length' bad-one)"
like 'which adopt says' "$out" ': judging its head again'
echo good >"$W/bad-one"
run orchestrator adopt --wait bad-one
is 'mended by hand it is approved' "$status $(st bad-one .status)" '0 approved'
is 'by a reviewer who saw that' "$(seen bad-one)" 'bad-one: bad-one bad-one: bad-one good by hand '
ok 'and merged' orchestrator merge bad-one
dispatch broken-one
is 'a gate fails' "$(st broken-one '[.status, .reason] | join(" ")')" 'failed gate'
rm "$W/broken"
run orchestrator adopt --wait broken-one
is 'mended by hand it passes' "$status $(st broken-one .status)" '0 approved'
ok 'and is merged' orchestrator merge broken-one
is 'without what was removed' "$(git ls-tree --name-only main broken)" ''
dispatch mute-one; : >"$T/speaks"
is 'a reviewer gives no verdict' "$(st mute-one '[.status, .reason] | join(" ")')" 'failed no-verdict'
like 'for which adopt is named' "$(st mute-one .detail)" 'orchestrator adopt session-mute-one'
run orchestrator adopt --wait mute-one
is 'once it can speak it is asked again' "$status $(st mute-one .status)" '0 approved'
ok 'and the session is merged' orchestrator merge mute-one
dispatch dies-one
run orchestrator adopt --wait dies-one
is 'what an agent left that failed can be adopted' "$status $(st dies-one .status)" '0 approved'
ok 'and merged' orchestrator merge dies-one
orchestrator dispatch hang-y >/dev/null; wait_for 20 test -e "$T/at.hang-y"; S=$(session_of hang-y)
run orchestrator adopt hang-y
is 'a session that is live is not adopted' "$status $(st hang-y .status)" '64 running'
like 'which is said with what to do' "$err" 'is running: wait until it is over, or orchestrator cancel'
orchestrator cancel hang-y >/dev/null
run orchestrator adopt --wait hang-y
is 'a cancelled one is' "$status $(st hang-y .status)" '0 approved'
ok 'and merged' orchestrator merge hang-y
run orchestrator adopt hang-y
is 'one that is merged is not' "$status" 64
like 'which is said' "$err" 'is merged'
dispatch nothing
run orchestrator adopt nothing
is 'where nothing was done there is nothing to judge' "$status $(st nothing .status)" '65 failed'
orchestrator cleanup >/dev/null
run orchestrator adopt nothing
is 'one in the archive is not adopted' "$status" 64
like 'but can be done again' "$err" 'archived; orchestrator retry'

# The target, merged by hand.
dispatch shared-a shared-b; orchestrator merge >/dev/null
S=$(session_of shared-b) W=.worktrees/shared-b
is 'a session has a conflict' "$(st shared-b .status)" conflict
jq '.allowed_paths = ["shared*"]' "$S/item.json" >"$T/x" && cp "$T/x" "$S/item.json"
base=$(git rev-parse main)
git -C "$W" merge -q "$base" >/dev/null 2>&1
run orchestrator adopt shared-b
is 'with a merge half done it is not adopted' "$status $(st shared-b .status)" '65 conflict'
like 'which is said' "$err" 'a merge is in progress; finish it there first'
(cd "$W" && echo both >shared && git add shared && git commit -qm 'Merged by hand')
run orchestrator adopt --wait shared-b
is 'a conflict that was resolved by hand is judged' "$status $(st shared-b .status)" '0 approved'
is 'as what it changes in the target' "$(field state.json .base shared-b)" "$base"
run orchestrator merge shared-b
is 'and is merged' "$status $(git show main:shared)" '0 both'

# Tasks.
orchestrator tasks create work --task 'broken-t: Broken' --task 'free-t: After it' >/dev/null
orchestrator tasks depend free-t broken-t >/dev/null
run timeout 60 orchestrator execute work
is 'a task fails' "$status $(status_of broken-t)" '1 FAILED'
W=.worktrees/broken-t; rm "$W/broken"
ok 'its session is adopted' orchestrator adopt broken-t
is 'so that it is in progress' "$(status_of broken-t)" IN_PROGRESS
run timeout 60 orchestrator execute work
is 'it is complete with its merge, and the next one is done' "$status $(status_of broken-t) $(status_of free-t)" '0 COMPLETE COMPLETE'
like 'the report has both' "$out" ': work: 2 of 2 COMPLETE'

orchestrator tasks create both --task 'broken-u: Broken' --task 'hang-u: Beside it' >/dev/null
orchestrator execute both >"$T/execute" 2>&1 & p=$!
ok 'a task fails while execute goes on' wait_for 20 grep -q 'session-broken-u-.*: failed' "$T/execute"
W=.worktrees/broken-u; rm "$W/broken"; orchestrator adopt broken-u >/dev/null
ok 'its session is adopted meanwhile, and merged' wait_for 20 grep -q 'session-broken-u-.*: merged' "$T/execute"
orchestrator cancel hang-u >/dev/null; wait "$p"
is 'the report has it once, as merged' "$(orchestrator --json report | jq -c '[.merged[] | .task, .sessions], [.failed[].task]' | tr '\n' ' ')" '["broken-u",1] ["hang-u"] '

# Killed in the middle.
if strace -f -o /dev/null true 2>/dev/null; then
	export ASAN_OPTIONS=detect_leaks=0
	kill_at() { _at=$1; shift; strace -f -o /dev/null -e "trace=${_at%:*}" -e "inject=${_at%:*}:signal=KILL:when=${_at#*:}" "$@" >/dev/null 2>&1; }
	dispatch six; by_hand six mine
	kill_at fsync:2 orchestrator adopt six
	is 'adopt is killed when it has said so' "$(st six '[.status, .alive, .state.step] | join(" ")')" 'running false commit'
	run orchestrator cleanup
	like 'cleanup leaves it' "$out" 'session-six-.*: not started yet'
	run timeout 60 orchestrator execute --source none
	is 'execute starts it' "$(git show main:six)" mine
	unlocked() { [ "$(st seven .alive)" = false ]; }
	dispatch seven
	for at in renameat:1 renameat:2 renameat:3 renameat:4 renameat:5; do
		by_hand seven "mine at $at"
		kill_at $at orchestrator adopt seven; wait_for 10 unlocked
		is_st seven approved && orchestrator adopt seven >/dev/null 2>&1
		orchestrator recover >/dev/null 2>&1
		ok "a kill at $at: it is judged all the same" wait_for 20 is_st seven approved
		is "a kill at $at: what was made by hand is what was judged" "$(git show "$(field review.json .commit seven):seven")" "mine at $at"
	done
	dispatch eight
	kill_at renameat:2 orchestrator merge eight
	is 'a merge is killed when it was made' "$(field state.json .status eight) $(git show main:eight)" 'approved eight'
	echo late >"$W/eight"
	run orchestrator merge eight
	like 'what came after it is saved, which is said' "$status $out" '^0 .*saved in refs/salvage/session-eight-.*: a change in eight'
	is 'as it was' "$(saved eight)" late
fi

if python=$(schema_python); then
	"$python" "$top/tests/validate.py" "$top/man/schema" "$ORCHESTRATOR_HOME" >"$T/validated" 2>&1
	is 'the records are as their schemas say' "$(grep -v '^[a-z ]*$' "$T/validated")" ''
fi
done_testing
