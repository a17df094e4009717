#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2046,SC2086 # lists of words
# Output for programs: valid, with every member of the manual; and records against their schemas.
. "$(dirname "$0")/lib.sh"

new_repo "$T/r" && cd "$T/r" || exit 1
mkdir .orchestrator
cat >.orchestrator/config.json <<'E2'
{ "stop_grace": 1, "rounds": 1, "merge": { "on_conflict": "fail" }, "gates": [ "test -f f" ], "setup": [ "true" ],
  "agents": { "me": { "adapter": "command", "command": "false" },
    "judge": { "adapter": "command", "command": "grep -q good f || { worker verdict rejected 'not good'; }; worker verdict approved" } },
  "roles": { "implementer": "me", "reviewer": "judge" },
  "answers": { "rules": [ { "match": "rule", "answer": "1" } ] } }
E2
git add . && git commit -qm Settings
printed=0 && mkdir "$T/printed"
j() {
	run orchestrator --json "$@"
	printed=$((printed + 1)) && cp "$T/.out" "$T/printed/$printed" && printf '%s\n' "$@" >"$T/printed/$printed.args"
}
whole() {	# SENTENCE: the output is one JSON value
	is "$1 prints one JSON value" "$(printf '%s' "$out" | jq -s length 2>&1)" 1
}
members() {	# SENTENCE FILTER NAMES: exactly these members, no more and no fewer
	is "$1" "$(printf '%s' "$out" | jq -r "$2 | keys | join(\" \")" 2>&1)" "$(printf '%s\n' $3 | sort | paste -sd' ')"
}
status_is() { [ "$(orchestrator --json status "$1" | jq -r .status)" = "$2" ]; }
question() { orchestrator --json questions | jq -er --arg i "$1" '[.questions[] | select(.item == $i)][0].id'; }
ENTRY='session item group status step round alive dead paused archived error reason detail blocked notice parked_until questions_open
    tasks attempt created_at updated_at ended_at branch base head merged target worktree path'

j status; whole 'status without a session'
members 'status without a session has its members' . 'version repository instance execute paused held accounts budgets counts sessions streams'
j questions; whole 'questions without a session'
j merge; whole 'merge without a session'
j doctor; whole doctor
members 'doctor has its members' . 'version ok checks'
members 'a check of doctor has its members' '.checks[0]' 'name result text'
is 'results are of the documented kinds' "$(printf '%s' "$out" | jq '[.checks[].result] | unique - ["ok", "note", "bad"]' -c)" '[]'
j init
is 'init that fails prints nothing on standard output' "$status $out" '73 '

j dispatch --title 'A "title"	é' ask -- sh -c 'worker progress 1/2 "half \"way\""; worker blocked "a reason"; worker ask -o red -o blue "Which
colour?" >f; worker ask "a rule?" >>f; echo good >>f; echo Done | worker summary -'
whole dispatch
members 'dispatch has its members' . 'version session item worktree branch target log path'
wait_for 10 question ask; q=$(question ask)
j questions; whole questions
members 'questions has its members' . 'version questions'
members 'a question of questions has its members' '.questions[0]' 'session item id status run role round question options asked_at'
is 'the text is as it was asked' "$(printf '%s' "$out" | jq -c '.questions[0] | [.question, .options, .status]')" '["Which\ncolour?",["red","blue"],"open"]'
j status; whole status
members 'an entry has its members' '.sessions[0]' "$ENTRY"
members 'the tasks of an entry have their members' '.sessions[0].tasks' 'done total note'
members 'the counts of status have their members' .counts 'active questions review ready ended'
is 'the values of an entry are those of the session' \
    "$(printf '%s' "$out" | jq -c '.sessions[0] | [.item, .group, .status, .alive, .dead, .archived, .blocked, .questions_open, .tasks.done, .tasks.total, .tasks.note, .merged, .ended_at, .error]')" \
    '["ask","questions","waiting",true,false,false,"a reason",1,1,2,"half \"way\"",null,null,null]'
j status ask; whole 'status of one'
members 'status of one has its members' . "version log salvage state questions messages review $ENTRY"
j path ask; whole path
members 'path has its members' . "$ENTRY"
j logs ask
like 'logs is the same with and without' "$out" '^\[worker\] '
j answer ask "$q" 2; whole answer
members 'answer has its members' . 'version session question given'
is 'answer says that the answer was given' "$(printf '%s' "$out" | jq -r .given)" true
j answer ask "$q" 1
is 'an error prints nothing on standard output' "$status $out" '65 '
like 'an error with --json is a line on standard error' "$err" '^orchestrator: '
orchestrator --json execute >"$T/events" 2>>"$T/.log"
is 'execute prints one object a line' "$(jq -c 'type' "$T/events" | sort -u)" '"object"'
is 'the objects of execute have their members' "$(jq -c 'keys' "$T/events" | sort -u)" '["at","event","session","text"]'
is 'events are of the documented kinds' "$(jq -r .event "$T/events" | sort -u | grep -vxE 'pending|running|waiting|completed|reviewing|approved|rejected|merged|conflict|failed(-timeout)?|unknown|stale|cancelled|started|asked|answered|unreadable|gone|not merged|nothing to merge|failed \(gate\)|blocked|error')" ''
ok 'among them that it was asked, answered and merged' test "$(jq -r .event "$T/events" | grep -cxE 'asked|answered|merged')" -ge 3
j status; is 'what is in the archive is shown' "$(printf '%s' "$out" | jq -c '.sessions[0] | [.archived, .status, .group, (.merged | length), .alive, .dead]')" '[true,"merged","ended",40,false,false]'
j review ask; whole review
is 'review is the record' "$(printf '%s' "$out" | jq -S .)" "$(jq -S . "$(session_of ask)/review.json")"
j status ask; is 'status of one has the records' "$(printf '%s' "$out" | jq -S '.state, .questions, .review')" \
    "$(d=$(session_of ask); jq -S . "$d/state.json" "$d/questions.json" "$d/review.json")"

# Outcomes.
j dispatch --wait bad -- sh -c 'echo bad >f'
whole 'dispatch --wait'
members 'dispatch --wait has its members' . 'version session item worktree branch target log path status'
is 'dispatch --wait prints the status of rejected work' "$status $(printf '%s' "$out" | jq -r .status)" '1 rejected'
j retry bad; whole retry
members 'retry has its members' . 'version session item worktree branch target log path'
wait_for 20 status_is bad rejected
for i in m1 m2; do orchestrator dispatch --wait $i -- sh -c "echo good $i >f" >/dev/null; done
echo local >>f; j merge m1; whole 'a blocked merge'
is 'a blocked merge has its outcome' \
    "$(printf '%s' "$out" | jq -r '.merges[0].outcome') $(printf '%s' "$out" | jq -r '.merges[0].reason' | grep -c f)" 'blocked 1'
git checkout -q f; j merge; whole merge
members 'merge has its members' . 'version merges'
members 'a merge of merge has its members' '.merges[0]' 'session item outcome commit reason retried_as'
is 'outcomes are those of the manual' "$(printf '%s' "$out" | jq -c '[.merges[] | .item, .outcome]')" '["m1","merged","m2","conflict"]'
is 'commit is the merge' "$(printf '%s' "$out" | jq -r '.merges[0].commit')" "$(git rev-parse main)"
orchestrator --json dispatch c -- cat "$T/.never" >/dev/null
j cancel c; whole cancel
members 'cancel has its members' . 'version session status'
is 'cancel prints the status' "$(printf '%s' "$out" | jq -r .status)" cancelled
mkdir "$(dirname "$(session_of c)")/.new-session-none-000000"
settled() { [ -z "$(find .worktrees -maxdepth 2 \( -name '.trash-*' -o -name '.gone-*' -o -name '.new-*' \))" ]; }
wait_for 20 settled	# of the worktrees that were merged
j cleanup; whole cleanup
members 'cleanup has its members' . 'version failed archived left orphans problems'
is 'cleanup prints what it did' \
    "$status $(printf '%s' "$out" | jq -c '[(.archived | sort), .orphans >= 1, .problems]' | sed 's/-[a-z0-9]\{6\}"/"/g')" \
    '0 [["session-bad","session-c","session-m2"],true,0]'
echo '{ "version": 9 }' >"$(session_of c)/state.json"
j status; whole 'status with a record that nobody knows'
like 'the entry of a record of another version says so' \
    "$(printf '%s' "$out" | jq -r '.sessions[] | select(.item == "c" or .session == null or (.session | startswith("session-c-"))).error')" 'version 9'
git rm -qr .orchestrator && git commit -qm 'No settings' && j init; whole init
members 'init has its members' . 'version path'

# Options of all commands, before the command and after it.
is 'status --json is --json status' "$(orchestrator status --json)" "$(orchestrator --json status)"
is 'tasks --json list and tasks list --json are --json tasks list' "$(orchestrator tasks --json list; orchestrator tasks list --json)" \
    "$(orchestrator --json tasks list; orchestrator --json tasks list)"
run orchestrator execute --json --dry-run
is 'execute takes --json after the command' "$(printf '%s\n' "$err" | grep -c 'no such option')" 0
is 'status takes -C after the command' "$(cd / && orchestrator status --json -C "$T/r")" "$(orchestrator --json status)"
run sh -c 'cd / && orchestrator merge -C "$1" nobody' - "$T/r"
is 'merge takes -C before its operand' "$status $err" \
    '66 orchestrator: no session "nobody" in this repository; orchestrator status lists them'

cd "$T" && j status
is 'outside of a repository nothing is on standard output' "$status $out" '66 '

# Schemas: output.schema.json has a definition for each command with --json.
for c in $(orchestrator --help | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p'); do
	case $c in logs | watch | serve | mcp | help) continue ;; esac
	jq -e --arg c "$c" '."$defs" | keys | any(. == $c or startswith($c + " "))' "$top/man/schema/output.schema.json" >/dev/null || echo "$c"
done >"$T/undefined"
is 'each command with --json has a schema' "$(cat "$T/undefined")" ''
j tasks create schemas --task 'a: A' --task 'b: B'; j tasks depend b a; j tasks start a; j tasks complete a; j tasks reopen a
j tasks add --list schemas 'c: C'; j tasks edit --title D c; j tasks list; j tasks show schemas; j plan schemas; j config; j pause; j resume
j tasks resume schemas; j tasks export schemas; j tasks remove c; j tasks rename schemas schemes; j report --day; j report --day --by account; j salvage list; j recover; j wait
j tasks delete schemes; j skill install
ok 'many outputs are compared with their schemas' test "$(ls "$T/printed" | wc -l)" -ge 90
if python=$(schema_python); then
	is 'the output of commands is valid by its schema' "$("$python" "$top/tests/output.py" "$top/man/schema/output.schema.json" "$T/printed" 2>&1)" ''
else
	skip 'the output of commands is valid by its schema' 'no python3-jsonschema'
fi

# Records.
if python=$(schema_python); then
	is 'every record of the run is as its schema says' "$("$python" "$top/tests/validate.py" "$top/man/schema" "$ORCHESTRATOR_HOME" 2>&1)" \
	    'answer config item questions report review state'
else
	skip 'every record of the run is as its schema says' 'no python3-jsonschema'
fi
done_testing
