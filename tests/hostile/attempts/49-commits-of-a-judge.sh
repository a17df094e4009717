#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A tech-lead commits the right way and rejects: its commits are in no reference.
. "${0%/*}/lib.sh"
attempt() {
	echo 'worker verdict rejected No' | role reviewer
	printf '%s\n' 'echo fix >fix; git add fix; git commit -qm "The right way"; worker verdict rejected "See my commit"' | role tech-lead
	printf '%s\n' 'case $STEP in present) exit 0 ;; respond) worker verdict approved; exit 0 ;; esac' \
	    'echo one >one; git add .; git commit -qm Work' | role implementer
	settings '{ roles: { implementer: "i", reviewer: "r", "tech-lead": "t" } }'
	dispatch one
	[ "$(state one)" = rejected ] && ! git -C "$R" log --all --format=%s | grep -q 'right way'
}
trial HOLE=lead
