#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tests/check.sh [FILE...]: unit and end-to-end tests of $BUILD, or those named; without the end-to-end
# files that WITHOUT names.  They wait more than they compute: twice as many jobs as processors.
set -eu
cd "$(dirname "$0")/.."
: "${BUILD:=build}" "${JOBS:=2}"
export BUILD CMOCKA_MESSAGE_OUTPUT=TAP
if [ $# = 0 ]; then
	for source in tests/unit/*/*/test_*.c; do
		set -- "$@" "$BUILD/${source%.c}"
	done
	set -- "$@" "$BUILD/tests/fuzz/replay"
	for file in tests/e2e/*.t; do
		case " ${WITHOUT:-} " in *" $(basename "$file" .t) "*) ;; *) set -- "$@" "$file" ;; esac
	done
fi
exec prove --exec '' -j$((JOBS * 2)) "$@"
