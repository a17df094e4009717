# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2016
# What was approved conflicts with what was merged, and its session resolves that.
. "$here/merge.sh"
case_world() {
	cat >"$T/agent" <<-'E'
	case $(cat) in
	*'has been merged into your worktree'*) sed -i '/^<<<<<<< /d; /^=======$/d; /^>>>>>>> /d' shared ;;
	*) echo "$ITEM_ID" >shared; echo "$ITEM_ID" >"$ITEM_ID" ;;
	esac
	E
	settings ", \"agents\": { \"sh\": { \"command\": \"sh $T/agent\" }, \"judge\": { \"command\": \"worker verdict approved\" } },
	    \"roles\": { \"implementer\": \"sh\", \"reviewer\": \"judge\" }, \"merge\": { \"on_conflict\": \"resolve\" }" &&
	    sed -i 's/"review": "gates", //' .orchestrator/config.json && echo nobody >shared && git add . &&
	    git commit -qm Shared && orchestrator dispatch --wait one && orchestrator dispatch --wait two &&
	    orchestrator merge one
}
# an agent that is killed with its tree has failed, and is begun anew, without a conflict
case_modes() { echo 'kill errors gitkill'; }
case_victim() { printf '%s\n' orchestrator -C "$W/r" merge two; }
case_again() {
	cd "$W/r" || return 1
	orchestrator execute && wait_for 10 removed && return
	orchestrator retry two && orchestrator execute && wait_for 10 removed
}
case_verify() {
	merged_once one two
	[ "$(sort "$W/r/shared" | tr '\n' ' ')" = 'one two ' ] || echo "shared is $(cat "$W/r/shared")"
}
