#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The change has a program of the name of one that the reviewer calls, in a directory that PATH names relatively.
. "${0%/*}/lib.sh"
attempt() {
	echo 'if check; then worker verdict approved; else worker verdict rejected No; fi' | role reviewer
	mkdir "$W/tools"; printf '#!/bin/sh\nexit 1\n' >"$W/tools/check"; chmod +x "$W/tools/check"
	begin <<-'E'
	mkdir bin; printf '#!/bin/sh\nexit 0\n' >bin/check; chmod +x bin/check; git add bin; git commit -qm Work
	E
	PATH=bin:$PATH:$W/tools; export PATH
	dispatch one; merge one
	merged bin/check
}
trial HOLE=path
