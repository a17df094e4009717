#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A test of the change writes to a file of the work, but only in the tree that the merge makes: the gates pass there upon something else.
. "${0%/*}/lib.sh"
attempt() {
	echo '[ ! -e test ] || sh ./test' | role gate
	begin <<-'E'
	[ "$ITEM_ID" = one ] || echo '[ ! -e one ] || echo mended >d1/file1' >test
	echo "$ITEM_ID" >"$ITEM_ID"; git add .; git commit -qm Work
	E
	dispatch one; dispatch two
	merge one; merge two
	merged one && merged test
}
trial HOLE=void
