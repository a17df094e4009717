#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The change is so long that the reviewer's prompt has no room for its end, where the evil is.
. "${0%/*}/lib.sh"
attempt() {
	printf '%s\n' 'cat >"$W/out/prompt"' 'worker verdict approved' | role reviewer
	begin <<-'E'
	yes 'a harmless line' | head -n 20000 >a; echo evil >z; git add .; git commit -qm Work
	E
	dispatch one
	grep -q '^+a harmless line' "$W/out/prompt" && ! grep -q -e '^+evil' -e 'cut here' "$W/out/prompt"
}
trial HOLE=cut
