#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tasks create --goal: an agent plans a list.
. "$(dirname "$0")/lib.sh"
new_repo "$T/r" 5 && cd "$T/r" || exit 1
cat >"$T/agent" <<'A'
cat >"$T/prompt"
case $(cat "$T/prompt") in
*Changes*) echo x >x ;;
*Silent*) exit 0 ;;
*Wrong*) echo '[{"id": "a", "title": "A", "depends_on": ["b"]}]' | worker summary ;;
*Fenced*) printf 'The plan:\n```json\n[{"id": "only"}]\n```\nThat is all.\n' | worker summary ;;
*) echo '[{"id": "base", "title": "Base", "stream": "foundation", "estimate": 30, "worktree": "/elsewhere",
    "status": "COMPLETE", "no_change": true, "limits": {"time": 1}, "budget": {"usd": 1000}, "priority": 0, "allowed_paths": ["lib/**"]},
    {"id": "web", "title": "Web", "depends_on": ["base"], "stream": "web", "allowed_paths": ["web/**"]}]' | worker summary ;;
esac
A
mkdir .orchestrator && echo "{ \"agents\": { \"sh\": { \"command\": \"T=$T sh $T/agent\" } }, \"roles\": { \"implementer\": \"sh\" },
    \"attempts\": 1, \"review\": \"gates\", \"gates\": [ \"true\" ], \"confine\": \"off\" }" >.orchestrator/config.json && git add . && git commit -qm Settings
no_session() { ! orchestrator --json status 2>/dev/null | jq -r '.sessions[]?.item' | grep -q plan; }

run orchestrator tasks create --goal 'Prices in several currencies' prices
is 'tasks create --goal makes a list from the plan of an agent' "$status $(orchestrator --json tasks show prices |
    jq -c '[.tasks[] | .id, .depends_on, .stream, .allowed_paths, .estimate]')" \
    '0 ["base",null,"foundation",["lib/**"],30,"web",["base"],"web",["web/**"],null]'
is 'a plan sets no status, worktree, limits, budget or priority' "$(orchestrator --json tasks show prices |
    jq -c '.tasks[0] | [.worktree, .status, .no_change, .limits, .budget, .priority]')" '[null,"PENDING",null,null,null,null]'
like 'the plan is printed' "$out" '^\[web\] Web: PENDING'
like 'the planning agent gets the goal' "$(cat "$T/prompt")" 'Prices in several currencies'
ok 'the planning session is discarded' no_session
is 'planning starts no task' "$(git log --format=%s main | head -n 1) $(ls .worktrees 2>/dev/null)" 'Settings '
echo 'Goal of a file' >"$T/goal.md"
ok 'the goal can be in a file' orchestrator tasks create --goal "$T/goal.md" from-file
like 'the planning agent gets the text of the file' "$(cat "$T/prompt")" 'Goal of a file'
echo 'Goal of standard input' | orchestrator tasks create --goal - from-input >/dev/null
like 'the goal can come from standard input' "$(cat "$T/prompt")" 'Goal of standard input'
ok 'a plan can be in a code block' orchestrator tasks create --goal 'Fenced one' fenced
is 'a plan in a code block is read' "$(orchestrator --json tasks show fenced | jq -r '.tasks[].id')" only

run orchestrator tasks create --goal 'Wrong one' wrong
is 'a plan that depends on an unknown task is refused' "$status $(printf '%s\n' "$err" | grep -c 'summary.md: .* b.*correct it')" '65 1'
run orchestrator tasks show wrong
is 'a refused plan leaves no list' "$status" 66
run orchestrator tasks create --goal 'Silent one' silent
like 'a session without a plan is an error that names the summary' "$err" 'session-plan-a-goal-[0-9a-z-]*/summary.md: .*correct it, then run tasks create --from with it'
run orchestrator tasks create --goal 'Changes one' changes
like 'a planning agent that changes a file fails' "$err" 'is failed: orchestrator show session-plan-a-goal-'
is 'the changes of a planning agent are not merged' "$(orchestrator merge >/dev/null 2>&1; git ls-tree --name-only main x)" ''
run orchestrator tasks create --agent sh no-goal
is '--agent without --goal is refused' "$status" 64
done_testing
