# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# A session is dispatched.
. "$here/merge.sh"
case_world() { settings ''; }
case_victim() { printf '%s\n' orchestrator -C "$W/r" dispatch one -- sh "$T/one"; }
case_before() { echo 'echo one >one' >"$T/one"; }
case_again() {
	cd "$W/r" || return 1
	orchestrator dispatch one -- sh "$T/one" || [ $? = 73 ] || return 1
	one_executed && orchestrator cleanup && wait_for 10 removed
}
case_verify() { attempts_forgotten; merged_once one; }
