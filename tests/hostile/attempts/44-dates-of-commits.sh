#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Commits of odd dates, by which git looks for what is in a history: one of them adds a file that the item forbids, and the next removes it.
. "${0%/*}/lib.sh"
attempt() {
	begin <<-'E'
	at() { GIT_AUTHOR_DATE="@$1 +0000" GIT_COMMITTER_DATE="@$1 +0000" "$2" "$3"; }
	one() { echo "$1" >"$1"; git add .; git commit -qm "$1"; }
	gone() { git rm -q "$1"; git commit -qm "$1"; }
	at 4000000000 one a; at 1 one secret; at 4000000000 gone secret; at 2 one b
	E
	echo '{ "version": 1, "id": "one", "title": "One", "forbidden_paths": ["secret"] }' >"$W/item"
	dispatch --item "$W/item"; merge one
	merged b && git log --full-history --format=%s main | grep -qx secret
}
trial HOLE=history
