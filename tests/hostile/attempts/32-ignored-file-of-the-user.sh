#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The change adds a file that is ignored, and that its user has in the checkout: the merge would put it there.
. "${0%/*}/lib.sh"
attempt() {
	repository; echo '*.conf' >.gitignore; git add .; git commit -qm Ignore; echo mine >local.conf
	begin <<-'E'
	echo evil >local.conf; git add -f local.conf; git commit -qm Work
	E
	dispatch one; merge one
	grep -q evil local.conf
}
trial HOLE=users
