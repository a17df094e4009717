#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The change has a submodule that is updated by a command of its own.
. "${0%/*}/lib.sh"
attempt() {
	repository; git update-index --add --cacheinfo "160000,$(git rev-parse HEAD),sub"; git commit -qm Submodule
	begin <<-'E'
	printf '[submodule "sub"]\n\tpath = sub\n\turl = ./x\n\tupdate = !touch %s/outside\n' "$W" >.gitmodules; git add .gitmodules; git commit -qm Work
	E
	dispatch one; merge one
	merged .gitmodules touch
}
trial HOLE=strict
