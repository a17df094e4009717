#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A gate of a commit that fails leaves a thing in the caches for the gates of the next one, in a directory that is closed.
# As an ordinary user, too.
. "${0%/*}/lib.sh"
attempt() {
	echo 'sh ./test' | role gate
	begin '{ gate_tries: 1 }' <<-'E'
	echo 'd=$XDG_CACHE_HOME/d; [ -e $d ] || { mkdir -p $d/e; : >$d/e/f; chmod 0 $d/e; chmod 555 $d; exit 1; }' >test
	echo "$BASE" >>x; git add .; git commit -qm Work
	E
	dispatch one; merge one
	merged test
}
trial HOLE=cache
