#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# merge.on_conflict: what becomes of approved work that conflicts with its target.
# shellcheck disable=SC2034 # for lib.sh: the agents tell the ids of their processes
CONFINE=off
. "$(dirname "$0")/lib.sh"

# The implementer changes the line of file "shared", and a file of its own.  Where it finds
# conflict markers it keeps both sides, or does what the script resolve.ITEM says.
cat >"$T/agent" <<'E'
prompt=$(cat)
both() { sed -i '/^<<<<<<< /d; /^=======$/d; /^>>>>>>> /d' shared; }
case $prompt in *'has been merged into your worktree'*)
	printf '%s\n' "$prompt" >>"$T/resolving.$ITEM_ID"
	echo resolve >>"$T/times.$ITEM_ID"
	[ ! -e "$T/hang.$ITEM_ID" ] || { echo $$ >"$T/at.$ITEM_ID"; cat "$T/.never"; }
	if [ -e "$T/resolve.$ITEM_ID" ]; then . "$T/resolve.$ITEM_ID"; else both; fi
	exit ;;
esac
echo implement >>"$T/times.$ITEM_ID"
case $ITEM_ID in free*) ;; *) echo "of $ITEM_ID" >shared ;; esac
echo "$ITEM_ID" >"$ITEM_ID"
printf 'What %s is about\n\nIt says so in shared.\n' "$ITEM_ID" | worker summary -
E
cat >"$T/reviewer" <<'E'
cat >"$T/review.$ITEM_ID"
if grep -q '^<<<<<<< ' shared; then worker verdict rejected 'A marker is left'; else worker verdict approved; fi
E
world() {	# NAME SETTINGS
	rm -f "$T"/times.* "$T"/resolving.* "$T"/resolve.* "$T"/review.* "$T"/hang.* "$T"/at.*
	export ORCHESTRATOR_HOME="$T/state-$1"
	git init -q "$T/$1" && cd "$T/$1" && mkdir .orchestrator && echo nobody >shared && echo old >other || exit 1
	echo "{ \"agents\": { \"sh\": { \"command\": \"sh $T/agent\" }, \"judge\": { \"command\": \"sh $T/reviewer\" } },
	    \"roles\": { \"implementer\": \"sh\", \"reviewer\": \"judge\" }, \"stop_grace\": 1, \"ambiguous\": \"parallel\"$2 }" >.orchestrator/config.json
	git add . && git commit -qm Settings
}
st() { orchestrator --json status "$1" | jq -r "$2"; }
dispatch() { for i; do orchestrator dispatch --wait "$i" >"$T/said" 2>&1 || diag <"$T/said"; done; }
list() { orchestrator tasks create "$1" >/dev/null; _l=$1; shift; for t; do orchestrator tasks add "$_l" "$t" >/dev/null; done; }
status_of() { orchestrator --json tasks show | jq -r --arg t "$1" '.tasks[] | select(.id == $t) | .status'; }
merges() { git log --first-parent --reverse --format=%s main | sed -n 's/^Merge \([^:]*\):.*/\1/p' | tr '\n' ' '; }
line() { tr '\n' ' ' <"$1"; }
is_st() { [ "$(st "$1" .status)" = "$2" ]; }
kill_worker() { if is_alive "$1"; then kill -KILL "$(field state.json .worker_pid "$1")"; wait_for 10 not is_alive "$1"; fi; }
is_alive() { [ "$(st "$1" .alive)" = true ]; }
said() { grep -q "$1" "$T/said"; }
FAIL=', "merge": { "on_conflict": "fail" }' RETRY=', "merge": { "on_conflict": "retry" }' RESOLVE=', "merge": { "on_conflict": "resolve" }'

# fail
world fail "$FAIL"
dispatch a b
run orchestrator merge
is 'of two that changed the same line the older one is merged, the other has a conflict' "$status $(st a .status) $(st b .status)" '1 merged conflict'
run timeout 60 orchestrator execute
is 'without merge.on_conflict a conflict stays one' "$status $(st b .status) $(line "$T/times.b")" '1 conflict implement '
run orchestrator retry b
prompt=$(cat "$(session_of b)/prompt.md")
like 'a retry by hand is told what the attempt conflicted in' "$prompt" '^- conflict in shared \(content'
like 'a retry by hand is told what the former attempt had done' "$prompt" '^What b is about'
like 'a retry by hand is told what the other session did' "$prompt" '^What a is about'

world fail-list "$FAIL"
list work a b free-after free
orchestrator tasks depend free-after a b >/dev/null
run timeout 60 orchestrator execute work
is 'in a list what depends on a conflict waits, and the rest goes on' \
    "$status $(printf '%s\n' "$(status_of a)" "$(status_of b)" | sort | tr '\n' ' ')$(status_of free-after) $(status_of free)" '1 BLOCKED COMPLETE PENDING COMPLETE'
like 'the report names the conflict of a failed task' \
    "$out" '^  x  [ab] +conflict: conflict: conflicts with main: shared \(content'
is 'a conflict without on_conflict is not tried again' "$(echo "$out" | grep -c requeued)" 0
world fast "$FAIL, \"max_parallel\": 2"
list fast a b free; orchestrator tasks depend free a b >/dev/null; orchestrator tasks add fast free-too >/dev/null
run timeout 60 orchestrator execute --fail-fast fast
like '--fail-fast stops at it' "$out" '^[0-9:]* tl-[a-z0-9]*: stopping: a task has failed'

# retry
world retry "$RETRY"
dispatch a b
run orchestrator --json merge
is 'on_conflict retry: merge dispatches a conflict again' \
    "$status $(echo "$out" | jq -c '.merges | map(.outcome)')" '1 ["merged","conflict, dispatched again"]'
is 'on_conflict retry: merge names the new session' "$(echo "$out" | jq -r '.merges[1].retried_as')" "$(basename "$(session_of b)")"
is 'on_conflict retry: a new session begins from what the target is now' "$(field config.json .session.base b)" "$(git rev-parse main)"
prompt=$(cat "$(session_of b)/prompt.md")
like 'the prompt of a retried conflict names the conflict' "$prompt" '^- conflict in shared \(content'
like 'the prompt of a retried conflict has the summary of the former attempt' "$prompt" '^What b is about'
like 'the prompt of a retried conflict names the session that it conflicted with' "$prompt" '^- item a, merged as [0-9a-f]{12}:'
like 'the prompt of a retried conflict has the summary of the other session in full' "$prompt" '^What a is about'
run timeout 60 orchestrator execute
is 'execute merges a retried conflict' "$status $(merges)$(cat shared)" '0 a b of b'

world retry2 "$RETRY, \"attempts\": 3"
dispatch a b c
run timeout 60 orchestrator execute
# The new sessions of b and c run at the same time: either is merged first.
is 'on_conflict retry: execute dispatches conflicts again until all is merged' \
    "$status $(merges | tr ' ' '\n' | sort | paste -sd' ')" '0 a b c'
is 'on_conflict retry: execute dispatches again once for each conflict' \
    "$(echo "$out" | grep -c ': retried: as session-') $(cat "$T/times.b" "$T/times.c" | paste -sd' ')" \
    '3 implement implement implement implement implement'
world retry3 "$RETRY"
dispatch a b c
run timeout 60 orchestrator execute
is 'a conflict is not retried more often than an item may have sessions' \
    "$status $(merges | wc -w) $(for i in b c; do st $i '"\(.status) \(.attempt)"'; done | sort | paste -sd,)" '1 2 conflict 2,merged 2'

# Killed between the end of one session and the beginning of the next.
world retry-kill "$RETRY"
dispatch a b; orchestrator merge a >/dev/null
S=$(session_of b)
mkdir -p .worktrees/keep; chmod 000 .orchestrator
jq '.settings.merge.on_conflict = "fail"' "$S/config.json" >"$T/c" && cp "$T/c" "$S/config.json"
chmod 755 .orchestrator
orchestrator merge b >/dev/null
is 'a session that ended in a conflict, and nobody came to dispatch it again' "$(st b .status)" conflict
jq '.settings.merge.on_conflict = "retry"' "$S/config.json" >"$T/c" && cp "$T/c" "$S/config.json"
I=$(dirname "$(dirname "$S")")
mv "$S" "$I/archive/"
run timeout 60 orchestrator execute
is 'execute dispatches again a conflict that was put away already' "$status $(merges)" '0 a b '
is 'the claim of a conflict that was put away is gone' "$(ls "$(dirname "$I")/claims")" ''

world retry-list "$RETRY"
list work a b free; orchestrator tasks depend free a b >/dev/null
run timeout 60 orchestrator execute work
is 'on_conflict retry: a task of a list is requeued, and what waits for it follows' "$status $(merges | wc -w) $(status_of free)" '0 3 COMPLETE'
is 'on_conflict retry: a task of a list is requeued once' "$(echo "$out" | grep -c ': requeued: ')" 1

# resolve
world resolve "$RESOLVE"
dispatch a b
base=$(git rev-parse main) head=$(git rev-parse session/b/1) S=$(session_of b)
: >"$T/hang.b"
run orchestrator merge
is 'on_conflict resolve: merge gives the conflict back to the session' \
    "$status $(echo "$out" | sed -n 's/^session-b-[a-z0-9]*: \([^:]*\):.*/\1/p')" '1 conflict, being resolved'
wait_for 20 test -s "$T/at.b"
onto=$(git rev-parse main)
is 'a session that resolves a conflict is running again, in its own worktree' "$(st b '.status + " " + .step')" 'running implement'
is 'the record of a session that resolves says which conflict' \
    "$(field state.json '[.resolves, .resolving.target, .conflicts[0].path, .round] | @csv' b)" "1,\"$onto\",\"shared\",2"
is 'the approval is void' "$(field review.json .verdict b)" none
is 'the worktree has both sides, and the markers' "$(grep -c 'of [ab]' .worktrees/b/shared; cat .worktrees/b/a; grep -c '^<<<<<<< \|^=======$\|^>>>>>>> ' .worktrees/b/shared)" '2
a
3'
is 'a conflict that is given back moves neither branch nor target' "$(git rev-parse session/b/1) $(git rev-parse main^1)" "$head $base"
run orchestrator merge b
is 'a session that resolves a conflict can not be merged' "$status $(git rev-parse main)" "1 $onto"
prompt=$(cat "$T/resolving.b")
like 'the implementer is told where the conflict is' "$prompt" '^- shared \(content'
like 'the implementer is told who changed the place of the conflict' "$prompt" '^- item a, merged as [0-9a-f]{12}:'
like 'the implementer is told why the other session changed it' "$prompt" '^What a is about'
like 'the implementer is told what the session did itself' "$prompt" '^What b is about'
rm "$T/hang.b"; kill -KILL "$(cat "$T/at.b")"
wait_for 20 is_st b failed
is 'an implementer that is killed is one that failed' "$(st b .reason)" agent-error

world resolve2 "$RESOLVE"
dispatch a b
head=$(git rev-parse session/b/1) S=$(session_of b)
orchestrator merge a >/dev/null; onto=$(git rev-parse main)
run timeout 60 orchestrator execute
is 'execute sees a session through that resolves a conflict' "$status $(merges)$(line shared)" '0 a b of b of a '
new=$(git rev-parse main^2)
is 'the commit that is merged is the merge that the session made' "$(git log -1 --format=%P "$new")" "$head $onto"
is 'the tree that is merged is the one that was reviewed' "$(git rev-parse 'main^{tree}')" "$(git rev-parse "$new^{tree}")"
is 'the review of a resolved conflict is of the new commit, on the new base' \
    "$(field review.json '[.verdict, .commit, .base] | join(" ")' b)" "approved $new $onto"
is 'a resolved conflict is reviewed twice' \
    "$(field review.json '[.opinions[] | select(.role == "reviewer") | .commit] | join(" ")' b)" "$head $new"
ok 'the reviewer of a resolved conflict sees what it changes on the new base' grep -q '^+of b' "$T/review.b"
ok 'the reviewer of a resolved conflict does not see what the target had already' not grep -q '^+of a' "$T/review.b"
is 'each line of a resolved conflict is blamed on its own session' "$(git blame -s main -- shared | cut -c 1-7 | sort -u | wc -l)" 2
is 'the message of the merge of a resolved conflict is the summary of the work' \
    "$(git log -1 --format=%s main)" 'Merge b: What b is about'
is 'every change of status of a resolved conflict is on record' \
    "$(field state.json '[.history[] | select(.from == "approved") | .to] | join(" ")' b)" 'running merged'
is 'nothing is being resolved after the merge of a resolved conflict' \
    "$(field state.json '[.resolving, (.conflicts | length), .resolves] | @csv' b)" ',0,1'
is 'the log of a resolved conflict ends with a verdict' "$(tail -n 1 "$(session_of b)/output.log")" 'REVIEW_VERDICT: APPROVED'
is 'the merge of a resolved conflict leaves no branch and a clean checkout' "$(git branch --list 'session/*'; git status --porcelain)" ''

# How an implementer may resolve.
for how in commit merge rebase; do
	world "how-$how" "$RESOLVE"
	case $how in
	commit) echo 'both; git commit -qam "I kept both, since both are right"' ;;
	merge) echo 'git reset -q --hard; git merge -q "$(cat "$T/onto")" >&2; both; git commit -qam "Merged by hand"' ;;
	rebase) echo 'git reset -q --hard "$(cat "$T/onto")"; echo "of b" >>shared; echo b >b; git add b; git commit -qam "Done again"' ;;
	esac >"$T/resolve.b"
	dispatch a b; orchestrator merge a >/dev/null; git rev-parse main >"$T/onto"
	run timeout 60 orchestrator execute
	is "a conflict resolved by $how is merged" \
	    "$status $(merges)$(sort shared | tr '\n' ' ')$(cat a b | tr '\n' ' ')" '0 a b of a of b a b '
	ok "a conflict resolved by $how has the target in its history" git merge-base --is-ancestor "$(cat "$T/onto")" main^2
	[ $how != commit ] || like 'a conflict resolved by commit keeps the words of its commit' \
	    "$(git log -1 --format=%B main^2)" '^I kept both, since both are right'
done

# What is no resolution.
world left "$RESOLVE, \"gate_tries\": 1"
echo 'if [ -e "$T/once.$ITEM_ID" ]; then both; else : >"$T/once.$ITEM_ID"; fi' >"$T/resolve.b"
dispatch a b; run timeout 60 orchestrator execute
is 'an implementer who leaves the markers gets the conflict once more' \
    "$status $(merges)$(line "$T/times.b")" '0 a b implement resolve resolve '
like 'an implementer who leaves the markers is told where' "$(cat "$T/resolving.b")" '^- shared$'
world left2 "$RESOLVE, \"gate_tries\": 1"
echo : >"$T/resolve.b"
dispatch a b; onto=$(git rev-parse main); run timeout 60 orchestrator execute
is 'an implementer who leaves the markers each time fails with the reason conflict' \
    "$status $(merges)$(st b '.status + " " + .reason') $(line "$T/times.b")" '1 a failed conflict implement resolve resolve '
world undo "$RESOLVE, \"gate_tries\": 0"
echo 'git reset -q --hard; echo "of both" >shared' >"$T/resolve.b"
dispatch a b; run timeout 60 orchestrator execute
is 'an implementer who throws away what others did fails' "$status $(merges)$(st b .reason)" '1 a conflict'
like 'the detail of an implementer who throws away what others did names the file' "$(st b .detail)" 'the merge was undone: a$'
world nothing "$RESOLVE"
echo 'git checkout -q "$(cat "$T/onto")" -- .; git rm -qf b' >"$T/resolve.b"
dispatch a b; orchestrator merge a >/dev/null; git rev-parse main >"$T/onto"
run timeout 60 orchestrator execute
is 'where nothing is left of the work it has failed' "$status $(st b .reason)" '1 no-change'
like 'show of a resolution that failed names adopt' "$(orchestrator show b)" '^    orchestrator adopt b '

# A plain command that runs again: no judge sees that the line of the target would go.
world again "$RESOLVE, \"review\": \"gates\", \"gates\": [\"true\"], \"gate_tries\": 0"
orchestrator dispatch --wait k -- sh -c 'echo k >shared' >/dev/null 2>&1
echo main >shared; git commit -qam 'By hand'
run timeout 60 orchestrator execute
is 'without a council a resolution that drops the whole change of the target is refused' \
    "$(st k '[.status, .reason] | join(" ")') $(cat shared)" 'failed conflict main'

# Other conflicts, several times.
world kinds "$RESOLVE, \"review\": \"gates\", \"gates\": [\"! grep -q '^<<<<<<<' shared\"]"
mkdir dir; seq 9 >dir/f; seq 9 >gone; git add . && git commit -qm More
orchestrator dispatch --wait k -- sh -c 'case $(cat) in *"into your worktree"*) git rm -q --cached gone 2>/dev/null; rm -rf gone both~* dir~*; echo both >both; sed -i "/^[<=>][<=>]*/d" shared ;;
    *) echo k >shared; rm gone; echo k >both; seq 8 >dir/f ;; esac' >/dev/null 2>&1
echo main >shared; echo 10 >>gone; echo main >both; git add . && git commit -qm 'By hand'
run timeout 60 orchestrator execute
is 'files that were removed, added and changed on both sides' "$status $(cat both) $(wc -l <dir/f) $(ls)" "0 both 8 both
dir
other
shared"
like 'a commit made by hand is named, too' "$(cat "$(session_of k)"/transcript/*.prompt)" '^- [0-9a-f]{12} By hand'
world thrice "$RESOLVE"
dispatch a b c
run timeout 60 orchestrator execute
is 'sessions that conflict with each other are merged one after the other' \
    "$status $(merges | xargs -n 1 | sort | tr '\n' ' ')$(sort shared | tr '\n' ' ')" '0 a b c of a of b of c '
is 'each conflict of several sessions is resolved' \
    "$(cat "$T/times.b" "$T/times.c" | sort | uniq -c | tr -s ' \n' ' ')" ' 2 implement 3 resolve '
world bound ', "merge": { "on_conflict": "resolve", "resolves": 1 }'
dispatch a b c
run timeout 60 orchestrator execute
is 'a session resolves conflicts as often as the settings allow' \
    "$status $(merges | wc -w) $(for i in a b c; do st $i .status; done | sort | tr '\n' ' ')$(field state.json .resolves b) $(field state.json .resolves c)" '1 2 conflict merged merged 1 1'

# A gate that fails on the merged tree alone: a and b are each fine, and not together.
PAIR=', "gates": [ "! test -e a || ! test -e free-b || test -e both" ], "review": "gates"'
cat >"$T/repair" <<'E'
printf '%s\n' "$prompt" >"$T/resolving.$ITEM_ID"; [ -e "$T/lazy" ] || : >both
E
pair() { world "$@"; cp "$T/repair" "$T/resolve.free-b"; dispatch a free-b; }
pair gate-resolve "$PAIR"
head=$(git rev-parse session/free-b/1)
run orchestrator merge
is 'a gate that fails on the merged tree is given back to the session' \
    "$status $(echo "$out" | sed -n 's/^session-free-b-[a-z0-9]*: \([^:]*\):.*/\1/p')" '1 conflict, being resolved'
run timeout 60 orchestrator execute
is 'work that its session repaired for the merged tree is merged' "$status $(merges)$(ls a free-b both | tr '\n' ' ')" '0 a free-b a both free-b '
is 'the reason on record is the gate' "$(field state.json '[.history[] | select(.from == "approved") | .to + " " + .reason] | join(", ")' free-b)" \
    'running gate, merged '
like 'the implementer is told which gate fails on the merged tree' "$(cat "$T/resolving.free-b")" '^gate ".*" fails on the merged tree: '
like 'the implementer is told what was merged meanwhile when a gate fails' "$(cat "$T/resolving.free-b")" '^What a is about'
like 'the implementer is told that no file conflicts' "$(cat "$T/resolving.free-b")" '^\(none\)'
pair gate-picked "$PAIR"
orchestrator merge >/dev/null; wait_for 20 is_st free-b approved
is 'the repair is in a merge commit' "$(git log -1 --format=%P session/free-b/1 | wc -w)" 2
git checkout -q --detach main; git cherry-pick "$(git rev-parse session/free-b/1^1)" >/dev/null 2>&1; git branch -q -f main HEAD; git checkout -q main
orchestrator status >/dev/null
is 'commits that were picked without the repair in the merge are no merge by hand' "$(st free-b .status)" approved
pair gate-left "$PAIR, \"gate_tries\": 1"
: >"$T/lazy"; run timeout 60 orchestrator execute; rm "$T/lazy"
is 'a gate that stays broken fails the session' "$status $(merges)$(st free-b '.status + " " + .reason')" '1 a failed gate'
pair gate-fail "$PAIR, \"merge\": { \"on_gate\": \"fail\" }"
run orchestrator merge
is 'on_gate fail: a gate that fails on the merged tree is a conflict' "$status $(st free-b '.status + " " + .reason')" '1 conflict gate'
like 'on_gate fail: merge says how to go on' "$out" 'fails on the merged tree: .*: orchestrator resolve free-b has its agent resolve it'
run timeout 60 orchestrator execute
is 'on_gate fail: execute leaves it' "$status $(merges)" '1 a '
run orchestrator resolve --wait free-b
is 'resolve has the agent repair what a gate says' "$status $(st free-b .status)" '0 approved'
like 'resolve tells the agent which gate fails' "$(cat "$T/resolving.free-b")" '^gate ".*" fails on the merged tree: '
run orchestrator merge
is 'what resolve had repaired is merged' "$status $(merges)$(ls both)" '0 a free-b both'
pair gate-retry "$PAIR, \"merge\": { \"on_gate\": \"retry\", \"on_conflict\": \"fail\" }"
echo '[ ! -e a ] || : >both' >"$T/more"; sed -i 's|^printf|[ ! -e a ] \|\| : >both; printf|' "$T/agent"
run orchestrator --json merge
is 'on_gate retry: merge dispatches the item again' "$status $(echo "$out" | jq -c '.merges | map(.outcome)')" '1 ["merged","conflict, dispatched again"]'
like 'on_gate retry: the prompt says that a gate failed' "$(cat "$(session_of free-b)/prompt.md")" 'gate ".*" fails on the merged tree'
run timeout 60 orchestrator execute
is 'on_gate retry: what is dispatched again is merged' "$status $(merges)$(ls both)" '0 a free-b both'
sed -i 's/^\[ ! -e a \] || : >both; //' "$T/agent"
pair gate-mixed "$PAIR, \"merge\": { \"on_gate\": \"fail\", \"on_conflict\": \"retry\" }"
run orchestrator merge
is 'on_conflict does not decide about a gate' "$status $(st free-b '.status + " " + (.attempt | tostring)')" '1 conflict 1'

# resolve, by a person
world by-person "$FAIL"
dispatch a b; orchestrator merge >/dev/null
is 'a session is in conflict, and stays it' "$(st b .status)" conflict
run orchestrator merge b
like 'merge of a conflict says the ways to go on' "$status $err" '^1 .* is in conflict: .*orchestrator resolve b has its agent resolve it, orchestrator retry b begins again; or git merge session/b/1 into'
run orchestrator resolve --wait b
is 'resolve has a conflict resolved, whatever on_conflict says' "$status $(st b '.status + " " + (.round | tostring)')" '0 approved 2'
like 'resolve tells the agent the files' "$(cat "$T/resolving.b")" '^- shared \(content'
run orchestrator merge b
is 'what a person had resolved is merged' "$status $(merges)$(line shared)" '0 a b of b of a '
run orchestrator resolve b
is 'merged work has no conflict to resolve' "$status" 64

# In a list.
world resolve-list "$RESOLVE"
list work a b free
orchestrator tasks depend free a b >/dev/null
: >"$T/hang.a"; : >"$T/hang.b"
orchestrator execute work >"$T/said" 2>&1 & pid=$!
hangs() { ls "$T"/at.* >/dev/null 2>&1; }
wait_for 30 hangs; i=$(basename "$T"/at.*); i=${i#at.}
is 'a task whose session resolves is IN_PROGRESS' "$(status_of "$i") $(st "$i" .status)" 'IN_PROGRESS running'
rm "$T"/hang.*; kill -KILL $pid; wait $pid 2>/dev/null
kill_worker "$i"
run timeout 60 orchestrator execute work
is 'execute killed with the worker while a session resolves goes on, and the rest follows' \
    "$status $(merges | wc -w) $(status_of free)" '0 3 COMPLETE'
is 'the session that resolves after a kill is the same' "$(field state.json '[.attempt, .resolves, .recoveries] | @csv' "$i")" '1,1,1'

# Killed at any point of giving back and resolving.
n=0
for point in 'given back by the merge' 'merged main' 'run 00[0-9]: implementer' 'resolved as' 'status completed'; do
	n=$((n + 1)); world "kill$n" "$RESOLVE"
	dispatch a b; orchestrator merge a >/dev/null; S=$(session_of b)
	: >"$T/mark"; wc -l <"$S/output.log" >"$T/mark"
	: >"$T/hang.b"; [ "$n" -gt 3 ] && rm "$T/hang.b"
	reached() { tail -n "+$(($(cat "$T/mark") + 1))" "$S/output.log" | grep -q "$point"; }
	orchestrator merge b >/dev/null 2>&1
	wait_for 20 reached
	kill_worker b; rm -f "$T/hang.b"
	run timeout 60 orchestrator execute
	is "killed at \"$point\" and started again it is merged once" "$status $(merges)$(sort shared | tr '\n' ' ')" '0 a b of a of b '
done

# Given back, and no worker could be started.
no_worker() { mv "$S/bin/worker" "$T/worker"; printf '#!/bin/sh\necho none >&2; exit 71\n' >"$S/bin/worker"; chmod +x "$S/bin/worker"; }
world spawn "$RESOLVE"
dispatch a b; orchestrator merge a >/dev/null; S=$(session_of b)
no_worker
run orchestrator merge b
like 'merge says that no worker starts for a conflict that is given back' "$err" 'no worker: .*; orchestrator execute starts it'
is 'a session stays given back when no worker starts' "$(st b '.status + " " + .step')" 'running resolve'
run orchestrator cleanup
is 'cleanup leaves a session that is given back and has no worker' "$status $(st b .status)" '0 running'
run orchestrator recover
like 'recover says why a session that is given back waits' "$status $out" '^1 session-b-[a-z0-9]*: waits for you: none'
mv "$T/worker" "$S/bin/worker"
run timeout 60 orchestrator execute
is 'execute starts the worker of a session that is given back' "$status $(merges)" '0 a b '
is 'a worker that never started counts as no recovery' "$(field state.json .recoveries b)" 0

# Killed at each call of a kind, one after the other.
chain() {	# CALLS COMMAND...: killed at its first one, at its second one, until it comes through
	_calls=$1 n=0; shift
	while n=$((n + 1)); [ $n -lt 80 ]; do
		run timeout 60 env ASAN_OPTIONS=detect_leaks=0 strace -o /dev/null -e "trace=$_calls" -e "inject=$_calls:signal=KILL:when=$n" "$@"
		[ "$status" = 137 ] || break
	done
}
if strace -o /dev/null true 2>/dev/null; then
	for calls in vfork,clone,clone3,fork rename,renameat,renameat2 fsync,syncfs; do
		world "chain-${calls%%,*}" "$RESOLVE"
		dispatch a b; orchestrator merge a >/dev/null; S=$(session_of b); W=$(field state.json .worktree b)
		no_worker; chain $calls orchestrator merge b; mv "$T/worker" "$S/bin/worker"
		is "a merge killed at each $calls gives the session back once" "$(field state.json '[.status, .step, .resolves, .round] | @csv' b)" '"running","resolve",1,2'
		cd "$W" && chain $calls worker run "$S"; cd "$T/chain-${calls%%,*}" || exit 1
		is "a worker killed at each $calls resolves all the same" "$status $([ $n -gt 5 ] && echo often) $(st b .status)" '0 often approved'
		chain $calls orchestrator merge b
		is "a resolved conflict is merged once by merges killed at each $calls" \
		    "$(merges)$(sort shared | tr '\n' ' ')$(git status --porcelain)" 'a b of a of b '
		ok "kills at each $calls damage nothing in the repository" git fsck --strict --no-dangling
	done
else
	skip 'killed at each call' 'no strace here'
fi
done_testing
