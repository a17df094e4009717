# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2046,SC2086
# The orchestrator and a worker of its are killed, each at a point of its own, in one run.
. "$here/execute.sh"
: "${PAIRS:=$([ "$SAMPLE" = 0 ] && echo 5000 || echo $((SAMPLE * 5)))}"
# The worker's program: the next one to start runs under strace, which is no process of the tree.
wrap_worker() {
	mkdir -p "$T/pair" && cat >"$T/pair/worker" <<-E
	#!/bin/sh
	if [ "\$1" = run ] && mv "$T/pair/next" "$T/pair/taken" 2>/dev/null; then
		exec strace -D \$(cat "$T/pair/taken") $O/libexec/worker "\$@"
	fi
	exec $O/libexec/worker "\$@"
	E
	chmod 755 "$T/pair/worker"; export ORCHESTRATOR_WORKER="$T/pair/worker"
}
pair() {	# STRACE'S ARGUMENTS OF THE WORKER, OF THE ORCHESTRATOR
	world_back; case_before
	echo "$1" >"$T/pair/next"
	timeout 120 strace $2 $(case_victim) >"$T/victim.log" 2>&1
	[ $? != 124 ] || echo 'the victim hung'
	rm -f "$T/pair/next"
	case_again >"$T/again.log" 2>&1 || echo "going on failed: $(tail -n 1 "$T/again.log")"
	# the branch of an attempt that failed stays, for people
	for _state in $(grep -ls '"status": "failed"' "$W"/state/workspaces/*/instance-*/archive/*/state.json); do
		git -C "$W/r" update-ref -d "refs/heads/$(jq -r .branch "$_state")"
	done
	case_verify; none_left; temporary_left
}
calls_of() { sed -n 's/^\([a-z0-9_]*\)(.*/\1/p' "$1" | awk '{ print $1, ++n[$1] }'; }
draw() {	# FILE: a point of those in it
	next $(wc -l <"$1")
	set -- $(sed -n "${pick}p" "$1")
	_point="-o /dev/null -e trace=$1 -e inject=$1:signal=KILL:when=$2"
}
case_run() {
	wrap_worker
	case_world >"$T/world.log" 2>&1 || cat "$T/world.log"
	world_keep
	pair "-o $T/trace.worker -e trace=$kill_calls" "-o $T/trace -e trace=$kill_calls"
	calls_of "$T/trace.worker" >"$T/calls.worker"; calls_of "$T/trace" >"$T/calls"
	[ -s "$T/calls.worker" ] || echo 'no worker was traced'
	_pairs=0
	while [ $_pairs -lt "$PAIRS" ]; do
		_pairs=$((_pairs + 1))
		draw "$T/calls.worker"; _of_worker=$_point
		draw "$T/calls"
		pair "$_of_worker" "$_point" >"$T/pair.log"
		sed "s/^/worker ${_of_worker##* }, orchestrator ${_point##* }: /" "$T/pair.log"
	done
	unset ORCHESTRATOR_WORKER
	tried "$_pairs pairs of $(wc -l <"$T/calls.worker") calls of a worker and $(wc -l <"$T/calls") of execute"
}
