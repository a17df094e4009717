#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A test that a gate runs makes a repository of a directory of the work: to the reviewer's git its history is what it says, and its configuration counts.
. "${0%/*}/lib.sh"
attempt() {
	echo 'sh ./test' | role gate
	echo 'cd d1 && if [ "$(git log --format=%s -1)" = Harmless ]; then worker verdict approved; else worker verdict rejected No; fi' | role reviewer
	begin <<-'E'
	echo 'cd d1 && [ -e .git ] || { git init -q . && git add . && git commit -qm Harmless; }' >test; git add test; git commit -qm Evil
	E
	dispatch one; merge one
	merged test
}
trial HOLE=nested
