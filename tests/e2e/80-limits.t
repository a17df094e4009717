#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What a session may take: time, silence, room in a conversation, an account.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"
cd "$T" || exit 1

log_has() { grep -Fq -e "$1" "$S/output.log"; }
how() { st '[.status, .reason] | join(",")'; }
rescue() { st '.rescue | [.attempts, .cause, .under_way] | map(tostring) | join(",")'; }
partial() { git -C "$R" show "session/$ITEM/1:$1" 2>&1; }
runs() { wc -l <"$T/$ITEM.$1"; }
still_there() { ! timeout "$1" tail --pid="$pid" -f /dev/null; }
alone='.review = "none" | .limits = { grace: 30 }'

# Time.
role implementer <<'E'
say runs "$STEP"; echo partial >part
case $ITEM_ID in
time-stubborn) trap '' TERM; while :; do read -r _ <"$T/.never" || :; done ;;
time-asks) worker ask 'Which?' >"$T/$ITEM_ID.answer"; echo done >part ;;
time-killed) echo a line; point silent; hang ;;
time-forks-*) for i in 1 2 3 4; do (for i in $(seq 700); do cat "$T/.never" & done; wait) & done; wait ;;
time-pid1) while :; do [ "$(cat /proc/1/comm)" != worker ] || kill -HUP 1; timeout 0.3 cat "$T/.never"; done ;;
*) hang ;;
esac
E
session time "$alone | .limits.time = 3"
work
is 'a session over its time ends' "$status,$(how)" 1,failed-timeout,time-limit
is 'a session over its time has what was done so far on its branch' "$(partial part)" partial
ok 'the log tells that the session reached the time limit' log_has 'reached the time limit'
for after in 0.001 0.002 0.004 0.008 0.016 0.03; do	# while it is being started
	session "time-$after" "$alone | .limits.time = $after"
	work
	is "an agent that is asked to stop $after s after the start stops" "$status,$(how)" 1,failed-timeout,time-limit
done
for confine in auto off; do	# a process that is being forked is asked as well
	for i in 1 2 3; do
		session "time-forks-$confine-$i" "$alone | .limits = { time: 0.3$i, grace: 20 } | .confine.mode = \"$confine\""
		work
		is "processes that fork without end are all asked to stop, confined: $confine" \
		    "$status,$(how)" 1,failed-timeout,time-limit
	done
done
session time-pid1 "$alone | .limits = { time: 3, grace: 20 }"
work
is 'processes that asked the first of their namespace to stop are asked to stop' "$status,$(how)" 1,failed-timeout,time-limit
session time-item "$alone | .limits.time = 0"
jq '.limits = { time: 0.3 }' "$S/item.json" >"$T/x" && cp "$T/x" "$S/item.json"
work
is 'an item has limits of its own' "$status,$(how)" 1,failed-timeout,time-limit
session time-asks "$alone | .limits.time = 5"
start
asked
ok 'the time limit does not count while a question waits for its answer' still_there 5.5
put "$q" this; stop
is 'a session that waited for an answer beyond its time ends well' \
    "$status,$(st .status),$(said answer),$(st '.agent_time.ms < 5000')" 0,approved,this,true
session time-killed "$alone | .limits.time = 20"
start
at silent
wait_for "$LIMIT" log_has 'a line'
kill -9 "$pid"; wait "$pid" 2>/dev/null
jq '.agent_time.since = "2020-01-01T00:00:00.000Z"' "$S/state.json" >"$T/x" && cp "$T/x" "$S/state.json"
work
is 'the time of a run that was cut off counts' "$status,$(how),$(runs runs)" 1,failed-timeout,time-limit,1
session time-stubborn "$alone | .limits.time = 3 | .limits.grace = 0.3"
work
is 'an agent that does not stop in time is killed' "$status,$(how)" 1,unknown,would-not-stop
is 'the worktree of an agent that was killed is left as it was found' "$(cat "$W/part"),$(git -C "$R" rev-parse "session/$ITEM/1")" \
    "partial,$(git -C "$R" rev-parse main)"
like 'the detail of an agent that was killed names the worktree' "$(st .detail)" "was killed.*$W"
no_roles

# Silence.
role implementer <<'E'
say runs "$STEP"; n=$(wc -l <"$T/$ITEM_ID.runs")
slowly() { for i in 1 2 3 4 5 6 7; do "$@"; timeout 0.6 cat "$T/.never"; done; }
write() { echo "$i" >>ignored.o; }
case $ITEM_ID in
stall-once) [ "$n" -gt 1 ] || { : >"$(git rev-parse --git-dir)/index.lock"; hang; }; git add . || exit 9; printf '%s\n' "$prompt" >"$T/$ITEM_ID.prompt"; echo here ;;
stall-writes) slowly write ;;
stall-prints) slowly echo here ;;
stall-speaks) slowly worker progress 1/6 ;;
stall-asks) worker ask 'Which?' >"$T/$ITEM_ID.answer" ;;
stall-gate|stall-review) ;;
*) echo "half $n" >half; worker progress 1/2 'half of it'; hang ;;
esac
echo work >work
E
session stall-once "$alone | .limits.stall = 3"
work
is 'a stalled agent is tried again' "$status,$(st .status),$(rescue)" 0,approved,1,stalled,false
is 'the recovery of a stalled agent is told in order' \
    "$(sed -n 's/^\[worker\] [^ ]* //p' "$S/output.log" | grep -i -e 'sign of' -e stall\  -e recovery)" "run 001: gave no sign of life for 3 s
$ITEM: stall detected - initiating recovery
Attempting recovery for $ITEM (attempt 1)
$ITEM: Recovery successful (attempt 1)"
ok 'what the git of a stalled agent had locked is free again' log_has 'removed 1 lock that a killed git left'
like 'the agent that begins anew is told what to do' "$(said prompt)" 'Title of stall-once'
like 'the agent that begins anew is told that others were at it' "$(said prompt)" 'You begin anew with work that is under way'
session stall-always "$alone | .limits.stall = 3 | .limits.recoveries = 2"
work
is 'recoveries have an end' "$status,$(how),$(runs runs)" 1,failed,stalled,3
is 'each is told what was there when it began' \
    "$(grep -c -e '^A half$' -e '1 of 2 tasks are done. half of it' "$S/transcript/003-implementer.prompt")" 2
is 'what is there at the end is kept' "$(partial half)" 'half 3'
session stall-none "$alone | .limits.stall = 3 | .limits.recoveries = 0"
work
is 'without recoveries the first stall is the end' "$status,$(how),$(runs runs)" 1,failed,stalled,1
for what in writes prints speaks; do
	session "stall-$what" "$alone | .limits.stall = 3"
	echo '*.o' >"$W/.gitignore"
	work
	is "an agent that $what does not stall" "$status,$(st .status),$(st .rescue.attempts)" 0,approved,0
done
session stall-asks "$alone | .limits.stall = 3 | .limits.stale = 3.5"
start
asked
ok 'an open question is neither stall nor staleness' still_there 5
put "$q" this; stop
is 'an answer after more than the stall time is taken' "$status,$(st .status),$(said answer),$(st .rescue.attempts)" 0,approved,this,0
session stall-gate "$alone | .limits.stall = 3 | .limits.stale = 4 | .limits.time = 4 | .review = \"gates\" | .gates = [\"timeout 5 cat $T/.never; test -e work\"]"
work
is 'a running gate is no stall, and takes no agent time' "$status,$(st .status),$(st .rescue.attempts)" 0,approved,0
session stale "$alone | .limits.stall = 0 | .limits.stale = 3"
work
is 'a session without any activity is stale' "$status,$(how)" 1,stale,no-activity
is 'a stale session has its work kept' "$(partial half)" 'half 1'
role reviewer <<'E'
say reviews "$ROUND"; [ "$(wc -l <"$T/$ITEM_ID.reviews")" -gt 1 ] || hang
worker verdict approved Good.
E
session stall-review '.limits = { stall: 3, grace: 30 }'
work
is 'a reviewer that stalls is tried again' "$status,$(st .status),$(runs reviews),$(st .rescue.attempts)" 0,approved,2,1
no_roles

# Room in the conversation.
role implementer <<'E'
say runs "$STEP"; n=$(wc -l <"$T/$ITEM_ID.runs")
case $ITEM_ID,$n in
full,1) echo 'a file:'; echo half >half; echo 'Error: Maximum context length is 200000' >&2; exit 1 ;;
full-prints,*) echo 'prompt is too long'; echo 'other words'; exit 1 ;;
full-well,*) echo 'prompt is too long' ;;
full-always,*) echo 'Input: the CONVERSATION IS TOO LONG.'; exit 1 ;;
full-own,1) echo 'no room left'; exit 1 ;;
esac
echo work >work
E
session full "$alone"
work
is 'a conversation that is full is begun anew' "$status,$(st .status),$(rescue)" 0,approved,1,context-exhausted,false
ok 'the log tells that a conversation was full' log_has "$ITEM: context exhausted - initiating recovery"
session full-prints "$alone"
work
is 'what is printed before the last words is no word of the agent' "$status,$(how),$(st .rescue.attempts)" 1,failed,agent-error,0
session full-well "$alone"
work
is 'what a run printed that went well is no word of the agent' "$status,$(st .status),$(st .rescue.attempts)" 0,approved,0
session full-always "$alone | .limits.recoveries = 1"
work
is 'a conversation that is full each time fails in the end' "$status,$(how),$(runs runs)" 1,failed,context-exhausted,2
session full-own "$alone | .context_phrases = [\"no room left\"]"
work
is 'the phrases are a setting' "$status,$(st .status),$(st .rescue.attempts)" 0,approved,1
no_roles

# An account at its limit, of a command that says so.
role implementer <<'E'
say runs "$STEP"; n=$(wc -l <"$T/$ITEM_ID.runs")
case $ITEM_ID,$n in
later,1) echo half >half; echo 'You have hit your usage limit, try again in 2 seconds' >&2; exit 1 ;;
later-status,1) echo 'Service busy, back in 1 second'; exit 75 ;;
later-untold,1) exit 75 ;;
later-own,1) echo 'Come back in 1 second.'; exit 1 ;;
later-well,*) echo 'usage limit: 90 % used' ;;
later-prints,*) echo 'testing the rate limit'; echo 'other words'; exit 1 ;;
esac
echo work >work
E
for how in later later-status; do
	session $how "$alone"
	work
	is "a command agent at its limit is run again later: $how" "$status,$(st .status),$(runs runs),$(st .rescue.attempts)" 0,approved,2,0
	ok "the log tells that the account is at its limit: $how" log_has 'the account of implementer is at its limit'
done
session later-own "$alone | .limit_phrases = [\"COME BACK\"]"
work
is 'the phrases of a limit are a setting' "$status,$(st .status),$(runs runs)" 0,approved,2
session later-well "$alone"
work
is 'what a run that went well prints of a limit is no limit' "$status,$(st .status),$(runs runs)" 0,approved,1
session later-prints "$alone"
work
is 'what a command prints of a limit before its last line is no limit' "$status,$(how),$(runs runs)" 1,failed,agent-error,1
session later-untold "$alone"
start
untold() { [ "$(st .parked_until)" != null ]; }
ok 'exit status 75 of a command agent means later' wait_for "$LIMIT" untold
is 'a limit without a time is waited for some minutes' \
    "$(($(date -d "$(st .parked_until)" +%s) - $(date +%s) > 200))" 1
touch "$S/cancel"; stop
no_roles

# A client that tells: the stand-in prints one stream after the other, and then one without an error.
mkdir -p "$T/bin" "$T/stand-in"
export PATH="$T/bin:$PATH" STAND_IN="$T/stand-in"
cp "$top/tests/agents/claude-stand-in" "$T/bin/claude"
cp "$top/tests/unit/fixtures/claude-success.jsonl" "$T/well"
cat >"$STAND_IN/job" <<'E'
n=$(grep -c . "$STAND_IN/runs")
echo work >>work; cp "$T/well" "$STAND_IN/stream"
if [ -e "$T/stream-$n" ]; then cp "$T/stream-$n" "$STAND_IN/stream"; exit_status=1; fi
[ ! -e "$T/call-$n" ] || { printf '{"type":"system","subtype":"init","session_id":"%s"}\n' "$id"
	echo '{"type":"assistant","message":{"content":[{"type":"tool_use","name":"Bash","input":{"command":"make"}}]}}'; timeout 5 cat "$T/.never" || :; }
[ ! -e "$T/hang-$n" ] || { printf '{"type":"system","subtype":"init","session_id":"%s"}\n' "$id"; cat "$T/.never"; }
E
init='{"type":"system","subtype":"init","session_id":"5e551011-0000-4000-8000-000000000001"}'
claude() { rm -f "$T"/stream-* "$T"/hang-* "$T"/call-* "$STAND_IN/runs"; }
stream() { printf '%s\n' "$init" "$2" "${3:-}" >"$T/stream-$1"; }
conversations() { sed 's/^[a-z]* [a-z]* \(resumed \)*\([0-9a-f-]*\) .*/\1\2/' "$STAND_IN/runs"; }
alone='.review = "none" | .roles = { implementer: "claude" } | .limits = { grace: 30 }'

claude
stream 1 '{"type":"result","is_error":true,"result":"no","terminal_reason":"prompt_too_long"}'
session claude-full "$alone"
work
is 'a client says that its conversation is full' "$status,$(st .status),$(rescue)" 0,approved,1,context-exhausted,false
is 'another one is begun' "$(conversations | grep -c resumed),$(conversations | sort -u | wc -l)" 0,2
claude
stream 1 "{\"type\":\"rate_limit_event\",\"rate_limit_info\":{\"status\":\"rejected\",\"resetsAt\":$(($(date +%s) + 12))}}" \
    '{"type":"result","is_error":true,"api_error_status":429,"result":"You have hit your limit"}'
session claude-parked "$alone | .limits.stall = 3 | .limits.stale = 3.5"
start
parked() { [ "$(st .parked_until)" != null ]; }
ok 'an account at its limit is waited for' wait_for "$LIMIT" parked
ok 'nothing is run while an account is at its limit' still_there 4.5
is 'an account at its limit is no stall' "$(st .rescue.attempts),$(wc -l <"$STAND_IN/runs")" 0,1
stop
is 'the work goes on when the account is usable again' \
    "$status,$(st .status),$(st .parked_until),$(st '.agent_time.ms < 5000')" 0,approved,null,true
is 'the work goes on in the same conversation when the account is usable again' \
    "$(conversations | sed -n 2p)" "resumed $(conversations | sed -n 1p)"
claude
stream 1 '{"type":"result","is_error":true,"api_error_status":429,"result":"You have hit your limit"}'
session claude-cancelled "$alone"
start
wait_for "$LIMIT" parked
touch "$S/cancel"; stop
is 'a session that waits for an account can be cancelled' "$status,$(st .status)" 1,cancelled
claude
stream 1 '{"type":"result","is_error":true,"terminal_reason":"api_error","api_error_status":529,"result":"Overloaded"}'
session claude-overloaded "$alone"
start
pauses() { grep -q '^.worker. [^ ]* the service failed; the session continues in 5 s$' "$S/output.log"; }
ok 'the log says how long a session waits for a service that failed' wait_for "$LIMIT" pauses
is 'no agent runs while a session waits for a service' "$(wc -l <"$STAND_IN/runs")" 1
stop
is 'a conversation is resumed after the pause for its service' "$status,$(st .status),$(rescue),$(conversations | sed -n 2p)" \
    "0,approved,1,broken-off,false,resumed $(conversations | sed -n 1p)"
claude
stream 1 '{"type":"result","is_error":true,"terminal_reason":"api_error","api_error_status":500,"result":"Error"}'
session claude-down "$alone"
start
wait_for "$LIMIT" pauses
touch "$S/cancel"; stop
is 'a session that waits for a service can be cancelled' "$status,$(st .status),$(wc -l <"$STAND_IN/runs")" 1,cancelled,1
claude
touch "$T/hang-1" "$T/hang-2"
session claude-stalls "$alone | .limits.stall = 3"
work
is 'a stalled conversation is resumed first, then begun anew' "$status,$(st .status),$(rescue),$(conversations | sed 's/ .*//;s/^[^r].*/new/' | tr '\n' ' ')" \
    '0,approved,2,stalled,false,new resumed new '
claude
touch "$T/call-1"
session claude-calls "$alone | .limits.stall = 2 | .limits.stale = 2"
work
is 'a tool that is silent for long is no stall' "$status,$(st .status),$(st .rescue.attempts)" 0,approved,0
claude
touch "$T/call-1"
session claude-called "$alone | .limits.tool = 2"
work
is 'a tool without a result for limits.tool is a stall' "$status,$(st .status),$(rescue)" 0,approved,1,stalled,false
ok 'the log says that the result of a tool was waited for' grep -q 'waited for the result of a tool for 2 s' "$S/output.log"
# shellcheck disable=SC2016 # for that script
mkdir "$T/wrapper" &&
    printf '#!/bin/sh\nprompt=$(cat); echo "$prompt" | exec %s/claude "$@"\n' "$T/bin" >"$T/wrapper/claude" && chmod +x "$T/wrapper/claude"
claude
session claude-wrapper "$alone | .limits.stall = 3 | .limits.recoveries = 0"
PATH=$T/wrapper:$PATH work
is 'a wrapper of claude that reads its input to the end is a stall' "$status,$(how)" 1,failed,stalled
like 'the reason of a client that prints nothing names a wrapper' "$(st .detail)" \
    '^implementer gave no sign of life for 3 s, and has printed nothing: if a wrapper stands for the client, it must not read its standard input to the end'
claude
session claude-budget "$alone | .limits.tokens = 100 | .review = \"council\" | .roles.reviewer = \"claude\""
start
ok 'a budget that is used up asks for more' asked
put "$q" no; stop
is 'a budget that is used up is the end when more is refused' "$status,$(how)" 1,failed,budget
spends() { stream 1 '{"type":"result","subtype":"error_max_budget_usd","is_error":true,"total_cost_usd":'"$1"',"modelUsage":{"m":{"inputTokens":9}}}'; }
claude
spends 0.9
session claude-dollars "$alone | .budget.session.usd = 0.5 | .budget.run.usd = 5"
start
ok 'a client that stops at the budget it was given asks for more' asked
put "$q" '1 USD'; stop
is 'claude is given what is left of the smallest budget in dollars' "$(paste -sd, "$STAND_IN/budgets")" 0.500000,0.600000
is 'a run that stopped at its budget is resumed when the budget is raised, and is no failure' "$status,$(st .status),$(st .rescue.attempts),$(conversations | sed -n 2p)" \
    "0,approved,0,resumed $(conversations | sed -n 1p)"
claude
spends 0.1
session claude-early "$alone | .budget.session.usd = 0.5"
work
is 'a client that stops before its budget is spent is resumed, as a recovery' "$status,$(st .status),$(rescue)" 0,approved,1,broken-off,false
claude
spends 0.1
session claude-own "$alone"
work
is 'a client that stops at a limit in dollars without a budget has failed' "$status,$(how),$(st .detail)" 1,failed,agent-error,'implementer: error_max_budget_usd'
done_testing
