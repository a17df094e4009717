#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The implementer's git directory has a link where the worker writes the branch, once it has taken the commits: that would be written where it leads.
. "${0%/*}/lib.sh"
attempt() {
	mkdir "$W/outside"
	begin <<-'E'
	echo x >x; git add x; git commit -qm Work
	E
	sed -i '1s/.*/if [ "$STEP" = present ]; then d=$(git rev-parse --absolute-git-dir)\/refs\/heads; rm -rf "$d"; ln -s "$W\/outside" "$d"; exit; fi/' "$W/marks/implementer"
	dispatch one
	[ -e "$W/outside/session/one/1" ]
}
trial HOLE=beneath
