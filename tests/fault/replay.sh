# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2016,SC1090,SC2046
# Power loss, by replay: what a short workload does to the disk is recorded, every state that
# a power loss may leave of it is built (replay.py says which those are), and gone on from.
# What a command had acknowledged by then is there, before anything goes on.
. "$here/merge.sh"
: "${WORKLOADS:=tasks dispatch answer merge worker}" "${STATES:=$([ "$SAMPLE" = 0 ] && echo 1000 || echo $((SAMPLE * 3)))}"
case_skip() {
	command -v python3 >/dev/null || { echo 'no python3'; return; }
	sleep 60 & _p=$!
	strace -p $_p -o /dev/null 2>/dev/null & _s=$!
	wait_for 5 traced $_p 2>/dev/null || echo 'no process that runs may be traced'
	kill $_p $_s
}
traced() { grep -q '^TracerPid:.*[1-9]' "/proc/$1/status"; }
replay() { python3 -B "$here/replay.py" "$T/kept" "$T/trace.log" "$W" "$@"; }

# What differs from the case of that name: the agent answers to nobody but what is recorded,
# and what is acknowledged.
workload() {	# NAME
	case_before() { :; }; case_after() { :; }; acknowledged() { :; }
	. "$here/$1.sh"
	case $1 in
	tasks) acknowledged() { orchestrator -C "$W/r" --json tasks show work | jq -e '.tasks[0].status == "COMPLETE"'; } ;;
	merge) acknowledged() { [ "$(git -C "$W/r" show main:one)" = one ]; } ;;
	dispatch) acknowledged() { orchestrator -C "$W/r" --json status one; } ;;
	answer)
		case_before() {
			echo 'worker ask Which? >one' >"$T/one"
			cd "$W/r" && orchestrator dispatch one -- sh "$T/one" >"$T/dispatch.log" 2>&1
			wait_for 20 question; q=$(question)
		}
		case_again() {
			cd "$W/r" || return 1
			orchestrator dispatch one -- sh "$T/one" || [ $? = 73 ] || return 1
			answering later & _answering=$!
			timeout 60 orchestrator execute; _rc=$?
			kill $_answering; wait $_answering 2>/dev/null
			[ $_rc = 0 ] && orchestrator cleanup && wait_for 10 removed
		}
		case_verify() {
			_got=$(git -C "$W/r" show main:one 2>&1)
			case $_acknowledged$_got in this | later | 1this) ;; *) echo "the agent got $_got" ;; esac
			repository_sound "$W/r"; nothing_left
		} ;;
	worker)
		case_before() {
			agent implementer <<-'I'
			if [ -s gate ]; then echo two >two; elif grep -qs '^one this$' one; then echo good >gate
			else echo "one $(worker ask Which?)" >one; fi
			echo 'The summary.' | worker summary -
			I
			echo this >"$W/got"
			dropping & answerer=$!
		}
		case_after() { kill $answerer; wait $answerer 2>/dev/null; }
		acknowledged() { [ "$(jq -r .status "$S/state.json") $(jq -r .verdict "$S/review.json")" = 'approved approved' ]; } ;;
	esac
}
answering() {	# TEXT
	while :; do
		_q=$(question) && orchestrator answer one "$_q" "$1"
		timeout 0.1 cat <&9
	done
}
dropping() {
	while :; do
		for _q in $(jq -r '.questions[] | select(.status == "open").id' "$S/questions.json"); do
			[ -s "$S/answers/$_q" ] || printf this >"$S/answers/$_q"
		done
		timeout 0.1 cat <&9
	done 2>/dev/null
}

# All that the victim and those whom it leaves behind do, up to the last.
record() {
	rm -f "$T/go" "$T/marks" && mkfifo "$T/go"
	(
		export ASAN_OPTIONS=detect_leaks=0
		read -r _ <"$T/go"; case_before
		timeout 60 $(case_victim) && echo done >>"$T/marks"
		case_after
	) >"$T/victim.log" 2>&1 & _recorded=$!
	strace -f -y -s 10000000 -e "trace=$1" -o "$T/trace.log" -p $_recorded 2>"$T/strace.log" & _strace=$!
	wait_for 10 traced $_recorded; echo >"$T/go"
	wait $_recorded $_strace
	[ -s "$T/marks" ] || cat "$T/victim.log" "$T/strace.log"
}
one_state() {	# STATE ACKNOWLEDGED
	cd / && replay build "$1" || { echo 'not built'; return; }
	cd "$W" || return
	_acknowledged=${2#0}
	[ "$2" = 0 ] || acknowledged >"$T/acknowledged.log" 2>&1 || echo 'what was acknowledged is lost'
	[ "$_workload" != worker ] || case_before
	case_again >"$T/again.log" 2>&1 || echo "going on failed: $(tail -n 1 "$T/again.log")"
	# What git prunes by itself is nothing; and a log is not durable: it may have a hole now, in
	# which the beginning of its last line is.
	[ ! -e "$W/r/.worktrees" ] || git -C "$W/r" worktree prune --expire now
	{ case_verify; none_left; temporary_left; } | grep -v '^not one verdict in the log'
}
case_run() {
	_operations=0 _states=0
	for _workload in $WORKLOADS; do
		cd / && rm -rf "$W" && mkdir "$W" && cd "$W" && workload "$_workload"
		case_world >"$T/world.log" 2>&1 || cat "$T/world.log"
		[ -z "$(none_left)" ] || echo "$_workload: the world is not quiet"
		world_keep
		record "$(python3 -B "$here/replay.py" calls)"
		_n=$(replay same) || { echo "$_workload: $_n" | tr '\n' ' '; echo; continue; }
		_operations=$((_operations + _n))
		replay plan "$SEED" "$STATES" >"$T/plan"
		while read -r _state _acked <&7; do
			_states=$((_states + 1))
			one_state "$_state" "$_acked" >"$T/state.log"
			sed "s/^/$_workload $_state: /" "$T/state.log"
			[ -z "${KEEP_LOST:-}" ] || [ ! -s "$T/state.log" ] || { replay show "$_state" >"$T/show.log"; cp -a "$T/" "$KEEP_LOST"; return; }
		done 7<"$T/plan"
	done
	tried "$_operations operations recorded, $_states states rebuilt"
}
