#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# One of each case of tests/hostile, drawn by a seed; make hostile tries all.
. "$(dirname "$0")/lib.sh"
BUILD=$O TMPDIR=$T SAMPLE=1 SEED=7 timeout 300 "$top/tests/hostile/run" sessions approved directories git workspace lists settings plants agents unconfined >"$T/table" 2>&1 </dev/null
like 'the experiment comes to an end' "$(tail -n 1 "$T/table")" '^unconfined '
grep -v '^#\|^LOST' "$T/table" >"$T/rows"
while read -r name row; do
	case $row in
	*skipped:*) skip "$name" "${row##*skipped: }" ;;
	*) is "$name: of what is hostile nothing is lost" "$row $(grep "^LOST $name" "$T/table")" "${row% [0-9]* lost} 0 lost " ;;
	esac
done <"$T/rows"
done_testing
