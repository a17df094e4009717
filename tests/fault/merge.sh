# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# An approved session is merged, with the target checked out, and its worktree kept for the next.
merged_once() {	# ITEM...: prints what is wrong
	for _item; do
		_merges=$(git -C "$W/r" log --format=%s main | grep -c "^Merge $_item: ")
		[ "$_merges" = 1 ] || echo "$_item: $_merges merges"
		[ "$(git -C "$W/r" show "main:$_item" 2>&1)" = "$_item" ] || echo "$_item: lost"
	done
	repository_sound "$W/r"
	nothing_left
}
nothing_left() {
	[ -z "$(ls -A "$W/r/.worktrees")" ] || echo "worktrees are left: $(ls -A "$W/r/.worktrees")"
	for _b in $(git -C "$W/r" for-each-ref --format='%(refname)' refs/heads/session); do
		may_stay "$_b" || echo 'a branch is left'
	done
}
may_stay() { false; }	# BRANCH of a session
settings() {	# MORE
	new_repo "$W/r" 5 && cd "$W/r" && mkdir .orchestrator &&
	    echo "{ \"review\": \"gates\", \"confine\": \"off\", \"stop_grace\": 1, \"gates\": [ \"true\" ]$1 }" >.orchestrator/config.json &&
	    git add . && git commit -qm Settings
}
# A worktree that is made fit for the next item in the background may come after a cleanup.
removed() { orchestrator cleanup >/dev/null && [ -z "$(ls -A "$W/r/.worktrees")" ]; }
# An agent that is killed has failed, as one that fails by itself, and a person has its item
# done again; the branch of an attempt that failed stays.
one_executed() {
	orchestrator execute && return
	[ "$(orchestrator --json status one | jq -r '.status + ": " + .detail')" = \
	    'failed: implementer: killed by signal 9 (Killed)' ] && orchestrator retry one && orchestrator execute
}
attempts_forgotten() {
	jq -r 'select(.status == "failed") | .branch' "$W"/state/workspaces/*/instance-*/archive/*/state.json |
	    sed 's,.*,delete refs/heads/&,' | git -C "$W/r" update-ref --stdin
}
case_world() {
	settings '' && orchestrator dispatch --wait one -- sh -c 'echo one >one'
}
case_modes() { echo 'kill errors treekill gitkill giterrors'; }
case_victim() { printf '%s\n' orchestrator -C "$W/r" merge; }
case_again() { cd "$W/r" && orchestrator merge && orchestrator cleanup && wait_for 10 removed; }
case_verify() { merged_once one; }
