#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Servers of the Model Context Protocol: worker mcp, for the agent of a run, and orchestrator mcp.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"
cd "$T" || exit 1

# A client: request METHOD [PARAMS] and stateless METHOD [PARAMS] print a line of the protocol, tool NAME ARGUMENTS the
# parameters of a call.
cat >"$T/client" <<'E'
request() { jq -nc --arg m "$1" --argjson p "${2:-"{}"}" '{ jsonrpc: "2.0", id: 1, method: $m, params: $p }'; }
stateless() { request "$1" "$(jq -nc --argjson p "${2:-"{}"}" '$p + { _meta: { "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {} } }')"; }
tool() { jq -nc --arg n "$1" --argjson a "$2" '{ name: $n, arguments: $a }'; }
call() { request tools/call "$(tool "$@")" | worker mcp | jq -r '"\(.result.isError) \(.result.content[0].text)"'; }
E
# shellcheck source=/dev/null
. "$T/client"
echo '. "$T/client"' >>"$T/prelude"
talk() { timeout 20 worker mcp; }
initialized() { request initialize "{\"protocolVersion\": \"$1\"}" | talk | jq -r .result.protocolVersion; }
names() { jq -r '.result.tools[].name' | paste -sd' '; }

# The protocol, outside of a session.
for version in 2024-11-05 2025-03-26 2025-06-18 2025-11-25; do
	is "a client that asks for $version gets that version" "$(initialized $version)" $version
done
is 'a client that asks for an unknown version gets the newest of those with initialize' "$(initialized 2031-01-01)" 2025-11-25
is 'server/discover lists the version without initialize' \
    "$(stateless server/discover | talk | jq -c '.result | [.supportedVersions, .resultType, .capabilities.tools]')" '[["2026-07-28"],"complete",{}]'
is 'a request of an unsupported version is refused with the supported ones' \
    "$(stateless tools/list | sed 's/2026-07-28/2031-01-01/' | talk | jq -c '[.error.code, .error.data]')" \
    '[-32022,{"supported":["2026-07-28"],"requested":"2031-01-01"}]'
is 'only a client without initialize gets the new members of a result' \
    "$({ request tools/list; stateless tools/list; } | talk | jq -r '.result.resultType // "none"' | paste -sd' ')" 'none complete'
is 'the tools of worker mcp have schemas' "$(request tools/list | talk | jq -c 'del(.result.tools[] | select(.inputSchema.type != "object"))' | names)" \
    'ask_question report_progress submit_verdict write_summary'
is 'an implementer at work gets no tool for a verdict' "$(request tools/list | ROLE=implementer STEP=implement talk | names)" \
    'ask_question report_progress write_summary'
is 'a reviewer gets no tool for the summary' "$(request tools/list | ROLE=reviewer STEP=review talk | names)" \
    'ask_question report_progress submit_verdict'
is 'an unknown method is refused' "$(request resources/list | talk | jq .error.code)" -32601
is 'a line that is not JSON is refused' "$(echo '{"jsonrpc": ' | talk | jq -c '[.error.code, .id]')" '[-32700,null]'
is 'JSON that is no request is refused' "$(echo '[1]' | talk | jq .error.code)" -32600
is 'an unknown tool is refused' "$(request tools/call '{"name": "shell"}' | talk | jq .error.code)" -32602
is 'a ping is answered' "$(request ping | talk | jq -c .result)" '{}'
is 'notifications and replies are not answered' "$(printf '%s\n' '{"jsonrpc":"2.0","method":"notifications/initialized"}' \
    '{"jsonrpc":"2.0","id":1,"result":{}}' '' | talk | wc -c)" 0
is 'a reply has the id of its request, also if that is a string' "$(request ping | sed 's/"id":1/"id":"a-1"/' | talk | jq -r .id)" a-1
is 'an unfinished line is ignored' "$(request ping | tr -d '\n' | talk | wc -c)" 0
is 'a message over the limit is refused, and the next one answered' \
    "$({ head -c 3000000 /dev/zero | tr '\0' x; echo; request ping; } | talk | jq -c '.error.code // .result' | paste -sd' ')" '-32600 {}'
is 'each of 20,000 messages at once is answered' "$(yes "$(request ping)" | head -n 20000 | talk | wc -l)" 20000
like 'a call without a needed argument is an error that the model sees' "$(call ask_question '{}')" '^true .*"question" is missing'
like 'an argument of the wrong type is an error' "$(call report_progress '{"done": "1", "total": 2}')" '^true .*"done" must be an integer'
like 'an unknown argument is an error' "$(call write_summary '{"text": "x", "force": true}')" '^true .*no argument "force"'
like 'a value that a tool does not know is an error' "$(call submit_verdict '{"verdict": "maybe"}')" '^true .*must be one of approved, rejected'
like 'a tool says that it is called outside a session' "$(call write_summary '{"text": "x"}')" '^true .*SESSION_DIR'

# In a session.
role implementer <<'E'
echo "$prompt" >"$T/$ITEM_ID.prompt"
{
	case $prompt in *'<answer>'*) ;; *)
		call report_progress '{"done": 1, "total": 3, "note": "- the parser"}'
		call submit_verdict '{"verdict": "approved"}'
		call ask_question '{"question": "-Which database?", "options": ["postgres", "-sqlite"]}'
		call ask_question '{"question": "Which port?"}'
		exit 0 ;;
	esac
	call ask_question '{"question": "Which port?"}'
	echo done >done
	call write_summary '{"text": "The summary\n\nof the work"}'
} >>"$T/$ITEM_ID.calls"
E
role reviewer <<'E'
call submit_verdict '{"verdict": "approved", "findings": "As it was asked."}'
E
session asks
start
idle() { [ "$(st '[.status, .run] | tostring')" = '["waiting",null]' ]; }
ok 'no process of the agent waits for the answer to a question asked with a tool' wait_for "$LIMIT" idle
is 'a question asked with a tool is recorded as deferred' \
    "$(rec questions.json '.questions[0] | [.status, .deferred, .question, .options] | tostring')" \
    '["open",true,"-Which database?",["postgres","-sqlite"]]'
is 'state.json has the progress that a tool reports' "$(st '.tasks | [.done, .total, .note] | tostring')" '[1,3,"- the parser"]'
like 'a verdict of the implementer with a tool is refused' "$(said calls)" '^true .*the implementer gives no verdict in step implement'
is 'ask_question returns at once, and says that the turn is to end' \
    "$(said calls | grep -c '^worker: q-[a-z0-9]* is recorded; end your turn now')" 2
kill -9 "$pid"; stop
start
both() { [ "$(rec questions.json '[.questions[] | select(.status == "open")] | length')" = 2 ] && [ "$(st .status)" = waiting ]; }
ok 'questions asked with a tool stay open when the worker is killed' wait_for "$LIMIT" both
put "$(rec questions.json '.questions[0].id')" 2
put "$(rec questions.json '.questions[1].id')" 8080
stop
is 'the session continues when all questions of the turn are answered' "$status,$(st .status)" 0,approved
is 'the next prompt has the answers' "$(grep -c -e '^-sqlite$' -e '^8080$' asks.prompt)" 2
like 'a question that was answered before is answered at once' "$(said calls)" '^false 8080'
is 'delivered answers are not given again' "$(rec questions.json '[.questions[].deferred] | tostring')" '[false,false]'
is 'a tool writes the summary' "$(head -n 1 "$S/summary.md")" 'The summary'
is 'a tool gives the verdict of a judge' "$(rec review.json '.opinions[-1] | [.role, .verdict, .findings] | tostring')" \
    '["reviewer","approved","As it was asked."]'

no_roles
role implementer <<'E'
call ask_question '{"question": "Which?"}' >"$T/asked"
worker ask --defer 'Which?' 2>"$T/again"; echo $? >"$T/status"
exit 3
E
session fails
work
is 'worker ask --defer asks the agent to end its turn' "$(cat status; sed 's/q-[a-z0-9]*/ID/' again | tail -n 1)" \
    "$(printf '%s\n' 75 'worker: ID is recorded; end your turn now: the answer begins the next one')"
is 'the same question is recorded once' "$(rec questions.json '.questions | length')" 1
is 'a run that asks and fails leaves no question open' "$(st .status),$(rec questions.json '.questions[0].status')" failed,withdrawn

role implementer <<'E'
call ask_question '{"question": "Which?"}'
hang
E
session hangs '.limits = { stall: 2, recoveries: 0 }'
work
is 'an agent that asks with a tool, and does not end its turn, is stopped at the limit' "$(st .status),$(st .reason)" failed,stalled

# Each client gets the server, with all the variables that it needs.
mkdir bin in
given=$PATH PATH=$T/bin:$PATH STAND_IN=$T/in
export PATH STAND_IN
fixtures=$top/tests/unit/fixtures
cat >job <<'E'
case $STEP in implement) ;; *) exit 0 ;; esac
. "$T/client"
. "$STAND_IN/configured" >"$STAND_IN/server.json"
eval "set -- env -i PATH=/usr/bin:/bin $(jq -r '((.env | to_entries[] | "\(.key)=\(.value)"), .command[]) | @sh' "$STAND_IN/server.json" | paste -sd' ')"
{ request tools/list; request tools/call "$(tool report_progress '{"done": 1, "total": 2}')"; } | "$@" >"$STAND_IN/replies"
echo done >done
E
for client in claude codex gemini opencode acp copilot; do
	rm -f bin/* in/*
	cp job in/job
	agent="{ adapter: \"$client\" }"
	case $client in
	claude)
		cp "$top/tests/agents/claude-stand-in" bin/claude; cp "$fixtures/claude-success.jsonl" in/stream
		echo 'jq ".mcpServers.orchestrator | { command: ([.command] + .args), env }" "$STAND_IN/mcp"' ;;
	codex)
		echo 'jq -Rn "[inputs | capture(\"^mcp_servers.orchestrator.(?<k>[^=]*)=(?<v>.*)\") | { (.k): (.v | fromjson) }] | add |
		    { command: ([.command] + .args), env: with_entries(select(.key | startswith(\"env.\")) | .key |= ltrimstr(\"env.\")) }" "$STAND_IN/config"' ;;
	opencode) echo 'printf %s "$OPENCODE_CONFIG_CONTENT" | jq ".mcp.orchestrator | { command, env: .environment }"' ;;
	gemini) echo 'jq ".mcpServers.orchestrator | { command: ([.command] + .args), env }" "$GEMINI_CLI_SYSTEM_DEFAULTS_PATH"' ;;
	copilot)	# its command is a string, which passes the option on
		printf '%s\n' '#!/bin/sh' '[ "$1 $2" = "--acp --additional-mcp-config" ] && printf "%s\n" "$3" >"$STAND_IN/mcp"' \
		    "exec $top/tests/agents/acp-stand-in" >bin/copilot
		chmod 755 bin/copilot
		agent='{ adapter: "acp", command: "copilot --acp" }'
		echo 'jq ".mcpServers.orchestrator | { command: ([.command] + .args), env }" "$STAND_IN/mcp"' ;;
	acp)
		agent="{ adapter: \"acp\", command: [\"$top/tests/agents/acp-stand-in\"] }"
		echo 'jq "select(.method == \"session/new\").params.mcpServers[0] | { command: ([.command] + .args), env: (.env | map({ (.name): .value }) | add) }" "$STAND_IN/said"' ;;
	esac >in/configured
	case $client in codex | gemini | opencode) cp "$top/tests/agents/client-stand-in" "bin/$client"; cp "$fixtures/$client-tools.jsonl" in/stream ;; esac
	session "given-$client" ".agents = { a: $agent } | .roles = { implementer: \"a\" } | .review = \"none\""
	work
	is "$client gets the tools of an implementer" "$(jq -r 'select(.result.tools) | .result.tools[].name' in/replies | paste -sd' ')" \
	    'ask_question report_progress write_summary'
	is "a call of a tool by $client is accepted" "$(st '"\(.status) \(.tasks.done)"')" 'approved 1'
done
rm -f bin/* in/*
cp "$top/tests/agents/claude-stand-in" bin/claude
cp "$fixtures/claude-success.jsonl" in/stream
echo "rule '{\"verdict\":\"approved\",\"reason\":\"Good.\"}'" >in/job
session judged '.agents = { a: { adapter: "claude" }, b: { command: ["sh", "-c", "echo done >done"] } } |
    .roles = { implementer: "b", reviewer: "a" } | .review = "council"'
work
is 'a judge whose verdict is its result has no server' "$(st .status),$(test -e in/runs && test ! -e in/mcp; echo $?)" approved,0
PATH=$given

# orchestrator mcp: what the commands print with --json.
cd "$R" || exit 1
mkdir .orchestrator
cat >.orchestrator/config.json <<'E'
{ "agents": { "a": { "command": ["sh", "-c", "worker ask 'Which colour?' -o red -o blue >colour"] } }, "roles": { "implementer": "a" }, "review": "none" }
E
git add .orchestrator && git commit -qm Settings
talk() { timeout 60 orchestrator mcp; }
tools() { request tools/call "$(tool "$@")" | talk | jq -r 'if .result.isError then "error: " else "" end + .result.content[0].text'; }
is 'the tools of orchestrator mcp are commands' "$(stateless tools/list | talk | names)" 'status questions answer dispatch tell merge wait'
is 'orchestrator mcp answers clients with and without initialize' "$({ request initialize '{"protocolVersion": "2025-06-18"}'; stateless server/discover; } |
    talk | jq -r '.result.protocolVersion // .result.supportedVersions[0]' | paste -sd' ')" '2025-06-18 2026-07-28'
tools dispatch '{"item": "paint", "title": "Paint it", "description": "- in one colour\n- of yours"}' >"$T/out"
is 'the tool dispatch starts a session' "$(jq -r .item "$T/out")" paint
is 'a description of several lines arrives whole' "$(field item.json .description paint)" "$(printf '%s\n' '- in one colour' '- of yours')"
is 'the tool wait returns when a session asks' "$(tools wait '{"sessions": ["paint"]}' | jq -r '.sessions[] | "\(.item) \(.questions_open)"')" 'paint 1'
is 'the tool questions prints what the command prints' "$(tools questions '{}' | jq -S .)" "$(orchestrator --json questions | jq -S .)"
like 'a refusal by a command is an error with its message' "$(tools answer '{"session": "paint", "answer": "green"}')" '^error: .*not one of the options'
like 'an operand that begins with a dash is refused' "$(tools merge '{"session": "--approved"}')" '^error: .*must not begin with a dash'
is 'the tool answer answers' "$(tools answer '{"session": "paint", "answer": "blue"}' | jq .given)" true
is 'the tool wait returns when a session is approved' "$(tools wait '{}' | jq -r '.sessions[] | "\(.item) \(.status)"')" 'paint approved'
is 'the tool status shows one session' "$(tools status '{"session": "paint"}' | jq -r .state.status)" approved
like 'the tool tell says why a message is refused' "$(tools tell '{"session": "paint", "text": "Hurry"}')" '^error: .*rework'
is 'the tool merge merges' "$(tools merge '{"session": "paint"}' >/dev/null; git show HEAD:colour)" blue
run orchestrator wait --timeout 1
is 'wait returns at once when no session is at work' "$status,$out" 0,
orchestrator dispatch --title Slow slow >"$T/out" 2>&1
answered() { [ "$(orchestrator --json questions | jq '.questions | length')" = 1 ]; }
wait_for 20 answered
taken() { [ "$(orchestrator --json questions | jq ".questions | length")" = 0 ]; }
orchestrator answer slow red >"$T/out" 2>&1; wait_for 20 taken; orchestrator wait slow >"$T/out"
is 'wait prints the sessions that have ended or wait for a person' "$(sed 's/-slow-[a-z0-9]*/-slow/' "$T/out")" 'session-slow: approved'

# The skill.
skill=$top/share/skills/session-orchestrator/SKILL.md
orchestrator --help | sed -n '/^Commands:/,$s/^  \([a-z][a-z-]*\) .*/\1/p' | sort >"$T/commands"
is 'the commands in the skill exist' "$(grep -oE 'orchestrator (--json )?[a-z][a-z-]+' "$skill" | sed 's/.* //' | sort -u |
    grep -vx -e session | comm -23 - "$T/commands")" ''
missing=''
for o in $(grep -oE 'orchestrator [a-z-]+[^`|#]* --?[a-z]+' "$skill" | sed 's/orchestrator \([a-z-]*\).* \(--*[a-z]*\)/\1:\2/' | sort -u); do
	case $o in wait:--json) continue ;; tasks:*) c='tasks create' ;; *) c=${o%%:*} ;; esac
	# shellcheck disable=SC2086 # one word or two
	orchestrator $c --help | grep -qE -e "^  (-., )?${o#*:} " || missing="$missing $o"
done
is 'the options in the skill exist' "$missing" ''
like 'the skill begins with its name' "$(sed -n 1,2p "$skill" | paste -sd' ')" '^--- name: session-orchestrator$'
ok 'the description of the skill has less than 1,024 bytes' test "$(sed -n 's/^description: //p' "$skill" | wc -c)" -lt 1024
run orchestrator skill install
is 'the skill is installed for the user' "$status,$(find "$HOME" -name SKILL.md | sort | sed "s|^$HOME/||" | paste -sd' ')" \
    '0,.agents/skills/session-orchestrator/SKILL.md .claude/skills/session-orchestrator/SKILL.md'
ok 'the installed skill is that of share/skills' cmp -s "$HOME/.claude/skills/session-orchestrator/SKILL.md" "$skill"
run orchestrator skill install
is 'an unchanged skill is not written again' "$status $(echo "$out" | grep -c 'unchanged$')" '0 2'
echo mine >"$HOME/.claude/skills/session-orchestrator/SKILL.md"
run orchestrator --json skill install
is 'a changed skill is kept' "$status $(echo "$out" | jq -r '[.files[].outcome] | join(" ")') $(cat "$HOME/.claude/skills/session-orchestrator/SKILL.md")" \
    '73 kept unchanged mine'
run orchestrator skill install --force
ok 'a changed skill is replaced with --force' cmp -s "$HOME/.claude/skills/session-orchestrator/SKILL.md" "$skill"
run orchestrator skill install --project
is 'the skill is installed for a project' "$status,$(git status --porcelain -uall | paste -sd' ')" \
    '0,?? .agents/skills/session-orchestrator/SKILL.md ?? .claude/skills/session-orchestrator/SKILL.md'
rm .claude/skills/session-orchestrator/SKILL.md && ln -s "$T/elsewhere" .claude/skills/session-orchestrator/SKILL.md
run orchestrator skill install --project
is 'a symbolic link in place of the skill is kept' "$status,$(test -L .claude/skills/session-orchestrator/SKILL.md && test ! -e "$T/elsewhere"; echo $?)" 73,0
done_testing
