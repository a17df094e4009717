#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The implementer goes on from what came to the target meanwhile, and reverts it: the diff to its base does not show that.
. "${0%/*}/lib.sh"
feature() { echo feature >feature; git add feature; git commit -qm Feature; }
attempt() {
	echo 'if grep -q ^-feature; then worker verdict rejected No; else worker verdict approved; fi' | role reviewer
	begin '{ gate_tries: 1, gates: ["test -e x"] }' <<-'E'
	if [ -e y ]; then
		git reset -q --hard "$(git --git-dir="$R/.git" rev-parse main)"; git revert --no-edit HEAD; echo x >x; git add x; git commit -qm Work
	else
		meeting; echo y >y; git add y; git commit -qm First
	fi
	E
	meanwhile one feature
	merge one
	merged x && ! merged feature
}
trial HOLE=base
