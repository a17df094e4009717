#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What plan says about steps, and what execute says about sessions of no list and a deleted list.
# shellcheck disable=SC2016 # the scripts are the agents'
. "$(dirname "$0")/lib.sh"

cat >"$T/agent" <<'E2'
cat >/dev/null
if [ "$ITEM_ID" = long ]; then : >"$T/begun"; cat "$T/go" >/dev/null; fi
echo "$ITEM_ID" >"$ITEM_ID"
E2
mkfifo "$T/go"
new_repo "$T/r" && cd "$T/r" && mkdir .orchestrator || exit 1
echo "{ \"review\": \"none\", \"agents\": { \"sh\": { \"command\": \"sh $T/agent\" } }, \"roles\": { \"implementer\": \"sh\" },
    \"stop_grace\": 1 }" >.orchestrator/config.json
git add . && git commit -qm Settings

#: plan
logged orchestrator tasks create paths --task 'a: A' --task 'b: B' --task 'c: C' --task 'd: D'
for i in a b; do logged orchestrator tasks edit $i --allow 'src/**'; done
logged orchestrator tasks edit d --parallelizable no
run orchestrator plan paths
like 'plan says that a task shares paths with one of the step before' "$out" '^  \[b\] B \(not beside a: their paths can name the same file\)$'
like 'plan says that a task is not parallelizable' "$out" '^  \[d\] D \(not beside [a-c]: one of them is not parallelizable\) \(alone\)$'
like 'plan gives no reason in the first step' "$out" '^  \[a\] A$'
is 'plan --json has the same reason' "$(orchestrator --json plan paths | jq -c '[.tasks[] | select(.task == "a" or .task == "b") | .why]')" \
    '[null,"not beside a: their paths can name the same file"]'

#: sessions of no list
for i in one two; do logged orchestrator dispatch --wait $i --title "Title of $i"; done
logged orchestrator tasks create list --task 'x: X'
run orchestrator execute list
is 'execute says in one line which approved sessions it merges beside its list' \
    "$status $(printf '%s\n' "$out" | grep -cE 'also merges: (one, two|two, one): approved, and of no list that is executed$')" '0 1'
run orchestrator execute list
is 'execute has no such line without other sessions' "$(printf '%s\n' "$out" | grep -c 'also merges')" 0

#: a deleted list
logged orchestrator tasks create gone --task 'long: Long' --task 'next: Next' && logged orchestrator tasks depend next long
orchestrator execute gone >"$T/said" 2>&1 & pid=$!
wait_for 20 test -e "$T/begun"
gone=$(orchestrator --json tasks list | jq -r '.lists[] | select(.name == "gone") | .path')
rm "$gone.last" && rm "$gone"
: >"$T/go"
wait $pid; status=$?
is 'execute of a list that was deleted merges its session, and fails' "$status $(git show main:long)" '66 long'
is 'execute says once that the list was deleted' "$(grep -c '^orchestrator: ' "$T/said")" 1
done_testing
