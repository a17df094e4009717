# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# An approved session is merged, with the target checked out.
merged_once() {	# ITEM...: prints what is wrong
	for _i; do
		[ "$(git -C "$W/r" log --format=%s main | grep -c "^Merge $_i: ")" = 1 ] || echo "$_i: $(git -C "$W/r" log --format=%s main | grep -c "^Merge $_i: ") merges"
		[ "$(git -C "$W/r" show "main:$_i" 2>&1)" = "$_i" ] || echo "$_i: lost"
	done
	repository_sound "$W/r"
	[ -z "$(ls -A "$W/r/.worktrees")" ] || echo "worktrees are left: $(ls -A "$W/r/.worktrees")"
	[ -z "$(git -C "$W/r" for-each-ref refs/heads/session)" ] || echo 'a branch is left'
}
settings() {	# MORE
	new_repo "$W/r" 5 && cd "$W/r" && mkdir .orchestrator &&
	    echo "{ \"review\": \"gates\", \"stop_grace\": 1, \"gates\": [ \"true\" ]$1 }" >.orchestrator/config.json &&
	    git add . && git commit -qm Settings
}
removed() { [ -z "$(ls -A "$W/r/.worktrees")" ]; }
case_world() {
	settings '' && orchestrator dispatch --wait one -- sh -c 'echo one >one'
}
case_victim() { printf '%s\n' orchestrator -C "$W/r" merge; }
case_again() { cd "$W/r" && orchestrator merge && orchestrator cleanup && wait_for 5 removed; }
case_verify() { merged_once one; }
