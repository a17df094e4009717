#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The implementer leaves System V shared memory, which outlives all processes, to who runs after it.
. "${0%/*}/lib.sh"
needs ipcmk ipcs ipcrm
attempt() {
	echo 'ipcs -m -i "$(cat "$W/out/id")" 2>/dev/null | grep -q bytes= && : >"$W/out/found"; worker verdict approved' | role reviewer
	begin <<-'E'
	ipcmk -M 4096 | tr -dc 0-9 >"$W/out/id"; echo x >x; git add x; git commit -qm Work
	E
	dispatch one
	[ "$mode" != off ] || ipcrm -m "$(cat "$W/out/id")"
	[ -e "$W/out/found" ]
}
trial mode=off
