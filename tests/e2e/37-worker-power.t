#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The machine stopped, and what was not on disk yet is empty, or full of zeros.
CONFINE=off
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"
cd "$T" || exit 1

blank() { if [ "$1" = empty ]; then : >"$2"; else head -c 200 /dev/zero >"$2"; fi; }
objects() { find "$S/agent.git/objects" -type f ! -path '*/info/*'; }
lose() {	# HOW
	: >"$R/.git/refs/heads/session/$ITEM/1.lock"
	blank "$1" "$S/safe.git/index"; blank "$1" "$S/agent.git/index"
	objects | while read -r _o; do chmod u+w "$_o" && blank "$1" "$_o"; done
}

role implementer <<'E'
[ -e first ] || { echo "$ITEM_ID" >first; git add . && git commit -qm First; point implement; }
git log --format=%s >>"$T/$ITEM_ID.log" 2>&1; git add . && git commit -qm Second >>"$T/$ITEM_ID.log" 2>&1
echo work >work; echo Done. | worker summary -
E
for how in empty zeros; do
	touch "$T/hang.implement"
	session "lost-$how" '.gates = ["true"]'
	start
	at implement
	kill -9 "$pid"; wait "$pid" 2>/dev/null; rm "$T/hang.implement"
	is "an agent's own commit has objects ($how)" "$(objects | wc -l)" 3
	lose $how
	work
	is "a session that lost index and objects is done, and whole ($how)" \
	    "$status,$(st .status),$(git -C "$R" show "session/$ITEM/1:first" "session/$ITEM/1:work" | paste -sd' ')" "0,approved,lost-$how work"
	is "the agent's git serves it from where the branch was ($how)" "$(head -n 1 "$T/$ITEM.log")" 'First commit'
	is "the branch of a session that lost index and objects is sound ($how)" "$(git -C "$R" fsck --strict --no-dangling 2>&1)" ''
	like "the log says so ($how)" "$(cat "$S/output.log")" "agent.git did not survive"
done

#: What the agent had only staged.
touch "$T/hang.implement"
role implementer <<'E'
[ -e first ] || { echo "$ITEM_ID" >first; touch -d 2001-01-01 first; git add .; point implement; }
git add . && git commit -qm Second >>"$T/$ITEM_ID.log" 2>&1 || exit 9
E
session staged '.gates = ["true"]'
start
at implement
kill -9 "$pid"; wait "$pid" 2>/dev/null; rm "$T/hang.implement"
objects | while read -r o; do chmod u+w "$o" && : >"$o"; done
jq '.boot_id = "00000000-0000-0000-0000-000000000000"' "$S/state.json" >"$T/x" && cp "$T/x" "$S/state.json"
work
is 'what was staged before the machine stopped is staged again' "$status,$(st .status),$(git -C "$R" show session/staged/1:first)" 0,approved,staged
role implementer <<'E'
[ -e first ] || { echo "$ITEM_ID" >first; git add . && git commit -qm First; point implement; }
git log --format=%s >>"$T/$ITEM_ID.log" 2>&1; git add . && git commit -qm Second >>"$T/$ITEM_ID.log" 2>&1
echo work >work; echo Done. | worker summary -
E

#: A git of the agent was at work.
touch "$T/hang.implement"
session locked '.gates = ["true"]'
start
at implement
kill -9 "$pid"; wait "$pid" 2>/dev/null; rm "$T/hang.implement"
mkdir -p "$S/agent.git/modules/sub/refs/heads" "$S/agent.git/worktrees/more"
for l in index HEAD config "refs/heads/session/$ITEM/1" modules/sub/index modules/sub/refs/heads/x worktrees/more/HEAD; do : >"$S/agent.git/$l.lock"; done
work
is 'what a git of the agent had locked is free again' "$status,$(st .status),$(grep -c 'index\.lock' "$S/output.log")" 0,approved,0
like "the log says that locks of the agent's git were removed" "$(cat "$S/output.log")" 'removed 7 locks'

#: A git is at work there, of which the worker is a child.
touch "$T/hang.implement"
session watched '.gates = ["true"]'
start
at implement
kill -9 "$pid"; wait "$pid" 2>/dev/null; rm "$T/hang.implement"
cp "$(command -v sh)" "$T/git"; : >"$S/agent.git/config.lock"
# shellcheck disable=SC2016 # for that git
run timeout -k 5 60 sh -c 'cd "$1" && exec "$2" -c '\''worker run "$0"; exit $?'\'' "$3"' sh "$W" "$T/git" "$S"
is 'a lock stays while a git works in the worktree' "$status,$(st .status),$(ls "$S/agent.git/config.lock")" "0,approved,$S/agent.git/config.lock"

#: Set up: the checkout was not on disk, nor the git directories.
session setup '.setup = [". $T/prelude; point setup"] | .gates = ["true"]'
touch "$T/hang.setup"
start
at setup
kill -9 "$pid"; wait "$pid" 2>/dev/null; rm "$T/hang.setup"
for f in safe.git/index git/HEAD git/config git/objects/info/alternates agent.git/HEAD agent.git/config agent.git/objects/info/alternates; do : >"$S/$f"; done
: >"$W/d1/file1"
work
is 'what was being set up is set up again' "$status,$(st .status),$(git -C "$R" show session/setup/1:d1/file1)" '0,approved,line of file 1'

#: Completed, and the gates' verdict not on record yet.
jq '.verdict = "none" | .commit = null | .decided_by = null | .decided_at = null' "$S/review.json" >"$T/x" && cp "$T/x" "$S/review.json"
jq '.status = "completed" | .step = "summary" | .phase = 1 | .ended_at = null | .history |= .[:-1]' "$S/state.json" >"$T/x" && cp "$T/x" "$S/state.json"
work
is 'completed before its gates had decided it has no council' "$status,$(st .status),$(rec review.json .decided_by)" 0,approved,gates
done_testing
