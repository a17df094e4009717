#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A merged item's test dates a product that git ignores into the future: the clean tree of the next item keeps it, and no gate builds it anew.
. "${0%/*}/lib.sh"
attempt() {
	echo '[ prog -nt source ] || cp source prog; [ ! -e test ] || sh ./test; grep -q good prog' | role gate
	repository; echo good >source; echo prog >.gitignore; git add .; git commit -qm Source
	begin '{ worktree: { keep_ignored: true } }' <<-'E'
	if [ "$ITEM_ID" = one ]; then echo 'touch -d 2100-01-01 prog' >test; else git rm -q test; echo broken >source; fi
	git add .; git commit -qm Work
	E
	dispatch one; merge one
	wait_for 20 eval 'ls .worktrees/.pool/[0-9]*/made && [ ! -e .worktrees/.pool/.new-* ]'
	dispatch two; merge two
	merged source broken
}
trial HOLE=future
