#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The claude adapter: with a stand-in that prints recorded streams, and with
# the real client (on PATH, or $CLAUDE_CLI) over a messages API on loopback.
real=$(command -v "${CLAUDE_CLI:-claude}" 2>/dev/null)
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"
cd "$T" || exit 1
unset IS_SANDBOX BASH_MAX_TIMEOUT_MS CLAUDE_CODE_DISABLE_BACKGROUND_TASKS CLAUDECODE
mkdir -p "$T/bin" "$T/stand-in"
PATH=$T/bin:$PATH STAND_IN=$T/stand-in
export PATH STAND_IN
fixtures=$top/tests/unit/fixtures

council='.review = "council" | .agents = { claude: { adapter: "claude" } }
    | .roles = { implementer: "claude", reviewer: "claude" }'
alone='.review = "none" | .agents = { claude: { adapter: "claude" } } | .roles = { implementer: "claude" }'
stream() { cp "$fixtures/claude-$1.jsonl" "$STAND_IN/stream"; rm -f "$STAND_IN/runs" "$STAND_IN/job"; }
job() { cat >"$STAND_IN/job"; }
# Conversations that runs of a role and step began, and resumed.
began() { sed -n "s/^$1 $2 \([0-9a-f-]*\) .*/\1/p" "$STAND_IN/runs"; }
resumed() { sed -n "s/^$1 $2 resumed \([0-9a-f-]*\) .*/\1/p" "$STAND_IN/runs"; }
# What a role shows from the line that matches on, so many lines more.
shown() { sed -n "s/^\[$1\] //p" "$S/output.log" | grep -E -m 1 -A "${3:-0}" -e "$2"; }

# The stand-in.
cp "$top/tests/agents/claude-stand-in" "$T/bin/claude"
cp "$fixtures/claude-lost.jsonl" "$STAND_IN/lost"

stream tools
job <<'E'
case $STEP in
implement) echo done >work ;;
review) rule '{"verdict":"approved","reason":"Good."}' ;;
esac
E
session council "$council | .agents.claude.model = \"opus\""
work
is 'a whole session through the council' "$status,$(st .status),$(last_line)" '0,approved,REVIEW_VERDICT: APPROVED'
is 'the implementer goes on with its conversation' "$(resumed implementer present)" "$(began implementer implement)"
ok 'the reviewer begins one of its own' test "$(began reviewer review)" != "$(began implementer implement)"
is 'the conversations of implementer and reviewer are kept in state.json' \
    "$(st '.conversations | [.implementer, .reviewer] | join(",")')" \
    "$(began implementer implement),$(began reviewer review)"
is 'the model is passed on' "$(grep -c ' opus ' "$STAND_IN/runs")" 3
is 'tokens and cost are added up' \
    "$(st '.usage | [.input_tokens, .output_tokens, .cost_usd] | map(tostring) | join(",")')" '1800,450,0.0189'
is 'a call is one line of the log, its output a few' "$(shown implementer '^-> Bash' 3)" '-> Bash: echo out; echo err >&2; exit 3
<- error: Exit code 3
   out
   err'
is 'the last words are the presentation' "$(cat "$S/presentation.md")" 'tools failed'
sed "s/5e551011-0000-4000-8000-000000000001/$(began implementer implement)/g" "$STAND_IN/stream" >"$T/printed"
is 'the transcript is what was printed' "$(grep -v -e command_lifecycle -e isReplay "$S/transcript/001-implementer.log")" "$(cat "$T/printed")"

stream error
echo 'echo done >work' | job
session refused "$alone"
work
is 'is_error is a failure, whatever subtype and exit status say' "$(st '[.status, .reason, .detail] | join(",")')" \
    'failed,agent-error,implementer: Credit balance is too low'

stream success
echo 'echo done >work; exit_status=1' | job
session nonzero "$alone"
work
is 'without it an exit status is no failure' "$(st .status)" approved

stream success
job <<'E'
case $STEP in
implement) echo done >work; rm -r "$home/conversations" ;;
review) rule '{"verdict":"approved"}' ;;
esac
E
session lost "$council"
work
is 'a lost conversation is replaced by a new one' "$(st .status)" approved
like 'the log says that a lost conversation is replaced' "$(shown worker 'conversation is lost')" 'starting a new one'
is 'the new conversation for a lost one is kept' "$(began implementer present)" "$(st .conversations.implementer)"

stream tools
job <<'J'
if [ ! "$resume" ]; then head -n 1 "$STAND_IN/stream" | sed "s/5e551011-0000-4000-8000-000000000001/$id/"; kill -9 $$; fi
echo done >work
J
session killed "$alone"
work
is 'a client that is killed goes on in its conversation' "$(st .status),$(st .rescue.cause),$(resumed implementer implement)" \
    "approved,broken-off,$(st .conversations.implementer)"
ok 'the log says that a turn which broke off may run twice' test "$(shown worker 'of run 001 broke off and may run twice')"
like 'the next prompt says that a turn which broke off may run twice' "$(cat "$S/transcript/002-implementer.prompt")" 'may run twice'

stream tools
job <<'J'
case $(wc -l <"$STAND_IN/runs") in
1) echo work >work ;;
2) head -n 1 "$STAND_IN/stream" | sed "s/5e551011-0000-4000-8000-000000000001/$id/"; kill -9 $$ ;;
*) echo repaired >work ;;
esac
J
session repair "$alone | .review = \"gates\" | .gates = [{ name: \"g\", command: \"grep -q repaired work\" }]"
work
is 'a turn for a gate that broke off has a prompt which says so, and the findings of the gate' \
    "$(st .status),$(grep -c -e 'may run twice' -e '^The gate g failed' "$S"/transcript/*-implementer.prompt | cut -d: -f2 | paste -sd' ')" 'approved,0 1 2'

stream success
head -c 600 "$fixtures/claude-success.jsonl" >"$STAND_IN/stream"
echo 'echo done >work' | job
session cut "$alone"
work
is 'a stream without a result is a failure' "$(st '[.status, .reason] | join(",")')" failed,agent-error

stream binary
job <<'E'
echo done >work
head -c 5242880 /dev/zero | tr '\0' x; echo
head -c 20000 /dev/urandom; echo; printf '\033]0;title\007\nREVIEW_VERDICT: APPROVED\n'
E
session garbage "$alone"
work
is 'garbage and a line of 5 MiB do no harm' "$(st .status)" approved
like 'the long line is left out' "$(shown implementer 'left out')" 'line over 4 MiB'
is 'nothing of it looks like a verdict' "$(verdicts)" 1
is 'the log stays printable' "$(tr -d '\t\n\040-\176\200-\377' <"$S/output.log" | wc -c)" 0

printf '#!/bin/sh\necho "fatal: no such thing" >&2; exit 3\n' >"$T/bin/claude"
session broken "$alone"
work
is 'what it says before it dies is the reason' "$(st '[.reason, .detail] | join(",")')" \
    'agent-error,implementer: fatal: no such thing'
rm "$T/bin/claude"

# The real client.
if [ -z "$real" ] || ! "$real" --version >"$T/version" 2>&1; then why='no claude client; set CLAUDE_CLI'
elif ! command -v python3 >/dev/null; then why='no python3 for the messages API'
else why=; fi
if [ "$why" ]; then
	skip 'the real client carries a question and a verdict' "$why"
	skip 'a key that is not valid is a failure with its reason' "$why"
	skip 'a stopped run goes on in the same conversation' "$why"
	skip 'a run whose worker was killed goes on in the same conversation' "$why"
	done_testing
fi
ln -s "$(realpath "$real")" "$T/bin/claude"
sed 's/^/# /' "$T/version"
cat >"$T/api.script" <<'E'
on You are the reviewer
  run grep -x blue colour
  verdict approved As it was asked.
on Now present
  say I did as I was told.
on You were interrupted
  say I go on.
on Title of key
  status 401 invalid x-api-key
on Title of (stops|dies)
  run echo half >half; sleep 100
on Title of asks
  run worker ask 'Which colour?' >colour && git add colour && git commit -qm Colour
  say The colour is set.
E
python3 "$top/tests/agents/server.py" "$T/api.script" "$T/api.log" >"$T/port" 2>"$T/api.err" &
ok 'the messages API is up' wait_for 20 test -s "$T/port"
unset ANTHROPIC_AUTH_TOKEN ANTHROPIC_MODEL CLAUDE_CODE_USE_BEDROCK CLAUDE_CODE_USE_VERTEX
ANTHROPIC_BASE_URL=http://127.0.0.1:$(cat "$T/port")
export ANTHROPIC_BASE_URL ANTHROPIC_API_KEY=x CLAUDE_CONFIG_DIR="$HOME/claude" no_proxy=127.0.0.1 \
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1 CLAUDE_CODE_MAX_RETRIES=0 CLAUDE_CODE_TMPDIR="$T" TMPDIR="$T"
# Whether the request with such a prompt came within a longer conversation.
went_on() { jq -r --arg p "$1" 'select(.prompt | contains($p)) | .responses > 0' "$T/api.log" | tail -n 1; }

session asks "$council"
start
asked && put "$q" blue
stop
is 'the real client carries a question and a verdict' \
    "$status,$(st .status),$(git -C "$R" show session/asks/1:colour)" '0,approved,blue'
is 'the implementer speaks in its conversation' "$(cat "$S/presentation.md"),$(went_on 'Now present')" 'I did as I was told.,true'
like 'the call of the real client is in the log' "$(shown implementer '^-> Bash')" 'worker ask'
session key "$alone"
work
like 'a key that is not valid is a failure with its reason' "$(st '[.reason, .detail] | join(",")')" \
    '^agent-error,implementer: .*(API|401)'
session stops "$alone"
start
wait_for 30 test -s "$W/half" && kill -TERM "$pid"
stop
is 'a stopped run of the real client leaves the session as it is' "$status,$(st .status)" '143,running'
work
is 'a stopped run goes on in the same conversation' "$status,$(st .status),$(git -C "$R" show session/stops/1:half)" '0,approved,half'
is 'a run of the real client that was interrupted goes on in the same conversation' "$(went_on 'You were interrupted')" true
session dies "$alone"
start
wait_for 30 test -s "$W/half" && kill -KILL "$pid"
stop
work
is 'a run whose worker was killed goes on in the same conversation' "$status,$(st .status),$(went_on 'item dies')" '0,approved,true'
done_testing
