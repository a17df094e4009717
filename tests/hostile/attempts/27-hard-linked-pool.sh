#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The implementer makes one file of two that are alike; their tree goes to the next item, which changes both when it writes to one.
. "${0%/*}/lib.sh"
attempt() {
	repository; echo same >a; echo same >b; git add .; git commit -qm Twins
	begin <<-'E'
	if [ "$ITEM_ID" = one ]; then ln -f a b; echo x >x; else echo changed >>a; fi
	git add .; git commit -qm Work
	E
	dispatch one; merge one
	wait_for 20 eval 'ls .worktrees/.pool/[0-9]*/made && [ ! -e .worktrees/.pool/.new-* ]'
	dispatch two; merge two
	merged b changed
}
trial HOLE=nlink
