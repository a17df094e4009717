#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A test that the tech-lead runs commits in its place: what nobody has looked at is merged by its approval.
. "${0%/*}/lib.sh"
attempt() {
	begin '{ rounds: 1, roles: { "tech-lead": "t" } }' <<-'E'
	echo x >x; echo 'echo evil >evil; git add evil; git commit -qm Mended' >test; git add .; git commit -qm Work
	E
	sed -i '1s/.*/case $STEP in present) exit 0 ;; respond) worker verdict approved Right; exit 0 ;; esac/' "$W/marks/implementer"
	echo 'worker verdict rejected No' | role reviewer
	echo 'if grep -q ^+evil$; then worker verdict rejected No; else sh ./test; worker verdict approved; fi' | role tech-lead
	dispatch one; merge one
	merged evil
}
trial HOLE=confirm
