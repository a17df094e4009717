#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Descriptors: no program that is started finds one of the two programs', and no link is
# followed where others write.
. "$(dirname "$0")/lib.sh"

# What each program finds open.
mkdir "$T/bin" "$T/fds"
path=$PATH
wrap() {	# NAME PROGRAM
	printf '#!/bin/sh\nfind /proc/$$/fd -type l -fprintf "%s/fds/%s.$$" "%%f %%l\\n"\nPATH="%s"; exec "%s" "$@"\n' \
	    "$T" "$1" "$path" "$2" >"$T/bin/$1" && chmod 755 "$T/bin/$1"
}
wrap git "$(command -v git)"; wrap bd "$top/tests/agents/bd"; wrap worker "$O/libexec/worker"
cat >"$T/look" <<'E'
find /proc/$$/fd -type l -fprintf "$T/fds/$1.$$" '%f %l\n'
case $1 in
implementer) worker ask 'Which?' >"$ITEM_ID" ;;
reviewer) worker verdict approved ;;
policy) echo this ;;
esac
:
E
new_repo "$T/r" 3 && cd "$T/r" && mkdir -p .orchestrator .beads/test .beads/hooks || exit 1
echo '[]' >.beads/db.json; echo .beads >>.git/info/exclude
agent() { printf '"%s": { "command": "sh %s/look %s" }' "$1" "$T" "$1"; }
cat >.orchestrator/config.json <<S
{ "setup": [ "sh $T/look setup" ], "gates": [ "sh $T/look gate" ], "answers": { "command": "sh $T/look policy" }, "stop_grace": 1, "worktree": { "recycle": false },
  "agents": { $(agent implementer), $(agent reviewer) }, "roles": { "implementer": "implementer", "reviewer": "reviewer" } }
S
git add . && git commit -qm Settings
PATH=$top/tests/agents:$PATH
bd create --json First a >/dev/null
PATH=$T/bin:$PATH ORCHESTRATOR_WORKER=$T/bin/worker run timeout 60 orchestrator execute
is 'the work was done' "$status $(git show main:a)" '0 this'
for p in worker implementer reviewer setup gate policy git bd; do
	cat "$T/fds/$p".* >"$T/found"
	ok "$p was looked at" grep -q '^0 ' "$T/found"
	# but a script, which its shell has at 10 (dash) or 255 (bash), and git what its trace goes to
	trace=none; [ $p != git ] || trace='^3 /memfd:memory (deleted)$'
	is "$p finds three descriptors" "$(grep -v -e "$trace" -e '^[012] ' -e "^\(10\|255\) $T/\(bin/\|look\)" -e '^\(10\|255\) .*/bin/worker$' "$T/found")" ''
done

if strace -f -o /dev/null true 2>/dev/null; then
	bd create --json Second b >/dev/null
	calls=open,openat,openat2,creat,pipe,pipe2,dup,fcntl,signalfd,signalfd4,inotify_init,inotify_init1,socket,memfd_create,epoll_create1
	ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0" run timeout 100 \
	    strace -f -y -o "$T/trace" -e "trace=execve,close_range,setpriority,$calls" orchestrator execute
	is 'execute under strace merges' "$status $(git log -1 --format=%s)" '0 Merge b: Second'
	# The lines of the two programs, until each is another one.
	awk '/ execve\(/ { ours[$1] = / = 0$/ ? /"[^"]*\/(orchestrator|worker)", \[/ : ours[$1]; next } ours[$1]' "$T/trace" >"$T/ours"
	grep -E " (($(echo $calls | tr , '|'))\(|<\.\.\. pipe2)" "$T/ours" | grep -v -e 'fcntl(' -e 'inotify_init(' -e 'pipe2( <unf' -e '"/proc/self/\(maps\|cmdline\|environ\)"' >"$T/opened"
	ok 'what the two programs open is seen' test "$(wc -l <"$T/opened")" -gt 200
	is 'what the two programs open is closed by exec' "$(grep -v CLOEXEC "$T/opened" | sort | uniq -c)" ''
	is 'a process that deletes a worktree has kept nothing of the caller' \
	    "$(awk '/ close_range\(3,/ { closed[$1] = 1 } / setpriority\(/ { print closed[$1] }' "$T/trace")" 1
	is 'copies of descriptors are closed by exec' "$(grep 'fcntl(.*F_DUPFD,' "$T/ours")" ''
	is 'descriptors of inotify are closed by exec' \
	    "$(sed -n 's/^\([0-9]*\) *inotify_init() *= \([0-9]*\).*/\1 *fcntl(\2<.*F_SETFD, FD_CLOEXEC/p' "$T/ours" |
	    while read -r re; do grep -q "^$re" "$T/ours" || echo "$re"; done)" ''
	is 'in sessions and worktrees no link is followed' "$(sed -n 's/.*(\([A-Z_]*<\|[0-9]*<\)\([^>]*\)>, "\([^"]*\)", \(.*\)/\2 \3 \4/p' "$T/opened" |
	    awk '{ p = $2 ~ /^\// ? $2 : $1 "/" $2 } p ~ /\/(isolated-sessions|archive|\.worktrees)\/[^\/]+\// && !/O_NOFOLLOW|RESOLVE_NO_SYMLINKS/ { print p, $3 }' | sort | uniq -c)" ''
else
	skip 'all of it is closed by exec' 'no strace, or not allowed to'
fi
done_testing
