#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# orchestrator attach: a person at the screen of a client.
# shellcheck disable=SC2016 # the scripts are the agents'
. "$(dirname "$0")/lib.sh"
command -v script >/dev/null || skip_all 'script(1) is not installed here'
settings() {	# ADAPTER [MORE]
	echo "{ \"agents\": { \"c\": { $1 } }, \"roles\": { \"implementer\": \"c\" }, \"review\": \"gates\", \"stop_grace\": 1, \"gate_tries\": 0,
	    \"gates\": [ { \"name\": \"g\", \"command\": \"test ! -e broken\" } ] $2 }" >.orchestrator/config.json
	git add . && git commit -qm Settings
}
st() { orchestrator --json status "$1" | jq -r "$2"; }
is_st() { [ "$(st "$1" .status)" = "$2" ]; }
at_work() { test -s "$T/at.$1"; }
begin() { logged orchestrator dispatch --title Work "$1"; wait_for 30 "${2:-is_st}" "$1" waiting; }
attach() {
	: >"$T/screen"
	TERM=xterm-test script -qefc "orchestrator attach $1; echo \"ended: \$?\"" "$T/typescript" <"$T/keys" >"$T/screen" 2>&1 &
	terminal=$!
	exec 8>"$T/keys"
	wait_for 30 shown '^the screen|ended:'
}
shown() { grep -Eq "$1" "$T/screen"; }
types() { echo "$1" >&8; }
leaves() { types "bye ${1:-0}"; wait_for 30 shown 'ended:'; exec 8>&-; wait "$terminal"; }

# A client that has both ways: headless it does its job; on a terminal it runs what is typed.
mkdir "$T/bin" && cat >"$T/bin/claude" <<'E' && chmod +x "$T/bin/claude"
#!/bin/sh
id='' resumed=''
for word; do
	case $last in --session-id) id=$word ;; --resume) id=$word resumed=resumed ;; esac
	last=$word
done
case " $* " in
*' -p '*)
	read -r prompt
	printf '%s\n' "$prompt" >"$T/prompt.$ITEM_ID"
	echo "headless $resumed $id" >>"$T/runs.$ITEM_ID"
	printf '{"type":"system","subtype":"init","session_id":"%s","model":"scripted"}\n' "$id"
	. "$T/job"
	printf '{"type":"result","subtype":"success","is_error":false,"session_id":"%s","result":"Done."}\n' "$id"
	exit 0 ;;
esac
echo "screen $resumed $id" >>"$T/runs.$ITEM_ID"
test -t 0 && test -t 1 && test -t 2 && echo "a terminal: $TERM"
printf '%s\n' "$*" >"$T/words"
cp "$CLAUDE_CONFIG_DIR/.claude.json" "$T/accepted"
echo 'the screen'
while read -r line; do case $line in bye*) exit ${line#bye} ;; *) eval "$line" && echo "done: $line" ;; esac; done
echo 'no more input'
E
cat >"$T/job" <<'E'
echo done >>work
case $ITEM_ID,$prompt in
*'<answer>'*) ;;
asks*|parked*) worker ask --defer 'Which colour?' >/dev/null ;;
works,*interrupted*) ;;
works*|left*|fresh*) echo at work >>"$T/at.$ITEM_ID"; [ -e "$T/go.$ITEM_ID" ] || cat "$T/.never" ;;
esac
E
export PATH="$T/bin:$PATH"
new_repo "$T/r" 3 && cd "$T/r" && mkdir .orchestrator || exit 1
settings '"adapter": "claude"' '' || exit 1
# A terminal whose keyboard is descriptor 8, and whose screen is a file.
mkfifo "$T/keys"

#: a question is open
begin asks
attach asks
ok 'attach opens the screen of a client on the terminal' shown 'a terminal: xterm-test'
is 'the screen continues the conversation of the agent' "$(cut -d' ' -f1,2 "$T/runs.asks" | paste -sd,) $(cut -d' ' -f3 "$T/runs.asks" | uniq | wc -l)" \
    'headless ,screen resumed 1'
is 'a client in a private home asks nothing before its screen opens' \
    "$(jq -c --arg d "$(st asks .worktree)" '[.hasCompletedOnboarding, .bypassPermissionsModeAccepted, .projects[$d].hasTrustDialogAccepted]' "$T/accepted")" \
    '[true,true,true]'
like 'a client that may skip permissions does not ask whether it may' "$(cat "$T/words")" '--settings {"skipDangerousModePermissionPrompt":true}'
types 'echo by hand >hand'; wait_for 20 shown 'done: echo by hand'
is 'the screen works in the worktree of the session' "$(cat "$(st asks .worktree)/hand")" 'by hand'
if [ "${CONFINE:-auto}" = off ]; then
	skip 'the screen is confined like a run' 'nothing is confined here'
else
	types "echo x 2>/dev/null >'$T/r/outside'; echo tried"; wait_for 20 shown '^tried'
	is 'the screen is confined like a run' "$(ls "$T/r/outside" 2>/dev/null)" ''
fi
# stty sets rows and columns one after the other.
types 'size() { stty size; [ "$(stty size)" != "33 77" ] || kill $!; }; trap size WINCH; tail -f "$T/.never" & echo waiting
while kill -0 $! 2>/dev/null; do wait $!; done; trap - WINCH'; wait_for 20 shown '^waiting'
stty -F "$(readlink "/proc/$(cut -d' ' -f2 "$(session_of asks)/attach")/fd/0")" rows 33 cols 77
wait_for 20 shown '^33 77'
ok 'a client is told that its terminal was resized' shown '^33 77'
run script -qec 'orchestrator attach asks' /dev/null </dev/null
is 'a second person gets no screen' "$status $(printf '%s\n' "$out" | grep -c 'another orchestrator attach has the screen')" '75 1'
leaves
ok 'attach says that the session continues' shown 'asks-.*: the session continues'
ok 'attach succeeds when the client ends well' shown 'ended: 0'
is 'an open question stays open while a person has the screen' "$(st asks '"\(.status) \(.questions_open)"')" 'waiting 1'
is 'the screen is on record' "$(field state.json '"\(.attached.count) \(.attached.outcome)"' asks)" '1 null'
logged orchestrator answer asks blue
wait_for 30 is_st asks approved
is 'the session continues without the person, with the answer' "$(tail -n 1 "$T/runs.asks" | cut -d' ' -f1,2) $(grep -c '\\nblue\\n' "$T/prompt.asks")" 'headless resumed 1'
is 'work that was done at the screen is the work of the session' "$(git show session/asks/1:hand)" 'by hand'

# a turn is at work
logged orchestrator dispatch --title Work works; wait_for 30 at_work works
attach works
types 'echo x >broken'; wait_for 20 shown 'done: echo x'
leaves
wait_for 30 is_st works failed
is 'a turn at work is ended for the screen, and continued after it' "$(cut -d' ' -f1,2 "$T/runs.works" | head -n 3 | paste -sd,)" 'headless ,screen resumed,headless resumed'
ok 'the agent is told that its turn was interrupted' grep -q 'interrupted your turn' "$T/prompt.works"
is 'work that was done at the screen is judged like any other' "$(field state.json .reason works)" gate
is 'a screen counts as no recovery' "$(field state.json '"\(.rescue.attempts) \(.recoveries)"' works)" '0 0'

# the person goes away
logged orchestrator dispatch --title Work left; wait_for 30 at_work left; : >"$T/go.left"
attach left
kill -9 "$terminal"; exec 8>&-
wait_for 30 is_st left approved
is 'a session continues when the terminal of its person is gone' "$(st left .status)" approved

# a client that fails
begin asks2
attach asks2
leaves 3
ok 'attach says how the client failed' shown 'the screen of its client: exit status 3'
ok 'attach fails when the client fails' shown 'ended: 69'
is 'a client that fails at the screen fails no session' "$(st asks2 .status)" waiting
orchestrator cancel asks2 >/dev/null

# refused
refused() { run orchestrator attach "$1"; like "attach is refused $2" "$err" "no screen: $3"; }
refused asks 'to a session that has ended' 'it is approved'
logged orchestrator dispatch --title Work fresh; wait_for 30 at_work fresh
run orchestrator attach fresh </dev/null
like 'attach needs a terminal' "$err" "needs a terminal"
is 'attach without a terminal ends no turn' "$(st fresh .status) $(wc -l <"$T/runs.fresh")" 'running 1'
kill -9 "$(cut -d' ' -f2 "$(session_of fresh)/worker.lock")"
wait_for 20 sh -c 'orchestrator --json status fresh | jq -e .dead'
refused fresh 'to a session without a worker' 'no worker is running; orchestrator execute'
orchestrator cancel fresh >/dev/null
settings '"command": "worker ask Which?"' ''
begin plain
refused plain 'when the agent has no screen' 'its agent \(c\) has no screen of its own'
orchestrator cancel plain >/dev/null

#: park.worker
settings '"adapter": "claude"' ', "park": { "worker": true }'
begin parked
gone() { [ "$(st parked .alive)" = false ]; }
wait_for 20 gone
attach parked
leaves
ok 'attach starts the worker of a parked session' shown 'ended: 0'
wait_for 20 gone
is 'a session is parked again after the screen' "$(field state.json '"\(.status) \(.parked)"' parked)" 'waiting true'
done_testing
