#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A review by gates needs a gate; review none says that nobody judges.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"

settings() { echo "$1" >.orchestrator/config.json && git add . && git commit -qm 'Settings'; }
list='"agents": { "sh": { "command": "echo $ITEM_ID >$ITEM_ID" } }, "roles": { "implementer": "sh" }'
sessions() { find "$ORCHESTRATOR_HOME" -path '*isolated-sessions/session-*' -prune | wc -l; }
claims() { find "$ORCHESTRATOR_HOME" -path '*/claims/*' | wc -l; }
what='no gates are set: add "gates" .* --review none'

new_repo "$T/r" && cd "$T/r" && mkdir .orchestrator || exit 1
settings '{ "setup": [ "true" ] }'
echo '{ "version": 1, "id": "file", "outputs": [ "file" ] }' >"$T/item.json"
for i in 'one' "--item $T/item.json"; do
	# shellcheck disable=SC2086 # two words
	run orchestrator dispatch --review gates $i -- sh -c 'echo file >file'
	is "dispatch --review gates without a gate is refused: $i" "$status $(sessions) $(claims)" '78 0 0'
	like "dispatch says what is missing and what to do: $i" "$err" "$what"
done

settings "{ \"review\": \"gates\", $list }"
orchestrator tasks create work --task 'one: One' --task 'two: Two' >/dev/null
for c in dispatch-ready plan 'execute --dry-run' execute; do
	# shellcheck disable=SC2086 # words
	run timeout 60 orchestrator $c
	is "$c refuses a list whose work no gate would judge" "$status $(sessions)" '78 0'
	is "$c says what is missing once" "$(printf '%s\n' "$out$err" | grep -c "$what")" 1
done
run orchestrator doctor
like 'doctor says that dispatch would not work' "$out" 'settings.*a plain dispatch would fail: '

settings "{ \"review\": \"gates\", \"gates\": [ \"false\" ], \"gate_tries\": 0, $list }"
logged orchestrator dispatch --wait three -- sh -c 'echo 3 >3'
settings "{ \"review\": \"gates\", $list }"
run orchestrator retry three
is 'retry refuses a session by gates when there are none any more' "$status" 78
like 'retry says what is missing' "$err" "$what"
is 'a session that can not be retried stays where it is' "$(basename "$(dirname "$(session_of three)")")" isolated-sessions
ok 'a session that can not be retried keeps its worktree' test -e .worktrees/three/3

# By hand.
role implementer <<'E'
point work; touch $T/ran; echo work >work
E
session by-hand '.review = "gates" | .setup = ["touch $T/ran"]'; work
is 'a session made by hand without a gate fails' "$status $(st '[.status, .reason] | join(" ")')" '1 failed no-gates'
like 'the state says what to do' "$(st .detail)" 'add "gates"'
ok 'nothing was run in it' not test -e "$T/ran"
touch "$T/hang.work"
session lost '.gates = ["true"]'; start; at work; kill -9 "$pid"; stop; rm "$T/hang.work"
jq '.settings.gates = []' "$S/config.json" >"$T/x" && mv "$T/x" "$S/config.json"
work
is 'a session that has lost its gates before it is judged fails' "$status $(st '[.status, .reason] | join(" ")')" '1 failed no-gates'

# Nobody.
settings "{ \"review\": \"none\", \"gates\": [ \"touch $T/gate\" ], $list }"
run orchestrator dispatch --wait free -- sh -c 'echo free >free'
is 'a session with review none is approved' "$status" 0
like 'dispatch --wait says that nobody judged it' "$err" 'approved.*approved without a review \(review: none\)'
run orchestrator status
like 'the list of sessions says that nobody judged it' "$out" '^READY TO MERGE .* free \(not reviewed\)'
run orchestrator status free
like 'status of a session says that nobody judged it' "$out" '^review +approved by nobody'
is 'status --json of a session says that nobody judged it' \
    "$(orchestrator --json status free | jq -r '[.reason, .review.mode, .review.decided_by] | join(" ")')" 'not-reviewed none nobody'
run orchestrator review free
like 'review shows the mode' "$out" '^mode +none$'
like 'review shows who decided' "$out" '^verdict +approved by nobody'
is 'review shows it as JSON' "$(orchestrator --json review free | jq -r '[.mode, .verdict, .decided_by] | join(" ")')" 'none approved nobody'
echo more >>d1/file1; git commit -qam More
run orchestrator merge free
is 'a session with review none is merged' "$status $(git show main:free)" '0 free'
is 'the message of the merge has a trailer' "$(git log -1 --format='%(trailers:key=Review,valueonly)' main | head -n 1)" none
ok 'no gate is run for review none, in the session or on the merged tree' not test -e "$T/gate"
orchestrator dispatch --wait --review gates judged -- sh -c 'echo j >j' >/dev/null
logged orchestrator merge judged
is 'a merge that the gates decided has no trailer about review' "$(git log -1 --format='%s%(trailers)' main)" 'Merge judged: judged'
run orchestrator dispatch --wait --item "$T/item.json" -- sh -c 'echo x >other'
is 'an expected file must be there with review none, too' "$status $(field state.json .reason file)" '1 gate'
run orchestrator doctor
like 'doctor says that nobody judges' "$out" 'all work is approved without a review'

if python=$(schema_python); then
	"$python" "$top/tests/validate.py" "$top/man/schema" "$ORCHESTRATOR_HOME" >"$T/validated" 2>&1
	is 'the records are as their schemas say' "$(grep -v '^[a-z ]*$' "$T/validated")" ''
fi
done_testing
