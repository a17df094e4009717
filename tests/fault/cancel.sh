# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# A session that asks is cancelled: it ends, and what it did is kept.
. "$here/merge.sh"
question() { orchestrator -C "$W/r" --json questions | jq -er '.questions[0].id'; }
case_world() { settings ''; }
case_before() {
	cd "$W/r" && orchestrator dispatch one -- sh -c 'echo one >one; worker ask Which?' >"$T/dispatch.log" 2>&1
	wait_for 10 question
}
case_victim() { printf '%s\n' orchestrator -C "$W/r" cancel one; }
over() { case $(orchestrator --json status one | jq -r .status) in cancelled) ;; *) false ;; esac; }
case_again() {
	cd "$W/r" || return 1
	over || orchestrator cancel one || :	# it may be over meanwhile
	wait_for 10 over && orchestrator cleanup
}
case_verify() {
	repository_sound "$W/r"
	[ "$(git -C "$W/r" log --format=%s main | grep -c '^Merge')" = 0 ] || echo 'it was merged'
	[ "$(cat "$W/r/.worktrees/one/one")" = one ] || echo 'the work is lost'
	[ -n "$(git -C "$W/r" for-each-ref refs/salvage)" ] || echo 'nothing was saved'
}
