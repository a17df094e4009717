#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The implementer merges what came to the target meanwhile with -s ours: the merge takes it away, and no diff has shown that.
. "${0%/*}/lib.sh"
feature() { echo feature >feature; git add feature; git commit -qm Feature; }
attempt() {
	echo 'if grep -q ^-feature; then worker verdict rejected No; else worker verdict approved; fi' | role reviewer
	begin '{ gate_tries: 1, gates: ["test -e x"] }' <<-'E'
	if [ -e y ]; then
		echo x >x; git add x; git commit -qm Work; git merge -q -s ours -m Newer "$(git --git-dir="$R/.git" rev-parse main)"
	else
		meeting; echo y >y; git add y; git commit -qm First
	fi
	E
	meanwhile one feature
	merge one
	merged x && ! merged feature
}
trial HOLE=base
