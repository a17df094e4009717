#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tests/check.sh [FILE...]: unit and end-to-end tests of $BUILD, or those named; PART=K/N: of the
# end-to-end files each Nth, beginning with the Kth.  They wait more than they compute: twice as many jobs as
# processors.  The longest begin first, by the times that prove keeps in $BUILD, else by tests/slow; the slowest are said.
set -eu
cd "$(dirname "$0")/.."
: "${BUILD:=build}" "${JOBS:=2}"
export BUILD CMOCKA_MESSAGE_OUTPUT=TAP
if [ $# = 0 ]; then
	for source in tests/unit/*/*/test_*.c; do
		set -- "$@" "$BUILD/${source%.c}"
	done
	set -- "$@" "$BUILD/tests/fuzz/replay"
	: "${PART:=1/1}"
	i=0
	for file in tests/e2e/*.t; do
		i=$((i + 1))
		[ $(((i - ${PART%/*}) % ${PART#*/})) != 0 ] || set -- "$@" "$file"
	done
fi
times=$BUILD/tests/times
# What the last run of each file took, by the state of prove: FILE SECONDS RUN.
took() {
	[ ! -f "$times" ] || awk '/^  [^ ].*:$/ { sub(/:$/, ""); file = $1 }
	    /^    elapsed:/ { seconds = $2 } /^    gen:/ { print file, seconds, $2 }' "$times"
}
# shellcheck disable=SC2046 # one file a word
set -- $({
	awk '!/^#/ { print "tests/e2e/" $1, 1000 - NR }' tests/slow
	took
	printf '%s\n' "$@" | sed 's/$/ begins/'
} | awk '$2 != "begins" { s[$1] = $2; next } { printf "%.3f %s\n", s[$1], $1 }' | sort -s -k 1,1nr | cut -d ' ' -f 2)
rc=0
prove --exec '' -j$((JOBS * 2)) --state=save --statefile="$times" "$@" || rc=$?
if [ $# -gt 10 ]; then
	echo '# The slowest:'
	took | sort -k 3,3nr -k 2,2nr | head -n 10 | awk '{ printf "# %4.0f s %s\n", $2, $1 }'
fi
exit "$rc"
