# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # of the driver, and for it
# The files of a session that was killed while it asked.
case_world() { world_of_files; }
case_list() {
	for _f in state.json questions.json item.json config.json; do
		for _k in $records $kinds; do echo "$_f $_k"; done
	done
	for _f in review.json answers.json "answers/$q.json"; do
		for _k in torn2 deep twice version-2 numbers not-utf8 $kinds; do echo "$_f $_k"; done
	done
	for _f in prompt.md worker.lock output.log summary.md presentation.md merge.log "answers/$q" "answers/$q.txt" answers/q-000000 \
	    cancel transcript/001-implementer.log transcript/001-implementer.prompt inbox/001/new/m-aaaaaa inbox/001/tmp/m-aaaaaa \
	    inbox/002 safe.git/link safe.git/before safe.git/config; do
		for _k in $texts $kinds; do
			case $_f:$_k in output.log:sparse) ;; *) echo "$_f $_k" ;; esac	# a log is printed, however long it is
		done
	done
}
case_one() { one_place two "$S2/$1" "$2"; }
