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
	orchestrator retry one >/dev/null 2>&1	# one that is there already goes on
	orchestrator execute && wait_for 10 removed
}
case_verify() {	# the branch of the first attempt stays
	git -C "$W/r" update-ref -d refs/heads/session/one/1
	merged_once one
}
