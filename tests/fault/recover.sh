# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# All was killed, while one session asked and another one was approved: it goes on.
. "$here/merge.sh"
question() { orchestrator -C "$W/r" --json questions | jq -er '.questions[0].id'; }
case_world() {
	settings '' && orchestrator dispatch --wait two -- sh -c 'echo two >two'
	# shellcheck disable=SC2016
	orchestrator dispatch one -- sh -c 'worker ask Which? >>"$T/got"; echo one >one' && wait_for 10 question
	# the worker first: it would note that its agent was killed
	kill -9 "$(sed -n 's/[^0-9]*\([0-9]*\)$/\1/p' "$W"/state/workspaces/*/instance-*/isolated-sessions/session-one-*/worker.lock)"
	# shellcheck disable=SC2046
	kill -9 $(grep -lsz '^SESSION_ID=' $(grep -lszxF "ORCHESTRATOR_HOME=$ORCHESTRATOR_HOME" /proc/[0-9]*/environ) /dev/null | cut -d / -f 3)
	[ -z "$(none_left)" ]
}
answered() { _q=$(question) && orchestrator answer one "$_q" this; }	# that of the dead run is withdrawn
case_before() { rm -f "$T/got"; }
case_modes() { echo 'kill errors gitkill'; }
case_victim() { printf '%s\n' orchestrator -C "$W/r" recover; }
case_again() {
	cd "$W/r" || return 1
	orchestrator recover
	wait_for 10 answered && orchestrator execute && wait_for 10 removed
}
case_verify() {
	merged_once one two
	[ "$(cat "$T/got")" = this ] || echo "the answer: $(cat "$T/got")"
}
