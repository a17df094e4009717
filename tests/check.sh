#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tests/check.sh [FILE...]: unit and end-to-end tests of $BUILD, or those named; PART=K/N: of the
# end-to-end files each Nth, beginning with the Kth.  They wait more than they compute: twice as many jobs as processors.
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
exec prove --exec '' -j$((JOBS * 2)) "$@"
