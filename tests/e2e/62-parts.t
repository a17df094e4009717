#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What an item says of its outputs, its tasks and its worktree.
. "$(dirname "$0")/lib.sh"

new_repo "$T/r" && cd "$T/r" || exit 1
cat >"$T/item.json" <<'E'
{"version":1,"id":"many","title":"Many","outputs":["out/a","out/","b"],"worktree":"trees/deep/many",
 "tasks":[{"id":"first","title":"The first","description":"Write a."},{"id":"second","acceptance":"b is there"}]}
E
cat >"$T/agent" <<'E'
#!/bin/sh
n=$(cat "$T/runs" 2>/dev/null || echo 0); echo $((n + 1)) >"$T/runs"
cat >"$T/prompt.$n"
mkdir -p out; echo a >out/a
worker progress 1/2 'the first is done'
[ "$n" = 0 ] || echo b >b
E
chmod +x "$T/agent"; export T
run orchestrator dispatch --item "$T/item.json" --review none --wait -- "$T/agent"
is 'an item with an output that is missing at first is approved in the end' "$status" 0
s=$(orchestrator path many)
# shellcheck disable=SC2016
like 'the tasks of an item are in the prompt, in order' \
    "$(tr '\n' ' ' <"$T/prompt.0")" '1\. \[first\] The first Write a\. 2\. \[second\] second Acceptance: b is there'
like 'the implementer is told that outputs are missing' "$(cat "$T/prompt.1")" 'expected outputs are missing'
like 'the implementer is told the name of the missing output' "$(cat "$T/prompt.1")" '^b$'
is 'the implementer is not told of an output that is there' "$(sed -n '/output:/,/^The/p' "$T/prompt.1" | grep -c '^out')" 0
is 'the gate of outputs is on record' \
    "$(jq -r '[.gates[] | "\(.name) \(.passed)"] | join(",")' "$s/review.json")" 'outputs false,outputs true'
is 'the count of tasks is that of the item, moved by progress' "$(jq -r '"\(.tasks.done)/\(.tasks.total)"' "$s/state.json")" 1/2
is 'the worktree is where the item says' "$(jq -r .worktree "$s/state.json")" "$PWD/trees/deep/many"
is 'git status does not show it' "$(git status --porcelain)" ''
ok 'an item with outputs is merged' orchestrator merge many
is 'the merge of an item has all its outputs' "$(git ls-tree -r --name-only main | tr '\n' ' ')" 'b d1/file1 out/a '
ok 'the worktree of an item at another place is removed' not test -e trees/deep/many

rm "$T/runs"; git rm -qr out b && git commit -qm Again
jq '.id = "never" | .outputs = ["none"] | del(.worktree)' "$T/item.json" >"$T/never.json"
run orchestrator dispatch --item "$T/never.json" --review none --wait -- "$T/agent"
is 'an output that never comes fails the item' "$status" 1
is 'an output that never comes is a failed gate' \
    "$(jq -r '.status + " " + .reason' "$(orchestrator path never)/state.json")" 'failed gate'
ln -s "$T" elsewhere
for w in ../out "$ORCHESTRATOR_HOME/x" .git/x a//b elsewhere/x; do
	jq --arg w "$w" '.id = "bad" | .worktree = $w' "$T/item.json" >"$T/bad.json"
	run orchestrator dispatch --item "$T/bad.json" --review none -- true
	ok "a worktree at $w is refused" test "$status" -ne 0
done
ok 'a refused worktree is not made' not test -e "$ORCHESTRATOR_HOME/x"
done_testing
