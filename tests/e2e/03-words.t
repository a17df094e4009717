#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Messages to claude during its turn, with a stand-in for the client.
. "$(dirname "$0")/lib.sh"

mkdir -p "$T/bin" "$T/in"
cp "$top/tests/agents/claude-stand-in" "$T/bin/claude"
cp "$top/tests/unit/fixtures/claude-success.jsonl" "$T/in/stream"
cp "$top/tests/unit/fixtures/claude-lost.jsonl" "$T/in/lost"
export PATH="$T/bin:$PATH" STAND_IN="$T/in"
unset CLAUDECODE CLAUDE_CONFIG_DIR CLAUDE_CODE_OAUTH_TOKEN IS_SANDBOX
mkfifo "$T/go" && exec 8<>"$T/go"
# The client does what $T/does.ITEM says; $n is the number of its run.
cat >"$T/in/job" <<'E'
n=$(($(cat "$T/n.$ITEM_ID" 2>/dev/null || echo 0) + 1)); echo "$n" >"$T/n.$ITEM_ID"
printf '%s\n' "$prompt" >"$T/prompt.$ITEM_ID.$n"
at() { echo >"$T/at.$ITEM_ID.$n"; }
hang() { at; read -r _ <"$T/go"; }
begins() { head -n 1 "$STAND_IN/stream" | sed "s/5e551011-0000-4000-8000-000000000001/$id/"; }
. "$T/does.$ITEM_ID"
E
# What it does in a turn that a message begins.
cat >"$T/in/again" <<'E'
printf '%s\n' "$message" >>told
sed -i 's/Hello there/Told/' "$STAND_IN/stream"
E
new_repo "$T/r" 2 && cd "$T/r" && mkdir .orchestrator || exit 1
settings() {	# MEMBERS of the settings
	echo '{ "roles": { "implementer": "claude" }, "review": "none", "stop_grace": 1, "attempts": 1'"${1:+, $1}"' }' >.orchestrator/config.json
	git add . && git commit -qm Settings
}
job() { cat >"$T/does.$1"; }
at() { wait_for 20 test -e "$T/at.$1.$2"; }
go() { echo >&8; }
st() { field state.json "$2" "$1"; }
is_st() { [ "$(st "$1" .status)" = "$2" ]; }
ended() { wait_for 20 is_st "$1" "${2:-approved}"; }
message() { field messages.json '.messages[] | "\(.status) \(.how) \(.run) \(.given)"' "$1"; }
is_message() { [ "$(message "$1")" = "$2" ]; }
prompted() { grep -c -e "$2" "$T/prompt.$1.${3:-1}"; }
log_of() { cat "$(session_of "$1")/output.log"; }
told() {	# ITEM STATE: dispatches it, and tells the agent when it is at work
	orchestrator dispatch --title Work "$1" >"$T/out" 2>&1 && at "$1" 1
	orchestrator tell "$1" "Told $1" >"$T/out"
	wait_for 20 is_message "$1" "$2"
}
sent='given in-turn 001 1'

settings
job tool <<'E'
at; take; printf '%s\n' "$message" >told
E
told tool 'delivered in-turn 001 1'
ended tool
like 'a message reaches claude while its tool prints nothing' "$(git show session/tool/1:told)" '^Told tool$'
is 'a message that claude took during its turn begins no further run' "$(message tool) $(cat "$T/n.tool") $(st tool .remarks)" \
    'delivered in-turn 001 1 1 Told tool'
is 'the log does not repeat what claude was told' "$(log_of tool | grep -c -e '^\[implementer\].*<message>' -e '^\[implementer\].*Title: Work')" 0
is 'claude gets its prompt' "$(prompted tool '^Title: Work')" 1

job turn <<'E'
hang; echo "$n" >work
E
told turn "$sent"
go; ended turn
like 'a message that comes when no tool follows begins another turn of the same run' "$(git show session/turn/1:told)" '^Told turn$'
is 'a message that begins another turn is delivered in the run' "$(message turn) $(cat "$T/n.turn")" 'delivered in-turn 001 1 1'
is 'the results of the turns of a run are the summary' "$(paste -sd' ' "$(session_of turn)/summary.md")" 'Hello there.  Told.'

echo '' >"$T/in/lifecycle"
job old <<'E'
[ "$n" != 1 ] || hang
echo "$n" >>work
E
told old 'waiting null  0'
go; ended old
is 'a claude that does not report what it takes gets a message with the next prompt' \
    "$(message old) $(prompted old '^Told old$' 2)" 'delivered turn 002 1 1'
echo cancelled >"$T/in/lifecycle"
job cancel <<'E'
[ "$n" != 1 ] || { hang; take; }
echo "$n" >>work
E
told cancel "$sent"
go; ended cancel
is 'a message that claude cancels is given with the next prompt' "$(message cancel)" 'delivered turn 002 2'
rm "$T/in/lifecycle"

job dies <<'E'
[ "$n" != 1 ] || { begins; hang; kill -9 $$; }
echo "$n" >>work
E
told dies "$sent"
go; ended dies
is 'a message that claude had not taken when it died is given with the next prompt' \
    "$(message dies) $(prompted dies '^Told dies$' 2)" 'delivered turn 002 2 1'
job stop <<'E'
[ "$n" != 1 ] || { begins; hang; }
echo "$n" >>work
E
told stop "$sent"
orchestrator interrupt stop >"$T/out" 2>&1
ended stop
is 'a message that claude had not taken when it was interrupted is given with the next prompt' \
    "$(message stop) $(prompted stop '^Told stop$' 2)" 'delivered turn 002 2 1'

job forgets <<'E'
[ "$n" != 1 ] || { begins; at; take; rm -r "$home/conversations"; kill -9 $$; }
echo "$n" >>work
E
told forgets 'delivered in-turn 001 1'
ended forgets
is 'a message that was delivered to a conversation that is lost is in the prompt of the next one' \
    "$(sed -n '/^<remarks>$/,/^<.remarks>$/p' "$T/prompt.forgets.2" | grep -c '^Told forgets$')" 1

settings '"budget": { "session": { "tokens": 200 } }'
job spent <<'E'
[ "$n" != 1 ] || { sed -i 's/"outputTokens":30/"outputTokens":300/' "$STAND_IN/stream"; hang; }
echo "$n" >>work
E
told spent "$sent"
go; ended spent waiting
is 'a message begins no other turn when the budget is spent' "$(message spent) $(cat "$T/n.spent")" 'waiting null 001 1 1'
orchestrator answer spent '10000 tokens' >"$T/out" 2>&1
ended spent
is 'a message that waited for a budget is given with the next prompt' "$(message spent)" 'delivered turn 002 2'
done_testing
