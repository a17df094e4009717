# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # of the driver, and for it
# Task lists and streams files, and those who read and change them.
items='one two three' source='work'
case_world() {
	world_of_files && L=$(ls "$W"/state/workspaces/*/tasklists/tl-*.json) || return 1
	cat >.orchestrator/orchestration-config.json <<-'E'
	{ "version": "1.0", "generatedAt": "2026-01-01T00:00:00Z", "initiative": { "id": "init-1", "name": "Streams" },
	  "streams": [ { "streamId": "Stream-A", "streamName": "A", "streamPhase": "foundation", "totalTasks": 1, "completedTasks": 0,
	    "dependencies": [], "projectRoot": ".", "worktreePath": null, "tasks": [ { "id": "st-1", "title": "First" } ] } ],
	  "executionPlan": { "foundation": [ "Stream-A" ], "parallel": [], "integration": [] } }
	E
	git add . && git commit -qm Streams
}
case_list() {
	for _f in list streams; do
		for _k in $records $kinds; do echo "$_f $_k"; done
	done
	for _f in lock other; do
		for _k in $texts $kinds; do echo "$_f $_k"; done
	done
}
case_one() {
	case $1 in
	list) _d=$L ;;
	lock) _d=${L%.json}.lock ;;
	other) _d=${L%/*}/tl-aaaaaa.json ;;
	streams) _d=$W/r/.orchestrator/orchestration-config.json ;;
	esac
	put "$_d" "$2"
	meet_each 'tasks list' 'tasks show work' '--json tasks show work' 'tasks resume work' 'tasks export work' 'tasks export --markdown work' \
	    'tasks add work four:Four' 'tasks edit --priority 1 four' 'tasks depend four three' 'tasks start three' 'tasks reopen three' 'plan work' \
	    'plan --source streams' 'conflict-check Stream-A d1/file1' 'generate --out new work' config 'dispatch-ready --max-parallel 1 work' 'tasks complete four'
	git clean -qfd -e .worktrees
	one_place one '' ''
}
