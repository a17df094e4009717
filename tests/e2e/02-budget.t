#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Budgets, checked while agents work and shared by sessions at the same time.
. "$(dirname "$0")/lib.sh"
world() {	# NAME SETTINGS
	rm -f "$T"/turns.* "$T/runs" "$T/go" "$T"/here.*; export ORCHESTRATOR_HOME="$T/workspaces/$1/state"
	new_repo "$T/$1" && cd "$T/$1" && mkdir .orchestrator || exit 1
	echo "{ \"roles\": { \"implementer\": \"opencode\" }, \"review\": \"none\", \"attempts\": 1, \"max_parallel\": 8,
	    \"session_memory_mb\": 1, $2 }" >.orchestrator/config.json
	git add . && git commit -qm Settings
}
st() { orchestrator --json status "$1" | jq -r "$2"; }
is_now() { [ "$(st "$1" .status)" = "$2" ]; }
turns() { cat "$T"/turns.* | grep -c .; }
here() { set -- "$T"/here.*; [ $# = 8 ]; }
asks() { [ "$(asking)" = "$1" ]; }
raised() { orchestrator questions | grep -q '500 tokens'; }

# Stands in for opencode: six responses of 0.10 USD and 110 tokens each, in one conversation however often it is resumed.
mkdir -p "$T/bin"; export PATH="$T/bin:$PATH"
cat >"$T/bin/opencode" <<'E2'
#!/bin/sh
trap 'exit=1' TERM	# reports the responses so far
cat >/dev/null
exit='' id="conversation-$ITEM_ID" again=''
while [ $# -gt 0 ]; do [ "$1" != --session ] || again=$2; shift; done
echo "$ITEM_ID ${again:-new}" >>"$T/runs"
[ ! -e "$T/together" ] || { : >"$T/here.$ITEM_ID"; until [ -e "$T/go" ]; do timeout 0.05 cat "$T/.never"; done; }
say() { printf '{"type":"%s","sessionID":"%s","part":%s}\n' "$1" "$id" "$2"; }
n=$(cat "$T/turns.$ITEM_ID" 2>/dev/null | grep -c .)
while [ "$n" -lt 6 ]; do
	timeout 0.2 cat "$T/.never"
	[ -z "$exit" ] || exit 143
	n=$((n + 1)); echo $n >>"$T/turns.$ITEM_ID"; echo "$n" >>"work-$ITEM_ID"
	say text '{"text":"turn"}'
	why=tool-calls; [ $n -lt 6 ] || why=stop
	say step_finish '{"reason":"'$why'","tokens":{"input":100,"output":10},"cost":0.1}'
done
E2
chmod +x "$T/bin/opencode"
asking() { orchestrator --json questions | jq -r '[.questions[] | select(.status == "open")] | length'; }

#: eight sessions, one budget
world shared '"budget": { "list": { "usd": 2 } }'
: >"$T/together"
logged orchestrator tasks create eight --task t1:1 --task t2:2 --task t3:3 --task t4:4 --task t5:5 --task t6:6 --task t7:7 --task t8:8
orchestrator execute eight >"$T/out" 2>&1 & execute=$!
ok 'eight sessions are at work' wait_for 60 here
rm "$T/together"; : >"$T/go"
ok 'all sessions ask when the budget is spent' wait_for 60 asks 8
used=$(turns)
ok "the overrun is at most the responses in flight: $used of 20" test "$used" -ge 20 -a "$used" -le 28
like 'execute says when 80 % of a budget are spent' "$(cat "$T/out")" 'budget: 80 % of the budget of the list tl-[a-z0-9]*: [0-9.]+ USD of 2.00 USD'
is 'execute says only once that 80 % are spent' "$(grep -c '80 % of the budget' "$T/out")" 1
like 'status shows how much is used of the budget of a list' "$(orchestrator status)" '^budget +list tl-[a-z0-9]*: [0-9]\.[0-9]0 USD of 2\.00 USD$'
is 'status --json has the use and the limit of a budget' "$(orchestrator --json status | jq -c '.budgets | map([.scope, .used.usd >= 2, .limit, .by_turn])')" \
    '[["list",true,{"tokens":0,"usd":2},[]]]'
like 'the question names the budget' "$(orchestrator questions)" 'The budget of the list tl-[a-z0-9]* is spent: 2.00 USD'
run orchestrator answer t1 maybe
is 'an answer that is neither yes, no nor an amount is refused' "$status" 65
logged orchestrator answer t1 '3 USD'
wait "$execute"; status=$?
is 'one answer is for all sessions, and all are merged' "$status $(git log --format=%s main | grep -c '^Merge t')" '0 8'
is 'each session continues its conversation, and does nothing twice' "$(turns) $(sort "$T/runs" | uniq -c | awk '{ print $1 }' | sort -u | tr '\n' ' ')$(grep -c new "$T/runs")" '48 1 8'
is 'the report has the sum of all sessions' "$(orchestrator --json report | jq -c '.usage')" '{"input_tokens":4800,"output_tokens":480,"cost_usd":4.8}'
today=$(orchestrator --json report --day | jq -c .spent)
is 'the report of the day has the same sum, by account and role' "$(echo "$today" | jq -c '[.[] | [.account, .role, .source, .input_tokens, .output_tokens, (.cost_usd * 10 | round)]]')" \
    '[["opencode","implementer","client",4800,480,48]]'
like 'the printed report of the day shows the use' "$(orchestrator report --day)" '^used   opencode, implementer: 4800 tokens in, 480 out, 4.80 USD$'

# a list's own budget
world own '"budget": { "list": { "usd": 9 } }'
logged orchestrator tasks create mine --budget '0.4 USD' --task a:A --task b:B
like 'tasks show has the budget of a list' "$(orchestrator tasks show mine)" 'COMPLETE; next: a; budget: 0.40 USD$'
orchestrator execute mine >"$T/out" 2>&1 & execute=$!
ok 'the sessions of a list ask when its own budget is spent' wait_for 60 asks 2
used=$(turns)
ok "a list's own budget goes before that of the settings: $used responses of 4" test "$used" -ge 4 -a "$used" -le 6
logged orchestrator answer a '5 USD'
wait "$execute"
is 'an answer raises the own budget of a list' "$(st a .status) $(st b .status)" 'merged merged'
orchestrator tasks export mine >"$T/list.json"
logged orchestrator tasks delete --yes mine
logged orchestrator tasks create --from "$T/list.json" again
is 'a list that is exported and made again keeps its budget' "$(orchestrator tasks export again | jq -c .budget)" '{"tokens":0,"usd":0.4}'
run orchestrator tasks create --budget 'much' --task c:C other
like 'a budget that is no amount is refused' "$status $err" "65 .*--budget much: give dollars .* or '20000 tokens'"

# the budget of an item on the command line
logged orchestrator dispatch --title Little --budget '110 tokens' --budget 9 little
ok 'a session asks when the budget of its item is spent' wait_for 20 asks 1
is 'the session of an item with a budget ended after the response that spent it' "$(grep -c . "$T/turns.little")" 1
is 'dispatch writes the budget into the item' "$(field item.json .budget little | jq -c .)" '{"tokens":110,"usd":9}'
logged orchestrator cancel little

#: the budget of a session: refused
world alone '"budget": { "session": { "tokens": 250 } }'
logged orchestrator dispatch --title Less less
ok 'a session asks when its own budget is spent' wait_for 20 asks 1
is 'a run whose session has spent its budget ends after the response in flight' "$(turns)" 3
q=$(orchestrator --json questions | jq -r '.questions[0].id')
is 'no process of the agent runs while its session asks' "$(orchestrator --json status less | jq -r '.state.agent_pid')" 0
kill -9 "$(orchestrator --json status less | jq -r '.state.worker_pid')"
orchestrator execute >"$T/out" 2>&1 & execute=$!
again() { [ "$(orchestrator --json questions | jq -r '[.questions[] | select(.status == "open") | .id] | join(" ")')" = "$q" ]; }
ok 'a worker that was killed meanwhile asks the same question' wait_for 20 again
logged orchestrator answer less no
wait "$execute"
is 'the answer no ends the session as failed' "$(st less '"\(.status) \(.reason)"')" 'failed budget'
is 'the work of a session whose budget was not raised is kept' "$(git show session/less/1:work-less | grep -c .)" 3

# the budget of a session: raised
logged orchestrator dispatch --title More more
ok 'another session has a budget of its own' wait_for 20 asks 1
run orchestrator answer more '5 USD'
like 'an amount in a unit without a limit is refused, and the message names the other' "$status $err" '65 .*"20000 tokens"'
logged orchestrator tell more 'Take your time'
ok 'a message to a session whose budget is spent is recorded' wait_for 20 grep -qs '"waiting"' "$(session_of more)/messages.json"
logged orchestrator answer more yes
ok 'the answer yes doubles the budget, until that is spent' wait_for 20 raised
is 'the raised budget is spent after two more responses' "$(grep -c . "$T/turns.more")" 5
logged orchestrator answer more '300 tokens'
ok 'an answer with an amount raises the budget by that' wait_for 20 is_now more approved
is 'all runs continue one conversation' "$(grep more "$T/runs" | tr '\n' ',')" 'more new,more conversation-more,more conversation-more,'

#: budgets of a run, a day and an account
world run '"budget": { "run": { "usd": 0.35 } }, "answers": { "rules": [ { "match": "budget of a run", "answer": "yes" } ] }'
logged orchestrator dispatch --title Run run
logged timeout 60 orchestrator execute
is 'a rule can answer, and each run has a new budget' "$(st run .status) $(turns) $(grep -c . "$T/runs")" 'merged 6 2'
for scope in day account; do
	shared="$scope $(date +%F)"; [ $scope = day ] || shared='account opencode'
	world $scope "\"budget\": { \"$scope\": { \"usd\": 0.65 } }"
	logged orchestrator dispatch --wait --title One one
	logged orchestrator dispatch --title Two two
	ok "sessions that follow one another share the budget of a $scope" wait_for 20 asks 1
	is "the second session asks early: $scope" "$(st one .status) $(grep -c . "$T/turns.two")" 'approved 1'
	like "status shows how much is used of the budget of the $scope" "$(orchestrator status)" "^budget +$shared: 0.70 USD of 0.65 USD\$"
	like "the budget of a $scope is kept in the state directory, below whatever directory that is" \
	    "$(find "$T/workspaces/$scope" -name spent)" "^$ORCHESTRATOR_HOME/"
	logged orchestrator answer two '1 USD'
	ok "a session continues when the budget of a $scope was raised" wait_for 20 is_now two approved
	like "status adds the raises to the budget of the $scope" "$(orchestrator status)" "^budget +$shared: 1.20 USD of 1.65 USD\$"
done

#: clients that report at the end of a turn
world late '"budget": { "day": { "tokens": 100000 } }, "agents": { "g": { "adapter": "gemini" }, "sh": { "command": "true" } }'
logged orchestrator dispatch --wait --title One one
sed -i 's/"implementer": "opencode"/"implementer": "opencode", "reviewer": "g", "tech-lead": "sh"/' .orchestrator/config.json
git commit -qam Gemini
like 'status names an agent that reports only at the end of a turn' "$(orchestrator status)" \
    '^budget +day [-0-9]*: 660 tokens of 100000 tokens; g may exceed it by a turn$'
#: what a run of claude gets of a shared budget
# The stand-in: a response is 0.10 USD, and it stops after the response that reaches its limit in dollars.
cat >"$T/bin/claude" <<'E2'
#!/bin/sh
while [ $# -gt 0 ]; do
	case $1 in --max-budget-usd) most=$2 ;; --session-id | --resume) id=$2 ;; esac
	shift
done
read -r _
last=$(cat "$T/last")
echo "$ITEM_ID $most" >>"$T/given"
[ ! -e "$T/together" ] || { : >"$T/here.$ITEM_ID"; until [ -e "$T/go" ]; do timeout 0.05 cat "$T/.never"; done; }
printf '{"type":"system","subtype":"init","session_id":"%s"}\n' "$id"
n=$(cat "$T/turns.$ITEM_ID" 2>/dev/null | grep -c .) used=0
while [ "$n" -lt "$last" ] && awk "BEGIN { exit !($used < ${most:-9}) }"; do
	n=$((n + 1)) used=$(awk "BEGIN { print $used + 0.1 }"); echo $n | tee "work-$ITEM_ID" >>"$T/turns.$ITEM_ID"
done
error=false how=success; [ "$n" -ge "$last" ] || error=true how=error_max_budget_usd
printf '{"type":"result","subtype":"%s","is_error":%s,"result":"done","total_cost_usd":%s}\n' "$how" $error $used
[ $error = false ]
E2
chmod +x "$T/bin/claude"
claude() { world "$1" "$2, \"agents\": { \"claude\": { \"adapter\": \"claude\", \"account\": \"$1\" } }"; sed -i 's/"opencode"/"claude"/' .orchestrator/config.json
	git commit -qam Claude; rm -f "$T/given"; }
claude alone-in-it '"budget": { "list": { "usd": 2 } }'
echo 10 >"$T/last"
logged orchestrator tasks create one --task one:One
logged timeout 60 orchestrator execute one
is 'a turn that has used up its part of a shared budget continues with all that is left' \
    "$(st one .status): $(tr '\n' ',' <"$T/given")" 'merged: one 0.250000,one 1.700000,'

claude parts '"budget": { "list": { "usd": 2 } }'
echo 24 >"$T/last"	# more than a part and all that is left then
: >"$T/together"
logged orchestrator tasks create eight --task t1:1 --task t2:2 --task t3:3 --task t4:4 --task t5:5 --task t6:6 --task t7:7 --task t8:8
orchestrator execute eight >"$T/out" 2>&1 & execute=$!
ok 'eight sessions with claude are at work' wait_for 60 here
is 'claude gets the part of one of max_parallel runs of a shared budget' "$(cut -d ' ' -f 2 "$T/given" | sort | uniq -c | tr -s ' ')" ' 8 0.250000'
rm "$T/together"; : >"$T/go"
ok 'all sessions with claude ask when the budget is spent' wait_for 60 asks 8
used=$(turns)
ok "eight sessions with claude use their budget before they ask: $used of 20" test "$used" -ge 20
is 'no session is stopped twice because its part is used up' "$(cut -d ' ' -f 1 "$T/given" | sort | uniq -c | awk '$1 > 2')" ''
logged orchestrator answer t1 '20 USD'
wait "$execute"; status=$?
is 'sessions that used up their part continue' "$status $(git log --format=%s main | grep -c '^Merge t') $(turns)" '0 8 192'
echo 6 >"$T/last"
is 'a run that used up its part is no recovery' "$(cat "$ORCHESTRATOR_HOME"/workspaces/*/instance-*/archive/*/state.json | jq .rescue.attempts | sort -u)" 0

# What is left when the run starts, and no earlier.
claude later '"budget": { "day": { "usd": 1 } }, "max_parallel": 2'
sed -i 's/"max_parallel": 8, *//' .orchestrator/config.json; git commit -qam Two
is_parked() { [ "$(field state.json .parked_until "$1")" != null ]; }
parked() { logged orchestrator dispatch --title "$1" "$1"; wait_for 20 is_parked "$1"; }
others() { mkdir -p "$(dirname "$ledger")" && printf 'session-other-000000 0 %s\n' "$1" >"$ledger"; }
ledger=$(echo "$ORCHESTRATOR_HOME"/workspaces/*)/spent/day-$(date +%F)
mkdir -p "$ORCHESTRATOR_HOME/accounts"
close() { printf '{ "version": 1, "until": "%s" }\n' "$(date -u -d '+1 hour' +%FT%T.000Z)" >"$ORCHESTRATOR_HOME/accounts/later.json"; }
close; parked one; ledger=$(echo "$ORCHESTRATOR_HOME"/workspaces/*)/spent/day-$(date +%F)
others 500000; rm "$ORCHESTRATOR_HOME/accounts/later.json"
wait_for 20 test -s "$T/given"
is 'what is left of a budget is computed when the wait for an account is over' "$(head -n 1 "$T/given")" 'one 0.250000'
ok 'the session that waited for its account asks when the budget is spent' wait_for 20 asks 1
logged orchestrator cancel one
others 200000; rm "$T/given"
close; parked two; others 1000000; rm "$ORCHESTRATOR_HOME/accounts/later.json"
ok 'a session asks when its budget was spent while it waited for its account' wait_for 20 asks 1
is 'no run begins with a budget that was spent meanwhile' "$(cat "$T/given" 2>/dev/null)" ''
done_testing
