#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# An agent leaves a great number of messages and ends: the worker takes all of them in, and hears of no cancel meanwhile.
. "${0%/*}/lib.sh"
needs python3
attempt() {
	begin <<-'E'
	echo x >x; python3 -c 'import os
	os.chdir(os.environ["SESSION_INBOX"]); os.mkdir("all")
	for i in range(30000):
	    with open("all/m-%06d" % i, "w") as f: f.write("{ \"version\": 1, \"kind\": \"progress\", \"done\": 1, \"total\": 2, \"note\": \"" + "x" * 1000 + "\" }")
	os.rename("new", "old"); os.rename("all", "new"); open(os.environ["W"] + "/out/left", "w")'
	E
	dispatch one & _p=$!
	wait_for 60 [ -e "$W/out/left" ]; wait_for 20 not pgrep -f "$W/marks/implementer"
	timeout 30 orchestrator cancel one >>"$W/log" 2>&1
	grep -q 'did not stop when asked' "$W/log"
}
trial HOLE=flood
