#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The change has a path that is .git/config where names are compared as on a Mac, where its user may check it out.
. "${0%/*}/lib.sh"
attempt() {
	begin <<-'E'
	d=$(printf '.g\342\200\214it'); mkdir "$d"; echo x >"$d/config"; git add .; git commit -qm Work
	E
	dispatch one; merge one
	merged "$(printf '.g\342\200\214it/config')"
}
trial HOLE=strict
