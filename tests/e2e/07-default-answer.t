#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# answers.default: an answer of the settings to a question that is open for too long.
# shellcheck disable=SC2016 # the scripts are the agents'
. "$(dirname "$0")/lib.sh"

cat >"$T/agent" <<'E'
prompt=$(cat)
case $prompt in
*'<answer>'*) printf '%s\n' "$prompt" | sed -n '/<answer>/{n;p;}' >"$ITEM_ID"; exit 0 ;;
esac
if [ -e "$T/do.$ITEM_ID" ]; then . "$T/do.$ITEM_ID"; else worker ask "Which licence for $ITEM_ID?" >"$ITEM_ID"; fi
E
new_repo "$T/r" 3 && cd "$T/r" && mkdir .orchestrator || exit 1
settings() {	# SECONDS [MORE]
	echo "{ \"agents\": { \"sh\": { \"command\": \"sh $T/agent\" } }, \"roles\": { \"implementer\": \"sh\" }, \"review\": \"gates\", \"stop_grace\": 1,
	    \"gates\": [ \"true\" ], \"answers\": { \"default\": [ { \"name\": \"colour\", \"match\": \"Which\", \"after\": 1, \"answer\": \"mauve\" },
	    { \"name\": \"licence\", \"match\": \"^Which licen[cs]e\", \"after\": $1, \"answer\": \"MIT\" } ] } $2 }" |
	    sed "${3:-}" >.orchestrator/config.json
	git add . && git commit -qm Settings
}
later='s/"match": "Which"/"match": "colour"/'
st() { orchestrator --json status "$1" | jq -r .status; }
is_st() { [ "$(st "$1")" = "$2" ]; }
asks() { orchestrator --json questions | jq -e --arg i "$1" 'any(.questions[]; .item == $i)'; }
begin() { logged orchestrator dispatch "$1"; wait_for 20 asks "$1"; }
answered() { field questions.json '.questions[] | "\(.status) \(.answer) \(.answered_by)"' "$1"; }

settings 3600 '' "$later" || exit 1
begin one
like 'questions shows the default of an open question, and when it answers' "$(orchestrator questions)" \
    '^    default licence: execute answers "MIT" at .* \(in (59|60)m\)$|^    default licence: execute answers "MIT" at .* \(in 1h\)$'
like 'status of a session shows the default of its question' "$(orchestrator status one)" '^    default licence: execute answers "MIT" at '
orchestrator execute >"$T/execute" 2>&1 & execute=$!
wait_for 20 grep -q 'asked:' "$T/execute"
is 'no default answers before its time' "$(answered one)" 'open null null'
logged orchestrator answer one Apache-2.0
wait_for 30 grep -q 'one-.*: merged' "$T/execute"
is 'a person answers before a default does' "$(answered one)" 'answered Apache-2.0 person'
kill -INT $execute; wait $execute

settings 2 '' "$later"
echo 'worker ask "Which port?" >"$ITEM_ID"' >"$T/do.three"
begin three; begin two
orchestrator execute >"$T/execute" 2>&1 & execute=$!
ok 'a default answers when it is due' wait_for 30 grep -q 'two-.*: merged' "$T/execute"
is 'the answer of a default is recorded with the name of the default' "$(answered two)" 'answered MIT default licence'
is 'the agent reads the answer of a default' "$(git show main:two)" MIT
like 'the log names the default' "$(cat "$(session_of two)/output.log")" 'answer to q-[a-z0-9]* by default licence: MIT$'
like 'execute names the default' "$(cat "$T/execute")" 'two-.*default licence'
is 'a question that no default matches stays open' "$(answered three)" 'open null null'
logged orchestrator cancel three
kill -INT $execute 2>/dev/null; wait $execute

# Options, park.worker, and time that passes while execute does not run.
echo 'worker ask -o red -o MIT "Which licence has options?" >"$ITEM_ID"' >"$T/do.five"
settings 1 ''
begin five
sleep_until_due() { [ "$(date +%s)" -gt "$(($(date -d "$(field questions.json '.questions[0].asked_at' five)" +%s) + 1))" ]; }
wait_for 10 sleep_until_due
like 'questions shows a default that is due' "$(orchestrator questions)" 'default licence: execute answers "MIT" at .* \(in 0s\)'
orchestrator execute >"$T/execute" 2>&1; wait_for 20 is_st five merged
is 'a default whose answer is not an option of the question is skipped' "$(answered five)" 'answered MIT default licence'
echo 'worker ask --defer "Which licence is parked?"; exit 0' >"$T/do.six"
settings 1 ', "park": { "worker": true }' "$later"
begin six
timeout 60 orchestrator execute >"$T/execute" 2>&1
is 'a default answers a parked session, whose worker starts again' "$(answered six) $(git show main:six)" 'answered MIT default licence MIT'

# A judgement is a person's.
settings 1 ', "park": { "worker": false }' 's/"review": "gates"/"review": "council"/; s/"implementer": "sh"/&, "reviewer": "person"/; s/"match": "Which"/"match": "."/; s/mauve/approve/'
echo 'echo x >"$ITEM_ID"' | tee "$T/do.seven" >"$T/do.eight"
begin seven; S=$(session_of seven); q=$(field questions.json '.questions[0].id' seven)
printf '{"version":1,"question":"%s","answer":"approve","by":"default colour"}\n' "$q" >"$T/forged" && cp "$T/forged" "$S/answers/$q.json"
wait_for 20 test -e "$S/answers/$q.json.refused"
is 'an answer of a default judges no work' "$(st seven) $(grep -c 'only a person judges the work' "$S/output.log")" 'waiting 1'
unlike 'no default is shown for a judgement' "$(orchestrator questions)" 'default'
logged orchestrator cancel seven

# settings
for wrong in '{ "name": "x", "match": "y", "answer": "z" }' '{ "name": "a b", "match": "y", "after": 1, "answer": "z" }' \
    '{ "match": "y", "after": 1, "answer": "z" }' '{ "name": "x", "match": "(", "after": 1, "answer": "z" }'; do
	echo "{ \"answers\": { \"default\": [ $wrong ] } }" >.orchestrator/config.json && git commit -qam Wrong
	orchestrator config >/dev/null 2>"$T/why" && echo "$wrong"
	grep -q 'answers.default\[0\]' "$T/why" || cat "$T/why"
done >"$T/taken"
is 'a default that lacks a member, or is malformed, is refused with its place' "$(cat "$T/taken")" ''
done_testing
