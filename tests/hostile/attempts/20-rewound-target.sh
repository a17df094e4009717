#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A commit is taken out of the target again while an item that is based upon it is at work: the merge of that brings it back, and nobody has judged it there.
. "${0%/*}/lib.sh"
attempt() {
	repository; echo evil >evil; git add evil; git commit -qm Evil
	echo 'if grep -q ^+evil; then worker verdict rejected No; else worker verdict approved; fi' | role reviewer
	begin <<-'E'
	echo x >x; git add x; git commit -qm Work
	E
	dispatch one
	git reset -q --hard HEAD~2; echo newer >newer; git add newer; git commit -qm Newer
	merge one
	merged evil
}
trial HOLE=rewound
