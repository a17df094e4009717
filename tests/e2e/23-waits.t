#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What a person reads about sessions that wait: for a usage limit, for a person, for other work.
# shellcheck disable=SC2016 # the scripts are the agents'
. "$(dirname "$0")/lib.sh"

cat >"$T/agent" <<'E2'
cat >/dev/null
if [ -e "$T/do.$ITEM_ID" ]; then . "$T/do.$ITEM_ID"; else echo "$ITEM_ID" >"$ITEM_ID"; fi
E2
new_repo "$T/r" 3 && cd "$T/r" && mkdir .orchestrator || exit 1
echo "{ \"agents\": { \"sh\": { \"command\": \"sh $T/agent\" } }, \"roles\": { \"implementer\": \"sh\" }, \"review\": \"none\",
    \"stop_grace\": 1, \"attempts\": 1, \"merge\": { \"on_conflict\": \"fail\" }, \"gates\": [ \"true\" ] }" >.orchestrator/config.json
git add . && git commit -qm Settings
dispatch() { for i; do logged orchestrator dispatch --wait "$i"; done; }

#: a usage limit
echo 'exit 75' >"$T/do.limited"
logged orchestrator dispatch limited
parked() { orchestrator --json status limited | jq -e .parked_until >/dev/null; }
ok 'a session waits for the usage limit of its agent' wait_for 20 parked
export TZ=ABC-5:30
at=$(orchestrator --json status limited | jq -r .parked_until)
at=$(date -d "$at" +%H:%M)
said="usage limit of sh until (2[-0-9]* )?$at \\(in [0-9]+[ms]\\)\$"
like 'status says for which limit a session waits, and until when in local time' "$(orchestrator status)" "^  >  limited +implement .* $said"
like 'show says for which limit a session waits, and until when in local time' "$(orchestrator show limited)" "^waits for +$said"
like 'status of a session says for which limit it waits, once' "$(orchestrator status limited | grep -n limit)" "waits for +$said"
unset TZ
logged orchestrator cancel limited; rm "$ORCHESTRATOR_HOME"/accounts/*

# what needs a person
echo 'worker blocked "Which key?"' >"$T/do.stuck"
echo 'exit 3' >"$T/do.broken"
echo 'worker ask "Which colour?"' >"$T/do.asks"
echo 'echo "$ITEM_ID" >d1/file1' | tee "$T/do.left" >"$T/do.right"
dispatch stuck broken left right
logged orchestrator merge left; logged orchestrator merge right
logged orchestrator dispatch asks
wait_for 20 sh -c 'orchestrator questions | grep -q colour'
is 'status prints what needs a person first, and questions before all' \
    "$(orchestrator status | sed -n '2,$s/^  \([?!>]  [a-z]*\) .*/\1/p; /^[A-Z]/s/ .*//p' | paste -sd,)" 'NEEDS,?  asks,!  stuck,!  right'
like 'status shows the files of a conflict, and the command that resolves it' "$(orchestrator status)" \
    '^  !  right +conflict, [0-9]+[smh] +d1/file1  orchestrator resolve right$'
like 'status counts what is over' "$(orchestrator status)" '^1 failed, 1 rejected or cancelled, 1 merged today  orchestrator status --all$'
logged orchestrator cancel asks

#: an earlier attempt
echo 'exit 3' >"$T/do.twice"
dispatch twice
old=$(basename "$(session_of twice)")
logged orchestrator retry twice
later() { [ "$(orchestrator --json status twice | jq -r '"\(.attempt) \(.status)"')" = '2 failed' ]; }
wait_for 20 later
new=$(orchestrator --json status twice | jq -r .session)
run orchestrator show "$old"
like 'show of an earlier attempt names the later one' "$out" "^later +$new\$"
is 'show of an earlier attempt does not name the worktree of the later one' "$(printf '%s\n' "$out" | grep -c '^worktree')" 0
is 'show of an earlier attempt offers commands for the later one' \
    "$(printf '%s\n' "$out" | grep -c "orchestrator retry twice ") $(printf '%s\n' "$out" | grep -c "retry $old")" '1 0'
run orchestrator retry "$old"
like 'retry of an earlier attempt says that there is a later one' "$err" "$old is an earlier attempt at item twice: $new is a later one"

#: what merge prints
echo '{ "review": "gates", "merge": { "on_conflict": "resolve" } }' >"$T/resolve.json"
jq -s '.[0] * .[1]' .orchestrator/config.json "$T/resolve.json" >"$T/config.json" && cp "$T/config.json" .orchestrator/config.json
git commit -qam Resolve
echo 'echo "$ITEM_ID" >d2/file2 2>/dev/null || echo "$ITEM_ID" >d1/file1' | tee "$T/do.first" >"$T/do.second"
dispatch first second
run orchestrator merge first
is 'merge says nothing of gates that need not run again' "$(printf '%s\n' "$out$err" | grep -c 'gates not run')" 0
run orchestrator merge second
is 'merge names the session of a conflict once, and the command that follows it' \
    "$(printf '%s\n' "$out" | sed -n 's/session-second-[a-z0-9]*/S/gp' | sed 's/conflicts.*;/conflicts;/')" \
    'S: conflict, being resolved: conflicts; orchestrator logs -f second follows it'

#: what holds tasks back
logged orchestrator tasks create held --task 'slow-a: A' --task 'slow-b: B' --task 'slow-c: C' --task 'plain-d: D' --task 'plain-e: E'
for n in slow-a slow-b; do logged orchestrator tasks edit $n --allow 'd9/**'; done
logged orchestrator tasks depend plain-d slow-a; logged orchestrator tasks depend plain-e slow-c
like 'plan names each task that others wait for' "$(orchestrator plan held)" \
    '^held back +(\[plain-d\] \[plain-e\]|\[plain-e\] \[plain-d\]) wait for (\[slow-a\] \[slow-c\]|\[slow-c\] \[slow-a\]) first;'
echo 'cat "$T/.never"' >"$T/do.slow-a"
orchestrator execute held >"$T/execute" 2>&1 & execute=$!
ok 'execute holds a task back by its paths' wait_for 20 grep -q 'held back: \[slow-b\] waits' "$T/execute"
is 'show of a task that is held back by its paths does not offer dispatch' "$(orchestrator show slow-b | grep -c 'orchestrator dispatch')" 0
like 'show of a task that is held back by its paths says by which task' "$(orchestrator show slow-b)" '^held back +\[slow-b\] waits for \[slow-a\]: '
kill $execute; wait $execute
logged orchestrator cancel slow-a

#: a merge by hand
logged orchestrator dispatch --wait hand --title Hand
git merge -q --no-edit session/hand/1 >/dev/null
wait_for 20 sh -c 'orchestrator status hand | grep -q by-hand'	# its worker may still be ending
like 'report --day says that a merge was made by hand' "$(orchestrator report --day)" '^ +by-hand: merged into main by hand$|^ +merged into main by hand$'
done_testing
