#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# An implementer that is root makes a program in its worktree setuid, and another user of the machine runs it before the run is over.
. "${0%/*}/lib.sh"
[ "$(id -u)" = 0 ] || cannot 'needs root'
needs setpriv
other() { setpriv --reuid=65534 --regid=65534 --clear-groups sh -c "exec ./.worktrees/one/suid -u" >"$W/euid"; }
attempt() {
	chmod 711 "$T"; chmod 755 "$HOME" "$W"
	begin <<-'E'
	cp "$(command -v id)" suid; chmod 4755 suid; meeting; rm suid; echo x >x
	E
	[ "${by:-}" != hand ] || mkdir -p .worktrees
	meanwhile one other
	[ "$(cat "$W/euid")" = 0 ]
}
trial by=hand
