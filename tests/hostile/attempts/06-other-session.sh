#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The implementer takes an approved session's commits into its history and not its files: that one then counts as merged, and is lost.
. "${0%/*}/lib.sh"
attempt() {
	begin <<-'E'
	echo "$ITEM_ID" >"$ITEM_ID"; git add .; git commit -qm Work
	[ "$ITEM_ID" = one ] || git merge -q -s ours -m Taken "$(git --git-dir="$R/.git" rev-parse session/one/1)"
	E
	dispatch one; dispatch two
	merge two; merge one
	[ "$(state one)" = merged ] && ! merged one
}
trial HOLE=foreign
