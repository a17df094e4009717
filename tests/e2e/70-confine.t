#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What agents, setup commands and gates can't do, under each means of confinement.
# shellcheck disable=SC2016 # scripts
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"
cd "$T" || exit 1

# The agents leave their marks in $T/out; the rest of $T is closed to them.
mkdir "$T/out" "$T/docker" "$T/nobwrap" && export R
confined="{ \"mode\": \"auto\", \"writable\": [\"$T/out\", \"$T/prelude\"], \"environment\": [\"T\", \"R\"] }"
for d in /usr/local/bin /usr/bin /bin; do ln -s "$d"/* "$T/nobwrap" 2>/dev/null; done
rm -f "$T/nobwrap/bwrap"
with_bwrap=$PATH without_bwrap=$O/bin:$O/libexec:$T/nobwrap
cat >>"$T/prelude" <<'E'
did() { _n=$1; shift; if ( "$@" ) >/dev/null 2>&1; then _r=yes; else _r=no; fi; echo "$_n=$_r" >>"$T/out/$ITEM_ID"; }
to() { echo x >>"$1"; }
E
mark() { sed -n "s/^$1=//p" "$T/out/$ITEM" | tail -n 1; }
marks() { for _m; do printf '%s=%s ' "$_m" "$(mark "$_m")"; done; }
can() { _s=$1; shift; is "$kind: $_s" "$(marks "$@")" "$(for _m; do printf '%s=yes ' "$_m"; done)"; }
cannot() { _s=$1; shift; is "$kind: $_s" "$(marks "$@")" "$(for _m; do printf '%s=no ' "$_m"; done)"; }
ended() { st '[.status, .reason] | join(" ")'; }
bwrap_works() { PATH=$with_bwrap bwrap --ro-bind / / --dev /dev --proc /proc --unshare-pid true; }
landlock() { python3 -c 'import ctypes; v = ctypes.CDLL(None).syscall(444, None, 0, 1); print(v if v > 0 else 0)' 2>/dev/null || echo 0; }

role implementer <<'E'
worker_pid=$(jq .worker_pid "$SESSION_DIR/state.json")
did tree to work; did commit sh -c 'git add work && git commit -qm Work'
did tmp to /tmp/mine; did tmpdir to "$TMPDIR/mine"; did cache to "$XDG_CACHE_HOME/mine"
did pipcache mkdir -p "$PIP_CACHE_DIR"; did dev sh -c 'echo x >/dev/null; echo y >/dev/stdout'
did progress worker progress 1/2; did refer mv work moved; mv moved work
did ask sh -c '[ "$(worker ask "Which one?")" = this ]'
did session to "$SESSION_DIR/new"; did state to "$SESSION_DIR/state.json"
did lock to "$SESSION_DIR/worker.lock"; did answers to "$SESSION_DIR/answers/q-aaaaaa"
did log to "$SESSION_DIR/output.log"; did binary to "$SESSION_DIR/bin/worker"
did safegit to "$SESSION_DIR/safe.git/config"; did inbox mkdir -p "$SESSION_DIR/inbox/002/new"
did remove rm "$SESSION_DIR/item.json"; did rename mv "$SESSION_DIR" "$SESSION_DIR.away"
did config to "$R/.git/config"; did hook to "$R/.git/hooks/pre-commit"; did main to "$R/.git/refs/heads/main"
did objects mkdir "$R/.git/objects/zz"; did checkout to "$R/d1/file1"; did other to "$T/sessions/other/answers/x"
did home to "$HOME/.profile"; did etc to /etc/orchestrator-test; did escape to "$T/../orchestrator-escape"
did kill kill -0 "$worker_pid"; did environ head -c 1 "/proc/$worker_pid/environ"
did mem head -c 1 "/proc/$worker_pid/mem"
did link to .git; did chmod chmod 600 "$SESSION_DIR/config.json"; did listed ls "$T/secrets"
did dbus [ "${DBUS_SESSION_BUS_ADDRESS:-}" ]; did agentsock [ "${SSH_AUTH_SOCK:-}" ]
did docker [ "${DOCKER_HOST:-}" ]; did tmux [ "${TMUX:-}" ]
did term sh -c ': >>"$(cat "$T/out/pty")"'; did readterm sh -c ': <"$(cat "$T/out/pty")"'; did abstract python3 "$T/out/connect"
did renice renice -n 19 -p "$worker_pid"; did limit prlimit --pid "$worker_pid" --core=0; did affinity taskset -p ffffffff "$worker_pid"
did nice nice -n 1 prlimit --core=0 true; did filtered grep -q '^Seccomp:[[:space:]]*2' /proc/self/status
did sysctl sh -c ': >>/proc/sys/kernel/core_pattern'; did nested unshare -Ur true; did nestedbox bwrap --unshare-user --ro-bind / / --dev /dev true
did socket [ -S "$T/docker/sock" ]; did ssh [ -S "$HOME/agent" ]; did run test -n "$(find /run -type s 2>/dev/null)"
did tty sh -c ': </dev/tty'; did key [ "${ANTHROPIC_API_KEY:-}" = k ]; did private [ "${PRIVATE:-}" ]
setsid sh -c 'exec sleep 3000' </dev/null >/dev/null 2>&1 &
( ( trap '' TERM HUP; exec setsid sleep 3000 </dev/null >/dev/null 2>&1 & ) & )
true
E
mkdir -p "$T/sessions/other/answers" "$T/secrets"
cat >"$T/outside" <<'E'
import os, pty, signal, socket
T = os.environ['T']
keep = [socket.socket(socket.AF_UNIX) for _ in range(3)]
for s, name in zip(keep, (T + '/docker/sock', os.environ['HOME'] + '/agent', '\0' + T)):
	s.bind(name)
	s.listen()
master, slave = pty.openpty()
open(T + '/out/pty.new', 'w').write(os.ttyname(slave))
os.rename(T + '/out/pty.new', T + '/out/pty')
signal.pause()
E
echo 'import os, socket; socket.socket(socket.AF_UNIX).connect(chr(0) + os.environ["T"])' >"$T/out/connect"
python3 "$T/outside" & wait_for 20 test -e "$T/out/pty"
export DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/0/bus SSH_AUTH_SOCK="$HOME/agent" \
    DOCKER_HOST="unix://$T/docker/sock" TMUX=/tmp/tmux-0/default,1,0 ANTHROPIC_API_KEY=k PRIVATE=p
gate='. "$T/prelude"; did gate.tree to built; did gate.tmp to /tmp/g; did gate.git to "$SESSION_DIR/git/HEAD";
    did gate.session to "$SESSION_DIR/g"; did gate.key [ "${ANTHROPIC_API_KEY:-}" ]; did gate.inbox [ "${SESSION_INBOX:-}" ]'
setup='. "$T/prelude"; did setup.tree to made; rm made; did setup.session to "$SESSION_DIR/s"; did setup.home to "$HOME/s"'

all_of_it() {	# ITEM
	session "$1" "$(jq -n --arg g "$gate" --arg s "$setup" '".gates = [\($g | tojson)] | .setup = [\($s | tojson)]"' -r)"
	start && asked && put "$q" this && stop
	is "$kind: the session is approved" "$(ended)" 'approved '
	can 'worktree, commits, scratch and messages are the agent'\''s own' tree commit tmpdir cache pipcache dev progress refer ask key
	cannot 'an agent reaches nothing in the session directory' session state lock answers log binary safegit inbox remove rename
	cannot 'an agent reaches neither repository nor checkout' config hook main objects checkout
	cannot 'an agent reaches neither other sessions nor home nor system' other home etc
	cannot 'no variable leads out, nor is one handed on that is not listed' dbus agentsock docker tmux private
	cannot 'the worker is not signalled, traced or read' kill environ mem
	cannot 'the worker stays in its place, with its limits' renice limit affinity
	can 'a command may lower its own' nice
	can 'the calls of an agent are filtered' filtered
	cannot 'an agent reaches no abstract socket' abstract
	cannot 'an agent has no terminal, and neither writes nor reads that of the user' tty term readterm
	cannot 'an agent can not set the kernel' sysctl
	can 'a gate writes the worktree' gate.tree
	cannot 'a gate writes neither git nor the session, and has no key' gate.git gate.session gate.key gate.inbox
	can 'setup writes the worktree' setup.tree
	cannot 'setup writes neither session nor home' setup.session setup.home
	ok "$kind: what an agent leaves running is gone" not grep -qsz "SESSION_ID=$ID" /proc/[0-9]*/environ
	ok "$kind: scratch and caches are gone at the end" test ! -e "$S/tmp" -a ! -e "$S/cache"
	ok "$kind: nothing came of it" test -z "$(ls "$T/sessions/other/answers")" -a "$(cat "$R/d1/file1")" = 'line of file 1' -a ! -e "$T/../orchestrator-escape"
	rm -f "$T/../orchestrator-escape" /etc/orchestrator-test 2>/dev/null
}

kind=bubblewrap
if bwrap_works 2>/dev/null; then
	all_of_it bw
	can '/tmp is its own' tmp gate.tmp
	cannot 'an agent sees nothing of others in a shared directory, no socket, no link file' listed socket run link chmod
	cannot 'an agent sees no socket in a home below a shared directory' ssh
	if unshare -Ur true 2>/dev/null; then
		can 'a sandbox of the agent itself can start inside' nested nestedbox
	else
		skip 'a sandbox of the agent itself can start inside' 'no namespace of users'
	fi
	ok 'bubblewrap: nothing is said of it' not grep -qi 'confin\|bubblewrap\|Landlock' "$S/output.log"

	no_roles
	role implementer <<'E'
echo w >work
E
	role reviewer <<'E'
did rw to work; did rnew to new; did rgit to "$SESSION_DIR/git/HEAD"; did rread grep -q w work; did rtmp to "$TMPDIR/x"
did rterm worker within script -qc true /dev/null; did rinbox worker within mkdir "$SESSION_INBOX/x"
git status >/dev/null && did rdiff git diff --quiet "$BASE"; worker verdict approved
E
	session rv
	work
	is 'bubblewrap: a reviewer can judge' "$(ended)" 'approved '
	can 'a reviewer reads, and has a place for itself' rread rtmp
	can 'what it runs of the work has terminals' rterm
	cannot 'what it runs of the work can not speak for it' rinbox
	cannot 'the work it can not change' rw rnew rgit

	no_roles
	role implementer <<'E'
echo w >work; did opened to "$T/opened"; did own to "$SESSION_DIR/state.json"; did other to "$T/sessions/other/answers/y"
did state to "$ORCHESTRATOR_HOME/x"; did checkout to "$R/d1/file1"
did apart to "$T/apart.git/x"; did linked to "$T/bare/main/d1/file1"; did unmount umount -l "$R"; did remount mount -o remount,bind,rw "$R"
did insideuncover unshare -Urm sh -c 'umount -l /proc/sys || umount -l /run || umount -l "$R"'
did insideremount unshare -Urm sh -c 'mount -o remount,rw,bind /proc/sys || mount -o remount,rw,bind / || mount -o remount,bind,rw "$R"'
did insideproc unshare -Urmpf mount -t proc proc /mnt; did insidesysfs unshare -Urmn mount -t sysfs sysfs /mnt
E
	wide=".confine.writable = [\"$T\", \"$T/sessions/session-wide-000001\"]"
	mkdir "$T/state"
	session wide "$wide"
	work
	is 'bubblewrap: where all around is writable a session is approved' "$(ended)" 'approved not-reviewed'
	can 'an agent reaches what lies around when all around is writable' opened
	cannot 'an agent does not reach the session, its neighbours, the state of the orchestrator and the checkout when all around is writable' \
	    own other state checkout
	R=$T/apart && new_repo "$R" && mv "$R/.git" "$T/apart.git" && echo "gitdir: $T/apart.git" >"$R/.git"
	session apart "$wide"
	work
	can 'an agent reaches what lies around a repository beside its checkout' opened
	cannot 'an agent does not reach a repository beside its checkout when all around is writable' apart
	R=$T/bare && new_repo "$R" && git -C "$R" config core.bare true && git -C "$R" worktree add -q --detach "$R/main"
	session linked "$wide"
	work
	can 'an agent reaches what lies around a repository without a checkout of its own' opened
	cannot 'an agent reaches neither a repository without a checkout nor the worktrees beside it' linked
	R=$T/repo
	root='' && [ "$(id -u)" = 0 ] || root='unshare -Ur'
	if $root true 2>/dev/null; then
		session root
		# shellcheck disable=SC2086 # words
		run $root timeout -k 5 60 worker run "$S"
		is 'bubblewrap: a session of root is approved' "$(ended)" 'approved not-reviewed'
		cannot 'root can not undo what closes the checkout' unmount remount checkout
		cannot 'root in a namespace of users can neither undo it nor uncover the kernel' insideuncover insideremount insideproc insidesysfs
	else
		skip 'bubblewrap: a session of root is approved' 'no namespace of users'
	fi

	no_roles
	role implementer <<'E'
echo w >work; did net [ "$(grep -c : /proc/net/dev)" -gt 1 ]
E
	session net '.confine.network = "off"'
	work
	cannot 'without a network there is none' net
	# A bubblewrap that is setuid gains nothing where nothing new may be gained.
	mkdir "$T/setuid" && printf '#!/bin/sh\ngrep -q "^NoNewPrivs:[[:space:]]*1" /proc/self/status && exit 1\nexec %s "$@"\n' "$(PATH=$with_bwrap command -v bwrap)" >"$T/setuid/bwrap" && chmod 755 "$T/setuid/bwrap"
	session setuid '.confine.network = "off"'
	PATH=$T/setuid:$PATH work
	cannot 'a bubblewrap that does not work in a domain of Landlock confines without' net
	session exposed ".confine.sockets = [\"docker\", \"$T/docker/sock\"]"
	role implementer <<'E'
echo w >work; did var [ "${DOCKER_HOST:-}" ]; did sock [ -S "$T/docker/sock" ]; did dbus [ "${DBUS_SESSION_BUS_ADDRESS:-}" ]
E
	cp "$T/roles/implementer" "$T/scripts/exposed/implementer"
	work
	can 'an agent reaches a socket that is named in the settings' var sock
	cannot 'an agent reaches no socket that is not named in the settings' dbus

	role implementer <<'E'
trap 'echo stopped >>"$T/out/$ITEM_ID"; exit 0' TERM
echo ready=yes >>"$T/out/$ITEM_ID"; while :; do read -r _ <"$T/out/never" || :; done
E
	mkfifo "$T/out/never"
	session soft
	start
	ready() { [ "$(mark ready)" = yes ]; }
	wait_for 20 ready; : >"$S/cancel"; stop
	like 'bubblewrap: an agent is asked before it is ended' "$(cat "$T/out/soft")" '^stopped$'
	is 'bubblewrap: an agent that is cancelled ends as cancelled' "$(st .status)" cancelled
	session crash
	start
	wait_for 20 ready; kill -9 "$(st .worker_pid)"; wait "$pid" 2>/dev/null
	ok 'bubblewrap: nothing survives a killed worker' wait_for 20 not grep -qsz "SESSION_ID=$ID" /proc/[0-9]*/environ
	no_roles
else
	skip 'bubblewrap: a session is confined' 'does not work here'
fi

# Landlock, when there is no bubblewrap.
abi=$(landlock)
if [ "$abi" -ge 6 ]; then
	kind=Landlock PATH=$without_bwrap
	role implementer <"$T/scripts/bw/implementer"
	all_of_it ll
	like 'Landlock: the log says so, once' "$(grep -c 'Landlock (version' "$S/output.log")" '^1$'
	session llnet '.confine.network = "off"'
	work
	is "Landlock: a session fails when the network can't be shut off" "$(ended)" 'failed spawn'
	PATH=$with_bwrap
else
	skip 'Landlock: a session is confined' "version $abi"
fi

# Neither of them.
no_roles
role implementer <<'E'
echo w >work; did outside to "$T/free"
E
if PATH=$without_bwrap strace -qq -f -o "$T/trace" -e inject=landlock_create_ruleset:error=ENOSYS true 2>/dev/null; then
	blind() { PATH=$without_bwrap run timeout 60 strace -qq -f -o "$T/trace" -e trace=landlock_create_ruleset -e inject=landlock_create_ruleset:error=ENOSYS worker run "$S"; }
	session none
	blind
	is 'a session ends as approved when nothing can confine it' "$(ended)" 'approved not-reviewed'
	is 'a session that nothing confines has one warning in its log' "$(grep -c 'warning: nothing confines' "$S/output.log")" 1
	rm -rf "$T/bare" && new_repo "$T/bare"
	lists() { PATH=$without_bwrap run timeout 60 env ASAN_OPTIONS=detect_leaks=0 strace -qq -f -o "$T/trace" -e trace=landlock_create_ruleset -e inject=landlock_create_ruleset:error=ENOSYS orchestrator -C "$T/bare" "$@"; }
	printf '{ "agents": { "a": { "command": "echo w >$ITEM_ID" } }, "roles": { "implementer": "a" }, "review": "none" }' >"$T/x"
	mkdir "$T/bare/.orchestrator" && cp "$T/x" "$T/bare/.orchestrator/config.json" && git -C "$T/bare" add . && git -C "$T/bare" commit -qm Settings
	orchestrator -C "$T/bare" tasks create two --task 'a: A' --task 'b: B' >/dev/null
	lists execute two
	is 'execute does the work, and warns once' "$status,$(printf '%s\n' "$err" | grep -c 'warning: nothing confines')" 0,1
	session need '.confine.mode = "require"'
	blind
	is 'a session fails when confinement is required and there is none' "$(ended)" 'failed confine'
	like 'the detail of a session without the confinement it requires says what to do' "$(st .detail)" 'require.*install bubblewrap'
	ok 'nothing is run when confinement is required and there is none' test ! -e "$T/out/need"
else
	skip 'a session ends as approved when nothing can confine it' 'strace can not hide Landlock'
fi
session off '.confine = "off"'
work
kind=off
can 'a run that is not confined writes where it likes' outside
ok 'off: nothing is said' not grep -q 'confine' "$S/output.log"

# Secrets.
echo 's3cr3t-of-a-file' >"$T/secrets/file"
role implementer <<'E'
echo w >work; did command [ "$TOKEN" = s3cr3t-of-a-command ]; did file [ "$FILE" = s3cr3t-of-a-file ]
E
session secret ".env.FILE = { file: \"$T/secrets/file\" } | .agents.implementer.env.TOKEN = { command: \"echo s3cr3t-of-a-\$(echo command)\" } | .gates = [\"test \\\"\$FILE\\\" && test -z \\\"\$TOKEN\\\"\"]"
work
kind=secrets
is 'a session with secrets is approved' "$(ended)" 'approved '
can 'secrets come from commands and files' command file
is 'secrets are in no file of the session' "$(grep -rl 's3cr3t-of' "$S" "$T/out" | grep -v config.json)" ''
ok 'secrets are not in the settings of the session' not grep -q 's3cr3t-of-a-command\|s3cr3t-of-a-file' "$S/config.json"
session nosecret '.agents.implementer.env.TOKEN = { command: "echo leaked; exit 3" }'
work
is 'a secret that can not be had is a failure' "$(ended)" 'failed secret'
like 'the detail of a secret that can not be had names the variable and why' "$(st .detail)" 'env\.TOKEN: its command: exit status 3'
ok 'the output of a command for a secret is neither in the log nor in the state' not grep -rq leaked "$S/output.log" "$S/state.json"

# The user's own changes of the repository.
role implementer <<'E'
worker ask 'Go on?'; echo work >work
E
meanwhile() {	# ITEM SETTINGS: the user adds a remote and a hook while the session runs
	session "$1" "$2"; start; asked
	git -C "$R" remote add "$1" https://example.org/x.git; echo 'exit 0' >"$R/.git/hooks/$1"
	put "$q" yes; stop
}
if bwrap_works 2>/dev/null; then
	meanwhile users .
	is 'hooks and settings that a confined session can not have changed do not halt it' "$(ended)" 'approved not-reviewed'
	like 'the log has the settings that the user changed' "$(cat "$S/output.log")" 'changed in the repository during the run: config of the repository: was changed'
	like 'the log has the hook that the user added' "$(cat "$S/output.log")" 'changed in the repository during the run: hooks/users of the repository: was added'
	meanwhile open ".confine.writable += [\"$R/.git/hooks\"]"
	is 'where the settings open a part of the repository, its changes halt the session' "$(ended)" 'failed isolation-breach'
	meanwhile reachable '.confine.sockets = ["docker"]'
	is 'where the settings open a socket, changes of the repository halt the session' "$(ended)" 'failed isolation-breach'
fi

# doctor
doctor() { (cd "$R" && "$@" orchestrator doctor 2>/dev/null | grep -E '^[a-z]+ +(confine|scopes|filter|nested) '); }
lacking() { doctor strace -qq -o "$T/trace" -e trace="$1" -e inject="$1":error=ENOSYS; }
told=$(doctor)
like 'doctor says what confines' "$told" 'confine +(agents, setup and gates are confined by|.*what agents run is not confined)'
if bwrap_works 2>/dev/null; then
	like 'doctor says that system calls are filtered' "$told" '^ok +filter'
	[ "$abi" -ge 6 ] && like 'doctor says that abstract sockets are closed' "$told" '^ok +scopes .*version '
	if ! unshare -Ur true 2>/dev/null; then
		skip 'doctor: a sandbox inside' 'no namespace of users'
	elif [ "$(id -u)" = 0 ]; then
		like 'doctor says that as root a sandbox inside has no /proc of its own' "$told" '^note +nested .* unless it mounts its own /proc: '
	else
		like 'doctor says that a sandbox can start inside' "$told" '^ok +nested'
	fi
	like 'doctor says that none can start inside of Landlock' "$(PATH=$without_bwrap doctor)" '^note +nested .*Landlock'
	if strace -qq -o "$T/trace" true 2>/dev/null; then
		like 'doctor says what is open without Landlock' "$(lacking landlock_create_ruleset)" '^note +scopes .*no Landlock: runs can reach abstract sockets'
		like 'doctor says when nothing is filtered' "$(lacking seccomp)" '^note +filter .*no seccomp'
		like 'doctor says that bubblewrap confines without a filter, too' "$(lacking seccomp)" '^ok +confine'
	else
		skip 'doctor: what the kernel lacks' 'strace can hide nothing'
	fi
fi
done_testing
