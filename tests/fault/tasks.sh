# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# A task of a list is completed.
case_world() {
	new_repo "$W/r" && cd "$W/r" && orchestrator tasks create work --task 'one: One' --task 'two: Two' &&
	    orchestrator tasks depend two one && orchestrator tasks start one
}
case_victim() { printf '%s\n' orchestrator -C "$W/r" tasks complete one; }
case_again() {
	cd "$W/r" || return 1
	case $(orchestrator --json tasks show work | jq -r '.tasks[0].status') in
	IN_PROGRESS | COMPLETE) ;;
	*) echo 'neither before nor after'; return 1 ;;
	esac
	orchestrator tasks complete one || [ "$(orchestrator --json tasks show work | jq -r '.tasks[0].status')" = COMPLETE ]
}
case_verify() {
	orchestrator --json tasks show work >"$T/list" 2>&1 || cat "$T/list"
	[ "$(jq -r '[.tasks[] | .status] | join(" ")' "$T/list")" = 'COMPLETE PENDING' ] || echo 'the list is wrong'
	orchestrator tasks resume work >"$T/resume" 2>&1 || grep -v SUCCESS "$T/resume"
}
