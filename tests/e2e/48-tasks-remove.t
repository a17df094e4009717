#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Tasks and lists that nobody needs any more: tasks remove, rename, delete; and lists that are done.
. "$(dirname "$0")/lib.sh"

new_repo "$T/r" 2 && cd "$T/r" && mkdir .orchestrator || exit 1
echo "{ \"agents\": { \"sh\": { \"command\": [\"sh\", \"-c\", \"echo >\\\"\$T/at-work\\\"; while [ ! -e $T/go-on ]; do :; done; echo x >\$ITEM_ID\"] } },
    \"roles\": { \"implementer\": \"sh\" }, \"review\": \"none\", \"stop_grace\": 1 }" >.orchestrator/config.json
git add . && git commit -qm Settings
tasks() { orchestrator --json tasks show "$1" | jq -r '[.tasks[].id] | join(" ")'; }
names() { orchestrator --json tasks list | jq -r '[.lists[].name] | sort | join(" ")'; }
st() { orchestrator --json tasks show "$1" | jq -r --arg t "$2" '.tasks[] | select(.id == $t).status'; }

orchestrator tasks create spring --task 'a: A' --task 'b: B' --task 'c: C' --task 'd: D' >/dev/null
orchestrator tasks depend b a >/dev/null; orchestrator tasks depend c b >/dev/null
run orchestrator tasks remove a
is 'a task on which another one depends is not removed' "$status $(tasks spring)" '69 a b c d'
like 'the refusal to remove a task names the task that depends on it' "$err" 'task b depends on a: name it too, or change that'
run orchestrator tasks remove a b
is 'two of three tasks are not removed while the third depends on them' "$status $(tasks spring)" '69 a b c d'
run orchestrator tasks remove d nothing
is 'tasks remove with an unknown task removes none' "$status $(tasks spring)" '66 a b c d'
run orchestrator tasks remove c b
is 'tasks are removed together with those that depend on them' "$status $out" "0 [c] removed from $(orchestrator --json tasks show spring | jq -r .id)
[b] removed from $(orchestrator --json tasks show spring | jq -r .id)"
is 'the other tasks stay' "$(tasks spring)" 'a d'
ok 'a removed id can be added again' orchestrator tasks add spring 'b: New'
is 'tasks are found by id after others were removed' "$(orchestrator --json tasks show spring | jq -r '.tasks[] | select(.id == "d").title') $(tasks spring)" 'D a d b'
is 'tasks remove --json names what it removed' "$(orchestrator --json tasks remove b | jq -c .removed)" '["b"]'

# a session, and execute
orchestrator dispatch a >/dev/null; wait_for 20 test -e "$T/at-work"
run orchestrator tasks remove a
is 'a task that a session has is not removed' "$status $(tasks spring)" '69 a d'
like 'the refusal to remove a task names its session, and cancel' "$err" 'task a: session session-a-[^ ]* has it; orchestrator cancel session-a-'
run orchestrator tasks delete --yes spring
is 'a list with a task that a session has is not deleted' "$status $(tasks spring)" '69 a d'
orchestrator cancel a >/dev/null
rm -f "$T/at-work"; orchestrator execute spring >"$T/execute" 2>&1 & execute=$!
wait_for 30 test -e "$T/at-work"
run orchestrator tasks remove a
is 'no task is removed from a list that execute works through' "$status $(printf '%s' "$err" | grep -c 'orchestrator stop ends it')" '69 1'
run orchestrator tasks delete --yes spring
is 'a list that execute works through is not deleted' "$status $(tasks spring)" '69 a d'
orchestrator tasks create late --task 'l: L' >/dev/null; orchestrator execute late >/dev/null
run orchestrator tasks delete --yes late
is 'a list that execute was just asked for is not deleted' "$status $(tasks late)" '69 l'
touch "$T/go-on"; wait $execute; orchestrator tasks delete --yes late >/dev/null

# rename
orchestrator tasks create summer --task 'e: E' >/dev/null
ok 'a list is renamed' orchestrator tasks rename spring april
is 'the renamed list has its tasks' "$(names) $(tasks april)" 'april summer a d'
run orchestrator tasks rename april summer
is 'a name that another list has is refused' "$status $(names)" '73 april summer'
ok 'a list may keep its name' orchestrator tasks rename april april
run orchestrator tasks rename april ''
is 'an empty name is refused' "$status" 64

# lists that are done
is 'one task of the list is COMPLETE, the other has failed' "$(st april d) $(st april a)" 'COMPLETE FAILED'
run orchestrator execute
is 'a bare execute takes the only list with something to do' "$status $(st summer e)" '0 COMPLETE'
orchestrator tasks create autumn --task 'f: F' >/dev/null; orchestrator tasks create winter --task 'g: G' >/dev/null
run orchestrator execute
is 'two lists with something to do have to be named' "$status $(printf '%s' "$err" | grep -c 'several lists have open tasks; name one')" '64 1'

# delete
run orchestrator tasks delete winter </dev/null
is 'a list with tasks to do is not deleted without a terminal' "$status $(names)" '64 april autumn summer winter'
like 'the refusal to delete a list names --yes' "$err" 'orchestrator tasks delete --yes tl-'
if command -v script >/dev/null; then
	echo n | script -qec 'orchestrator tasks delete winter' /dev/null >"$T/typed"
	mkfifo "$T/keys"
	script -qec 'orchestrator tasks delete winter' /dev/null <"$T/keys" >"$T/typed2" & typing=$!
	exec 7>"$T/keys"; wait_for 20 grep -q 'Delete it?' "$T/typed2"
	orchestrator tasks add winter 'new: New while the question stands' >/dev/null
	echo y >&7; exec 7>&-; wait $typing
	is 'a list to which a task came while tasks delete asked is not deleted' \
	    "$(grep -c 'was changed meanwhile; try again' "$T/typed2") $(names)" '1 april autumn summer winter'
	is 'tasks delete asks on a terminal' "$(grep -c 'Delete it? \[y/N\]' "$T/typed") $(names)" '1 april autumn summer winter'
fi
ok 'tasks delete --yes deletes a list with tasks to do' orchestrator tasks delete --yes winter
ok 'a list that is done is deleted without a question' orchestrator tasks delete summer
is 'other lists than the deleted one stay' "$(names)" 'april autumn'
is 'no file of a deleted list stays' "$(find "$ORCHESTRATOR_HOME"/workspaces/*/tasklists -name 'tl-*' | sed 's/.*\/\(tl-[^.]*\).*/\1/' | sort -u | wc -l)" 2
run orchestrator tasks delete summer
is 'an unknown list is not deleted' "$status" 66
done_testing
