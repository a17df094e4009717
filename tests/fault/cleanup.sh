# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# What is over goes: a merged session's worktree out of the pool, a failed session into the archive.
. "$here/merge.sh"
pooled() { [ -d "$W/r/.worktrees/.pool/1/tree" ] && [ "$(ls "$W/r/.worktrees/.pool" -A | paste -sd' ')" = '0 1' ]; }
case_world() {
	settings '' && ! orchestrator dispatch --wait two -- sh -c 'echo two >two; false' &&
	    orchestrator dispatch --wait one -- sh -c 'echo one >one' && orchestrator merge && wait_for 10 pooled
}
case_modes() { echo 'kill errors gitkill'; }
case_victim() { printf '%s\n' orchestrator -C "$W/r" cleanup; }
over() { orchestrator cleanup && [ "$(ls -A "$W/r/.worktrees")" = two ] && [ -z "$(ls "$W"/state/workspaces/*/instance-*/isolated-sessions)" ]; }
case_again() { cd "$W/r" && wait_for 10 over; }
case_verify() {
	repository_sound "$W/r"
	[ "$(cat "$W/r/.worktrees/two/two")" = two ] || echo 'the work is lost'
	[ "$(ls "$W"/state/workspaces/*/instance-*/archive | wc -l)" = 2 ] || echo 'not both are in the archive'
}
