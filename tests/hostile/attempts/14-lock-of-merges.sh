#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# An agent takes a read lock on the file by which merges wait for each other, which needs no right to write it, and keeps every merge waiting.
. "${0%/*}/lib.sh"
needs python3
attempt() {
	begin <<-'E'
	echo "$ITEM_ID" >"$ITEM_ID"; git add .; git commit -qm Work
	[ "$ITEM_ID" != two ] || python3 -c 'import fcntl, glob, os
	f = [open(p) for p in glob.glob(os.environ["ORCHESTRATOR_HOME"] + "/workspaces/*/merge.lock")]
	for l in f: fcntl.lockf(l, fcntl.LOCK_SH)
	open(os.environ["W"] + "/out/go").readline()'
	E
	dispatch zero; merge zero; dispatch one
	meanwhile two timeout 10 orchestrator merge one
	! merged one
}
trial HOLE=state
