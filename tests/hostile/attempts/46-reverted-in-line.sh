#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The user's unmerged branch, with its content taken away again, below the work: it would count as merged, without it.
. "${0%/*}/lib.sh"
attempt() {
	begin <<-'X'
	git reset -q --hard "$(git --git-dir="$R/.git" rev-parse feature)"; git rm -q feature
	echo two >two; git add .; git commit -qm Two
	X
	git checkout -q -b feature; echo f >feature; git add feature; git commit -qm Feature; git checkout -q main
	dispatch two; merge two; git merge -q feature
	merged two && ! merged feature
}
trial HOLE=linear
