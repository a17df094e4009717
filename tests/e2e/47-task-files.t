#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Task lists out of files, and back.
. "$(dirname "$0")/lib.sh"
cd "$T" && new_repo r && cd r || exit 1

cat >"$T/list.md" <<'M'
# Plan
* [x] set-up: Set it up
- [ ] Write the tests, all of them!
  - [X] nested: One below another
1. [ ] Write the tests, all of them!
- [y] no mark
- no item
M
orchestrator tasks create from-markdown --from "$T/list.md" >/dev/null
is 'a check list is a list' "$(orchestrator --json tasks show from-markdown | jq -r '.tasks[] | .id + "|" + .title + "|" + .status')" \
'set-up|Set it up|COMPLETE
write-the-tests-all-of-them|Write the tests, all of them!|PENDING
nested|One below another|COMPLETE
write-the-tests-all-of-them-2|Write the tests, all of them!|PENDING'
ok 'the statuses of an imported check list follow from its history' orchestrator tasks resume from-markdown
orchestrator tasks export from-markdown >"$T/list.json"
orchestrator tasks export --markdown from-markdown | orchestrator tasks create again --from - >/dev/null
is 'what is exported can be read again' "$(orchestrator --json tasks show again | jq -c '[.tasks[] | .id, .title, .status]')" \
    "$(jq -c '[.tasks[] | .id, .title, .status]' "$T/list.json")"
orchestrator tasks create third --from "$T/list.json" >/dev/null
is 'a list exported as JSON can be read again' "$(orchestrator --json tasks show third | jq -c '[.tasks[] | .id, .title, .status]')" \
    "$(jq -c '[.tasks[] | .id, .title, .status]' "$T/list.json")"
echo '["a: The first", {"title": "The second", "depends_on": ["a"], "mine": 1}]' |
    orchestrator tasks create json --from - --task c >/dev/null
is 'a plain JSON list of tasks is accepted' "$(orchestrator --json tasks show json | jq -c '[.next, (.tasks[] | .id, .mine)]')" '["a","a",null,"the-second",1,"c",null]'
for bad in 'no list at all' '{"tasks": 5}' '[{"id": "x/y"}]' '[{"id": "a", "priority": 9}]' '[{"id": "a", "depends_on": ["b"]}]' '[' '[5]'; do
	echo "$bad" >"$T/bad"
	run orchestrator tasks create bad --from "$T/bad"
	is "a file of '$bad' is refused" "$status" 65
done
cat >"$T/members.md" <<'M'
- [ ] api: The server
  priority: 0
  stream: web
  It answers.

  And it logs.
- [ ] client: The client
  - Depends on: api, more
  - paths: src/client/**, doc/a b
  - [ ] more: Below another
Other text ends the task.
  depends on: nothing
M
orchestrator tasks create members --from "$T/members.md" >/dev/null
is 'a check list says what tasks wait for, their paths, their priority, their stream, and the work to do' \
    "$(orchestrator --json tasks show members | jq -c '.tasks[] | [.id, .depends_on, .allowed_paths, .priority, .stream, .description]')" \
'["api",null,null,0,"web","It answers.\n\nAnd it logs."]
["client",["api","more"],["src/client/**","doc/a b"],null,null,null]
["more",null,null,null,null,null]'
orchestrator tasks export --markdown members | orchestrator tasks create members2 --from - >/dev/null
is 'an exported check list keeps dependencies, paths, priority and stream' \
    "$(orchestrator --json tasks show members2 | jq -c '[.tasks[] | .id, .depends_on, .allowed_paths, .priority, .stream]')" \
    "$(orchestrator --json tasks show members | jq -c '[.tasks[] | .id, .depends_on, .allowed_paths, .priority, .stream]')"
printf -- '- [ ] a: A\n\n- [ ] b: B\n  priority: high\n' >"$T/bad"
run orchestrator tasks create bad --from "$T/bad"
like 'a wrong value in a check list is refused with its line' "$status $err" '^65 .*bad: line 3: .*"tasks\[1\].priority" must be a whole number'
cat >"$T/tasks.md" <<'M'
# Tasks: Login
**Input**: Design documents
- **[P]**: Can run in parallel
## Phase 1: Setup
- [X] T001 Create the project
- [ ] T002 [P] Configure the linter
- [ ] T003 [P] Configure CI
## Phase 2: Foundational
- [ ] T004 Make the database in src/db.py
- [ ] T005 [P] The models
---
## Phase 3: User Story 1 - Log in
### Tests
- [ ] T006 [P] [US1] Contract test
- [ ] T007 [P] [US1] Integration test
### Implementation
- [ ] T008 [US1] Log in, in src/login.py
## Phase 4: User Story 2 - Log out
- [ ] T009 [US2] Log out (depends on T005, T001)
## Phase 5: Polish
- [ ] T010 [P] Documentation
- [ ] T011 Clean up
M
orchestrator tasks create kit --from "$T/tasks.md" >/dev/null
is 'tasks.md of Spec Kit gives its order by phases, stories and [P]' \
    "$(orchestrator --json tasks show kit | jq -r '.tasks[] | [.id, .title, (.depends_on // [] | join(" "))] | join("|")')" \
'T001|Create the project|
T002|Configure the linter|T001
T003|Configure CI|T001
T004|Make the database in src/db.py|T002 T003
T005|The models|T004
T006|Contract test|T005
T007|Integration test|T005
T008|Log in, in src/login.py|T006 T007
T009|Log out|T005 T001
T010|Documentation|T008 T009
T011|Clean up|T010'
like 'a task of Spec Kit names its phase and its file' "$(orchestrator --json tasks show kit | jq -r '.tasks[7].description')" \
    '^Part of "Phase 3: User Story 1 - Log in" in .*/tasks.md\.$'
cat >"$T/tasks.yaml" <<'Y'
# What is to be done
tasks:
  - id: schema
    title: Migrate
    priority: 1
    description: |
      - [ ] not a task
  - "code: Adapt the code"
  - {title: Use it, depends_on: [code, schema], allowed_paths: ["src/**"]}
Y
orchestrator tasks create yaml --from "$T/tasks.yaml" >/dev/null
is 'a file of YAML is a list, as one of JSON is' \
    "$(orchestrator --json tasks show yaml | jq -c '.tasks[] | [.id, .title, .priority, .description, .depends_on, .allowed_paths]')" \
'["schema","Migrate",1,"- [ ] not a task\n",null,null]
["code","Adapt the code",null,null,null,null]
["use-it","Use it",null,null,["code","schema"],["src/**"]]'
printf 'tasks:\n  - id: a\n  - [\n' >"$T/bad.yaml"
run orchestrator tasks create bad --from "$T/bad.yaml"
like 'a fault in YAML is refused with its line' "$status $err" '^65 .*bad.yaml: line [34]: '
printf -- '- &a [*a]\n' >"$T/bad.yaml"
run orchestrator tasks create bad --from "$T/bad.yaml"
like 'YAML that contains itself is refused' "$status $err" '^65 .*bad.yaml: line 1: nested too deep'
done_testing
