#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A directory of the commit is a git directory, too: git of a reviewer that looks there runs its program.
. "${0%/*}/lib.sh"
attempt() {
	printf '%s\n' 'rm -f "$W/out/ran"; (cd src && git status --short); [ ! -e "$W/out/ran" ] || : >"$W/out/steered"; worker verdict rejected No' | role reviewer
	begin <<-'X'
	mkdir src; echo evil >src/main.c; git init -q --bare "$TMPDIR/b"; b=$TMPDIR/b
	c=$(git --git-dir="$b" commit-tree -m Harmless "$(git --git-dir="$b" mktree </dev/null)"); git --git-dir="$b" update-ref refs/heads/main "$c"
	cp -r "$b/objects" "$b/refs" src/; find src/objects src/refs -type d -empty -delete; echo 'ref: refs/heads/main' >src/HEAD
	printf '[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n\tfsmonitor = "touch '"$W/out/ran"'; false"\n' >src/config
	git add -A; git commit -qm Work
	X
	dispatch one
	[ -e "$W/out/steered" ]
}
trial HOLE=bare
