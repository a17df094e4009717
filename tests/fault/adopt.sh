# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# What a person did in the worktree of an approved session becomes its work.
. "$here/merge.sh"
case_world() {
	settings '' && orchestrator dispatch --wait one -- sh -c 'echo none >one' &&
	    (cd .worktrees/one && echo two >one && git commit -qam 'By hand' && echo one >one)
}
case_modes() { echo 'kill errors treekill gitkill'; }
case_victim() { printf '%s\n' orchestrator -C "$W/r" adopt one; }
case_again() {
	cd "$W/r" || return 1
	orchestrator execute && wait_for 10 removed && return
	# it was not adopted, or a gate was killed
	orchestrator adopt one && orchestrator execute && wait_for 10 removed
}
case_verify() {
	merged_once one
	git -C "$W/r" log --format=%s main | grep -qx 'By hand' || echo 'the commit is lost'
}
