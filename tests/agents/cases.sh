# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # $wanted is for the cell, $patience is from there
#
# The cases of check-agents: a script for the model, what is done meanwhile, and the end that is wanted.  A case is a
# function case_NAME that leaves its end in $got; see `cell' for what it is made of.
cases='commit ask ask-turn ask-mcp rework defence tech-lead mixed tell budget too-long 401 429 429-long 500 500-for-ever drop'
cases="$cases turn-limit silent-tool kill-client kill-worker kill-both resume attach children prose nothing no-verdict garbage"

# Cells that a client can't do: the reason, or nothing.
not_applicable() {	# CLIENT CASE
	case $1/$2 in
	claude-acp/attach | codex-acp/attach | copilot/attach | qwen/attach) echo 'the protocol has no screen' ;;
	*/attach) command -v tmux >/dev/null || echo 'tmux is not installed here' ;;
	qwen/ask-mcp) echo 'its model has to search for the tools of servers, which a script can not' ;;
	codex/turn-limit | codex-acp/turn-limit | claude-acp/turn-limit | copilot/turn-limit) echo 'it has no limit of turns' ;;
	qwen/429 | qwen/429-long) echo 'it tries again for ever, and prints nothing' ;;
	qwen/turn-limit) echo 'over the protocol it does not keep its limit of turns' ;;
	opencode/turn-limit) echo 'it has its model end the turn with a summary' ;;
	opencode/silent-tool) echo 'it reports a call of a tool when that has ended' ;;
	codex/429-long | gemini/429-long | opencode/429-long) echo 'it waits as long as the service says, and prints nothing' ;;
	esac
}

commits='run echo done >work && git add work && git commit -qm Work && echo Work | worker summary -'
defended='on You are the reviewer
verdict rejected It is not good enough.
on The reviewer rejected
run worker verdict approved "It is good enough: see line 1."
say I defend it.
on Nobody watches'
council='on You are the tech-lead
verdict approved
on You are the reviewer
verdict approved
on Now present
say I did as I was told.
on The reviewer rejected
run worker verdict rejected
say True.'

# The work is committed by the client's own tool, and approved.
case_commit() {
	wanted='approved done'
	play "on Nobody watches
	usage 1000 50
	$commits
	say Done."
	dispatch
	got="$(st .status) $(committed)"
}

# A question is answered.
case_ask() {
	wanted='approved blue'
	play 'on Nobody watches
	run worker ask "Which colour?" >work && git add work && git commit -qm Work
	say Done.'
	start
	answered blue
	stop
	got="$(st .status) $(committed)"
}

# A question asked with a tool of worker mcp ends the turn, and is answered; another tool writes the summary.
case_ask_mcp() {
	wanted='approved blue Blue.'
	play 'on You ended your turn with a question.*blue
	run echo blue >work && git add work && git commit -qm Work
	mcp write_summary {"text": "Blue."}
	say Done.
	on Nobody watches
	mcp ask_question {"question": "Which colour?", "options": ["red", "blue"]}
	say I asked which colour it is to be.'
	start
	answered 2
	stop
	got="$(st .status) $(committed) $(head -n 1 "$(session_of item)/summary.md")"
}

# A question that ends the turn, asked with the client's own tool or in its last words, is answered.
case_ask_turn() {
	wanted='approved blue'
	play 'on You ended your turn with a question.*blue
	run echo blue >work && git add work && git commit -qm Work
	say Done.
	on Nobody watches
	question Which colour? | red | blue
	run echo blue >work && git add work && git commit -qm Work
	say Done.'
	start
	answered 2
	stop
	got="$(st .status) $(committed)"
}

# The implementer defends its work, and the tech-lead decides.
case_defence() {
	wanted='approved 1 done tech-lead'
	play "$defended
	$commits
	say Done."
	dispatch
	got="$(st .status) $(st .round) $(committed) $(field review.json .decided_by item)"
}

# The tech-lead repairs what the implementer defends, and is asked again.
case_tech_lead() {
	wanted='approved fixed tech-lead'
	play "on You are the tech-lead
	run grep -qx fixed work || { echo fixed >work && git commit -qam Fix; }
	verdict approved
	$defended
	$commits
	say Done."
	dispatch
	got="$(st .status) $(committed) $(field review.json .decided_by item)"
}

# Three clients: one implements, another reviews, the third decides as tech-lead.
case_mixed() { case_defence; }

# A message while a tool runs reaches the agent during the turn, or with the next one.
case_tell() {
	wanted='approved told (in-)?turn'
	case $client in claude | opencode) wanted='approved told in-turn' ;; esac
	play 'on A person has a message
	run echo told >work && git add work && git commit -qm Work && echo Work | worker summary -
	say Done.
	on Nobody watches
	run mkfifo go && : >started && cat go && rm go
	say I wait for more.'
	start
	at_work
	orchestrator -C "$W" tell item 'Write told' >>"$T/.log" 2>&1
	wait_for 20 test -s "$(session_of item)/messages.json"
	timeout 20 tee "$W/.worktrees/item/go" </dev/null	# the tool ends
	stop
	got="$(st .status) $(committed) $(field messages.json '.messages[0] | select(.status == "delivered") | .how' item)"
}

# A rejection is worked on, and the second round is approved.
case_rework() {
	wanted='approved 2 better'
	play "on You are the reviewer.*in round 1
	verdict rejected It is not good enough.
	on was rejected, and you have it again
	run echo better >work && git commit -qam Better && echo Better | worker summary -
	say Better.
	on Nobody watches
	$commits
	say Done."
	dispatch
	got="$(st .status) $(st .round) $(committed)"
}

# The budget is spent while the client works, or when it has ended; a person gives more.
case_budget() {
	wanted='approved done 1( in-flight)?'
	settings='.budget.session.tokens = 1500'
	play "on You were interrupted
	$commits
	say Done.
	on Nobody watches
	usage 2000 50
	run : >begun
	usage 20 5
	$commits
	say Done."
	start
	answered '100000 tokens'
	stop
	got="$(st .status) $(committed) $(field questions.json '.questions | length' item)$(! logged 'stopped: a budget is spent' || echo ' in-flight')"
}

# There is no room left in the conversation: another one is begun, or the client itself compacts it.
case_too_long() {
	wanted='approved done'
	play "on You begin anew|Continue if you have next steps
	$commits
	say Done.
	on Nobody watches
	too-long"
	dispatch
	got="$(st .status) $(committed)"
}

# The key is not valid: the session fails, and says so.
case_401() {
	wanted='failed agent-error'
	play 'on .
	status 401 invalid x-api-key'
	dispatch
	got="$(st .status) $(st .reason)"
}

# The account is at its limit, for a second and for an hour: the session waits.
case_429() {
	wanted='running parked'
	play "on .
	status 429 retry-after=${1:-1} Number of requests has exceeded your rate limit."
	start
	wait_for "$patience" or_ended parked
	got="$(st .status) $(parked && echo parked)"
	orchestrator -C "$W" cancel item >/dev/null 2>&1
	stop
}
case_429_long() { case_429 3600; }

# The service fails twice.
case_500() {
	wanted='approved done'
	play "on Nobody watches
	2 times status 500 Internal server error
	$commits
	say Done."
	dispatch
	got="$(st .status) $(committed)"
}

# The service fails for ever: the session ends.
case_500_for_ever() {
	wanted='failed agent-error'
	play 'on .
	status 500 Internal server error'
	dispatch
	got="$(st .status) $(st .reason)"
}

# The connection is closed: before an answer, and within one, which a client may take for the whole.
case_drop() {
	wanted='approved done'
	play "on Nobody watches
	1 times drop
	1 times cut I begin to
	$commits
	$commits
	say Done."
	dispatch
	got="$(st .status) $(committed)"
}

# The client's own limit of turns is met; the same conversation is continued.
case_turn_limit() {
	wanted='approved done 1'
	[ "$client" != claude ] || settings='.agents.claude.args = ["--max-turns", "2"]'
	play "on You were interrupted
	$commits
	say Done.
	on Nobody watches
	run : >first
	run : >second
	run : >third
	say Done."
	[ "$client" != gemini ] || { jq '.model.maxSessionTurns = 2' "$HOME/.gemini/settings.json" >"$T/limited" && mv "$T/limited" "$HOME/.gemini/settings.json"; }
	dispatch
	got="$(st .status) $(committed) $(st .rescue.attempts)"
}

# A tool that prints nothing, for longer than a client may be silent.
case_silent_tool() {
	wanted='approved done'
	settings='.limits = { stall: 30, recoveries: 0 }'
	play "on Nobody watches
	run timeout 45 tail -f /dev/null; ${commits#run }
	say Done."
	dispatch
	got="$(st .status) $(committed)"
}

# The client or its worker is killed in its first tool, and the work is continued.
killed="on You were interrupted
$commits
say Done.
on Nobody watches
run [ -e started ] || { : >started; tail -f /dev/null; }
$commits
say Done."

# The client is killed in the middle of its tool; its conversation is continued.
case_kill_client() {
	wanted='approved done 1'
	play "$killed"
	start
	at_work
	kill_client
	stop
	got="$(st .status) $(committed) $(st .rescue.attempts)"
}

# The worker is killed in the middle of a tool, alone or with the client; the session is recovered.
case_kill_worker() {
	wanted='approved done'
	play "$killed"
	start
	at_work
	"${1:-kill_worker}"
	wait_for 20 none_left
	orchestrator -C "$W" recover >>"$T/.log" 2>&1
	stop
	got="$(st .status) $(committed)"
}
case_kill_both() { case_kill_worker kill_both; }

same_conversation() {
	logged 'run 002: implementer .*, resumed' && ! logged 'the conversation is lost' &&
	    jq -es 'any(.rule == 0 and (.body | tostring | test("Nobody watches")))' "$T/LOG" >/dev/null
}

# A person interrupts the turn; the next one is of the same conversation, with the message.
case_resume() {
	wanted='approved told same'
	play 'on A person interrupted your turn.*Write told
	run echo told >work && git add work && git commit -qm Work && echo Work | worker summary -
	say Done.
	on Nobody watches
	run : >started; tail -f /dev/null
	say Done.'
	start
	at_work
	orchestrator -C "$W" interrupt item 'Write told' >>"$T/.log" 2>&1
	stop
	got="$(st .status) $(committed) $(! same_conversation || echo same)"
}

# The item is fulfilled already, and the summary says so.
case_nothing() {
	wanted='approved'
	play "on Nobody watches
	run echo 'It is there already' | worker summary -
	say Nothing is to be done."
	dispatch
	got=$(st .status)
}

# The reviewer says that it approves, and gives no verdict.
case_no_verdict() {
	wanted='failed no-verdict'
	play "on You are the reviewer
	say I approve it.
	on Nobody watches
	$commits
	say Done."
	dispatch
	got="$(st .status) $(st .reason)"
}

# The implementer ends with a question in its last words, which is answered; a command's are not read.
case_prose() {
	wanted='approved mysql|failed no-change'
	play 'on You ended your turn with a question
	run echo mysql >work && git add work && git commit -qm Work
	say Done.
	on Nobody watches
	say Which of the two databases shall I use?'
	start
	answered mysql
	stop
	got="$(st .status) $(committed || st .reason)"
}

# A tool leaves a process behind.
case_children() {
	wanted='approved done'
	play "on Nobody watches
	run setsid tail -f /dev/null >/dev/null 2>&1 & (tail -f /dev/null &) >/dev/null 2>&1; : >left
	$commits
	say Done."
	dispatch
	got="$(st .status) $(committed)"
}

# The model calls a tool that no client has, and its words have control characters; the reviewer gets a web page.
case_garbage() {
	wanted='failed (agent-error|no-verdict) done clean'
	play "on You are the reviewer
	garbage
	on Nobody watches
	tool no_such_tool {\"path\": \"\\u001b[2J\"}
	$commits
	say Done.$(printf '\033[2J\007')"
	dispatch
	got="$(st .status) $(st .reason) $(committed) $(LC_ALL=C grep -q "$(printf '[\033\007]')" "$(session_of item)/output.log" || echo clean)"
}
