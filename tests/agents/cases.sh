# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # $wanted is for the cell, $patience is from there
#
# The cases of check-agents: a script for the model, what is done meanwhile, and the end that is wanted.  A case is a
# function case_NAME that leaves its end in $got; see `cell' for what it is made of.
cases='commit ask ask-mcp tell rework mixed too-long 401 429 429-long 500 500-for-ever drop kill-client kill-worker nothing no-verdict prose children'

# Cells that a client can't do: the reason, or nothing.
not_applicable() {	# CLIENT CASE
	case $1/$2 in
	gemini/ask-mcp) echo 'it reads servers only from a settings file, and gets none' ;;
	copilot/ask-mcp) echo 'it ignores the servers of the Agent Client Protocol' ;;
	qwen/ask-mcp) echo 'its model has to search for the tools of servers, which a script can not' ;;
	codex/429-long | gemini/429-long | opencode/429-long) echo 'it waits as long as the service says, and prints nothing' ;;
	esac
}

commits='run echo done >work && git add work && git commit -qm Work && echo Work | worker summary -'
council='on You are the reviewer
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

# A message while a tool runs reaches the agent during the turn, or with the next one.
case_tell() {
	wanted='approved told (in-)?turn'
	play 'on A person has a message
	run echo told >work && git add work && git commit -qm Work && echo Work | worker summary -
	say Done.
	on Nobody watches
	run : >started; until [ -e go ]; do sleep 0.1; done
	say I wait for more.'
	start
	wait_for "$patience" or_ended test -e "$W/.worktrees/item/started"
	orchestrator -C "$W" tell item 'Write told' >>"$T/.log" 2>&1
	wait_for 20 test -s "$(session_of item)/messages.json"
	: >"$W/.worktrees/item/go"
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

# Another client judges.
case_mixed() {
	wanted='approved done'
	play "on Nobody watches
	$commits
	say Done."
	dispatch
	got="$(st .status) $(committed)"
}

# There is no room left in the conversation: another one is begun.
case_too_long() {
	wanted='approved done'
	play "on You begin anew
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

# The client is killed in the middle of its tool.
case_kill_client() {
	wanted='failed agent-error'
	play 'on Nobody watches
	run : >started; tail -f /dev/null
	say Done.'
	start
	wait_for "$patience" or_ended test -e "$W/.worktrees/item/started"
	kill_client
	stop
	got="$(st .status) $(st .reason)"
}

# The worker is killed in the middle of a tool; the session is recovered.
case_kill_worker() {
	wanted='approved done'
	play "on You were interrupted
	$commits
	say Done.
	on Nobody watches
	run [ -e started ] || { : >started; tail -f /dev/null; }
	$commits
	say Done."
	start
	wait_for "$patience" or_ended test -e "$W/.worktrees/item/started"
	kill_worker
	wait_for 20 none_left
	orchestrator -C "$W" recover >>"$T/.log" 2>&1
	stop
	got="$(st .status) $(committed)"
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
