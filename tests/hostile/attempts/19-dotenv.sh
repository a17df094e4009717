#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The change has a .env, from which the reviewer's client takes whom it asks: gemini reads it in the directory where it stands.
. "${0%/*}/lib.sh"
attempt() {
	mkdir "$W/client"; printf '#!/bin/sh\n[ ! -e .env ] || . ./.env\nworker verdict "${SAYS:-rejected}"\n' >"$W/client/gemini"; chmod +x "$W/client/gemini"
	PATH=$PATH:$W/client
	begin '{ allow_protected: ["**"], agents: { r: { command: ["gemini"] } } }' <<-'E'
	echo SAYS=approved >.env; git add .env; git commit -qm Work
	E
	dispatch one; merge one
	merged .env
}
trial HOLE=masks
