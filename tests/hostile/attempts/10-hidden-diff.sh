#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# An ignored .gitattributes in the worktree, where a worker that was started by hand stands, hides the change from the reviewer's prompt.
. "${0%/*}/lib.sh"
attempt() {
	cat >"$W/marks/reviewer" <<-'E'
	cat >"$W/out/prompt"; worker verdict approved
	E
	begin <<-'E'
	echo .gitattributes >>.git/info/exclude 2>/dev/null
	printf '.gitattributes\n' >.gitignore; echo '* -diff' >.gitattributes; echo 'an evil line' >x; git add .gitignore x; git commit -qm Work
	E
	git worktree add -q -b hand "$W/tree"; mkdir "$W/session"
	echo '{ "version": 1, "id": "one", "title": "One" }' >"$W/session/item.json"
	jq '{ version: 1, session: { id: "session-one-000001", item: "one" }, settings: . }' .orchestrator/config.json >"$W/session/config.json"
	cd "$W/tree" && worker run "$W/session" >>"$W/log" 2>&1
	cat "$W/session/output.log" >>"$W/log"
	[ -s "$W/out/prompt" ] && ! grep -q 'an evil line' "$W/out/prompt"
}
trial HOLE=attributes
