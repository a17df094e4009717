#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# As before, but the session is merged while a person's shell stands in its worktree, which is git's from then on.
. "${0%/*}/lib.sh"
attempt() {
	repository; git update-index --add --cacheinfo "160000,$(git rev-parse HEAD),sub"; git commit -qm Submodule
	begin <<-'E'
	echo x >x; git add x; git commit -qm Work
	at=$(git rev-parse :sub); git init -q sub; cd sub
	echo "$R/.git/objects" >.git/objects/info/alternates; echo "$at" >.git/HEAD; git read-tree HEAD
	printf '#!/bin/sh\n: 2>/dev/null >"%s/outside"\n' "$W" >run; chmod +x run; git config core.fsmonitor "$PWD/run"
	E
	dispatch one
	cd .worktrees/one || return
	orchestrator -C "$R" merge one >>"$W/log" 2>&1
	[ "${by:-}" != hand ] || git update-index --no-skip-worktree sub
	git status >>"$W/log" 2>&1
	[ -e "$W/outside" ]
}
trial by=hand
