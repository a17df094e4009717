#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A merge with an older commit of the target brings back its content of a file that the item forbids to change.
. "${0%/*}/lib.sh"
attempt() {
	repository; echo weak >guard; git add guard; git commit -qm Old; echo strong >guard; git commit -qam Guard
	begin <<-'E'
	echo x >x; git add x; git commit -qm Work
	git checkout -q HEAD~3 -- guard
	git reset -q --soft "$(git commit-tree -p HEAD -p HEAD~3 -m Merge "$(git write-tree)")"
	E
	echo '{ "version": 1, "id": "one", "title": "One", "forbidden_paths": ["guard"] }' >"$W/item"
	dispatch --item "$W/item"
	merge one
	merged guard weak
}
trial HOLE=paths
