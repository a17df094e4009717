#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The name of a directory that the item does not allow begins with a newline, which git's own list of names has before some.
. "${0%/*}/lib.sh"
attempt() {
	begin <<-'E'
	d=$(printf '\nd1'); mkdir "$d"; echo x >"$d/x"; git add -A; git commit -qm Work
	E
	echo '{ "version": 1, "id": "one", "title": "One", "allowed_paths": ["d1/**"] }' >"$W/item"
	dispatch --item "$W/item"
	merge one
	merged "$(printf '\nd1/x')" x
}
trial HOLE=paths
