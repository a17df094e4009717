#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A symbolic link leads out of the tree through another one, by a target that by itself does not.
. "${0%/*}/lib.sh"
attempt() {
	begin <<-'E'
	mkdir -p a/b; ln -s ../.. a/b/top; ln -s top/../secret a/b/out; git add -A; git commit -qm Links
	E
	dispatch one
	merge one
	merged a/b/out
}
trial HOLE=links
