#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# park.worker: a session that waits for an answer has no process at all.
# shellcheck disable=SC2016 # the scripts are the agents'
. "$(dirname "$0")/lib.sh"

cat >"$T/agent" <<'E'
prompt=$(cat); printf '%s\n' "$prompt" >>"$T/prompt.$ITEM_ID"
[ ! -e "$T/do.$ITEM_ID" ] || . "$T/do.$ITEM_ID"
case $prompt in
*'<answer>'*)
	: >"$T/at.$ITEM_ID"
	while [ -e "$T/together" ] && [ ! -e "$T/go.$ITEM_ID" ]; do timeout 0.05 cat "$T/.never"; done
	find "$T" -maxdepth 1 -name 'at.*' | grep -c . >>"$T/most"
	printf '%s\n' "$prompt" | sed -n '/<answer>/{n;p;}' >"$ITEM_ID"
	rm "$T/at.$ITEM_ID" ;;
*) worker ask --defer -o red -o blue "Which colour for $ITEM_ID?"; exit 0 ;;
esac
E
new_repo "$T/r" 3 && cd "$T/r" && mkdir .orchestrator || exit 1
settings() {
	echo "{ \"agents\": { \"sh\": { \"command\": \"sh $T/agent\" } }, \"roles\": { \"implementer\": \"sh\" $2 }, \"review\": \"$1\",
	    \"stop_grace\": 1, \"park\": { \"worker\": true }, \"gates\": [ \"true\" ] ${3:+, $3} }" >.orchestrator/config.json
	git add . && git commit -qm Settings
}
settings gates '' || exit 1
st() { orchestrator --json status "$1" | jq -r "$2"; }
is_st() { [ "$(st "$1" .status)" = "$2" ]; }
parked() { [ "$(st "$1" '"\(.status) \(.alive)"')" = 'waiting false' ] && [ "$(field state.json .parked "$1")" = true ]; }
begin() { logged orchestrator dispatch --now --title "$1" "$1"; wait_for 30 parked "$1"; S=$(session_of "$1"); q=$(field questions.json '.questions[-1].id' "$1"); }
processes() { echo "$1" >"$T/.pattern"; grep -lszFf "$T/.pattern" /proc/[0-9]*/cmdline | wc -l; }
count() { grep -c "$1" "$S/output.log"; }
answer() { echo red >"$S/answers/$q.txt"; }
at_work() { set -- "$T"/at.*; [ $# = "$N" ] && [ -e "$1" ]; }

#: over a reboot
begin one
ok 'a worker ends when its session waits for an answer' parked one
is 'no process of a parked session is left' "$(processes "$(basename "$S")")" 0
is 'a parked session is not dead' "$(st one .dead)" false
like 'status says that a parked session waits without a process' "$(orchestrator status one)" '^parked +no process waits'
unlike 'questions does not say that the worker of a parked session is missing' "$(orchestrator questions)" 'no worker is running'
like 'recover leaves a parked session as it is' "$(orchestrator recover)" '^session-one-.*: waits for an answer$'
logged orchestrator cleanup
is 'cleanup leaves a parked session as it is' "$(st one '"\(.status) \(.archived)"')" 'waiting false'
run orchestrator retry one
is 'retry does not end a parked session' "$status $(st one .status)" '64 waiting'
run orchestrator wait --timeout 20 one
like 'wait ends with a parked session, and says that a question is open' "$out" '^session-one-.*: waiting, with an open question$'
like 'tell says when a parked session reads a message' "$(orchestrator tell one 'Use tabs')" 'with the answer to its question$'
jq '.boot_id = "00000000-0000-0000-0000-000000000000"' "$S/state.json" >"$T/x" && cp "$T/x" "$S/state.json"
logged orchestrator answer one 2
wait_for 30 is_st one approved
is 'a question asked before a reboot is answered after it' "$(st one .status) $(git show session/one/1:one)" 'approved blue'
is 'the end of parking does not count as a recovery' "$(field state.json '"\(.recoveries) \(.parked)"' one)" '0 false'
is 'a message to a parked session reaches its agent with the answer' "$(grep -c '^Use tabs$' "$T/prompt.one")" 1

#: execute
begin three; begin two
orchestrator execute >"$T/execute" 2>&1 & execute=$!
ok 'execute reports the question of a parked session' wait_for 20 grep -q 'Which colour for two' "$T/execute"
: >"$S/answers/$q"; echo green >"$S/answers/$q.txt"
ok 'an answer that is no option starts the worker of a parked session, which refuses it' wait_for 20 test -e "$S/answers/$q.txt.refused"
ok 'a session whose answer was refused is parked again' wait_for 20 parked two
is 'an empty answer file starts no worker' "$(count 'no longer parked')" 1
echo blue >"$S/answers/$q.txt"
ok 'execute starts the worker of a parked session when an answer file appears' wait_for 30 grep -q 'two-.*: merged' "$T/execute"
is 'the answer of a file reaches the agent of a parked session' "$(git show main:two)" blue
S=$(session_of three); q=$(field questions.json '.questions[-1].id' three)
printf '{ "version": 1, "answers": { "%s": "1" } }\n' "$q" >"$T/answers" && mv "$T/answers" "$S/answers.json"
ok 'execute starts the worker of a parked session when answers.json has the answer' wait_for 30 grep -q 'three-.*: merged' "$T/execute"
is 'execute declares no parked session dead' "$(grep -c died "$T/execute")" 0
kill -INT $execute; wait $execute

#: cancel and recover
begin four
ok 'a parked session can be cancelled' orchestrator cancel four
is 'a cancelled session is not parked' "$(field state.json '"\(.status) \(.parked)"' four)" 'cancelled false'
begin five
echo red >"$S/answers/$q"
logged orchestrator recover
wait_for 30 is_st five approved
is 'recover starts the worker of a parked session that has an answer' "$(st five .status)" approved

#: A session whose worker can't be started stays parked.
begin nine
mv "$S/bin/worker" "$S/bin/kept" && printf '#!/bin/sh\necho no memory >&2\nexit 71\n' >"$S/bin/worker" && chmod +x "$S/bin/worker"
like 'answer says that no worker starts' "$(orchestrator answer nine 1 2>&1)" \
    ': the answer is kept, but no worker starts: .*no memory; orchestrator execute tries again$'
ok 'a parked session whose worker cannot be started stays parked' parked nine
mv "$S/bin/kept" "$S/bin/worker"
logged orchestrator recover
wait_for 30 is_st nine approved
is 'a session whose worker could not be started continues with its answer' "$(st nine .status) $(git show session/nine/1:nine)" 'approved red'

#: max_parallel
settings gates ', "reviewer": "sh"' '"max_parallel": 2'
: >"$T/together"; rm -f "$T/most"
begin a; begin b
run orchestrator dispatch c
like 'parked sessions keep their places: another dispatch is refused' "$status $err" '^75 .*2 sessions run, and max_parallel is 2'
for i in c d e; do begin $i; done
orchestrator execute >"$T/execute" 2>&1 & execute=$!
for i in a b c d e; do S=$(session_of $i) q=$(field questions.json '.questions[-1].id' $i); answer; done
held() { [ "$(grep -c 'held back: it is answered, and continues once another session has ended' "$T/execute")" = 3 ]; }
ok 'execute holds back three of five answered sessions when two may run' wait_for 30 held
N=2; ok 'two of five answered sessions continue' wait_for 30 at_work
rm "$T/together"
for i in a b c d e; do wait_for 60 grep -q "$i-.*: merged" "$T/execute"; done
is 'the held back sessions continue as others end, two at a time at most' "$(grep -c . "$T/most") $(sort -n "$T/most" | tail -n 1)" '5 2'
kill -INT $execute; wait $execute

#: many answers at the same time
settings gates ', "reviewer": "sh"' '"max_parallel": 2'
: >"$T/together"
for i in f g h; do begin $i; done
for i in f g h; do orchestrator answer $i 1 >"$T/answer.$i" 2>&1 & eval "answer$i=\$!"; done
# shellcheck disable=SC2154 # set by eval
wait "$answerf" "$answerg" "$answerh"
N=2; ok 'answers given at the same time continue two sessions' wait_for 30 at_work
like 'answer says that a session waits for room' "$(cat "$T"/answer.?)" \
    ': the answer is kept: 2 sessions run, and max_parallel is 2; orchestrator execute continues it once there is room$'
like 'recover leaves an answered session parked as long as there is no room' "$(orchestrator recover)" \
    '^session-[fgh]-.*: answered: orchestrator execute starts it once fewer sessions run than max_parallel$'
begin l; begin m
for i in l m; do logged orchestrator answer $i 1; done
orchestrator execute >"$T/execute" 2>&1 & execute=$!
held() { [ "$(grep -c 'held back: it is answered' "$T/execute")" = 3 ]; }
ok 'execute counts the sessions that run before it continues answered ones' wait_for 30 held
is 'no session more continues as execute begins' "$(grep -c ': started' "$T/execute")" 0
rm "$T/together"
for i in f g h l m; do wait_for 60 grep -q "$i-.*: merged" "$T/execute"; done
is 'execute continues the sessions that answer has left' "$(grep -c ': merged' "$T/execute")" 5
kill -INT $execute; wait $execute

#: answered sessions and a list
settings gates ', "reviewer": "sh"' '"max_parallel": 1'
: >"$T/together"
for i in i j; do begin $i; done
for i in x y; do echo 'while [ -e "$T/together" ]; do timeout 0.05 cat "$T/.never"; done; echo x >"$ITEM_ID"; exit 0' >"$T/do.$i"; done
logged orchestrator tasks create two --task x:X --task y:Y
orchestrator execute two >"$T/execute" 2>&1 & execute=$!
wait_for 30 grep -q 'x-.*: running' "$T/execute"
for i in i j; do S=$(session_of $i) q=$(field questions.json '.questions[-1].id' $i); answer; done
held() { [ "$(grep -c 'held back: it is answered' "$T/execute")" = 2 ]; }
wait_for 30 held; rm "$T/together"; wait $execute
is 'answered sessions continue before execute begins another task' \
    "$(grep -o '[ij]-.*: approved\|y-.*: pending' "$T/execute" | cut -c 1 | head -n 1 | tr j i)" i

# two sessions of no list run, and a third one waits for a place
settings gates ', "reviewer": "sh"' '"max_parallel": 2'
: >"$T/together"
for i in k n o; do begin $i; done
for i in k n; do logged orchestrator answer $i 1; done
N=2; wait_for 30 at_work
logged orchestrator answer o 1
echo 'echo x >"$ITEM_ID"; exit 0' >"$T/do.z"
logged orchestrator tasks create three --task z:Z
orchestrator execute three >"$T/execute" 2>&1 & execute=$!
ok 'a list begins a task while fewer answered sessions wait than it has places' wait_for 30 grep -q 'z-.*: merged' "$T/execute"
like 'the answered session waits meanwhile' "$(cat "$T/execute")" 'o-.*: held back'
mv "$(session_of k)" "$T/gone"
ok 'an answered session continues when the directory of another one is gone' wait_for 30 grep -q 'o-.*: started' "$T/execute"
rm "$T/together"; wait $execute

#: execute ends
settings gates ''
begin q
orchestrator execute >"$T/execute" 2>&1 & execute=$!
wait_for 20 grep -q 'Which colour for q' "$T/execute"
kill -STOP $execute; kill -TERM $execute
logged orchestrator answer q 2
kill -CONT $execute; wait $execute
wait_for 30 is_st q approved
is 'a session whose answer was given while execute ended continues' "$(st q .status)" approved

#: the question of a spent budget
mkdir -p "$T/bin" && PATH=$T/bin:$PATH
cat >"$T/bin/opencode" <<'E'
#!/bin/sh
cat >/dev/null; echo run >>"$T/spent.$ITEM_ID"; echo x >>"$ITEM_ID"
n=$(grep -c . "$T/spent.$ITEM_ID")
printf '{"type":"step_finish","sessionID":"c","part":{"reason":"stop","tokens":{"input":%d,"output":1},"cost":0.1}}\n' $((100 / n))
[ "$n" -gt 1 ] || timeout 20 cat "$T/.never"
E
chmod +x "$T/bin/opencode"
printf '%s\n' '{ "roles": { "implementer": "opencode" }, "review": "none", "stop_grace": 1, "park": { "worker": true }, "budget": {' \
    '"run": { "tokens": 60 }, "session": { "tokens": 900 } } }' >.orchestrator/config.json
git commit -qam Budget
for i in yes no; do
	begin $i
	is "a session that has spent the budget of a run is parked: $i" "$(st $i .alive) $(grep -c . "$T/spent.$i")" 'false 1'
	logged orchestrator answer $i $i
done
is_over() { [ "$(st "$1" .alive)" = false ] && [ "$(grep -c 'no longer parked' "$(session_of "$1")/output.log")" = "$2" ]; }
wait_for 30 is_over no 1
is 'no to a parked session whose budget is spent is the end' "$(st no '"\(.status) \(.state.reason)"') $(grep -c . "$T/spent.no")" 'failed budget 1'
wait_for 30 is_over yes 1
is 'yes to a parked session that has spent the budget of a run continues it' "$(st yes .status) $(grep -c . "$T/spent.yes")" 'approved 2'
settings gates ''

#: A run that waits keeps its worker.
echo 'worker ask "Which size?" >"$ITEM_ID"; exit 0' >"$T/do.six"
logged orchestrator dispatch six
wait_for 20 is_st six waiting
is 'a worker whose agent waits for the answer stays' "$(st six .alive)" true
logged orchestrator answer six 7

#: a person's judgement
settings council ', "reviewer": "person"'
echo 'echo x >"$ITEM_ID"; exit 0' | tee "$T/do.seven" >"$T/do.eight"
begin seven
is 'a session that waits for a judgement of a person is parked' "$(st seven '"\(.step) \(.alive)"')" 'person false'
logged orchestrator answer seven approve
wait_for 30 is_st seven approved
is 'a judgement continues a parked session' "$(field review.json .decided_by seven)" person
begin eight
logged orchestrator reject eight 'Not now'
wait_for 30 is_st eight rejected
is 'reject continues a parked session that waits for a judgement' "$(st eight .status)" rejected
done_testing
