#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# report --day: what ended on a day, of lists and of single dispatches.
# shellcheck disable=SC2016 # the scripts are the agents'
. "$(dirname "$0")/lib.sh"

cat >"$T/agent" <<'E2'
cat >/dev/null
case $ITEM_ID in failing) exit 3 ;; same) exit 0 ;; esac
echo "$ITEM_ID" >"$ITEM_ID"
E2
cat >"$T/reviewer" <<'E2'
cat >/dev/null
[ ! -e bad ] || { worker verdict rejected 'It is bad'; exit; }; worker verdict approved
E2
new_repo "$T/r" && cd "$T/r" && mkdir .orchestrator || exit 1
echo "{ \"agents\": { \"sh\": { \"command\": \"sh $T/agent\" }, \"judge\": { \"command\": \"sh $T/reviewer\" } },
    \"roles\": { \"implementer\": \"sh\", \"reviewer\": \"judge\" }, \"stop_grace\": 1, \"rounds\": 0 }" >.orchestrator/config.json
git add . && git commit -qm Settings

run orchestrator report --day
is 'a day on which nothing ended is said to be one' "$status $out" "0 $(date +%F): no session ended"
for i in single failing bad same; do logged orchestrator dispatch --wait "$i" --title "Title of $i" || :; done
logged orchestrator merge
logged orchestrator tasks create list --task 'listed: A task of a list' && logged orchestrator execute list
COLUMNS=80 run orchestrator report --day
is 'the first line has the day and the numbers' "$(printf '%s\n' "$out" | sed -n '1s/, [0-9.]* s$//p')" "$(date +%F): 3 merged, 1 rejected, 1 failed"
like 'work of a single dispatch is in the report of the day' "$out" '^[0-9:]{5}  merged  +single: Title of single$'
like 'work of a list is in the report of the day' "$out" '^[0-9:]{5}  merged  +listed: A task of a list$'
like 'merged work has its commit, its judge with the agent, and its time' "$out" \
    "^ +$(git log --format=%H --grep single -n 1 main | cut -c1-12), approved by reviewer \\(judge\\), [0-9.]+ s\$"
like 'rejected work has its judge' "$out" '^ +rejected by reviewer \(judge\), no round left, [0-9.]+ s$'
like 'failed work has its reason' "$out" '^ +agent-error: implementer: exit status 3$'
like 'work that needed no change is said to be so' "$out" '^ +needed no change, '
is 'no line of the report is wider than the terminal' "$(COLUMNS=40 orchestrator report --day | grep -cE '^.{41,}')" 0
is 'today is the day that is taken' "$(orchestrator report --day today)" "$out"
is 'another day does not have it' "$(orchestrator report --day 2001-02-03)" '2001-02-03: no session ended'
run orchestrator report --day 2001-02-30
is 'a date that does not exist is refused' "$status" 64
run orchestrator report --day --runs
is '--day and --runs exclude each other' "$status" 64
is '--json has the item, title, status, merge commit and judge of each session' \
    "$(orchestrator --json report --day | jq -c '.sessions[] | select(.task == "single") | [.title, .status, .merged, .judged.role, .judged.agent, .reason]')" \
    "[\"Title of single\",\"merged\",\"$(git log --format=%H --grep single -n 1 main)\",\"reviewer\",\"judge\",null]"
is '--json sums the times of the sessions' "$(orchestrator --json report --day | jq '.sequential_ms == ([.sessions[].ms] | add)')" true
before=$(orchestrator --json report --day | jq -c '[.counts, .usage]')
logged orchestrator discard failing
is 'a session that was discarded stays in the report of its day' "$(orchestrator --json report --day |
    jq -c '[.counts, .usage], (.sessions[] | select(.discarded) | [.task, .status, .log])' | paste -sd' ' -)" "$before [\"failing\",\"failed\",null]"
like 'the report of a day says that a session was discarded' "$(orchestrator report --day)" '^ +discarded, [0-9.]+ s$'
if python=$(schema_python); then
	mkdir "$T/records" && orchestrator --json report --day >"$T/records/day.json"
	is 'the report of a day is as its schema says' "$("$python" "$top/tests/validate.py" "$top/man/schema" "$T/records" 2>&1)" day
else
	skip 'the report of a day is as its schema says' 'no python3-jsonschema'
fi
done_testing
