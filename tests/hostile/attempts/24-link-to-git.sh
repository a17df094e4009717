#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The change has a symbolic link to the configuration of the repository: it leads to nothing in a worktree, and to a program in its user's checkout.
. "${0%/*}/lib.sh"
attempt() {
	begin <<-'E'
	ln -s .git/config settings.ini; git add .; git commit -qm Link
	E
	dispatch one; merge one
	merged settings.ini
}
trial HOLE=link-to-git
