# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # of the driver, and for it
# Settings of the user and of the repository, in its tree and as they are committed.
case_world() { world_of_files; }
case_list() {
	for _f in user tree commit; do
		for _k in $records $kinds; do echo "$_f $_k"; done
	done
	for _k in $dirs; do echo "user-directory $_k"; echo "tree-directory $_k"; done
	for _f in prompts/review.md agents/x.md; do
		for _k in $texts secret itself dangling to-directory directory sparse; do echo "commit/$_f $_k"; done
	done
}
case_one() {
	case $1 in
	user) _d=$XDG_CONFIG_HOME/orchestrator/config.json ;;
	user-directory) _d=$XDG_CONFIG_HOME/orchestrator ;;
	tree-directory) _d=$W/r/.orchestrator ;;
	commit/*) _d=$W/r/.orchestrator/${1#commit/} ;;
	*) _d=$W/r/.orchestrator/config.json ;;
	esac
	put "$_d" "$2"
	outside >"$T/outside"
	case $1:$2 in *:sparse) ;; commit*) timeout 20 git add -A >"$T/git.log" 2>&1; git commit -qm Settings >"$T/git.log" 2>&1 ;; esac
	meet_each config '--json config' plan 'plan work' init status 'dispatch four x' 'dispatch --review none five -- true'
	meet_all two
	outside_same; hard_same
	take_away
	git add -A >"$T/git.log" 2>&1; git commit -qm Settings >"$T/git.log" 2>&1
	goes_on >"$T/again.log" 2>&1 || echo "going on failed: $(tail -n 2 "$T/again.log")"
	all_merged; none_left
}
