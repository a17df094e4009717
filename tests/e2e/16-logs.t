#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# logs: the last lines, lines since a time, several sessions at once, sessions that begin later, the pager.
# shellcheck disable=SC2016 # the scripts are the agents'
. "$(dirname "$0")/lib.sh"

cat >"$T/agent" <<'E2'
cat >/dev/null
seq 1 20
echo "said by $ITEM_ID"
[ ! -e "$T/go.$ITEM_ID" ] || cat "$T/go.$ITEM_ID" >/dev/null
echo "done by $ITEM_ID"
echo 1 >"$ITEM_ID"
E2
new_repo "$T/r" && cd "$T/r" && mkdir .orchestrator || exit 1
echo "{ \"review\": \"none\", \"agents\": { \"sh\": { \"command\": \"sh $T/agent\" } }, \"roles\": { \"implementer\": \"sh\" }, \"stop_grace\": 1 }" \
    >.orchestrator/config.json
git add . && git commit -qm Settings
has() { grep -q -e "$2" "$T/$1"; }

#: The last lines, and lines since a time.
for i in one two; do logged orchestrator dispatch --wait $i; done
log=$(session_of one)/output.log
is 'logs prints the whole log' "$(orchestrator logs one)" "$(cat "$log")"
for n in 0 1 2 7; do
	is "logs -n $n prints the last $n lines" "$(orchestrator logs -n $n one)" "$(tail -n $n "$log")"
done
is 'logs -n prints the whole log if it has fewer lines' "$(orchestrator logs -n 1000 one)" "$(cat "$log")"
seq 1 40000 | sed 's/^/[implementer] a longer line /' >>"$log"
is 'logs -n finds lines beyond one block' "$(orchestrator logs -n 20000 one | cksum)" "$(tail -n 20000 "$log" | cksum)"
cat >"$log" <<'E2'
[worker] 2026-01-31T08:00:00Z old
[implementer] of the old line
[worker] 2026-01-31T09:30:00Z new
[implementer] of the new line
E2
is 'logs --since begins after the last worker line that is older' \
    "$(orchestrator logs --since 2026-01-31T09:00:00Z one | cut -d' ' -f 2-)" 'of the old line
2026-01-31T09:30:00Z new
of the new line'
is 'logs --since and -n: the later of both counts' "$(orchestrator logs --since 2026-01-31T09:00:00Z -n 1 one)" '[implementer] of the new line'
touch -d '2026-01-31T10:00:00Z' "$log"
is 'logs --since prints nothing if the log ended before' "$(orchestrator logs --since 2026-01-31T11:00:00Z one)" ''
is 'logs --since takes a duration' "$(orchestrator logs --since 1h two)" "$(cat "$(session_of two)/output.log")"
for bad in 2999-01-01T00:00 soon 10x; do
	run orchestrator logs --since $bad one
	like "logs --since refuses $bad" "$status $err" '^64 .*--since .*such as'
done
run orchestrator logs
like 'logs needs a session' "$status $err" '^64 .*give a SESSION, or --all'
run orchestrator logs --all one
is 'logs --all excludes a session' "$status" 64

#: Several sessions.
for i in three four; do logged orchestrator dispatch --wait $i; done
run orchestrator logs --all -n 1
is 'logs --all prints the sessions that are not archived, below their names' "$status $(echo "$out" | grep -c '^==> session-\(three\|four\)-[a-z0-9]* <==$')" '0 2'
run timeout 20 orchestrator logs -f three four
is 'logs -f of several sessions ends when all have ended' "$status" 0
is 'logs -f of several sessions names the session in each line' "$(echo "$out" | grep -vcE '^(three|four ) [|] ')" 0
like 'logs -f of several sessions has the lines of the first' "$out" '^three [|] \[implementer\] said by three$'
like 'logs -f of several sessions has the lines of the second' "$out" '^four  [|] \[implementer\] said by four$'
is 'logs -f has a colour for each session' "$(orchestrator logs -f --color=always three four | grep -oE "^$(printf '\033')[^m]*m[a-z]*" | sort -u | wc -l)" 2
is 'logs -f of one session has no names' "$(orchestrator logs -f three)" "$(cat "$(session_of three)/output.log")"

#: All sessions, also those that begin later.
mkfifo "$T/go.late" "$T/go.later"
logged orchestrator dispatch --wait early
trace=
! timeout 5 strace -o "$T/trace" true 2>/dev/null || trace="env ASAN_OPTIONS=detect_leaks=0 strace -o $T/trace"
# shellcheck disable=SC2086 # words, or none
env --default-signal=INT $trace orchestrator logs -f --all >"$T/all" 2>"$T/error" & pid=$!
ok 'logs -f --all begins with the last lines of existing sessions' wait_for 20 has all '^early | \[worker\] .* -> approved'
is 'logs -f --all begins with at most ten lines of each session' "$(grep -c '^early ' "$T/all")" 10
logged orchestrator dispatch late
ok 'logs -f --all follows a session that begins later' wait_for 20 has all '^late  *| \[implementer\] said by late$'
ok 'logs -f --all has a later session from its first line' has all '^late  *| \[worker\] .* session session-late-'
logged orchestrator dispatch later
ok 'logs -f --all follows two sessions at once' wait_for 20 has all '^later  *| \[implementer\] said by later$'
echo >"$T/go.late"
ok 'logs -f --all has the end of a session' wait_for 20 has all '^late  *| \[worker\] .* -> approved'
logged orchestrator merge late
ok 'logs -f --all continues after a session is archived' kill -0 $pid
echo >"$T/go.later"
ok 'logs -f --all has the end of the other session' wait_for 20 has all '^later  *| \[worker\] .* -> approved'
if [ "$trace" ]; then
	ok 'logs -f --all waits for files, without a time' wait_for 20 sh -c 'tail -n 1 "$1" | grep -q "^ppoll(.*, NULL, "' - "$T/trace"
	kill -INT "$(pgrep -P $pid)"
else
	skip 'logs -f --all waits for files, without a time' 'no strace'
	kill -INT $pid
fi
status=0; wait $pid || status=$?
is 'logs -f --all ends at Ctrl-C' "$status" 130
is 'logs -f --all prints no line twice' "$(grep -c 'said by late$' "$T/all")" 1

#: Before there is any session.
new_repo "$T/empty" && cd "$T/empty" || exit 1
orchestrator logs -f --all >"$T/all" 2>&1 & pid=$!
wait_for 20 sh -c 'orchestrator path --instance'
logged orchestrator dispatch --review none first -- sh -c 'echo hello; echo 1 >a'
ok 'logs -f --all may begin before the first session' wait_for 20 has all '^first | \[implementer\] hello$'
kill -TERM $pid; wait $pid

#: The pager.
logged orchestrator dispatch --review none --wait paged -- sh -c 'echo hello; echo 1 >a'
if command -v script >/dev/null; then
	export GIT_PAGER="sed 's/^/paged: /'"
	terminal() { TERM=xterm script -qec "$1" /dev/null </dev/null | tr -d '\r'; }
	like 'logs has a pager on a terminal' "$(terminal 'orchestrator logs paged')" '^paged: \[implementer\] hello$'
	unlike 'logs -f has no pager' "$(terminal 'orchestrator logs -f paged')" '^paged: '
	unlike 'logs has no pager in a pipe' "$(orchestrator logs paged)" '^paged: '
else
	skip 'logs has a pager on a terminal' 'no script'
fi
done_testing
