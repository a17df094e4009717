# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2016
# Events that can't be had: a queue that overflows, no more watches, no more instances.
. "$here/merge.sh"
question() { orchestrator -C "$W/r" --json questions | jq -er '.questions[0].id'; }
over() { grep -q '^[0-9:]* session-one-.*merged' "$T/execute.log"; }
gone() { ! kill -0 "$1" 2>/dev/null; }
world() {
	cd / && rm -rf "$W" "$T/got" && mkdir "$W" && chmod 777 "$W" "$T" && settings '' >"$T/world.log" 2>&1 || cat "$T/world.log"
}
asking() { orchestrator dispatch "$1" -- sh -c 'worker ask Which? >>"$T/got"; echo $ITEM_ID >$ITEM_ID' 2>&1; }

# While execute is stopped, more happens than the queue holds; what counts is in what is lost.
overflow() {
	world; asking one >"$T/dispatch.log"; wait_for 10 question; q=$(question)
	orchestrator execute >"$T/execute.log" 2>&1 & _pid=$!
	wait_for 10 grep -q "$q\|waiting" "$T/execute.log"
	kill -STOP $_pid
	_s=$(echo "$W"/state/workspaces/*/instance-*/isolated-sessions/session-one-*)
	_before=$(wc -l <"$T/execute.log")
	python3 -c 'import os, sys
for d in sys.argv[1:]:
    for i in range(10000):
        p = d + "/.noise%d" % (i % 2); os.close(os.open(p, os.O_CREAT | os.O_WRONLY)); os.rename(p, p + "x"); os.unlink(p + "x")
' "$_s" "$_s/answers"
	orchestrator answer one "$q" this >"$T/answer.log" 2>&1 || cat "$T/answer.log"
	kill -CONT $_pid
	wait_for 20 gone $_pid || { echo 'deaf after an overflow'; kill -9 $_pid; }
	wait $_pid || echo "execute after an overflow: $(tail -n 1 "$T/execute.log")"
	wait_for 10 removed; merged_once one; none_left
}

# A user namespace whose limits are low: those of root are not, so root becomes nobody first.
limited() {	# KEY N COMMAND...
	_key=$1 _n=$2; shift 2
	unshare -Ur sh -c 'echo "$1" >"/proc/sys/user/$0" && shift && exec "$@"' "$_key" "$_n" "$@"
}
limit() {	# KEY N
	world; asking one >"$T/dispatch.log"; wait_for 10 question; q=$(question)
	limited "$1" "$2" timeout 60 orchestrator execute >"$T/execute.log" 2>&1 & _pid=$!
	wait_for 5 test -s "$T/execute.log"
	orchestrator answer one "$q" this >"$T/answer.log" 2>&1 || cat "$T/answer.log"
	wait $_pid
	_rc=$?
	case $_rc in 124) echo "deaf with $1 $2" ;; 0) ;; *) echo "$1 $2: $(tail -n 1 "$T/execute.log")" >>"$T/refused" ;; esac
	# A worker is limited too: what it can't hear of it must find, or say that it can't.
	orchestrator execute >"$T/execute2.log" 2>&1 || echo "execute after $1 $2: $(tail -n 1 "$T/execute2.log")"
	wait_for 10 removed; merged_once one; none_left
}
case_skip() {
	command -v python3 >/dev/null || { echo 'no python3'; return; }
	unshare -Ur true 2>/dev/null || echo 'no user namespaces'
}
case_run() {
	overflow
	_i=0
	for _n in 0 1 2 3 4 6 8 12 16; do _i=$((_i + 1)); limit max_inotify_watches $_n; done
	for _n in 0 1; do _i=$((_i + 1)); limit max_inotify_instances $_n; done
	tried "60000 events unread, $_i limits of watches and instances"
}
