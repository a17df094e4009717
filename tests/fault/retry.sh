# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# An item whose session failed gets another one.
. "$here/merge.sh"
case_world() {
	rm -f "$T/may"; settings ''
	orchestrator dispatch --wait one -- sh -c '[ -e "$T/may" ] && echo one >one'
	: >"$T/may"
}
case_victim() { printf '%s\n' orchestrator -C "$W/r" retry one; }
case_again() {
	cd "$W/r" || return 1
	# one that is there already goes on
	[ "$(orchestrator --json status one | jq -r .status)" != failed ] || orchestrator retry one || return 1
	one_executed && wait_for 10 removed
}
case_verify() { attempts_forgotten; merged_once one; }
