# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # of the driver, and for it
# The files of a session that is approved and is going to be merged.
case_world() { world_of_files; }
case_list() {
	for _f in state.json review.json; do
		for _k in $records $kinds; do echo "$_f $_k"; done
	done
	for _f in item.json config.json questions.json; do
		for _k in torn2 deep many-keys twice version-2 numbers paths controls not-utf8 $kinds; do echo "$_f $_k"; done
	done
	for _f in worker.lock summary.md presentation.md output.log merge.log safe.git/link; do
		for _k in $texts $kinds; do
			case $_f:$_k in output.log:sparse) ;; *) echo "$_f $_k" ;; esac	# a log is printed, however long it is
		done
	done
}
case_one() { one_place one "$S1/$1" "$2"; }
