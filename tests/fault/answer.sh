# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# A question is answered.
. "$here/merge.sh"
question() { orchestrator -C "$W/r" --json questions | jq -er '.questions[0].id'; }
case_world() {
	echo 'worker ask Which? >>"$T/got"; echo one >one' >"$T/one"
	settings ''
}
case_before() {
	rm -f "$T/got"; cd "$W/r" || exit 1
	orchestrator dispatch one -- sh "$T/one" >"$T/dispatch.log" 2>&1
	wait_for 10 question; q=$(question)
}
case_victim() { printf '%s\n' orchestrator -C "$W/r" answer one "$q" this; }
case_again() {
	cd "$W/r" || return 1
	orchestrator answer one "$q" this || [ $? = 65 ] || return 1
	orchestrator execute && orchestrator cleanup && wait_for 10 removed
}
case_verify() {
	merged_once one
	[ "$(cat "$T/got")" = this ] || echo "the answer: $(cat "$T/got")"
}
