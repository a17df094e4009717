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
	echo "{ \"review\": \"gates\", \"ambiguous\": \"parallel\", \"agents\": { \"sh\": { \"command\": \"sh $T/agent\" } },
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

# What closing unblocks.
world plain ', "max_parallel": 1'
issue 'First' a --priority 1 --description 'Do the first.' --acceptance 'It is done.'
issue 'Second' b --deps a --priority 0
issue 'Third' c --priority 3
issue 'Head' e --type epic
run orchestrator plan
is 'plan shows what is ready, and no heading' "$status $(echo "$out" | grep -c '\[')" '1 2'
run timeout 60 orchestrator execute
is 'a project of Beads empties itself' "$status $(merges)" '0 a b c '
is 'each issue is closed once, with the reason' "$(closed_once)" 'a b c'
is 'by priority, as soon as it was unblocked' "$(order)" 'a b c '
like 'issues say what is to be done' "$(cat "$(session_of a)/prompt.md")" 'Do the first\.'
like 'and what is accepted' "$(cat "$(session_of a)/prompt.md")" 'It is done\.'
like 'what an issue depended on is in its prompt' "$(sed -n '/- a: /p' "$(session_of b)/prompt.md")" '^- a: '
like 'all of them are asked for' "$(cat .beads/calls)" '^ready --limit 0 '
is 'each was claimed once, by the list' "$(calls 'update a --claim') $(db a .assignee | sed 's,.*/tl-.*,LIST,')" '1 LIST'
run timeout 60 orchestrator execute
is 'again there is nothing to do' "$status $(closed_once)" '0 a b c'
issue Fourth d
run timeout 60 orchestrator execute
is 'what comes later goes on in the same list' "$status $(merges) $(orchestrator --json tasks list | jq '.lists | length')" '0 a b c d  1'
done_testing
