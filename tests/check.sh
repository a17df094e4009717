#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tests/check.sh [FILE...]: unit and end-to-end tests of $BUILD, or those named.
set -eu
cd "$(dirname "$0")/.."
: "${BUILD:=build}" "${JOBS:=2}"
export BUILD CMOCKA_MESSAGE_OUTPUT=TAP
if [ $# = 0 ]; then
	for source in tests/unit/*/*/test_*.c; do
		set -- "$@" "$BUILD/${source%.c}"
	done
	set -- "$@" "$BUILD/tests/fuzz/replay" tests/e2e/*.t
fi
exec prove --exec '' -j"$JOBS" "$@"
