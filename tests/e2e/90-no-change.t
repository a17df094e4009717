#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Work that needs no change: who may say so, and what becomes of it.
. "$(dirname "$0")/lib.sh"

cat >"$T/agent" <<'E'
cat >"$T/prompt.$ITEM_ID"
case $ITEM_ID in
said*) printf 'It is there already\n' | worker summary - ;;
blocked*) printf 'I could not\n' | worker summary -; worker blocked 'There is no way' ;;
undone*) git revert --no-edit HEAD >/dev/null 2>&1 ;;
edits*) echo x >x; git add x; git commit -qm x; git rm -q x; git commit -qm 'No x'; printf 'Nothing after all\n' | worker summary - ;;
esac
E
cat >"$T/reviewer" <<'E'
cat >"$T/review.$ITEM_ID"
case $ITEM_ID in *refused) worker verdict rejected 'It is not there' ;; *) worker verdict approved ;; esac
E
# A client that prints what claude prints, so that its adapter is not "command".
mkdir "$T/clients" && cat >"$T/clients/claude" <<'E'
#!/bin/sh
case $* in *--version*) echo '2.0.0 (Claude Code)'; exit ;; esac
head -n 1 >"$T/line.$ITEM_ID"; exec <"$T/line.$ITEM_ID"	# its input stays open
. "$T/agent"
denied='' words=''
case $ITEM_ID in denied*) words='I could not.' denied='"permission_denials":[{"tool_name":"Write"},{"tool_name":"Bash"},{"tool_name":"Write"}],' ;; esac
printf '{"type":"result","subtype":"success","is_error":false,%s"result":"%s"}\n' "$denied" "$words"
E
chmod +x "$T/clients/claude" && PATH="$T/clients:$PATH"
export ORCHESTRATOR_HOME="$T/state"
new_repo "$T/r" 2 && cd "$T/r" && mkdir .orchestrator || exit 1
settings() {	# IMPLEMENTER REVIEW
	echo "{ \"agents\": { \"sh\": { \"command\": \"sh $T/agent\" }, \"client\": { \"adapter\": \"claude\" },
	    \"judge\": { \"command\": \"sh $T/reviewer\" } }, \"roles\": { \"implementer\": \"$1\", \"reviewer\": \"judge\" },
	    \"stop_grace\": 1, \"gate_tries\": 0, \"rounds\": 0, \"attempts\": 1, \"review\": \"$2\", \"gates\": [ \"true\" ] }" >.orchestrator/config.json
	git add . && git commit -qm "Settings $1 $2"
}
dispatch() { orchestrator dispatch --wait --title Work "$@" >"$T/said" 2>&1 || :; }
now() { field state.json '.status + " " + .reason' "$1"; }
status_of() { orchestrator --json tasks show "$1" | jq -r --arg t "$2" '.tasks[] | select(.id == $t) | .status'; }

# A client, and a council.
settings client council
main=$(git rev-parse main)
dispatch said-one
is 'a client that changes nothing and gives a summary is judged' "$(now said-one)" 'approved '
like 'the reviewer is told that nothing was changed' "$(cat "$T/review.said-one")" 'the implementer changed nothing, and says in the summary that nothing needs to be changed'
like 'the reviewer reads the summary of work that needs no change' "$(cat "$T/review.said-one")" '^It is there already$'
run orchestrator merge said-one
is 'work that needed no change is merged without a commit' "$status $(now said-one) $(git rev-parse main)" "0 merged  $main"
like 'show names no commit for work that needed no change' "$(orchestrator show said-one)" '^merged  *needed no change$'
like 'merge says that there was nothing to merge' "$out" ': merged as [0-9a-f]*: nothing to merge: the item needed no change$|: merged: nothing to merge: the item needed no change$'
is 'nothing is left of a session that needed no change' "$(git branch --list 'session/*'; ls .worktrees)" ''
dispatch said-refused
is 'the council may refuse that nothing needs to be changed' "$(now said-refused)" 'rejected '
dispatch mute
is 'a client that changes nothing and gives no summary has failed' "$(now mute)" 'failed no-change'
dispatch denied-one
is 'work without a commit fails with the names of the tools that the client refused' \
    "$(now denied-one), $(field state.json .detail denied-one)" 'failed no-change, nothing was committed; the client refused 3 tool calls: Write, Bash'
like 'the log says which tools a client refused' "$(cat "$(session_of denied-one)/output.log")" \
    '^\[implementer\] \(the client refused 3 tool calls: Write, Bash\)$'
dispatch blocked
is 'a client that is blocked and changes nothing has failed' "$(now blocked)" 'failed blocked'
dispatch edits-undone
is 'commits that cancel each other out are judged as what they are' "$(field state.json .status edits-undone)" approved
run orchestrator merge edits-undone
is 'commits that cancel each other out are merged' "$status $(field state.json .status edits-undone)" '0 merged'

# Nobody judges.
settings client gates
dispatch said-two
is 'without a council a client that changes nothing has failed' "$(now said-two)" 'failed no-change'
orchestrator tasks create work --task 'said-allowed: S' --task 'after: A' --task 'denied-allowed: D' >"$T/said"
orchestrator tasks edit --no-change yes said-allowed >"$T/said"; orchestrator tasks edit --no-change yes after >"$T/said"
orchestrator tasks edit --no-change yes denied-allowed >"$T/said"
orchestrator tasks depend after said-allowed >"$T/said"
is 'no_change of a task is on record' "$(orchestrator --json tasks show work | jq -c '[.tasks[].no_change]')" '[true,true,true]'
main=$(git rev-parse main)
run timeout 60 orchestrator execute work
is 'a task that may end without a change does, and what waits for it follows' \
    "$status $(status_of work said-allowed) $(status_of work after) $(git rev-parse main)" "0 COMPLETE COMPLETE $main"
is 'a task that may end without a change does, whatever its client refused' "$(status_of work denied-allowed)" COMPLETE
orchestrator tasks edit --no-change no after >"$T/said" 2>&1
settings sh gates
dispatch command-one
is 'a command that changes nothing is approved by the gates' "$(now command-one)" 'approved '
dispatch blocked-command
is 'a command that is blocked and changes nothing has failed' "$(now blocked-command)" 'failed blocked'
git commit -q --allow-empty -m 'Main goes on'
run orchestrator merge command-one
is 'work that needed no change is merged when the target has moved on' "$status $(now command-one) $(git log -1 --format=%s main)" '0 merged  Main goes on'
done_testing
