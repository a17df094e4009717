#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Steering sessions: status, questions, answers, policies, logs, cancel, execute, cleanup.

. "$(dirname "$0")/lib.sh"

R=$T/repo
new_repo "$R"
cd "$R" || exit 1
mkdir .orchestrator
echo '{ "review": "none", "stop_grace": 1 }' >.orchestrator/config.json
git add . && git commit -qm Settings

status_is() { [ "$(orchestrator --json status "$1" | jq -r .status)" = "$2" ]; }
question() { orchestrator --json questions | jq -er --arg i "$1" '[.questions[] | select(.item == $i)][0].id'; }
holder() { cut -d' ' -f2 "$(session_of "$1")/worker.lock"; }
says() { grep -Eq -e "$1" "$T/execute"; }
dispatch() { i=$1; shift; orchestrator dispatch "$i" -- sh -c "$*" >/dev/null; }
execute_start() { rm -f "$T/execute"; orchestrator execute >"$T/execute" 2>&1 & execute=$!; }

run orchestrator execute
is 'execute without a session says so and succeeds' "$status $out" \
    '0 no sessions; orchestrator dispatch ITEM starts one'

#: Questions and answers by hand, without execute.
dispatch ask 'worker ask -o red -o blue "Which colour?" >colour; printf "\033[31mred\n"'
wait_for 10 question ask
q=$(question ask)
like 'status shows the question with its options, and the command that answers' "$(orchestrator status)" \
    '^  \?  ask  question, [0-9]+s  Which colour\?  1\) red 2\) blue  orchestrator answer ask$'
like 'questions shows the options with their numbers' "$(orchestrator questions)" '^ *2\) blue$'
run orchestrator answer ask "$q" green
is 'an answer that is no option is refused' "$status" 65
run orchestrator answer ask q-000000 red
is 'an answer to an unknown question is refused' "$status" 66
run orchestrator answer nobody "$q" red
is 'an answer to an unknown session is refused' "$status" 66
# SIGSTOP: the first answer is there, and not taken yet
kill -STOP "$(holder ask)"
ok 'an option may be given by its number, the question by a prefix' orchestrator answer ask "${q%??}" 2
run orchestrator answer ask "$q" red
is 'the first answer wins' "$status" 65
kill -CONT "$(holder ask)"
run timeout 20 orchestrator logs -f ask
is 'logs -f ends with the session, with success when it was approved' \
    "$status $(printf '%s\n' "$out" | tail -n 1)" '0 REVIEW_VERDICT: APPROVED'
like 'control characters of agents are made visible' "$out" '\\033\[31mred'
is 'the question records whose the answer was' \
    "$(field questions.json '.questions[0] | .answer + " " + .answered_by' ask)" 'blue person'
run orchestrator answer ask "$q" 1
is 'a session that has ended takes no answers' "$status" 65
run orchestrator cancel --yes ask
is 'an approved session can be cancelled' "$status $(field state.json .status ask)" '0 cancelled'
run orchestrator merge ask
is 'a cancelled session is not merged' "$status" 1

# Names.
dispatch ask-2 'echo 2 >two'
run orchestrator path ask
is 'an item names its session, also where it is a prefix of others' "$out" "$(session_of ask)"
run orchestrator path session-as
is 'an ambiguous prefix is refused with the candidates' "$status" 64
like 'the refusal of an ambiguous prefix names the candidates' "$err" 'session-ask-2-'
wait_for 10 status_is ask-2 approved
ok 'merge merges what is approved' orchestrator merge
is 'the target has it' "$(git show main:two)" 2
like 'review shows the verdict, from the archive too' "$(orchestrator review ask-2)" '^verdict +approved by nobody'

#: Execute: policies, a death, a new session, merges.
cat >.orchestrator/config.json <<'S'
{ "review": "none", "stop_grace": 1, "answers": {
    "rules": [ { "match": "colour", "answer": "purple" }, { "match": "^Which col", "answer": "1" } ],
    "command": "jq -r .question | tr a-z A-Z" } }
S
git commit -qam 'Policies'
dispatch rule 'worker ask -o red -o blue "Which colour?" >colour'
dispatch command 'worker ask "who are you" >who'
dispatch victim "echo work >unsaved; exec sleep 1000.$$"
wait_for 10 test -e .worktrees/victim/unsaved
execute_start
wait_for 10 says '^[0-9:]* session-command-.*: merged' && wait_for 10 says '^[0-9:]* session-rule-.*: merged'
is 'a rule whose answer does not fit is passed over' \
    "$(field questions.json '.questions[0] | .answer + ", " + .answered_by' rule)" 'red, policy: rule 2'
is 'the command answers what no rule does' \
    "$(field questions.json '.questions[0] | .answer + ", " + .answered_by' command)" \
    'WHO ARE YOU, policy: command'
run orchestrator execute
is 'a second execute leaves' "$status" 75
like 'the refusal of a second execute names the process that runs already' "$err" "process $execute"
dispatch late 'echo late >late'
ok 'a session dispatched during execute is merged' wait_for 10 says '^[0-9:]* session-late-.*: merged'
kill -9 "$(holder victim)"
wait "$execute"
is 'execute ends when every session has, with 1 when one was not merged' $? 1
is 'a killed worker is a failure with a reason' \
    "$(field state.json '.status + " " + .reason + " " + .holder' victim)" \
    'failed died orchestrator'
ok 'the agent of a killed worker is gone as well' not pgrep -f "sleep 1000.$$"
ok 'cleanup archives the session of a killed worker' orchestrator cleanup
is 'cleanup saves the uncommitted work of a killed worker' \
    "$(git show "refs/salvage/$(basename "$(session_of victim)"):unsaved")" work
is 'uncommitted work that cleanup saved stays in the worktree, too' "$(git -C .worktrees/victim status --short)" '?? unsaved'

#: What was killed goes on.
echo '{ "review": "none", "stop_grace": 1 }' >.orchestrator/config.json
git commit -qam 'No policies'
dispatch again "test -e $T/ran && echo done >done || { touch $T/ran; exec sleep 1001.$$; }"
wait_for 10 test -e "$T/ran"
kill -9 "$(holder again)"
wait_for 5 status_is again running
like 'a dead session is shown as dead, with what to do' "$(orchestrator status)" 'again +dead .*orchestrator execute'
run timeout 20 orchestrator execute
is 'execute starts the dead again and merges them' "$status $(git show main:done)" '0 done'

#: Local changes in the way.
dispatch first 'echo first >>d1/file1'
dispatch second 'echo second >other'
wait_for 10 status_is first approved && wait_for 10 status_is second approved
echo local >>d1/file1
run timeout 20 orchestrator execute
is 'what is blocked stays approved, the rest is merged' \
    "$status $(field state.json .status first) $(field state.json .status second)" '1 approved merged'
like 'execute says why an approved session was not merged' "$out" 'session-first-.*not merged: approved: .*d1/file1'
is 'the local change is untouched' "$(tail -n 1 d1/file1)" local
git checkout -q d1/file1
ok 'once it is out of the way the merge is made' orchestrator merge

#: Signals, force, and a directory that vanishes.
dispatch stuck "exec sleep 1002.$$"
dispatch gone "exec sleep 1003.$$"
execute_start
wait_for 10 says '^[0-9:]* session-gone-.*: running'
wait_for 10 rm -rf "$(session_of gone)"	# its worker may be making files there
ok 'execute reports a session directory that vanishes' wait_for 10 says '^[0-9:]* session-gone-.*: gone'
kill -TERM "$execute"
wait "$execute"
is 'execute ends at SIGTERM with 143' $? 143
is 'execute stopped by SIGTERM leaves the workers running' "$(orchestrator --json status stuck | jq .alive)" true
kill -STOP "$(holder stuck)"
run timeout 20 orchestrator cancel stuck
is 'a worker that does not stop is killed' "$status $(field state.json '.status + " " + .reason' stuck)" '0 cancelled killed'
ok 'the agent of a worker that cancel killed is gone' not pgrep -f "sleep 1002.$$"
echo session-none-000000 >"$(ls -d "$ORCHESTRATOR_HOME"/workspaces/*/claims)/none"
mkdir "$(dirname "$(session_of stuck)")/.new-session-none-000000"
like 'cleanup releases claims without a session' "$(orchestrator cleanup)" '^claim of none released'
is 'after cleanup nothing is left to clean up' "$(orchestrator cleanup | head -n 1)" 'nothing to clean up'

done_testing
