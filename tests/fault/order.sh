# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# What is acknowledged is on disk before: the order of the calls that make it so, in a trace.
. "$here/merge.sh"
status_is() { [ "$(orchestrator -C "$W/r" --json status "$1" | jq -r .status)" = "$2" ]; }
question() { orchestrator -C "$W/r" --json questions | jq -er '.questions[0].id'; }
calls='write,rename,renameat,renameat2,linkat,unlinkat,fsync,syncfs,openat,execve'
traced() { strace -f -y -o "$T/trace" -e "trace=$calls" "$@" >"$T/victim.log" 2>&1 || cat "$T/victim.log"; _traces=$((_traces + 1)); }
# in_order WHAT REGEXP...: lines that match, one after another.
in_order() {
	_what=$1 _line=1; shift
	_orders=$((_orders + 1))
	for _re; do
		_next=$(tail -n "+$_line" "$T/trace" | grep -n -m 1 -E -e "$_re" | cut -d : -f 1)
		[ "$_next" ] || { echo "$_what: nothing like $_re follows"; return; }
		_line=$((_line + _next))
	done
}
case_run() {
	_traces=0 _orders=0
	# shellcheck disable=SC2016
	settings '' >"$T/world.log" 2>&1 && orchestrator dispatch one -- sh -c 'worker ask Which? >one' >"$T/dispatch.log" 2>&1
	wait_for 10 question; _q=$(question)
	traced orchestrator answer one "$_q" this
	in_order 'answer' 'write\(.*answers/' 'fsync\(.*answers/\.' 'linkat\(.*answers' 'fsync\([0-9]*<[^>]*answers>' 'write\(1<'
	orchestrator execute --source none >"$T/execute.log" 2>&1
	orchestrator tasks create work --task 'one: One' >"$T/out"; orchestrator tasks start one >>"$T/out"
	traced orchestrator tasks complete one
	in_order 'tasks complete' 'fsync\(.*tasklists/\.tl-' 'rename.*tl-[a-z0-9]*\.json' 'fsync\([0-9]*<[^>]*tasklists>' 'write\(1<'
	orchestrator tasks create more --task 'three: Three' >"$T/out"
	traced orchestrator dispatch three -- sh -c 'echo three >three'
	in_order 'dispatch of a list' 'fsync\(.*tasklists/\.tl-' 'rename.*tl-[a-z0-9]*\.json' 'fsync\([0-9]*<[^>]*tasklists>' 'renameat2\(.*session-three'
	traced orchestrator dispatch --wait two -- sh -c 'echo two >two; echo Done. | worker summary -'
	in_order 'dispatch' 'fsync\(.*claims' 'linkat\(.*claims|rename.*claims' 'fsync\([0-9]*<[^>]*claims>' \
	    'syncfs\(' 'fsync\(.*session/two/1\.lock' 'rename.*session/two/1' 'fsync\([0-9]*<[^>]*session/two>' \
	    'fsync\(.*config.json' 'fsync\(' 'renameat2\(.*session-two' 'fsync\([0-9]*<[^>]*isolated-sessions>'
	in_order 'setup' 'execve\(.*"read-tree"' 'syncfs\([0-9]*<[^>]*worktrees/two>' 'execve\(.*echo two'
	in_order 'a message' 'fsync\(.*inbox/[^>]*/tmp/' 'rename.*inbox|linkat.*inbox' 'fsync\([0-9]*<[^>]*inbox/[^>]*/new>'
	in_order 'an object' 'openat\(.*objects/.*tmp_obj|openat\(.*objects/bulk' 'fsync\(.*objects/'
	in_order 'an agent that ended' 'execve\(.*echo two' 'syncfs\([0-9]*<[^>]*worktrees/two>' 'fsync\(.*\.state\.json' 'rename.*state\.json' 'fsync\([0-9]*<[^>]*session-two-[a-z0-9]*>'
	wait_for 10 status_is three approved; orchestrator merge three >"$T/out"
	traced orchestrator merge two
	in_order 'merge' 'fsync\(.*\.state\.json' 'rename.*state\.json' 'fsync\([0-9]*<[^>]*session-two-[a-z0-9]*>' \
	    'syncfs\(' 'fsync\(.*refs/heads/main\.lock' 'rename.*refs/heads/main"' 'fsync\([0-9]*<[^>]*refs/heads>' \
	    'rename.*index' 'syncfs\([0-9]*<[^>]*w-order/r>' 'fsync\(.*\.state\.json' 'rename.*state\.json' 'fsync\([0-9]*<[^>]*session-two-[a-z0-9]*>' \
	    'rename.*session-two.*archive|rename.*archive' 'fsync\([0-9]*<[^>]*archive>' 'write\(1<.*merged'
	wait_for 10 removed
	tried "$_orders orders of durable steps in $_traces traces"
}
