#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What would make git wait for ever in a worktree, and a git that waits all the same.
CONFINE=off
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"
cd "$T" || exit 1

# Whatever is made in the first run is named, and gone in the second.
cat >"$T/socket" <<'E'
import socket, sys
socket.socket(socket.AF_UNIX).bind(sys.argv[1])
E
n=0
odd() {	# KIND NAME MAKE [UNDO]
	n=$((n + 1))
	role implementer <<E
say prompt "\$prompt"; echo work >work; mkdir -p sub
if [ -e "$T/done.$n" ]; then ${4:-rm -rf "$2"}; else : >"$T/done.$n"; $3; fi
E
	session "odd$n"
	work
	is "$1 is given back, and then the work is taken" "$status $(git -C "$W" show HEAD:work)" '0 work'
	like 'the implementer is told where it is, and to remove it' "$(said prompt)" "(^|[ ,])$2[ :].*remove"
}
odd 'a named pipe .gitignore' .gitignore 'mkfifo .gitignore'
odd 'one in a directory' sub/.gitignore 'mkfifo sub/.gitignore'
odd 'a named pipe .gitattributes' sub/.gitattributes 'mkfifo sub/.gitattributes'
odd 'a named pipe .mailmap' .mailmap 'mkfifo .mailmap'
odd '.gitignore as a socket' .gitignore "python3 $T/socket .gitignore"
odd 'a sparse .gitignore' .gitignore 'truncate -s 3G .gitignore'
odd 'a .gitignore of two megabytes' .gitignore 'head -c 2000000 /dev/zero | tr "\\0" "\\n" >.gitignore'
odd 'a nested HEAD that is a pipe' x/.git/HEAD 'git init -q x; rm x/.git/HEAD; mkfifo x/.git/HEAD' 'rm -rf x'
odd 'a nested configuration that is one' x/.git/config 'git init -q x; rm x/.git/config; mkfifo x/.git/config' 'rm -rf x'
odd 'a nested reference that leads to a device' x/.git/refs/heads/y 'git init -q x; ln -s /dev/zero x/.git/refs/heads/y' 'rm -rf x'
odd 'a link to such a directory' x/.git "mkdir -p x $T/far/refs $T/far/objects; mkfifo $T/far/HEAD; ln -s $T/far x/.git" 'rm -rf x'
odd 'a file that names it' y/.git "mkdir -p y; echo gitdir: $T/far >y/.git" 'rm -rf y'
odd 'a sparse file of 40 GB' sub/huge 'truncate -s 40G sub/huge'
odd 'one of 100 MB' sub/huge 'truncate -s 100M sub/huge'
odd 'a file that became one' d1/file1 'truncate -s 40G d1/file1' 'git checkout -q d1/file1'
odd 'one that was committed before' d1/file1 'echo y >>d1/file1; git commit -qam y; truncate -s 40G d1/file1' 'git checkout -q d1/file1'
odd 'a pipe that git would leave out' sub/pipe 'mkfifo sub/pipe'
odd 'a file that became a pipe' d1/file1 'rm d1/file1; mkfifo d1/file1' 'rm d1/file1; git checkout -q d1/file1'
role implementer <<'E'
echo work >work; mkdir -p tmp; echo '/tmp/' >.gitignore; mkfifo tmp/pipe; truncate -s 40G tmp/huge
E
session ignored
work
is 'what git ignores is nobody'\''s business' "$status $(git -C "$W" ls-tree -r --name-only HEAD | tr '\n' ' ')" '0 .gitignore d1/file1 d2/file2 d3/file3 work '
role implementer <<'E'
echo work >work; [ -p .gitignore ] || mkfifo .gitignore
E
session stays
work
is 'a session fails when the named pipe stays' "$status,$(st '.status + "," + .reason')" 1,failed,import
like 'the detail of a session in which a named pipe stays names it' "$(st .detail)" '^\.gitignore is a named pipe'

if [ "$(id -u)" = 0 ]; then
	role implementer <<'E'
echo work >work; printf '#!/bin/sh\n' >prog; chmod 6755 prog; cp prog capable
python3 -c 'import os; os.setxattr("capable", "security.capability", bytes.fromhex("0100000201000000000000000000000000000000"))'
E
	session privileges
	work
	is 'bits that give privileges are taken from files when the worker is root' "$status $(stat -c %a "$W/prog")" '0 755'
	is 'capabilities are taken from files when the worker is root' \
	    "$(python3 -c 'import os, sys; print(os.listxattr(sys.argv[1]))' "$W/capable")" '[]'
else
	skip 'bits that give privileges are taken from files when the worker is root' 'not root'
fi

# A git that waits all the same, whatever for: that of $T/slow/on.  It minds no SIGTERM where $T/deaf is.
no_roles
real=$(command -v git)
mkdir "$T/slow" && cat >"$T/slow/git" <<E
#!/bin/sh
for a; do if [ -e "$T/slow/on" ] && [ "\$a" = "\$(cat "$T/slow/on")" ]; then
	[ ! -e "$T/deaf" ] || trap '' TERM
	echo \$\$ >>"$T/slow/pid"; while read -r x <"$T/.never"; do :; done; exit 1
fi; done
exec $real "\$@"
E
chmod +x "$T/slow/git"
waits() { wait_for 20 test -s "$T/slow/pid"; }
slow() { rm -f "$T/slow/pid"; echo "${1:-ls-files}" >"$T/slow/on"; }
fast() { rm -f "$T/slow/on"; }
left() { while read -r p; do gone "$p" || echo "$p"; done <"$T/slow/pid"; }
none_left() { [ -z "$(left)" ]; }
PATH=$T/slow:$PATH
role implementer <<'E'
echo work >work
E
session signal
slow; start; waits
kill -TERM "$pid"; stop
is 'a worker that waits for git ends at SIGTERM' "$status $(st .status)" '143 running'
is 'a worker that ends at SIGTERM leaves no git' "$(left)" ''
fast; work
is 'a session whose worker waited for git and ended at SIGTERM goes on' "$status $(st .status)" '0 approved'
: >"$T/deaf"
session deaf
slow; start; waits
kill -TERM "$pid"; stop
is 'a git that minds no SIGTERM is killed' "$status $(left)" '143 '
rm "$T/deaf"
session cancel
slow; start; waits
: >"$S/cancel"
ok 'a worker that waits for git hears of a request to cancel' wait_for 5 gone "$pid"
stop
is 'a session whose worker waits for git is cancelled' "$status $(st '.status + " " + .reason')" '1 cancelled cancelled'
is 'a worker that waits for git and is cancelled leaves no git' "$(left)" ''
fast
role implementer <<'E'
[ -e mine ] || { echo mine >mine; git add mine; git commit -qm Mine; point made; hang; }
E
session sound
start; at made; kill -9 "$pid"; stop
slow rev-list; start; waits
kill -TERM "$pid"; stop
is 'a worker that can not tell whether commits are whole ends at SIGTERM' "$status" 143
fast; work
is 'commits that the worker could not check stay on the branch' \
    "$status $(git -C "$R" log --format=%s "session/sound/1" | tr '\n' ' ')" '0 Mine First commit '

# The commands of the orchestrator, on what an agent has left.
PATH=${PATH#*:}
new_repo "$T/app" && cd "$T/app" || exit 1
cat >"$T/agent" <<'E'
cat >/dev/null; echo work >work; mkfifo .gitignore .mailmap; rm d1/file1; mkfifo d1/file1; truncate -s 40G huge; git init -q x; rm x/.git/HEAD; mkfifo x/.git/HEAD
: >"$T/made.$ITEM_ID"; [ "$ITEM_ID" = full ] || read -r x <"$T/.never"
E
mkdir .orchestrator && cat >.orchestrator/config.json <<E
{ "review": "none", "stop_grace": 1, "gate_tries": 0, "agents": { "sh": { "command": "sh $T/agent" } }, "roles": { "implementer": "sh" } }
E
git add . && git commit -qm Settings
saved() { git ls-tree -r --name-only "refs/salvage/$(basename "$(session_of "$1")")" | tr '\n' ' '; }
orchestrator dispatch one >/dev/null && wait_for 20 test -e "$T/made.one"
run timeout 30 orchestrator cancel one
is 'cancel ends when a worktree has a named pipe and a huge file' "$status" 0
is 'root alone can enter the directory of worktrees that it has made' "$(stat -c %a .worktrees)" "$(if [ "$(id -u)" = 0 ]; then echo 700; else stat -c %a "$T/app"; fi)"
is 'cancel saves what can be saved' "$(saved one)" '.orchestrator/config.json d1/file1 work '
like "cancel names the file that can't be saved" "$err" '/huge can.t be saved and is left out'
like 'what git would wait for is gone' "$err" '/\.gitignore was a named pipe that git would read: removed'
run timeout 30 git -C .worktrees/one status --porcelain
is 'git of the user does not wait there either' "$status" 0
mkfifo .worktrees/one/.gitignore
rm -f "$T/made.one"
run timeout 30 orchestrator retry one
is 'retry ends when a worktree has a named pipe' "$status" 0
wait_for 20 test -e "$T/made.one"
timeout 30 orchestrator cancel one >/dev/null 2>&1
mkfifo .worktrees/one/.gitignore
run timeout 30 orchestrator cleanup
is 'cleanup ends when a worktree has a named pipe' "$status" 0
orchestrator tasks create list --task "full: Something" >/dev/null
run timeout 60 orchestrator execute list
is 'execute ends when a worktree has a named pipe' "$(field state.json '.status + " " + .reason' full)" 'failed import'

# They end at a signal while they wait for git, with it.
PATH=$T/slow:$PATH
for command in cancel retry cleanup; do
	fast; rm -f "$T/made.$command"
	orchestrator dispatch --title "$command" "$command" >/dev/null && wait_for 20 test -e "$T/made.$command"
	[ $command = cancel ] || timeout 30 orchestrator cancel $command >/dev/null 2>&1
	slow
	case $command in
	cleanup) orchestrator cleanup ;;
	*) orchestrator $command $command ;;
	esac >"$T/$command.out" 2>&1 & pid=$!
	waits; kill -TERM $pid; stop
	is "$command ends at SIGTERM" "$status" 143
	ok "$command that SIGTERM ended leaves no git behind" wait_for 5 none_left
done
fast
done_testing
