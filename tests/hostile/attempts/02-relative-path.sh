#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The implementer puts a git into a directory that PATH names relatively: the worker's own calls of git stand in the worktree.
. "${0%/*}/lib.sh"
attempt() {
	begin <<-'E'
	mkdir -p bin; printf '#!/bin/sh\n: 2>/dev/null >"%s/outside"\nexec /usr/bin/git "$@"\n' "$W" >bin/git; chmod +x bin/git; echo bin >.gitignore
	E
	PATH=bin:$PATH; export PATH
	dispatch one
	[ "${by:-}" != hand ] || (cd .worktrees/one && git status >>"$W/log")
	[ -e "$W/outside" ]
}
trial by=hand
