# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# A task list of two tasks, the first of which asks, is worked off.
. "$here/merge.sh"
case_world() {
	cat >"$T/agent" <<-'E'
	[ "$ITEM_ID" = two ] || worker ask Which? >>"$T/got"
	echo "$ITEM_ID" >"$ITEM_ID"
	E
	settings ", \"agents\": { \"sh\": { \"command\": \"sh $T/agent\" } }, \"roles\": { \"implementer\": \"sh\" },
	    \"answers\": { \"rules\": [ { \"match\": \".\", \"answer\": \"ruled\" } ] }" &&
	orchestrator tasks create work --task one --task two && orchestrator tasks depend two one
}
case_victim() { printf '%s\n' orchestrator -C "$W/r" execute work; }
case_before() { rm -f "$T/got"; }
# As long as an answer can't be written execute says so, tries again, and can be stopped.
patience=40
case_waits() {	# SCOPE CALL FAULT WHEN
	case $4 in *+) ;; *) return 1 ;; esac
	[ "$2" != write ] || return 0	# it can say nothing of what it waits for, but be stopped
	tail -n 1 "$T/victim.log" | grep -q 'stopped by signal 15; the workers keep running$' &&
	    tail -n 2 "$T/victim.log" | grep -Eq 'q-[a-z0-9]*: answers.*: (No space left on device|Input/output error|Too many open files)$'
}
# A session whose git fails has failed, as one whose worker stops for want of room: its item is done
# again, and of the first attempt the branch stays, without anything that is not merged.
may_stay() { [ "${_scope:-}" = git ] && grep -Eq ': failed: (died|git): ' "$T/victim.log" && git -C "$W/r" merge-base --is-ancestor "$1" main; }
case_again() {
	cd "$W/r" || return 1
	orchestrator execute work || { orchestrator tasks show work; orchestrator execute work; } || return 1
	orchestrator cleanup && wait_for 10 removed
}
case_verify() {
	merged_once one two
	[ "$(sort -u "$T/got")" = ruled ] || echo "the answer: $(cat "$T/got")"
}
