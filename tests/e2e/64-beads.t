#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Beads as a work source, with a stand-in for its client.
. "$(dirname "$0")/lib.sh"

mkdir "$T/bin" && cp "$top/tests/agents/bd" "$T/bin/bd" && PATH=$T/bin:$PATH
cat >"$T/agent" <<'E'
echo "$(date +%s%N) start $ITEM_ID" >>"$T/times"
while [ -e "$T/hold-$ITEM_ID" ]; do timeout 0.05 cat <"$T/.never"; done
[ ! -e "$T/fail-$ITEM_ID" ] || exit 3
echo "$ITEM_ID" >"$ITEM_ID"
E
world() {	# NAME SETTINGS
	rm -f "$T/times"; export ORCHESTRATOR_HOME="$T/state-$1"
	new_repo "$T/$1" && cd "$T/$1" && mkdir -p .orchestrator .beads/test .beads/hooks || exit 1
	echo '[]' >.beads/db.json; echo .beads >>.git/info/exclude
	echo "{ \"review\": \"none\", \"ambiguous\": \"parallel\", \"agents\": { \"sh\": { \"command\": \"sh $T/agent\" } },
	    \"roles\": { \"implementer\": \"sh\" }$2 }" >.orchestrator/config.json
	git add . && git commit -qm Settings
}
issue() { bd create --json "$@" >/dev/null; }	# TITLE ID ...
db() { jq -r --arg id "$1" ".[] | select(.id == \$id) | $2" .beads/db.json; }
task() { orchestrator --json tasks show "${3:-beads}" | jq -r --arg t "$1" ".tasks[] | select(.id == \$t) | $2"; }
merges() { git log --format=%s main | sed -n 's/^Merge \([^:]*\):.*/\1/p' | sort | tr '\n' ' '; }
order() { sort -n "$T/times" | sed 's/.* //' | tr '\n' ' '; }
calls() { grep -c "^$1" .beads/calls; }
said() { grep -Eq "$1" "$T/said"; }
begun() { grep -q "start $1" "$T/times"; }
closed_once() { jq -r '[.[] | select(.status == "closed" and .closes == 1 and .close_reason == "Merged to main") | .id] | join(" ")' .beads/db.json; }

one_each() { jq -r '[.[] | select(.closes > 1) | .id] | join(" ")' .beads/db.json; }

# What closing unblocks.
world plain ', "max_parallel": 1'
issue 'First' a --priority 1 --description 'Do the first.' --acceptance 'It is done.'
issue 'Second' b --deps a --priority 0
issue 'Third' c --priority 3
issue 'Head' e --type epic
run orchestrator plan
is 'plan shows what is ready, and no heading' "$status $(echo "$out" | grep '\[')" '0   [a] First
  [c] Third'
run timeout 60 orchestrator execute
is 'a project of Beads empties itself' "$status $(merges)" '0 a b c '
is 'each issue is closed once, with the reason' "$(closed_once)" 'a b c'
is 'issues are done by priority' "$(order | cut -d ' ' -f 1,2)" 'a c'
like 'the description of an issue is in the prompt' "$(cat "$(session_of a)/prompt.md")" 'Do the first\.'
like 'what is accepted of an issue is in the prompt' "$(cat "$(session_of a)/prompt.md")" 'It is done\.'
like 'what an issue depended on is in its prompt' "$(sed -n '/- a: /p' "$(session_of b)/prompt.md")" '^- a: '
like 'all of them are asked for' "$(cat .beads/calls)" '^ready --limit 0 '
is 'each was claimed once, by the list' "$(calls 'update a --claim') $(db a .assignee | sed 's,.*/tl-.*,LIST,')" '1 LIST'
run timeout 60 orchestrator execute
is 'again there is nothing to do' "$status $(closed_once)" '0 a b c'
issue Fourth d
run timeout 60 orchestrator execute
is 'what comes later goes on in the same list' "$status $(merges) $(orchestrator --json tasks list | jq '.lists | length')" '0 a b c d  1'

# Projects and labels.
world names ""
issue 'One' one --labels project:auth --labels agent:backend-developer
issue 'Two' two --labels project:web
run orchestrator plan project:auth
is 'a project is found with the prefix of its label' "$status $(echo "$out" | grep '\[')" '0   [one] One'
is 'the label agent: gives the agent type' "$(task one .agent_type beads:auth)" backend-developer
run orchestrator execute project:auht
is 'a project that no issue has fails' "$status" 66
like 'the error of an unknown project suggests the nearest' "$err" 'no issue has the label project:auht; did you mean "auth"\?'
is 'an unknown project leaves no list behind' "$(orchestrator --json tasks list | jq -r '.lists[].name')" beads:auth
run orchestrator dispatch on
is 'a dispatch of an id that Beads does not know is refused' "$status" 66
like 'the refusal of an unknown id names the nearest' "$err" 'has an item "on"; did you mean "one"\?; to dispatch new work, give it a text: --title, --description or -e'

# The order.
world rank ', "max_parallel": 1'
issue Old z; issue New m; issue Blocker y; issue Blocked w --deps y; issue Urgent u --priority 1
is 'by priority, then by how much it unblocks, then by age' \
    "$(orchestrator --json plan | jq -r '[.tasks[].task] | join(" ")')" 'u y z m'

# Projects.
world labels
issue Mine p1 --label project:auth; issue Other p2 --label project:authority; issue None p3
run timeout 60 orchestrator execute auth
is 'a project is what has its label' "$status $(merges)" '0 p1 '
run orchestrator plan --source beads authority
is 'a project is what has its label with --source, too' "$status $(echo "$out" | grep '\[')" '0   [p2] Other'
is 'each has its own list' "$(orchestrator --json tasks list | jq -r '[.lists[].name] | sort | join(" ")')" 'beads:auth beads:authority'
run timeout 60 orchestrator execute --source beads
is 'without one it is all there is' "$status $(merges)" '0 p1 p2 p3 '

# Claims.
world lost ', "max_parallel": 1'
issue Contended l1 --priority 0; issue Free l2; issue Taken l3; issue Ours l4
bd update l3 --assignee eve >/dev/null
echo eve >.beads/test/lose-update
run timeout 60 orchestrator execute
is 'a lost claim is passed over, and what is assigned is left alone' "$(merges)" 'l2 l4 '
is 'a lost claim is no failure, and has a place of its own in the report' \
    "$status $(orchestrator --json report | jq -c '[.failed, .blocked]')" \
    '0 [[],[{"task":"l1","reason":"claimed by eve"}]]'
is 'the list says who has it' "$(task l1 '"\(.status) \(.history[-1].reason)"')" 'BLOCKED claimed by eve'
is 'what was assigned is not in it' "$(task l3 .id)" ''
is 'nothing of it is done' "$(db l1 '"\(.status) \(.assignee)"')" 'in_progress eve'
run timeout 60 orchestrator execute --fail-fast
is '--fail-fast takes it for no failure' "$(echo "$out" | grep -c stopping)" 0
bd update l1 --status open --assignee '' >/dev/null
run timeout 60 orchestrator execute
is 'given back it is done' "$status $(merges)" '0 l1 l2 l4 '

# A database that is locked, and answers in an envelope.
world locked
touch .beads/test/envelope; issue One k1; issue Two k2 --deps k1
echo 4 >.beads/test/locked-any
run timeout 60 orchestrator execute
is 'a locked database is asked again' "$status $(merges) $(cat .beads/test/locked-any)" '0 k1 k2  0'
is 'answers in an envelope are the same' "$(closed_once)" 'k1 k2'
issue Three k3
echo 99 >.beads/test/locked-ready
run orchestrator plan --source beads
is 'a locked database is not asked again for ever' "$status $err" '75 orchestrator: bd ready: failed to open database: database is locked'
is 'a locked database is asked six times' "$(cat .beads/test/locked-ready)" 93
rm .beads/test/*
echo 3 >.beads/test/locked-close
run timeout 60 orchestrator execute
is 'a close that meets a lock is made once' "$status $(closed_once)" '0 k1 k2 k3'

# A bd that fails.
world broken ', "bd_timeout": 1'
issue One x1
touch .beads/test/fail-ready
run orchestrator plan
is 'what bd says of its failure is said' "$status $err" '69 orchestrator: bd ready: disk I/O error'
mv .beads/test/fail-ready .beads/test/silent-ready
run orchestrator plan
is 'the error of a silent bd has its exit status' "$status $err" '69 orchestrator: bd ready: exit status 1'
mv .beads/test/silent-ready .beads/test/hang-ready
run timeout 20 orchestrator plan
is 'bd has a limited time' "$status $err" '75 orchestrator: bd ready: no answer in 1 s (see bd_timeout in orchestrator-config(5))'
rm .beads/test/*
for garbage in '' 'no JSON' '"text"' '{"schema_version":1,"data":7}' '[{"id":"x1"}'; do
	printf %s "$garbage" >.beads/test/garbage-ready
	run orchestrator plan
	is "an answer like <$garbage> is none" "$status $(echo "$err" | grep -c "^orchestrator: bd ready: what it printed can't be read: ")" '65 1'
done
rm .beads/test/*
mv "$T/bin/bd" "$T/bin/gone"
run orchestrator plan
like 'without bd it is said what is missing' "$status $err" '^69 orchestrator: bd ready: there is no bd in PATH'
run orchestrator dispatch --wait --title Else elsewhere
is 'items that are no issues go on without bd' "$status" 0
mv "$T/bin/gone" "$T/bin/bd"
orchestrator merge >/dev/null
jq '.[0] + { id: "x2", title: "A\n\u001b[31mB", priority: 99, description: 5, labels: "x", created_at: "never", estimated_minutes: -4,
    dependent_count: 1e300, dependencies: [ 4, { type: "blocks", depends_on_id: "../../etc" }, { type: "blocks", depends_on_id: "unknown" },
    { type: "blocks", depends_on_id: "x2" } ] } | [., ., { id: "../x" }, { id: 4 }, 7, null, { id: "X1" },
    { id: "x1", title: ("é" * 3000), description: ("é" * 200000) }, { id: "x3\u001b[2J" }]' .beads/db.json >.beads/test/garbage-ready
run orchestrator plan
is 'of hostile issues there is what can be a task' "$status $(orchestrator --json tasks show beads | jq -c '[.tasks[] | [.id, .priority // 2, .depends_on // []]]')" \
    '0 [["X1",2,[]],["x2",4,[]]]'
is 'hostile issues that are left out are named' "$(echo "$err" | grep -c 'left out: ')" 6
is 'hostile issues are named without control characters' "$(printf %s "$out$err" | tr -dc '\033')" ''
rm .beads/test/*
run timeout 60 orchestrator execute
is 'nothing of it has damaged the list' "$(merges | grep -c x1)" 0
like 'what bd does not know is BLOCKED' "$(task x2 '"\(.status) \(.history[-1].reason)"')" '^BLOCKED its issue is gone$'

# The hook.
world hook
issue Slow s1; echo >"$T/hold-s1"
orchestrator execute >"$T/said" 2>&1 & pid=$!
wait_for 20 begun s1
cp "$top/share/beads/on_close" .beads/hooks/on_create
issue Sudden s2
ok 'what becomes ready while another session runs is begun' wait_for 20 begun s2
is 'the file is taken away' "$(ls .beads/orchestrator.wake 2>/dev/null)" ''
rm "$T/hold-s1"; wait $pid
is 'an issue that became ready meanwhile is done' "$? $(closed_once)" '0 s1 s2'

# Failure.
world failure
issue Bad f1; issue After f2 --deps f1; issue Good f3
echo >"$T/fail-f1"
run timeout 60 orchestrator execute
is 'what fails is tried as often as it may, the rest goes on' "$status $(merges)$(grep -c 'start f1' "$T/times")" '1 f3 2'
is 'an issue that failed stays ours' "$(db f1 .status)" in_progress
like 'an issue that failed has a note of why, and what to do' \
    "$(db f1 .notes)" 'Not merged, and not tried again: session-f1-[a-z0-9]{6}: .*exit status 3.* bd update f1 --status open'
run timeout 60 orchestrator execute
is 'the note of an issue that failed is made once' "$(db f1 .notes | wc -l) $(grep -c 'start f1' "$T/times")" '1 2'
rm "$T/fail-f1"; bd update f1 --status open --assignee '' >/dev/null
run timeout 60 orchestrator execute
is 'an issue that is given back begins again' "$status $(merges)" '0 f1 f2 f3 '
like 'the note of an issue that failed is in the next prompt' "$(cat "$(session_of f1)/prompt.md")" 'Not merged, and not tried again'
issue Occupied f4; mkdir -p .worktrees/f4 && echo mine >.worktrees/f4/file
run timeout 60 orchestrator execute
is 'what could not be dispatched is given back' "$status $(db f4 '"\(.status) \(.assignee)"') $(task f4 .status)" '1 open  FAILED'
run timeout 60 orchestrator execute
is 'an issue that could not be dispatched is not tried for ever' "$(echo "$out" | grep -c ': not dispatched: task')" 0
bd close f4 --reason 'No more' >/dev/null
run timeout 60 orchestrator execute
is 'what others close is COMPLETE' "$status $(task f4 '"\(.status) \(.history[-1].reason)"')" '0 COMPLETE closed in Beads'
bd update f3 --status open --assignee '' >/dev/null; echo other >"$T/other"; sed -i 's/"$ITEM_ID" >/"$ITEM_ID" again >/' "$T/agent"
run timeout 60 orchestrator execute
is 'what is reopened is done again' "$status $(merges) $(db f3 .closes)" '0 f1 f2 f3 f3  2'

# One issue.
world single
issue One i1 --description 'Do this one.'; issue Two i2; issue Blocked i3 --deps i1; issue Closed i4; bd close i4 >/dev/null
run orchestrator dispatch --wait i1
is 'dispatch takes an issue' "$status $(db i1 .status)" '0 in_progress'
like 'the prompt of a dispatched issue has its text' "$(cat "$(session_of i1)/prompt.md")" 'Do this one\.'
run orchestrator dispatch i3
is 'one that is blocked has to wait' "$status $err" '69 orchestrator: issue i3: waits for i1'
run orchestrator dispatch i4
like 'one that is closed is done' "$status $err" '^73 orchestrator: issue i4 is closed'
bd update i2 --assignee eve --status in_progress >/dev/null
run orchestrator dispatch i2
is 'an issue that a person has claimed stays theirs' "$status $err" '1 orchestrator: issue i2: claimed by eve'
run orchestrator merge
is 'merge closes it at once' "$status $(closed_once)" '0 i1'
git reset -q --hard HEAD~1
jq '(.tasks[] | select(.id == "i1")).claimed = true' "$ORCHESTRATOR_HOME"/workspaces/*/tasklists/tl-????????.json >"$T/new" &&
    cp "$T/new" "$(ls "$ORCHESTRATOR_HOME"/workspaces/*/tasklists/tl-????????.json)"
bd update i1 --status in_progress >/dev/null
run orchestrator plan
like 'an issue whose merge is not in the target is not closed' "$err" "issue i1 is not closed: its merge [0-9a-f]{12} is not in main"
is 'an issue whose merge is not in the target stays as it is' "$(db i1 .status)" in_progress

# SIGKILL.
for point in die-update late-update die-close late-close die-ready; do
	world "$point" ', "max_parallel": 2'
	issue A a; issue B b; issue C c --deps a,b; sed -i 's/"a,b"/"a","b"/' .beads/db.json
	echo >"$T/hold-a"; echo >"$T/hold-b"
	[ "${point#*-}" != update ] || touch "$T/wait"
	orchestrator execute >"$T/said" 2>&1 & pid=$!
	case $point in *update) echo $pid >".beads/test/$point" ;; *) wait_for 20 begun a; echo $pid >".beads/test/$point" ;; esac
	rm "$T/hold-a" "$T/hold-b"
	wait $pid 2>/dev/null; killed=$?
	run timeout 60 orchestrator execute
	is "killed at $point and started again, each is merged and closed once" "$killed $status $(merges) $(closed_once)$(one_each)" '137 0 a b c  a b c'
done
done_testing
