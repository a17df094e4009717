# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC1090,SC2015,SC2034,SC2154 # of the driver, and for it
#
# Agents that misbehave, each beside another session that goes on.  The table is in
# bad-*.sh: `bad NAME CONFINED OFF', with the agent's script on standard input; CONFINED and
# OFF are expressions for status and reason of the session where the agent is confined and
# where not, - where that is not tried.  What NAME.after, run before the merge, prints is
# wrong.  An agent is the implementer, unless its name begins
# with reviewer; the reviewer approves, unless the name begins with verdict.
mode=auto
[ "$SAMPLE" = 0 ] && QUESTIONS=10000 PATIENCE=300 || QUESTIONS=1100
export QUESTIONS
case_skip() { [ "${CONFINE:-}" != off ] || echo 'bubblewrap does not work here'; }
bad() { cat >"$W/bad/$1"; printf '%s\t%s\t%s\n' "$@" >>"$T/bad"; }
want() { awk -F '\t' -v n="$1" -v m=$mode '$1 == n { print m == "off" ? $3 : $2 }' "$T/bad"; }
case_world() {
	mkdir -p "$W/bad" "$W/marks" && around && : >"$T/bad"
	for _f in "$here"/bad-*.sh; do
		. "$_f"
	done
	cat >"$W/implementer" <<-'E'
	case $ITEM_ID in
	other) worker ask Which? >"$ITEM_ID" ;;
	reviewer-*) echo "$ITEM_ID" >"$ITEM_ID" ;;
	*) . "$W/bad/$ITEM_ID" ;;
	esac
	E
	cat >"$W/reviewer" <<-'E'
	case $ITEM_ID in
	verdict-*) worker verdict rejected no ;;
	reviewer-*) . "$W/bad/$ITEM_ID" ;;
	*) worker verdict approved ;;
	esac
	E
	settings ", \"confine\": { \"mode\": \"$mode\", \"writable\": [\"$W/marks\", \"$W/bad\", \"$W/reviewer\"], \"environment\": [\"W\", \"QUESTIONS\"] },
	    \"agents\": { \"sh\": { \"command\": [\"sh\", \"$W/implementer\"] }, \"judge\": { \"command\": [\"sh\", \"$W/reviewer\"] } },
	    \"roles\": { \"implementer\": \"sh\", \"reviewer\": \"judge\" }, \"transcript_mb\": 1, \"gate_tries\": 0" &&
	    ! orchestrator dispatch --wait --review none first -- false && orchestrator cleanup
}
case_list() { awk -F '\t' -v m=$mode '(m == "off" ? $3 : $2) != "-" { print $1 }' "$T/bad"; }
asking() { orchestrator --json questions | jq -er '[.questions[] | select(.item == "other")][0].id'; }
outcome() { jq -r '.status + " " + (.reason // "")' "$1/state.json"; }
ended() { orchestrator --json status "$1" | jq -e '.status | IN("approved", "merged", "rejected", "failed")'; }
case_one() {
	orchestrator dispatch other >"$T/again.log" 2>&1 && wait_for 20 asking || { echo 'no other session'; return; }
	jq -n --arg id "$1" '{ version: 1, id: $id, title: $id, limits: ((if ($id | startswith("hangs")) then { time: 1, grace: 1 } else { time: 100 } end) + { questions: 0 }) }' >"$T/item"
	meet orchestrator dispatch --wait --item "$T/item"
	S=$(session_of "$1")
	[ -n "$S" ] || { echo "no session: $(cat "$T/met.err")"; return; }
	outcome "$S" | grep -Eqx "$(want "$1")" || jq -r '"is " + .status + " " + .reason + ": " + .detail' "$S/state.json"
	! grep -qsz "^SESSION_ID=$(basename "$S")" /proc/[0-9]*/environ || echo 'a process is left'
	[ "$(cat "$S"/output.log "$S"/transcript/* | wc -c)" -lt 14000000 ] || echo 'the log grows without bound'
	[ ! -e "$W/bad/$1.after" ] || (. "$W/bad/$1.after")
	meet_each status "status $1" "logs $1" "review $1" questions 'salvage list' "salvage show $1" "merge $1"
	[ "$(jq -r .status "$(session_of "$1")/state.json")" = merged ] || ! merged "$1" || echo 'is merged'
	[ "$mode" = auto ] && outside_same
	mend
	only_approved "$1"
	orchestrator answer other "$(asking)" this >"$T/again.log" 2>&1
	wait_for 20 ended other || echo 'the other session does not go on'
	timeout -k 5 60 orchestrator execute --source none >>"$T/again.log" 2>&1
	[ "$(git show main:other 2>&1)" = this ] || echo "the other one is not merged: $(tail -n 1 "$T/again.log")"
	only_approved "$1" other
	git fsck --strict --no-dangling --connectivity-only main 2>&1 | sed 's/^/fsck: /'
	[ -z "$(git status --porcelain)" ] || echo "the checkout is not clean: $(git status --porcelain | head -n 2)"
	none_left
}
# Each step of the target is a merge of the very commit that was approved.
only_approved() {
	git log --first-parent --no-merges --format=%s main | grep -vx 'First commit\|Settings' | sed 's/^/main has a commit of its own: /'
	git log --first-parent --merges --format='%P %s' main | while read -r _ _second _ _item _; do
		[ "$(jq -r '.verdict + .commit' "$(session_of "${_item%:}")/review.json")" = "approved$_second" ] || echo "$_item of $_second was not approved"
	done
	[ "$(git rev-parse HEAD)" = "$(git rev-parse main)" ] || echo 'the checkout is at another commit'
}
# What an agent that is not confined did to the repository is undone, as its user would.
mend() { :; }
