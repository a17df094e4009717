#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What sessions cost, in reports and traces.
. "$(dirname "$0")/lib.sh"

# Stands in for opencode: a response of 0.10 USD and 110 tokens.
mkdir -p "$T/bin"; export PATH="$T/bin:$PATH"
cat >"$T/bin/opencode" <<'E'
#!/bin/sh
cat >/dev/null
say() { printf '{"type":"%s","sessionID":"conversation-%s","part":%s}\n' "$1" "$ITEM_ID" "$2"; }
say text '{"text":"The work is done."}'
say step_finish '{"reason":"stop","tokens":{"input":100,"output":10},"cost":0.1}'
[ "$ITEM_ID" != slow ] || { : >"$T/at-work"; while :; do timeout 1 cat "$T/.never"; done; }
[ "$ITEM_ID" != broken ] || exit 3
echo "$ITEM_ID" >>"work-$ITEM_ID"
E
chmod +x "$T/bin/opencode"
new_repo "$T/r" && cd "$T/r" && mkdir .orchestrator || exit 1
echo '{ "roles": { "implementer": "opencode" }, "review": "gates", "rounds": 1, "attempts": 1,
    "gate_tries": 0, "gates": [ { "name": "words", "command": "test ! -e work-bad || exit 4" } ] }' \
    >.orchestrator/config.json
git add . && git commit -qm Settings

for item in good bad broken; do
	logged orchestrator dispatch --wait --title "Make it $item" $item
done
logged orchestrator merge good
logged orchestrator dispatch --title Slow slow
ok 'an agent is at work' wait_for 20 test -e "$T/at-work"
counted() { [ "$(field state.json '.agent_runs[0].input_tokens' slow)" = 100 ]; }
ok 'the tokens of a run are recorded while it is under way' wait_for 20 counted
kill -9 "$(orchestrator --json status slow | jq .state.worker_pid)"
logged orchestrator cancel slow
logged orchestrator dispatch --wait --title Open open

# sums
is 'report --by role has the sum of all sessions, also of those that failed' "$(orchestrator report --by role)" \
    'implementer: 500 tokens in, 50 out, 0.50 USD'
is 'report --by item has a sum for each item' "$(orchestrator --json report --by item |
    jq -c '[.by, .day, (.spent | map([.item, .source, .input_tokens, .output_tokens, .cost_usd]) | sort)]')" \
    "[\"item\",null,[$(for i in bad broken good open slow; do printf ',["%s","client",100,10,0.1]' $i; done | cut -c 2-)]]"
for key in account day instance list session; do
	is "the sums by $key are those of all sessions" "$(orchestrator --json report --by $key |
	    jq -c '[(.spent | map(.input_tokens) | add), (.spent | map(.cost_usd * 10) | add | round)]')" '[500,5]'
done
is 'report --by instance names the instance' "$(orchestrator report --by instance | cut -d : -f 1)" "$(basename "$(orchestrator path --instance)")"
is 'report --day --by sums one day' "$(orchestrator report --day yesterday --by role)" 'no agent reported tokens or a cost'
run orchestrator report --by list --runs
is 'report --by refuses options of other reports' "$status" 64

logged orchestrator report --otlp "$T/traces.jsonl"
spans() { jq -c '.resourceSpans[].scopeSpans[].spans[]' "$T/traces.jsonl"; }
# of the session of an item
trace() { jq -c "select(.resourceSpans[0].scopeSpans[0].spans[0].attributes | any(.value.stringValue == \"$1\")) |
    [.resourceSpans[].scopeSpans[].spans[] | .attributes |= (map({ key, value: (.value | to_entries[0].value) }) | from_entries)] | $2" \
    "$T/traces.jsonl"; }
is 'each session that has ended is one line of the traces' "$(grep -c . "$T/traces.jsonl") $(spans | jq -r .traceId | sort -u | grep -c .)" '4 4'
is 'a session that has not ended has no trace' "$(trace open .)" ''
is 'all ids are hexadecimal, of 16 and 8 bytes' "$(spans | jq -r 'select((.traceId | test("^[0-9a-f]{32}$")) and
    (.spanId | test("^[0-9a-f]{16}$")) and ((.parentSpanId // "0123456789abcdef") | test("^[0-9a-f]{16}$")) | not)')" ''
is 'no two spans have the same id' "$(spans | jq -r .spanId | sort | uniq -d)" ''
is 'the parent of each span is in its trace' "$(jq -c '[.resourceSpans[].scopeSpans[].spans[]] as $all | $all[] |
    select(has("parentSpanId")) | . as $s | select(any($all[]; .spanId == $s.parentSpanId and .traceId == $s.traceId) | not)' "$T/traces.jsonl")" ''
is 'each trace has one span without a parent' "$(jq -c '[.resourceSpans[].scopeSpans[].spans[] | select(has("parentSpanId") | not)] | length' \
    "$T/traces.jsonl" | sort -u)" 1
is 'times are nanoseconds in strings, and no span ends before it starts' "$(spans | jq -r '[.startTimeUnixNano, .endTimeUnixNano] |
    select((map(type == "string" and test("^[0-9]{19}$")) | all) and .[0] <= .[1] | not)')" ''
is 'the version of the conventions is named' "$(jq -r '.resourceSpans[] | .schemaUrl, .scopeSpans[].schemaUrl' "$T/traces.jsonl" | sort -u)" \
    https://opentelemetry.io/schemas/1.41.0
is 'the spans of a session are the session, its runs and its gates' "$(trace good 'map(.name) | join(",")' | tr -d '"')" \
    'invoke_workflow session,invoke_agent implementer,gate words'
is 'the span of a run has its tokens and cost' "$(trace good '.[1].attributes |
    [.["gen_ai.operation.name"], .["gen_ai.provider.name"], .["gen_ai.conversation.id"], .["gen_ai.usage.input_tokens"],
    .["gen_ai.usage.output_tokens"], .["orchestrator.usage.cost_usd"]]')" \
    '["invoke_agent","opencode","conversation-good","100","10",0.1]'
is 'the tokens of a session are in the spans of its runs alone' \
    "$(trace good '[.[] | select(.attributes | has("gen_ai.usage.input_tokens")) | .name] | unique')" '["invoke_agent implementer"]'
is 'a merged session and what passed in it have no error' "$(trace good 'map(.status) | unique')" '[{}]'
is 'a gate that failed is an error with its exit status' "$(trace bad 'map(select(.name == "gate words"))[0] |
    [.status.code, .attributes["error.type"], .attributes["process.exit.code"], .attributes["cicd.pipeline.task.run.result"]]')" \
    '[2,"exit status 4","4","failure"]'
is 'a session that failed is an error with its reason' "$(trace bad '.[0] | [.status.code, .attributes["error.type"], (.status.message != "")]')" \
    '[2,"gate",true]'
is 'a run that failed is an error' "$(trace broken '.[1] | [.status.code, .attributes["error.type"], (.status.message | test("exit status 3"))]')" \
    '[2,"agent-error",true]'
is 'a run whose worker died is an error, and has the tokens that were recorded' \
    "$(trace slow '.[1] | [.status.code, .attributes["error.type"], .attributes["gen_ai.usage.input_tokens"]]')" '[2,"died","100"]'

run orchestrator report --otlp -
is 'a second export, to standard output, has the same spans' "$status $out" "0 $(cat "$T/traces.jsonl")"
run orchestrator report --day yesterday --otlp "$T/traces.jsonl"
is 'an export of a day replaces the file, and has the sessions of that day' "$status $(wc -c <"$T/traces.jsonl")" '0 0'
ln -s traces.jsonl "$T/link"
run orchestrator report --otlp "$T/link"
like 'a link is not replaced by an export' "$status $err" '^73 .*give - for standard output'
run orchestrator report --otlp "$T/no/file"
like 'an export to a directory that is missing fails' "$status $err" '^73 .*no/file: No such file'
run orchestrator report --otlp - --runs
is 'an export refuses options of other reports' "$status" 64

# records of former days
spent=$(dirname "$(dirname "$(session_of good)")")/../spent
for f in day-2020-01-31 day-2020-01-31x "day-$(date -d yesterday +%F)" "day-$(date +%F)" list-tl-2020; do : >"$spent/$f"; done
for f in team.2020-01-31 "team.$(date +%F)" 2020-01-31; do : >"$T/state/accounts/$f"; done
logged orchestrator cleanup
is 'cleanup removes the use of budgets before yesterday, and nothing else' \
    "$(find "$spent" "$T/state/accounts" -name '*20*' | sed 's,.*/,,; /^opencode/d' | sort | tr '\n' ' ')" \
    "2020-01-31 day-2020-01-31x day-$(date -d yesterday +%F) day-$(date +%F) list-tl-2020 team.$(date +%F) "

# the report of a list
logged orchestrator tasks create two --task t1:One --task t2:Two
orchestrator execute two >"$T/out" 2>&1
like 'the report of a list has the use by account and role' "$(cat "$T/out")" '^used   opencode, implementer: 200 tokens in, 20 out, 0.20 USD$'
is 'report.json has the use by account and role, with its source' "$(orchestrator --json report | jq -c '.spent')" \
    '[{"account":"opencode","role":"implementer","source":"client","input_tokens":200,"output_tokens":20,"cost_usd":0.2}]'
like 'report --by list has the sum of a list' "$(orchestrator report --by list)" '^tl-[a-z0-9]*: 200 tokens in, 20 out, 0.20 USD$'
is 'the report over all runs of a list has the same sum' "$(orchestrator --json report --list two | jq -c '.spent | map(.input_tokens)')" '[200]'
done_testing
