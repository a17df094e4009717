# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2016,SC2046
# One of them is stopped, in each phase: the others go on, nobody takes its place; then it goes on.
. "$here/merge.sh"
question() { orchestrator -C "$W/r" --json questions | jq -er '.questions[0].id'; }
: "${PARTIES:=execute worker agent}" "${PHASES:=ask gate review}"
case_world() {
	cat >"$T/agent" <<-'E'
	[ "$ITEM_ID" = two ] || worker ask Which? >>"$T/got"
	echo "$ITEM_ID" >"$ITEM_ID"
	E
	cat >"$T/at" <<-'E'
	[ "$ITEM_ID" = two ] || [ -e "$T/at.$1" ] || { : >"$T/at.$1"; [ "$(cat "$T/phase")" != "$1" ] || read -r _ <"$T/go"; }
	[ "$1" != review ] || worker verdict approved
	E
	settings ", \"agents\": { \"sh\": { \"command\": \"sh $T/agent\" }, \"judge\": { \"command\": \"sh $T/at review\" } },
	    \"roles\": { \"implementer\": \"sh\", \"reviewer\": \"judge\" }" &&
	    sed -i "s,\"review\": \"gates\" *\,,,; s,\[ \"true\" \],[ \"sh $T/at gate\" ]," .orchestrator/config.json &&
	    git commit -qam Council && rm -f "$T/go" && mkfifo "$T/go"
}
lock_of() { sed -n 's/[^0-9]*\([0-9]*\)$/\1/p' "$1"; }
held() { grep -qw "$_execute" "$W"/state/workspaces/*/instance-*/orchestrator.lock; }
is() { [ "$(orchestrator --json status "$1" | jq -r .status)" = "$2" ]; }
merged() { [ "$(git show main:two)" = two ]; }
over() { ! kill -0 "$_execute"; }
party() {	# NAME: its processes
	case $1 in
	execute) echo "$_execute" ;;
	worker) echo "$_worker" ;;
	agent) grep -lsz '^SESSION_ID=session-one' $(grep -lszxF "ORCHESTRATOR_HOME=$ORCHESTRATOR_HOME" /proc/[0-9]*/environ) /dev/null | cut -d / -f 3 ;;
	esac
}
one_stop() {	# PARTY PHASE: prints what is wrong
	world_back; rm -f "$T"/at.* "$T/got"; echo "$2" >"$T/phase"; cd "$W/r" || return
	orchestrator dispatch one >"$T/dispatch.log" 2>&1
	wait_for 20 question || echo 'no question'
	_q=$(question) _s=$(echo "$W"/state/workspaces/*/instance-*/isolated-sessions/session-one-*)
	_worker=$(lock_of "$_s/worker.lock")
	orchestrator execute --source none >"$T/execute.log" 2>&1 & _execute=$!
	wait_for 10 held
	[ "$2" = ask ] || { orchestrator answer one "$_q" this >"$T/answer.log" 2>&1; wait_for 20 test -e "$T/at.$2"; }
	_stopped=$(party "$1")
	kill -STOP $_stopped
	timeout 20 orchestrator dispatch two >"$T/dispatch.log" 2>&1 || echo "dispatch: $(tail -n 1 "$T/dispatch.log")"
	[ "$2" != ask ] || timeout 20 orchestrator answer one "$_q" this >"$T/answer.log" 2>&1 || echo "answer: $(tail -n 1 "$T/answer.log")"
	if [ "$1" = execute ]; then wait_for 20 is two approved; else wait_for 20 merged; fi 2>/dev/null ||
	    echo "the other session is $(orchestrator --json status two | jq -r .status)"
	if [ "$1$2" = executeask ]; then	# answered, it needs nobody to get that far
		wait_for 20 is one approved || echo 'its worker did not go on'
	else
		timeout 20 worker run "$_s" >"$T/worker.log" 2>&1
		[ $? = 75 ] || echo "a second worker: $(tail -n 1 "$T/worker.log")"
	fi
	! timeout 20 orchestrator execute --source none >"$T/second.log" 2>&1 || echo 'a second execute did something'
	timeout 20 orchestrator recover >"$T/recover.log" 2>&1
	[ $? != 124 ] || echo 'recover hung'
	[ "$(lock_of "$_s/worker.lock")" = "$_worker" ] || echo 'another worker has it'
	kill -CONT $_stopped
	[ "$2" = ask ] || echo go >"$T/go"
	wait_for 30 over 2>/dev/null || { echo 'execute does not end'; kill $_execute; }
	wait $_execute || echo "execute: $(tail -n 1 "$T/execute.log")"
	wait_for 10 removed
	merged_once one two
	[ "$(cat "$T/got")" = this ] || echo "the answer: $(cat "$T/got")"
	none_left; temporary_left
}
case_run() {
	_n=0
	case_world >"$T/world.log" 2>&1 || cat "$T/world.log"
	world_keep
	for _party in $PARTIES; do
		for _phase in $PHASES; do
			_n=$((_n + 1))
			one_stop "$_party" "$_phase" >"$T/stop.log"
			sed "s/^/$_party in $_phase: /" "$T/stop.log"
		done
	done
	tried "$_n stops of $PARTIES in $PHASES"
}
