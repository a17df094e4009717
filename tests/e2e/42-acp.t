#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A client of the Agent Client Protocol (tests/agents/acp-stand-in) does the work, asks, judges, and fails.
. "$(dirname "$0")/lib.sh"

export ORCHESTRATOR_HOME="$T/state"
new_repo "$T/r" 2 && cd "$T/r" && mkdir .orchestrator || exit 1
settings() {	# MEMBERS of the implementer, REVIEW
	cat >.orchestrator/config.json <<-E
	{ "agents": {
	    "any": { "adapter": "acp", "command": ["$top/tests/agents/acp-stand-in"], "env": { "STAND_IN": "$T/in" }${1:+, $1} },
	    "judge": { "adapter": "acp", "command": ["$top/tests/agents/acp-stand-in"], "env": { "STAND_IN": "$T/judge" } } },
	  "roles": { "implementer": "any", "reviewer": "judge" }, "review": "${2:-none}", "stop_grace": 1, "attempts": 1 }
	E
	git add . && git commit -qm 'Settings'
}
job() { rm -rf "$T/in"; mkdir "$T/in"; cat >"$T/in/job"; }
dispatch() { orchestrator dispatch --wait --title Work "$@" >"$T/out" 2>&1; }
calls() { jq -r 'select(.method) | .method' "$T/in/said" | tr '\n' ' '; }
sent() { jq -c "select(.method == \"$1\") | $2" "$T/in/said"; }
said() { sed -n "s/^\[implementer\] //p" "$(session_of "$1")/output.log"; }
now() { field state.json '.status + " " + .detail' "$1"; }

settings ''
job <<'E'
cat >"$STAND_IN/prompt"
echo x >x; git add x; git commit -qm x
printf '%s\n' 'say I made\n'
echo 'say x.'
echo 'call make test'
echo permit
echo unknown
printf '%s\n' 'say All is\ndone.'
echo 'usage 200 20 0.5'
E
dispatch plain
is 'a client of the protocol does the work' "$(field state.json .status plain)" approved
is 'the calls are initialize, a new session, the mode, and the prompt' "$(calls)" \
    'initialize session/new session/set_mode session/prompt '
is 'the client is offered no files and no terminal' \
    "$(sent initialize '.params.clientCapabilities | [.fs.readTextFile, .fs.writeTextFile, .terminal]')" '[false,false,false]'
is 'the session of the client begins in the worktree' "$(sent session/new .params.cwd)" "\"$(field state.json .worktree plain)\""
is 'the mode that asks nothing is chosen' "$(sent session/set_mode .params.modeId)" '"yolo"'
is 'a request for permission is answered with the plain option that allows it once' "$(cat "$T/in/outcome")" \
    '{"outcome": {"outcome": "selected", "optionId": "once"}}'
is 'an unknown request is refused with -32601' "$(jq .code "$T/in/unknown")" -32601
is 'words and calls of the client are shown in the log' "$(said plain)" 'I made
x.
-> make test
<- output of make test
All is
done.
(done: 200 tokens in, 20 out, 0.5000 USD)'
is 'the last message of the client is the summary' "$(cat "$(session_of plain)/summary.md")" 'All is
done.'
is 'tokens and cost of the client are counted' \
    "$(field state.json '.usage | "\(.input_tokens) \(.output_tokens) \(.cost_usd)"' plain)" '200 20 0.5'

orchestrator rework --wait plain 'Again' >"$T/out" 2>&1
is 'tokens are of a turn, and the cost of a client is that of its conversation' \
    "$(field state.json '.usage | "\(.input_tokens) \(.output_tokens) \(.cost_usd)"' plain)" '400 40 0.5'

settings '"mode": "careful"'
dispatch careful
is 'a mode of the settings is set' "$(sent session/set_mode .params.modeId | tail -n 1)" '"careful"'
settings ''
job <<'E'
echo x >x
E
echo '{"modes": [], "options": [{"id": "allow_all"}]}' >"$T/in/can"
dispatch option
is 'a client that has its mode as an option gets the option' "$(sent session/set_config_option '[.params.configId, .params.value]')" \
    '["allow_all","on"]'

# Questions: the turn ends, and the answer begins the next one of the same conversation.
asked() { [ "$(field state.json .status "$1")" = waiting ]; }
over() { [ "$(field state.json .status "$1")" = approved ]; }
question() {	# NAME: dispatches, and waits for its question
	orchestrator dispatch --title Work "$1" >"$T/out" 2>&1
	wait_for 20 asked "$1"
}
answers_in() { sent session/prompt '.params.prompt[0].text' | jq -r . | sed -n '/^<answer>/{n;p;}'; }
for way in form question 'say QUESTION: Which colour?\n- red\n- blue'; do
	name=${way%% *} second=blue
	[ "$name" != form ] || second=sqlite
	job <<-E
	if grep -q '<answer>'; then echo x >x; echo 'say Done.'; else cat <<'W'
	$way
	W
	fi
	E
	question "$name"
	is "a question of the client ($name) leaves no process of it" "$(pgrep -f acp-stand-in.*"$T" || pgrep -f "$T/in/job" || :)" ''
	is "the options of a question ($name) are the client's" "$(field questions.json '.questions[0].options[1]' "$name")" $second
	orchestrator answer "$name" 2 >"$T/out" 2>&1
	wait_for 20 over "$name"
	is "after a question ($name) the conversation is resumed with the answer" "$(calls | sed 's/.*\(session.resume.*\)/\1/')$(answers_in)" \
	    "session/resume session/set_mode session/prompt $second"
done
is 'a request for permission that carries a question is not allowed' "$(cat "$T/in/outcome" 2>/dev/null || :)" ''
job <<'E'
grep -q '<answer>' || { echo question; exit; }
echo x >x
E
question asks
is 'a request for permission that carries a question is cancelled' "$(cat "$T/in/outcome")" '{"outcome": {"outcome": "cancelled"}}'
kill -9 "$(field state.json .worker_pid asks)"
ok 'a question of a client stays open when its worker is killed' asked asks
orchestrator recover >"$T/out" 2>&1
orchestrator answer asks 1 >>"$T/out" 2>&1
ok 'a question from before a crash is answered after it' wait_for 20 over asks

job <<'E'
n=$(($(cat "$STAND_IN/n" 2>/dev/null || echo 0) + 1)); echo "$n" >"$STAND_IN/n"
[ "$n" != 1 ] || { echo question; exit; }
[ "$n" != 2 ] || read -r _ <"$T/.never"
echo x >x
E
second() { [ "$(cat "$T/in/n")" = 2 ]; }
question heard
orchestrator answer heard red >"$T/out" 2>&1
wait_for 20 second
kill -9 "$(field state.json .worker_pid heard)"
orchestrator recover >"$T/out" 2>&1
wait_for 20 over heard
is 'an answer is given again when the worker is killed in the turn that it begins' "$(answers_in | tr '\n' ' ')" 'red red '

last_prompt() { sent session/prompt '.params.prompt[0].text' | tail -n 1 | jq -r .; }
job <<'E'
grep -q '<answer>' || { echo question; exit; }
echo x >x
E
question lost
echo '{"resume": false, "load": false}' >"$T/in/can"
orchestrator answer lost red >"$T/out" 2>&1
wait_for 20 over lost
is 'a conversation that was lost while its question was open begins anew with task and answer' \
    "$(last_prompt | grep -c -e '^Title: Work' -e '^red')" 2
job <<'E'
echo y >y; git add y; git commit -qm y; echo question
E
question dropped
orchestrator cancel dropped >"$T/out" 2>&1
job <<'E'
echo x >x
E
orchestrator rework dropped 'Name it x.' >"$T/out" 2>&1
ok 'rework of a session that was cancelled with a question open does not wait for the answer' wait_for 20 over dropped
is 'remarks reach the agent though a question was open' "$(last_prompt | grep -c '^Name it x\.$')" 1
for way in 'seq 65 | sed "s/^/- o/"' 'printf -- "- %01025d" 0'; do
	job <<-E
	grep -q '<answer>' && { echo x >x; exit; }
	printf '%s' 'say QUESTION: Which?'; { $way; } | sed 's/^/\\\\n/' | tr -d '\n'; echo
	E
	name=many; [ "${way#seq}" != "$way" ] || name=long
	question "$name"
	orchestrator answer "$name" any >"$T/out" 2>&1
	ok "options beyond what a question can have ($name) become its text" wait_for 20 over "$name"
done

# What goes wrong.
job <<'E'
echo 'say Half of it'
echo 'stop max_tokens'
E
dispatch cut
is 'a turn that did not end by itself is a failure' "$(now cut)" 'failed implementer: the turn ended with "max_tokens"'
job <<'E'
echo 'error -32603 The service broke'
E
dispatch error
is 'an error of the client is the reason' "$(now error)" 'failed implementer: The service broke'
job <<'E'
echo die
E
dispatch dies
is 'a client that dies in its turn has failed, with its last words' "$(now dies)" 'failed implementer: the client broke'
for end in killed 'stop max_turn_requests'; do
	job <<-E
	[ ! -e x ] || { echo 'say Done.'; exit; }
	echo x >x
	echo '$end'
	E
	dispatch "${end%% *}"
	is "a turn that broke off ($end) is continued in its conversation" \
	    "$(field state.json .status "${end%% *}") $(sent session/resume .params.sessionId)" 'approved "c1"'
done
job </dev/null
echo '{"version": 2}' >"$T/in/can"
dispatch version
is 'a client of another version of the protocol is refused' "$(now version)" \
    'failed implementer: the client does not speak version 1 of the Agent Client Protocol'
settings '"error_phrases": ["quota exhausted"]'
job <<'E'
echo x >x
echo 'say Error: Quota exhausted.'
E
dispatch phrase
is 'a phrase of error_phrases in the last message is a failure' "$(now phrase)" 'failed implementer: Error: Quota exhausted.'
settings '"client": "copilot"'
job <<'E'
echo x >x
printf '%s\n' 'say I begin to' 'say Info: Retrying... ' 'usage 1 1 0' 'say Error: Authentication failed.'
E
dispatch words
is 'last words of copilot that begin with an error are a failure' "$(now words)" 'failed implementer: Error: Authentication failed.'
job <<'E'
echo x >x
printf '%s\n' 'usage 1 1 0' 'say I mended this: ' 'say Error: 3.' 'usage 1 1 0'
E
dispatch mended
is 'an error within the words of copilot is no failure' "$(field state.json .status mended)" approved
settings ''
job <<'E'
echo x >x
echo child
E
echo '{"stays": true}' >"$T/in/can"
dispatch stays
is 'a client that does not end after its turn is ended' "$(field state.json .status stays) $(said stays)" \
    'approved (done: 0 tokens in, 0 out, 0.0000 USD)'
job <<'E'
echo x >x
echo flood
E
dispatch flood
is 'a client that reads no replies is ended after its turn' "$(field state.json .status flood)" approved
is 'no process of a client is left' "$(pgrep -f "sleep 1000" -u "$(id -u)" | while read -r p; do
    grep -lszF "STAND_IN=$T/in" "/proc/$p/environ"; done)" ''

# A conversation that can't be resumed in one way is resumed in another, or begun anew.
job <<'E'
grep -q '<answer>' || { echo 'say Which?'; exit; }
echo x >x; echo 'say Done.'
E
echo '{"resume": false}' >"$T/in/can"
question loads
orchestrator answer loads red >"$T/out" 2>&1
wait_for 20 over loads
is 'a client that can load, but not resume, loads its conversation' "$(calls | grep -o 'session/load')" session/load
is 'words that a loaded conversation repeats are not the result' "$(cat "$(session_of loads)/summary.md")" Done.
settings '"load": false'
job <<'E'
grep -q '<answer>' || { echo 'say Which?'; exit; }
echo x >x; echo 'say Done.'
E
question anew
orchestrator answer anew red >"$T/out" 2>&1
wait_for 20 over anew
is 'a client without resumption begins anew, with its task and the answer' "$(calls | grep -o 'session/new' | wc -l) $(answers_in)" '2 red'

settings ''
job <<'E'
cat >"$STAND_IN/prompt"; echo x >>x; echo 'say Done.'
E
dispatch forgets
echo '{"lost": true}' >"$T/in/can"
orchestrator rework --wait forgets 'Say y' >"$T/out" 2>&1
is 'a rework whose conversation is lost begins anew, with task and remarks' \
    "$(grep -c -e '<item id="forgets">' -e '^Say y' "$T/in/prompt") $(calls | grep -o 'session/new' | wc -l)" '2 2'

settings '"silence": 5'
job <<'E'
[ -e "$STAND_IN/silent" ] || { : >"$STAND_IN/silent"; cat "$T/.never"; }
echo x >x; echo 'say Done.'
E
dispatch silent
is 'a client that is silent for its time is stopped, and its conversation continues' \
    "$(field state.json '"\(.status) \(.rescue.attempts) \(.rescue.cause)"' silent) $(calls | grep -o 'session/resume' | wc -l)" 'approved 1 stalled 1'
like 'the log names the time of a silent client' "$(cat "$(session_of silent)/output.log")" 'gave no sign of life for 5 s'

# A council of such clients.
settings '' council
job <<'E'
echo x >x; echo 'say Done.'
E
mkdir "$T/judge"
echo 'worker verdict approved >&2; echo "say Fine."' >"$T/judge/job"
dispatch judged
is 'a client of the protocol can judge' "$(field review.json '.verdict + " " + .opinions[0].role' judged)" 'approved reviewer'
job <<'E'
yes line | head -n 2000 >a; printf 'x\0y\nhidden\n' >>a; echo below >b
E
echo 'cat >"$STAND_IN/prompt"; worker verdict approved >&2' >"$T/judge/job"
dispatch whole
is 'a NUL in a file hides nothing of the change from a judge' "$(grep -c -e '^+hidden' -e '^+below' "$T/judge/prompt")" 2
is 'a NUL in a file hides nothing of the patch of diff --json' \
    "$(orchestrator --json diff whole | jq -r .patch | grep -c -e '^+hidden' -e '^+below')" 2
echo 'echo "say Approved."' >"$T/judge/job"
dispatch unjudged
is 'words of a judge are no verdict' "$(field state.json '.status + " " + .reason' unjudged)" 'failed no-verdict'
done_testing
