# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # of the driver, and for it
# The directories of sessions that were killed or are approved, and the worktree.
case_world() { world_of_files; }
case_list() {
	for _d in . answers inbox inbox/001 inbox/001/new inbox/001/tmp inbox/002 transcript prompts bin safe.git git tmp cache; do
		for _k in $dirs; do echo "two $_d $_k"; done
	done
	for _d in . answers inbox transcript git safe.git; do
		for _k in absent elsewhere itself fifo file names; do echo "one $_d $_k"; done
	done
	for _k in $dirs; do echo "two tree $_k"; done
	for _k in absent elsewhere fifo file names; do echo "one tree $_k"; done
}
case_one() {
	case $1 in one) _d=$S1 ;; two) _d=$S2 ;; esac
	case $2 in .) ;; tree) _d=$W/r/.worktrees/$1 ;; *) _d=$_d/$2 ;; esac
	one_place "$1" "$_d" "$3"
}
