#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Messages to an agent at work, and interruptions.
. "$(dirname "$0")/lib.sh"

# The implementer does what $T/does.ITEM says; $n is the number of its run.
cat >"$T/agent" <<'E'
n=$(($(cat "$T/n.$ITEM_ID" 2>/dev/null || echo 0) + 1)); echo "$n" >"$T/n.$ITEM_ID"
cat >"$T/prompt.$ITEM_ID.$n"
hang() { echo >"$T/at.$ITEM_ID.$n"; read -r _ <"$T/go"; }
. "$T/does.$ITEM_ID"
E
cat >"$T/judge" <<'E'
cat >"$T/judged.$ITEM_ID"
[ ! -e "$T/hold.$ITEM_ID" ] || { echo >"$T/at.$ITEM_ID.judge"; read -r _ <"$T/go"; }
echo fine | worker verdict approved -
E
mkfifo "$T/go" && exec 8<>"$T/go"
mkdir "$T/in"; echo ". '$T/agent'" >"$T/in/job"
export ORCHESTRATOR_HOME="$T/state"
new_repo "$T/r" 2 && cd "$T/r" && mkdir .orchestrator || exit 1
settings() {	# IMPLEMENTER, MEMBERS of the settings
	cat >.orchestrator/config.json <<-E
	{ "agents": {
	    "sh": { "command": ["sh", "$T/agent"] },
	    "acp": { "adapter": "acp", "command": ["$top/tests/agents/acp-stand-in"], "env": { "STAND_IN": "$T/in" } },
	    "judge": { "command": ["sh", "$T/judge"] } },
	  "roles": { "implementer": "$1", "reviewer": "judge" }, "stop_grace": 1, "attempts": 1${2:+, $2} }
	E
	git add . && git commit -qm 'Settings'
}
job() { { echo '[ "$STEP" = implement ] || exit'; cat; } >"$T/does.$1"; }
dispatch() { orchestrator dispatch --title Work "$@" >"$T/out" 2>&1; }
at() { wait_for 20 test -e "$T/at.$1.$2"; }
go() { echo >&8; }
st() { field state.json "$2" "$1"; }
is_st() { [ "$(st "$1" .status)" = "$2" ]; }
ended() { wait_for 20 is_st "$1" "${2:-approved}"; }
messages() { field messages.json "[.messages[] | $2] | join(\"; \")" "$1"; }
is_messages() { [ "$(messages "$1" "$2")" = "$3" ]; }
log_of() { cat "$(session_of "$1")/output.log"; }

settings acp
job turn <<'E'
[ "$n" != 1 ] || { hang; echo 'A page' | worker summary -; }
echo "$n" >>f
echo 'say I did it.'
E
dispatch turn && at turn 1
run orchestrator tell turn 'Use </message> tabs'
like 'tell says when the agent gets the message' "$status $out" '^0 session-turn-[a-z0-9]*: message m-[a-z0-9]{6} reaches the agent during its turn, or at its end$'
ok 'a message is recorded while the turn goes on' wait_for 20 is_messages turn '"\(.status) \(.from) \(.text)"' 'waiting person Use </message> tabs'
is 'the file of a message is removed once it is recorded' "$(ls "$(session_of turn)/messages")" ''
like 'show lists a message that waits' "$(orchestrator show turn)" '^message +m-[a-z0-9]{6} waits for the agent.s next turn$'
like 'status lists a message that waits' "$(orchestrator status turn)" '^message +m-[a-z0-9]{6} waits for the agent.s next turn$'
is 'status --json lists the messages' "$(orchestrator --json status turn | jq -r '.messages.messages[0].text')" 'Use </message> tabs'
id=$(messages turn .id) && echo again >"$(session_of turn)/messages/$id"
ok 'a file with the id of a recorded message is removed' wait_for 20 not test -e "$(session_of turn)/messages/$id"
printf 'Name it greet\n' >"$(session_of turn)/messages/note.txt"
ok 'a file that a person drops is a message' wait_for 20 is_messages turn .text 'Use </message> tabs; Name it greet'
go
ended turn
is 'messages begin one more turn of the same conversation' \
    "$(log_of turn | grep -c 'run 002: implementer (acp), resumed$') $(log_of turn | grep -c 'run 00.: implementer')" '1 3'
is 'the prompt of that turn has the messages alone' \
    "$(grep -c 'Title: Work\|were interrupted' "$T/prompt.turn.2") $(sed -n '/^<message>/,/^<.message>/p' "$T/prompt.turn.2")" '0 <message>
Use <\/message> tabs

Name it greet
</message>'
is 'the work of both turns is committed once' "$(git show session/turn/1:f | tr '\n' ' ')$(git rev-list --count main..session/turn/1)" '1 2 1'
is 'the record of a delivered message says how, in which run and when' "$(messages turn '"\(.status) \(.how) \(.run) \(.delivered_at != null)"')" \
    'delivered turn 002 true; delivered turn 002 true'
is 'the final message of a turn for messages does not replace the summary' "$(head -n 1 "$(session_of turn)/summary.md")" 'A page'
like 'the reviewer reads the messages as remarks of a person' "$(sed -n '/^<remarks>/,/^<.remarks>/p' "$T/judged.turn")" '^Name it greet$'
is 'show lists delivered messages among the remarks' "$(orchestrator show turn | grep -c '^ *Name it greet')" 1
run orchestrator tell turn more
like 'an approved session refuses a message, and says what to do' "$status $err" \
    '^65 .*: message refused: it is approved: orchestrator rework turn gives its agent remarks$'
orchestrator merge turn >"$T/out" 2>&1
run orchestrator tell turn more
like 'a merged session refuses a message' "$status $err" '^65 .*: message refused: its work is merged: dispatch a new item$'
run orchestrator tell turn ''
is 'an empty message is refused' "$status" 65

settings sh '"gates": [{ "name": "slow", "command": "[ ! -e \"$T/slow\" ] || { echo >\"$T/at.gate\"; read -r _ <\"$T/go\"; }" }]'
job gate <<'E'
echo "$n" >>g
E
echo >"$T/slow"
dispatch gate && wait_for 20 test -e "$T/at.gate"
rm "$T/slow"
run orchestrator tell gate 'And test it'
ok 'a message that comes while the gates run is recorded' wait_for 20 is_messages gate .status waiting
echo >"$T/hold.gate"; go
at gate judge
is 'a message that came while the gates ran is delivered before the review' "$(messages gate '.status + .run')" delivered002
like 'the reviewer reads a message that came while the gates ran' "$(cat "$T/judged.gate")" '^And test it$'
run orchestrator tell gate 'Late'
like 'a session in review refuses a message' "$status $err" \
    '^65 .*: message refused: its work is being reviewed: after the review, orchestrator rework gate gives its agent remarks$'
echo late >"$(session_of gate)/messages/late"
ok 'a file that is dropped during the review is recorded as refused' wait_for 20 is_messages gate '"\(.status) \(.reason != null)"' 'delivered false; refused true'
go; ended gate
is 'a refused message is no remark' "$(st gate .remarks)" 'And test it'

settings sh
job once <<'E'
[ "$n" != 1 ] || hang
echo "$n" >>o
E
dispatch once && at once 1
printf 'Use\ntabs\n' | orchestrator tell once - >"$T/out"
go; ended once
is 'the prompt of an agent without a conversation has its item and the message' "$(grep -c -e '^Title: Work' -e '^tabs' "$T/prompt.once.2")" 2

# The worker waits before its next prompt.
job held <<'E'
[ "$n" != 1 ] || hang
echo "$n" >>h
E
dispatch held && at held 1
orchestrator pause held >"$T/out"
kill "$(st held .worker_pid)"
wait_for 20 not test -d "/proc/$(st held .worker_pid)"
orchestrator recover >"$T/out" 2>&1
run orchestrator tell held 'Slowly'
like 'a paused session takes a message' "$out" 'when the pause ends$'
ok 'a message to a paused session is recorded' wait_for 20 is_messages held .status waiting
orchestrator resume held >"$T/out"
ended held
is 'a message to a paused session is delivered with its next prompt' "$(messages held .status) $(grep -c '^Slowly' "$T/prompt.held.2")" 'delivered 1'

# The worker is killed while its agent has the message, and before it has recorded the file.
job kill <<'E'
case $n in 1|2) hang ;; esac
echo "$n" >>k
E
dispatch kill && at kill 1
orchestrator tell kill 'Once' >"$T/out"
wait_for 20 is_messages kill .status waiting
go; at kill 2
is 'a message is given before its turn begins' "$(messages kill '"\(.status) \(.run) \(.given)"')" 'given 002 1'
kill -9 "$(st kill .worker_pid)"
orchestrator recover >"$T/out" 2>&1
ended kill
is 'a message whose turn was killed is given again' "$(messages kill '"\(.status) \(.run) \(.given)"')" 'delivered 003 2'
like 'the log says that the agent may read a message twice' "$(log_of kill)" \
    '^\[worker\] [^ ]* message m-[a-z0-9]{6} is given again, since its run broke off; the agent may read it twice$'
is 'a message that was given twice is one remark' "$(st kill .remarks)" Once
job dead <<'E'
[ "$n" != 1 ] || hang
echo "$n" >>d
E
dispatch dead && at dead 1
kill -9 "$(st dead .worker_pid)"
wait_for 20 not test -d "/proc/$(st dead .worker_pid)"
run orchestrator tell dead 'Wake up'
like 'a session without a worker takes a message' "$out" 'when orchestrator execute starts the session$'
orchestrator recover >"$T/out" 2>&1
ended dead
is 'a message to a session without a worker is delivered with its next prompt' "$(messages dead .status) $(grep -c '^Wake up' "$T/prompt.dead.2")" 'delivered 1'

settings acp
job ask <<'E'
[ "$n" != 1 ] || { echo question; exit; }
echo x >x
E
dispatch ask; ended ask waiting
run orchestrator tell ask 'And be quick'
like 'a message to an agent with a question waits for the answer' "$out" 'with the answer to its question$'
ok 'a message is recorded while a question is open' wait_for 20 is_messages ask .status waiting
orchestrator answer ask 1 >"$T/out"
ended ask
is 'one prompt has the answer and the message' "$(grep -c -e '^<answer>' -e '^And be quick' "$T/prompt.ask.2")" 2

# Clients that accept messages during a turn: one is sent them when a tool has ended, another asks for them.
in_turn() {	# NAME WORD CAN: the message is there before the job goes on
	job "$1" <<-E
	[ "\$n" != 1 ] || { hang; printf '%s\n' $2; }
	echo "\$n" >>t
	E
	echo "$3" >"$T/in/can"
	dispatch "$1" && at "$1" 1
	orchestrator tell "$1" "Told $1" >"$T/out"
	wait_for 20 is_messages "$1" .status waiting
	go; ended "$1"
}
in_turn steers steer '{ "steers": true }'
like 'a client that accepts messages during a turn gets them when a tool has ended' "$(cat "$T/in/steered")" '^Told steers$'
is 'messages that a client accepted begin no further turn' \
    "$(messages steers '"\(.status) \(.how) \(.run) \(.given)"') $(cat "$T/n.steers") $(st steers .remarks)" 'delivered in-turn 001 1 2 Told steers'
in_turn idle "'steer promptRequired'" '{ "steers": true }'
is 'messages that a client did not accept begin a further turn' "$(messages idle '"\(.status) \(.how) \(.run)"')" 'delivered turn 002'
in_turn asks drain '{}'
like 'a client that asks for messages gets them' "$(cat "$T/in/drained")" 'Told asks'
is 'messages that a client asked for begin no further turn' "$(messages asks '"\(.status) \(.how) \(.run)"')" 'delivered in-turn 001'
in_turn limit "drain 'stop max_turn_requests'" '{}'
is 'messages of a turn that the client did not finish are given again' "$(messages limit '"\(.status) \(.how) \(.given)"')" 'delivered turn 2'
in_turn plain 'call' '{}'
is 'a client that accepts no messages during a turn gets no second prompt' "$(messages plain '"\(.status) \(.how) \(.run)"')" 'delivered turn 002'
job cut <<'E'
[ "$n" != 1 ] || { hang; echo drain; echo die; }
echo "$n" >>t
E
echo '{}' >"$T/in/can"
dispatch cut && at cut 1
orchestrator tell cut 'Told cut' >"$T/out"; wait_for 20 is_messages cut .status waiting
go; ended cut failed
is 'messages of a turn that broke off are not delivered' "$(messages cut '"\(.status) \(.given)"')" 'waiting 1'
orchestrator rework --wait cut 'Again' >"$T/out" 2>&1
is 'messages of a turn that broke off are given again after a rework' "$(messages cut '"\(.status) \(.given)"')" 'delivered 2'
rm -f "$T/in/can"

# After an interruption the work stays, and the conversation continues.
for text in 'Do B' ''; do
	name=stop${text:+-text}
	job "$name" <<'E'
[ "$n" != 1 ] || { echo kept >kept; hang; }
echo "$n" >>b
E
	dispatch "$name" && at "$name" 1
	run orchestrator interrupt "$name" ${text:+"$text"}
	like "interrupt says what follows ($name)" "$status $out" "^0 .*: the agent's turn ends, and the agent continues with ${text:+your message}.*; orchestrator logs -f $name follows it\$"
	ended "$name"
	is "an interrupted turn is followed by a turn of the same conversation ($name)" \
	    "$(log_of "$name" | grep -c -e 'run 001: interrupted by a person$' -e 'run 002: implementer (acp), resumed$')" 2
	is "the next prompt says that a person interrupted the turn ($name)" \
	    "$(grep -c 'A person interrupted your turn' "$T/prompt.$name.2") $(grep -c '^Do B$' "$T/prompt.$name.2")" "1 $([ "$text" ] && echo 1 || echo 0)"
	is "the work of an interrupted turn stays ($name)" "$(git show "session/$name/1:kept") $(git show "session/$name/1:b")" 'kept 2'
	is "an interruption is no recovery and no attempt ($name)" "$(st "$name" '"\(.recoveries) \(.rescue.attempts) \(.attempt) \(.given_back)"')" '0 0 1 0'
	ok "the file of an interruption is removed ($name)" not test -e "$(session_of "$name")/interrupt"
done
run orchestrator interrupt stop
like 'an approved session can not be interrupted' "$status $err" '^65 .*: nothing to interrupt: it is approved: orchestrator rework stop gives'
job older <<'E'
hang
echo x >x
E
dispatch older && at older 1
echo 000 >"$T/stale" && mv "$T/stale" "$(session_of older)/interrupt"
orchestrator tell older Next >"$T/out"; wait_for 20 is_messages older .status waiting
go; at older 2
is 'an interruption of an earlier run does not end this run' "$(log_of older | grep -c interrupted)" 0
: >"$(session_of older)/interrupt"
at older 3
ok 'an empty file interrupts the current turn' grep -q '^Next$' "$T/prompt.older.3"
go; ended older

settings sh '"gates": [{ "name": "slow", "command": "echo >\"$T/at.gate2\"; read -r _ <\"$T/go\"" }]'
job gated <<'E'
echo x >g
E
dispatch gated && wait_for 20 test -e "$T/at.gate2"
run orchestrator interrupt gated Now
is 'interrupt fails without a turn, and leaves no message' \
    "$status $(ls "$(session_of gated)/messages") $(printf %s "$err" | grep -c 'its agent is not at work; orchestrator tell')" '65  1'
go; ended gated

# The events of execute, which would merge the other sessions first.
export ORCHESTRATOR_HOME="$T/state-execute"
new_repo "$T/e" 2 && cd "$T/e" && mkdir .orchestrator && settings sh
job listed <<'E'
[ "$n" != 1 ] || hang
echo x >l
E
orchestrator tasks create work --task 'listed: Work' >"$T/out"
orchestrator execute work >"$T/execute" 2>&1 & execute=$!
at listed 1
orchestrator tell listed Hello >"$T/out"
ok 'execute reports a message' wait_for 20 grep -q '^[0-9:]* session-listed-[a-z0-9]*: message: received for the agent, 1 in all$' "$T/execute"
go; wait $execute
like 'execute reports that a message was delivered' "$(cat "$T/execute")" '^[0-9:]* session-listed-[a-z0-9]*: delivered: 1 of 1 messages$'
export ORCHESTRATOR_HOME="$T/state"; cd "$T/r" || exit 1

settings acp
job both <<'E'
[ "$n" -gt 2 ] || hang
[ "$n" != 2 ] || echo steer
echo "$n" >>b
E
echo '{ "steers": true }' >"$T/in/can"
dispatch both && at both 1
orchestrator tell both First >"$T/out"; wait_for 20 is_messages both .status waiting
go; at both 2
orchestrator tell both Second >"$T/out"; wait_for 20 is_messages both .status 'given; waiting'
go; ended both
is 'a message that is delivered before an older one is one remark, and so is the older one' \
    "$(messages both '"\(.status) \(.how) \(.run)"'), $(st both .remarks | tr '\n' ' ')" \
    'delivered turn 002; delivered in-turn 002, First  Second '
rm -f "$T/in/can"

# Remarks that are ignored stay ignored, whatever was told meanwhile.
settings sh '"review": "none"'
job lazy <<'E'
[ "$n" != 2 ] || hang
[ "$n" != 1 ] || echo x >lazy
E
dispatch lazy && ended lazy
orchestrator rework lazy 'Do it better' >"$T/out" 2>&1; at lazy 2
orchestrator tell lazy 'And soon' >"$T/out"; wait_for 20 is_messages lazy .status waiting
go; ended lazy rejected
is 'work that ignores remarks and a message is not approved' \
    "$(st lazy '"\(.status) \(.remarks)"') $(field review.json .decided_by lazy)" 'rejected Do it better

And soon unchanged'

# Stands in for opencode with the plugin that it is given, which reads a message when a tool has ended.
mkdir -p "$T/bin" "$HOME/.config/opencode/node_modules"; PATH="$T/bin:$PATH"
cat >"$T/bin/opencode" <<'E'
#!/bin/sh
say() { printf '{"type":"%s","sessionID":"ses_1",%s}\n' "$1" "$2"; }
plugin() { printf %s "$OPENCODE_CONFIG_CONTENT" | jq -r '.plugin[0] // "none"'; }
reads() { jq -c '{ type: "told", sessionID: .conversation, number }' "$(dirname "$(plugin)")/words.json"; }
say step_start '"part":{}'
. "$T/agent"
say step_finish '"part":{"reason":"stop"}'
E
chmod +x "$T/bin/opencode"
words() { cat "$(session_of "$1")/transcript/words.json"; }
offered() { words "$1" | grep -q "$2"; }
settings opencode
job plugged <<'E'
echo "$n" >>plugged; hang
[ "$n" != 1 ] || { reads; say tool_use '"part":{}'; rm "$T/at.plugged.1"; hang; }
E
dispatch plugged && at plugged 1
is 'the plugin of opencode is in the session directory' \
    "$(sed -n 's/^export const \([A-Za-z]*\).*/\1/p' "$(session_of plugged)/transcript/words.js")" Words
orchestrator tell plugged 'Use tabs' >"$T/out"
ok 'a message to opencode is offered while its tool runs' wait_for 20 offered plugged '"number":1,.*Use tabs'
is 'a message to opencode names its conversation' "$(words plugged | jq -r .conversation)" ses_1
go
ok 'a message that opencode has read is delivered during the turn' \
    wait_for 20 is_messages plugged '"\(.status) \(.how) \(.run)"' 'delivered in-turn 001'
at plugged 1
orchestrator tell plugged 'And test' >"$T/out"
ok 'the second message to opencode has the next number' wait_for 20 offered plugged '"number":2,.*And test'
go; at plugged 2
is 'a message that opencode has not read comes with the next prompt' \
    "$(messages plugged '"\(.status) \(.how) \(.run)"') $(grep -c 'And test' "$T/prompt.plugged.2")" \
    'delivered in-turn 001; given turn 002 1'
is 'a message that opencode has not read is not offered to the next run' "$(words plugged)" ''
go; ended plugged

rmdir "$HOME/.config/opencode/node_modules"
job unready <<'E'
plugin >"$T/plugin.$n"; echo "$n" >>unready; [ "$n" != 1 ] || hang
E
dispatch unready && at unready 1
orchestrator tell unready 'Use tabs' >"$T/out"; wait_for 20 is_messages unready .status waiting
go; ended unready
is 'opencode whose plugins are not ready gets messages with the next prompt' \
    "$(cat "$T/plugin.1") $(messages unready '"\(.status) \(.how) \(.run)"')" 'none delivered turn 002'

settings sh
job bad <<'E'
hang
E
dispatch bad && at bad 1
d=$(session_of bad)/messages
printf '\377' >"$d/m-aaaaaa"; ln -s /etc/passwd "$d/link"; : >"$d/empty"
ok 'a message that is not text is refused' wait_for 20 test -e "$d/m-aaaaaa.refused"
ok 'a link among the messages is refused' wait_for 20 test -L "$d/link.refused"
ok 'refused files are not recorded' not test -e "$(session_of bad)/messages.json"
run orchestrator --json tell bad -- '-x'
is 'tell --json prints the id of the message' "$(printf %s "$out" | jq -r '.message | test("^m-[a-z0-9]{6}$")')" true
orchestrator cancel bad >"$T/out" 2>&1
run orchestrator tell bad 'x'
like 'a cancelled session refuses a message' "$err" 'refused: it is cancelled: orchestrator rework bad gives its agent remarks$'
done_testing
