#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The implementer makes a repository where the base has a submodule, and fails: git in the worktree, which is its user's again, runs what that repository says.
. "${0%/*}/lib.sh"
attempt() {
	repository; git update-index --add --cacheinfo "160000,$(git rev-parse HEAD),sub"; git commit -qm Submodule
	begin <<-'E'
	git init -q sub; cd sub; git commit -q --allow-empty -m x
	printf '#!/bin/sh\n: 2>/dev/null >"%s/outside"\n' "$W" >run; chmod +x run; git config core.fsmonitor "$PWD/run"
	exit 1
	E
	dispatch one; orchestrator cleanup >>"$W/log" 2>&1
	[ "${by:-}" != hand ] || git -C .worktrees/one update-index --no-skip-worktree sub
	[ -e "$W/outside" ] && echo early
	git -C .worktrees/one status >>"$W/log" 2>&1
	[ -e "$W/outside" ]
}
trial by=hand
