#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The implementer leaves a thing for the reviewer in the scratch directory, deep below directories that are closed, so that it is hard to remove.
# As an ordinary user, too.
. "${0%/*}/lib.sh"
attempt() {
	echo 'find /tmp/a -name left 2>/dev/null | grep -q . && : >"$W/out/found"; worker verdict approved' | role reviewer
	begin <<-'E'
	mkdir -p /tmp/a; cd /tmp/a; i=0; while [ $i -lt 300 ]; do mkdir a; cd a; i=$((i + 1)); done; : >left; cd /tmp; : >/tmp/a/left; mkdir /tmp/a/b; : >/tmp/a/b/c
	chmod 0 /tmp/a/b; chmod 555 /tmp/a; cd "$WORKTREE"; echo x >x; git add x; git commit -qm Work
	E
	dispatch one
	[ -e "$W/out/found" ]
}
trial HOLE=tmp
