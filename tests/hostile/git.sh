# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # of the driver, and for it
# What git keeps of a session: its private git directory and the worktree's .git file.
case_world() { world_of_files; }
case_list() {
	for _i in two one; do
		for _f in HEAD packed-refs config index refs/heads/session/$_i/1 objects/info/alternates commondir gitdir hooks/post-checkout info/attributes info/exclude logs/HEAD shallow; do
			for _k in $texts $kinds; do echo "$_i $_f $_k"; done
		done
		for _f in refs refs/heads objects objects/info objects/pack hooks info logs; do
			for _k in $dirs; do echo "$_i $_f $_k"; done
		done
		for _k in $texts $kinds forged; do echo "$_i link $_k"; done
	done
}
case_one() {
	case $1 in one) _d=$S1 ;; two) _d=$S2 ;; esac
	case $2 in link) _d=$W/r/.worktrees/$1/.git ;; *) _d=$_d/git/$2 ;; esac
	one_place "$1" "$_d" "$3"
}
