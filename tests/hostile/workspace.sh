# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # of the driver, and for it
# What the orchestrator keeps of a repository: claims, locks, instance, archive, its git directory.
case_world() {
	world_of_files || return 1
	D=$(dirname "$(dirname "$S1")") && O2=$(session_of old) && P=$(dirname "$D")
}
case_list() {
	for _f in claims/one claims/two claims/four merge.lock safe.git/config safe.git/HEAD safe.git/hooks/reference-transaction safe.git/info/attributes confine; do
		for _k in $texts $kinds; do echo "$_f $_k"; done
	done
	for _f in orchestrator.json orchestrator.lock plan.json report.json questions.json answers/q-000000 archive/state.json archive/review.json archive/item.json; do
		for _k in torn2 deep twice version-2 numbers controls paths not-utf8 $kinds; do echo "instance/$_f $_k"; done
	done
	for _d in claims tasklists safe.git instance/isolated-sessions instance/archive instance/answers tree/.worktrees tree/.worktrees/.pool current; do
		for _k in $dirs; do echo "$_d $_k"; done
	done
}
case_one() {
	case $1 in
	instance/archive/*) _d=$O2/${1#instance/archive/} ;;
	instance/*) _d=$D/${1#instance/} ;;
	tree/*) _d=$W/r/${1#tree/} ;;
	confine) _d=$ORCHESTRATOR_HOME/confine ;;
	*) _d=$P/$1 ;;
	esac
	put "$_d" "$2"
	meet_each 'tasks show work' 'plan work' report 'status old' 'review old' 'salvage list' 'dispatch three'
	one_place two '' ''
}
