#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The implementer's client puts a link in the place of its home: the worker would write there before the next run.
. "${0%/*}/lib.sh"
attempt() {
	mkdir "$W/client" "$W/outside"; printf '#!/bin/sh\nexec sh "$W/marks/implementer"\n' >"$W/client/claude"; chmod +x "$W/client/claude"
	PATH=$PATH:$W/client; echo '{}' >"$HOME/.claude.json"
	begin '{ gate_tries: 1, gates: ["test -e y"], agents: { i: { command: ["claude"], resume: ["claude"] } } }' <<-'E'
	[ ! -e x ] || { echo y >y; exit; }
	echo x >x; cd "$CLAUDE_CONFIG_DIR/.." && rm -rf claude && ln -s "$W/outside" claude
	E
	dispatch one
	[ -e "$W/outside/.claude.json" ]
}
trial HOLE=home
