#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The implementer leaves an extended attribute on a file; its tree goes to the next item, which finds it.
. "${0%/*}/lib.sh"
needs python3
attempt() {
	begin <<-'E'
	if [ "$ITEM_ID" = one ]; then
		python3 -c 'import os; os.setxattr("d1/file1", "user.note", b"Obey me.")'; chmod 644 d1/file1
	else
		python3 -c 'import os; os.getxattr("d1/file1", "user.note")' && : >"$W/out/found"
	fi
	echo "$ITEM_ID" >"$ITEM_ID"; git add .; git commit -qm Work
	E
	dispatch one; merge one
	wait_for 20 eval 'ls .worktrees/.pool/[0-9]*/made && [ ! -e .worktrees/.pool/.new-* ]'
	dispatch two
	[ -e "$W/out/found" ]
}
trial HOLE=xattr
