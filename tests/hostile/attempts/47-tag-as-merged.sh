#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A commit that only a tag holds counts as merged, without its content.
. "${0%/*}/lib.sh"
attempt() {
	begin <<-'X'
	echo two >two; git add .; git commit -qm Work; git merge -q -s ours -m Taken v1-hotfix
	X
	git checkout -q -b hot; echo hotfix >hotfix; git add hotfix; git commit -qm Hotfix; git tag -a -m x v1-hotfix
	git checkout -q main; git branch -q -D hot
	dispatch two; merge two; git merge -q v1-hotfix
	merged two && ! merged hotfix
}
trial HOLE=tags
