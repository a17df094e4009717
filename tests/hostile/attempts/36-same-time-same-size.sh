#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A test puts a file in the place of one of the work, of the same size and time, so that git takes it for that: the reviewer reads it.
. "${0%/*}/lib.sh"
attempt() {
	echo 'sh ./test' | role gate
	echo 'if grep -q evil x; then worker verdict rejected No; else worker verdict approved; fi' | role reviewer
	begin <<-'E'
	echo evil >x; echo 'touch -r x test; printf "nice\n" >x; touch -r test x' >test; git add .; git commit -qm Work
	E
	dispatch one; merge one
	merged x evil
}
trial HOLE=void
