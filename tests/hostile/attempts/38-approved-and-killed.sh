#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A test that the reviewer runs approves in its place, and kills the reviewer before that can reject.
. "${0%/*}/lib.sh"
attempt() {
	printf '%s\n' 'sh ./test' 'worker verdict rejected No' | role reviewer
	begin <<-'E'
	echo 'worker verdict approved; kill -9 $PPID' >test; git add test; git commit -qm Work
	E
	dispatch one; merge one
	merged test
}
trial HOLE=killed
