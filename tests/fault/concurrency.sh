# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# Many at once: worktrees, answers, changes of a task list, and two that would both be execute.
. "$here/merge.sh"
: "${WIDE:=40}"
many() {	# N PREFIX COMMAND...: at once; how each ended is in $T/PREFIX.N
	_n=$1 _p=$2 _i=0; shift 2
	while [ $_i -lt "$_n" ]; do
		_i=$((_i + 1))
		{ "$@" $_i >"$T/$_p.$_i.log" 2>&1; echo $? >"$T/$_p.$_i"; } &
	done
	wait
	cat "$T/$_p".[0-9]* | grep -cx 0
}
# shellcheck disable=SC2016
dispatch_one() { orchestrator dispatch --now "n$1" -- sh -c 'echo $ITEM_ID >$ITEM_ID'; }
answer_one() { orchestrator answer ask "$q" "answer $1"; }
complete_one() { orchestrator tasks complete "t$1"; }
execute_one() { orchestrator execute; }
names() { _i=0; while [ $_i -lt "$2" ]; do _i=$((_i + 1)); echo "$1$_i"; done; }
case_run() {
	settings '' >"$T/world.log" 2>&1 || cat "$T/world.log"
	_d=$(many "$WIDE" dispatch dispatch_one)
	[ "$_d" = "$WIDE" ] || echo "$_d of $WIDE worktrees"
	orchestrator dispatch --now ask -- sh -c 'worker ask Which? >"$T/got"; echo ask >ask' >"$T/out" 2>&1
	# shellcheck disable=SC2329
	question() { orchestrator --json questions | jq -er '.questions[0].id'; }
	wait_for 30 question; q=$(question)
	orchestrator execute >"$T/execute.log" 2>&1 & _pid=$!
	wait_for 10 held
	_e=$(many 3 execute execute_one)
	[ "$_e" = 0 ] || echo "$_e more execute at once"
	_a=$(many 50 answer answer_one)
	[ "$_a" = 1 ] || echo "$_a of 50 answers were taken"
	wait $_pid || echo "execute: $(tail -n 1 "$T/execute.log")"
	_won=$(grep -lx 0 "$T"/answer.[0-9]* | sed 's/.*\.//')
	[ "$(cat "$T/got")" = "answer $_won" ] || echo "answer $_won was acknowledged, the agent got: $(cat "$T/got")"
	wait_for 20 removed
	# shellcheck disable=SC2046
	merged_once $(names n "$WIDE") ask
	# shellcheck disable=SC2046
	orchestrator tasks create many $(names t 100 | sed 's/.*/--task &/') >/dev/null
	_c=$(many 100 complete complete_one)
	_k=$(orchestrator --json tasks show many | jq '[.tasks[] | select(.status == "COMPLETE")] | length')
	[ "$_c $_k" = '100 100' ] || echo "$_c completed, $_k are COMPLETE"
	none_left; temporary_left
	tried "$WIDE worktrees, 4 execute, 50 answers, 100 tasks complete"
}
held() { grep -qw "$_pid" "$W"/state/workspaces/*/instance-*/orchestrator.lock; }
