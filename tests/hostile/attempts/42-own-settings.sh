#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The change has settings by which nobody judges the next one.
. "${0%/*}/lib.sh"
attempt() {
	begin '{ protected: [".orchestrator"] }' <<-'E'
	if [ "$ITEM_ID" = one ]; then
		jq '.review = "none" | .gates = []' .orchestrator/config.json >x && mv x .orchestrator/config.json
	else echo evil >evil; fi
	git add .; git commit -qm Work
	E
	dispatch one; merge one
	echo 'worker verdict rejected No' | role reviewer
	dispatch two; merge two
	merged evil
}
trial HOLE=protected
