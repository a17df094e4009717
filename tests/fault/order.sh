# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# What is acknowledged is on disk before: the order of the calls that make it so, in a trace.
. "$here/merge.sh"
status_is() { [ "$(orchestrator -C "$W/r" --json status "$1" | jq -r .status)" = "$2" ]; }
question() { orchestrator -C "$W/r" --json questions | jq -er '.questions[0].id'; }
calls='write,rename,renameat,renameat2,linkat,symlink,symlinkat,unlinkat,fsync,syncfs,openat,execve'
# shellcheck disable=SC2086 # nothing or an option
traced() { strace $_follow -y -o "$T/trace" -e "trace=$calls" "$@" >"$T/victim.log" 2>&1 || cat "$T/victim.log"; _traces=$((_traces + 1)); }
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
# What is the last thing that DIR's name stands for in a trace: fsync of the directory.
dir() { echo "fsync\\([0-9]*<[^>]*$1>"; }
worker_gone() { ! grep -q . "/proc/$1/cmdline"; } 2>/dev/null
case_run() {
	_traces=0 _orders=0
	# shellcheck disable=SC2016
	settings '' >"$T/world.log" 2>&1 && mkdir .orchestrator/prompts && echo 'Present it.' >.orchestrator/prompts/present.md &&
	    git add . && git commit -qm Prompt
	# alone: those who live on are not waited for
	_follow=; traced orchestrator dispatch one -- sh -c 'worker ask Which? >one'
	_follow=-f
	in_order 'an instance' 'symlink.*current' "$(dir 'workspaces/r-[0-9a-f]*')" 'fsync\(.*claims'
	in_order 'a copy of the worker' 'fsync\(.*bin/\.tmp-worker' 'rename.*bin.*"worker-' "$(dir state/bin)"
	in_order 'prompts' 'fsync\(.*prompts/present\.md' "$(dir '/\.new-session-one-[a-z0-9]*/prompts')" "$(dir '/\.new-session-one-[a-z0-9]*')" 'renameat2\(.*session-one'
	wait_for 10 question; _q=$(question)
	traced orchestrator tell one 'Be quick.'
	in_order 'tell' 'write\(.*messages/' 'fsync\(.*messages/\.' 'linkat\(.*messages' 'fsync\([0-9]*<[^>]*messages>' 'write\(1<'
	traced orchestrator answer one "$_q" this
	in_order 'answer' 'write\(.*answers/' 'fsync\(.*answers/\.' 'linkat\(.*answers' 'fsync\([0-9]*<[^>]*answers>' 'write\(1<'
	traced orchestrator execute --source none
	in_order 'a report' 'fsync\(.*/\.report\.json' 'rename.*report\.json"' "$(dir 'instance-[^>/]*')"
	traced orchestrator tasks create work --task 'one: One'
	in_order 'tasks create' 'fsync\(.*tasklists/\.tl-' 'linkat.*tl-[a-z0-9]*\.json"' "$(dir tasklists)" 'fsync\(.*tasklists/\.tl-' 'linkat.*tl-[a-z0-9]*\.json\.last' "$(dir tasklists)" 'write\(1<'
	orchestrator tasks start one >"$T/out"
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
	in_order 'an agent that ended' 'execve\("[^"]*/sh", \["sh", "-c", "echo two' 'syncfs\([0-9]*<[^>]*worktrees/two>' 'fsync\(.*\.state\.json' 'rename.*state\.json' 'fsync\([0-9]*<[^>]*session-two-[a-z0-9]*>'
	wait_for 10 status_is three approved; orchestrator merge three >"$T/out"
	echo better >.worktrees/two/two
	traced orchestrator adopt two
	in_order 'adopt' 'fsync\(.*\.state\.json' 'rename.*state\.json' "$(dir 'session-two-[a-z0-9]*')" 'execve\(.*"run", "-d"'
	wait_for 10 status_is two approved
	traced orchestrator reject two 'Not yet'
	in_order 'reject' 'fsync\(.*\.review\.json' 'rename.*review\.json' 'fsync\(.*\.state\.json' 'rename.*state\.json' "$(dir 'session-two-[a-z0-9]*')" 'write\(1<.*rejected'
	orchestrator adopt --wait two >"$T/out"
	traced orchestrator merge two
	in_order 'merge' 'fsync\(.*\.state\.json' 'rename.*state\.json' 'fsync\([0-9]*<[^>]*session-two-[a-z0-9]*>' \
	    'syncfs\(' 'fsync\(.*refs/heads/main\.lock' 'rename.*refs/heads/main"' 'fsync\([0-9]*<[^>]*refs/heads>' \
	    'syncfs\([0-9]*<[^>]*w-order/r>' 'fsync\(.*\.git/index\.session' 'rename.*index' 'syncfs\([0-9]*<[^>]*w-order/r>' 'fsync\(.*\.state\.json' 'rename.*state\.json' 'fsync\([0-9]*<[^>]*session-two-[a-z0-9]*>' \
	    'rename.*session-two.*archive|rename.*archive' 'fsync\([0-9]*<[^>]*archive>' "$(dir isolated-sessions)" 'write\(1<.*merged'
	in_order 'whose a lock of a checkout is' 'fsync\(.*\.git/\.index\.lock' 'linkat\(.*"index\.lock"'
	in_order 'the lock of a checkout' 'unlinkat\(.*"index\.lock"' "$(dir 'w-order/r/\.git')" 'fsync\(.*\.state\.json'
	in_order 'a worktree that is over' 'renameat2.*"\.trash-' "$(dir '\.worktrees')"
	wait_for 10 removed
	# one that is not kept for the next item
	sed -i 's/"stop_grace"/"worktree": { "recycle": false }, &/' .orchestrator/config.json && git commit -qam 'Nothing is kept'
	traced orchestrator dispatch --wait six -- sh -c 'echo six >six'
	in_order 'a summary of the commits' 'fsync\(.*/\.summary\.md' 'rename.*summary\.md"' "$(dir 'session-six-[a-z0-9]*')"
	# once the target has moved
	strace -o /dev/null -e trace=syncfs -e inject=syncfs:signal=KILL:when=2 orchestrator merge six >"$T/merge.log" 2>&1
	traced orchestrator merge six
	in_order 'a merge that was interrupted' "$(dir refs/heads)" 'rename.*/index"|rename.*"index"' 'syncfs\(.*w-order/r>' 'fsync\(.*\.state\.json'
	in_order 'a worktree to be deleted' 'renameat2\(.*\.gone-' "$(dir '\.worktrees')" 'unlinkat'
	wait_for 10 removed
	# shellcheck disable=SC2016
	orchestrator dispatch seven -- sh -c 'echo seven >seven; worker ask Which?' >"$T/dispatch.log" 2>&1
	wait_for 10 question
	_pid=$(jq .worker_pid "$(session_of seven)/state.json"); kill -9 "$_pid"; wait_for 10 worker_gone "$_pid"
	traced orchestrator cancel seven
	in_order 'who died is cancelled' 'fsync\(.*\.state\.json' 'rename.*state\.json' "$(dir 'session-seven-[a-z0-9]*')" 'write\(1<'
	traced orchestrator cleanup
	in_order 'an archive' 'renameat2\(.*session-seven.*archive' "$(dir archive)" "$(dir isolated-sessions)"
	printf '#!/bin/sh\nexit 3\n' >"$W/no-worker" && chmod 755 "$W/no-worker"
	ORCHESTRATOR_WORKER=$W/no-worker traced orchestrator dispatch eight -- true >"$T/out"
	in_order 'a session that did not begin' 'renameat2\(.*"session-eight' 'renameat2\(.*"\.new-session-eight' "$(dir isolated-sessions)" 'unlinkat'
	orchestrator tasks edit --stream S one >"$T/out"; traced orchestrator generate
	in_order 'a streams file' 'fsync\(.*/\.orchestration-config' 'rename.*config\.json"' "$(dir '\.orchestrator')" 'write\(1<'
	tried "$_orders orders of durable steps in $_traces traces"
}
