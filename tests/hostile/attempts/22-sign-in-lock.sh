#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# An agent takes a read lock on the file by which clients wait for each other to renew a sign-in, and keeps all of them waiting.
. "${0%/*}/lib.sh"
needs python3
taken() {
	wait_for 10 [ -e "$W/out/ready" ]
	python3 -c 'import fcntl, sys; fcntl.lockf(open(sys.argv[1], "r+"), fcntl.LOCK_EX | fcntl.LOCK_NB)' "$ORCHESTRATOR_HOME/sign-in-claude.lock" || : >"$W/waits"
}
attempt() {
	begin <<-'E'
	python3 -c 'import fcntl, os
	try: l = open(os.environ["W"] + "/state/sign-in-claude.lock"); fcntl.lockf(l, fcntl.LOCK_SH)
	except OSError as e: print(e)
	open(os.environ["W"] + "/out/ready", "w"); open(os.environ["W"] + "/out/go").readline()'
	exit 1
	E
	mkdir -p "$ORCHESTRATOR_HOME"; : >"$ORCHESTRATOR_HOME/sign-in-claude.lock"
	meanwhile one taken
	[ -e "$W/waits" ]
}
mode=auto
trial HOLE=state
