#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Of tests/hostile what was lost once, and one of some cases, drawn by a seed; make hostile tries all.
. "$(dirname "$0")/lib.sh"
chmod 711 "$T"	# some attempts are an ordinary user's
tried() {	# ONLY SAMPLE CASE...
	ONLY=$1 SAMPLE=$2; shift 2
	BUILD=$O TMPDIR=$T ONLY=$ONLY SAMPLE=$SAMPLE SEED=7 timeout 300 "$top/tests/hostile/run" "$@" >"$T/table" 2>&1 </dev/null
	is "$*: all are tried" "$(grep -c '^[a-z]* .*\(lost\|skipped.*\)$' "$T/table")" $#
	grep '^[a-z]* .*\(lost\|skipped.*\)$' "$T/table" >"$T/rows"
	while read -r name row; do
		case $row in
		*skipped:*) skip "$name" "${row##*skipped: }" ;;
		*) is "$name: of what is hostile nothing is lost" "$row $(grep "^LOST $name" "$T/table")" "${row% [0-9]* lost} 0 lost " ;;
		esac
	done <"$T/rows"
}
tried '^(worker.lock (fifo|hard)|two (tmp|tree) elsewhere|two index fifo|word 20)$' 0 sessions directories git names
export CONTROL=no; tried . 4 attempts
tried . 1 sessions git workspace lists plants agents unconfined
done_testing
