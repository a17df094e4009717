#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The implementer leaves links to a directory of its user wherever something is removed afterwards.
# As an ordinary user, too.
. "${0%/*}/lib.sh"
attempt() {
	mkdir "$W/outside"; echo kept >"$W/outside/file"
	begin <<-'E'
	git=$(git rev-parse --absolute-git-dir)
	for d in . "$git" "$git/objects" "${XDG_CACHE_HOME:-$W/out}" "${TMPDIR:-/tmp}" "$SESSION_INBOX/new"; do mkdir -p "$d/.deep/er"; ln -s "$W/outside" "$d/.deep/er/link"; ln -s "$W/outside" "$d/link"; done
	echo '*deep' >.gitignore; echo link >>.gitignore; echo x >x; git add .gitignore x; git commit -qm Work; chmod 0 .deep
	E
	dispatch one; merge one
	wait_for 20 eval '! ls -d .worktrees/.trash-* .worktrees/.gone-* .worktrees/.pool/.new-*'
	orchestrator cleanup >>"$W/log" 2>&1
	[ ! -e "$W/outside/file" ]
}
trial HOLE=follow
