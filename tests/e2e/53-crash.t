#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2046,SC2086 # lists of words
# SIGKILL at system calls picked at random, and the next run: nothing lost, nothing twice.
# SEED=N repeats a run, POINTS=N sets how many kills each program gets.
. "$(dirname "$0")/lib.sh"
strace -f -o /dev/null true 2>/dev/null || skip_all 'no strace, or not allowed to'
export ASAN_OPTIONS=detect_leaks=0	# it does not work for those that are traced
read -r pid _ </proc/self/stat
: "${SEED:=$pid}" "${POINTS:=10}"
echo "# SEED=$SEED POINTS=$POINTS"

next() { SEED=$(((SEED * 1103515245 + 12345) % 2147483648)); pick=$((SEED / 65536 % $1 + 1)); }	# 1..N
status_is() { [ "$(orchestrator --json status "$1" | jq -r .status)" = "$2" ]; }
question() { orchestrator --json questions | jq -er --arg i "$1" '[.questions[] | select(.item == $i)][0].id'; }
left() {	# what must not be there in the end; claims/.tmp-* may (orchestrator-session.5), for an hour
	git worktree list --porcelain | grep '^worktree ' | tail -n +2
	git for-each-ref --format='%(refname)' refs/heads/session
	find .worktrees -mindepth 1 -maxdepth 2 ! -path .worktrees/.pool ! -path '.worktrees/.pool/[0-9]*'
	ls "$ORCHESTRATOR_HOME"/workspaces/*/claims
	find "$ORCHESTRATOR_HOME" .git . -maxdepth 5 \( -name '.new-*' -o -name '.tmp-*' ! -path '*/claims/*' -o -name '*.lock' ! -name orchestrator.lock ! -name worker.lock ! -name merge.lock \)
	find "$ORCHESTRATOR_HOME" -path '*isolated-sessions/*' -prune -print
	git status --porcelain
}
nobody() { ! grep -qsz "^SESSION_ID=" $(grep -lszxF "ORCHESTRATOR_HOME=$ORCHESTRATOR_HOME" /proc/[0-9]*/environ) /dev/null; }

# kill_at COMMAND...: with SIGKILL at a random call of those in $points ("name count" a line).
calls='rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,fsync,fdatasync,syncfs,write,openat,fcntl,close,execve,vfork,clone,clone3,wait4,symlink,symlinkat,rmdir,pwrite64'
baseline() {	# FILE COMMAND...: counts them
	_f=$1; shift
	strace -o "$T/trace" -e "trace=$calls" "$@" >/dev/null 2>&1
	sed -n 's/^\([a-z0-9_]*\)(.*/\1/p' "$T/trace" | sort | uniq -c | awk '{ print $2, $1 }' >"$_f"
}
kill_at() {	# FILE COMMAND...
	_f=$1; shift
	next "$(awk '{ n += $2 } END { print n }' "$_f")"
	point=$(awk -v k="$pick" '{ if (k <= $2) { print $1, k; exit } k -= $2 }' "$_f")
	run timeout 60 strace -o "$T/trace" -e "trace=${point% *}" -e "inject=${point% *}:signal=KILL:when=${point#* }" "$@"
}

# The world: items that are approved, and one that waits.
world() {	# NAME
	R=$T/$1; export ORCHESTRATOR_HOME="$T/state-$1"
	new_repo "$R" && cd "$R" || exit 1
	mkdir .orchestrator && echo '{ "review": "gates", "stop_grace": 1, "gates": [ "true" ] }' >.orchestrator/config.json
	git add . && git commit -qm Settings
}
approved() {	# ITEM
	orchestrator dispatch --wait "$1" -- sh -c "echo $1 >$1; echo $1 >>d1/file1.$1" >"$T/out" 2>&1 || diag <"$T/out"
}
check() {	# SENTENCE ITEM...
	_s=$1; shift
	for _i; do
		[ "$(git log --format=%s main | grep -c "^Merge $_i: ")" = 1 ] || echo "$_i: $(git log --format=%s main | grep -c "^Merge $_i: ") merges"
		[ "$(git show "main:$_i")" = "$_i" ] || echo "$_i: lost"
	done >"$T/wrong"
	git fsck --strict --no-dangling >>"$T/wrong" 2>&1 || echo 'fsck' >>"$T/wrong"
	wait_for 10 nobody || echo 'a process is left' >>"$T/wrong"
	_left() { [ -z "$(left)" ]; }
	wait_for 5 _left || left >>"$T/wrong"	# trees are removed in the background
	is "$_s" "$(cat "$T/wrong")" ''
}

# merge and execute
for c in merge execute; do
	world $c
	approved base-$c
	baseline "$T/points.$c" orchestrator $c
	n=0 items=base-$c killed=0
	while [ $n -lt "$POINTS" ]; do
		n=$((n + 1)); approved "$c-$n"; items="$items $c-$n"
		old=$(git rev-parse main)
		kill_at "$T/points.$c" orchestrator $c
		[ "$status" = 137 ] && killed=$((killed + 1))
		ok "$c, killed at $point: the target is at the former or the merged commit" \
		    sh -c "[ \$(git rev-list --count --first-parent $old..main) -le 1 ] && git fsck --connectivity-only main"
		[ $((n % 2)) = 0 ] && echo "user $n" >"user$n" && git add "user$n" 2>/dev/null && git commit -qm "User $n" -- "user$n" 2>/dev/null
		run timeout 60 orchestrator $c
		is "$c, killed at $point: the next run succeeds" "$status" 0
	done
	git add -A; git diff --cached --quiet || git commit -qm 'Rest of the user'
	run timeout 60 orchestrator cleanup
	check "$c, killed $killed times of $n: each item is merged once, and nothing is left" $items
done

# dispatch
world dispatch
baseline "$T/points.dispatch" orchestrator dispatch --now first -- sh -c 'echo first >first'
n=0 items=first killed=0
while [ $n -lt "$POINTS" ]; do
	n=$((n + 1)); i=dispatch-$n; items="$items dispatch-$n"
	kill_at "$T/points.dispatch" orchestrator dispatch --now "$i" -- sh -c "echo $i >$i"
	[ "$status" = 137 ] && killed=$((killed + 1))
	run orchestrator dispatch --now "$i" -- sh -c "echo $i >$i"
	ok "dispatch, killed at $point: the next one makes the session, or there is one" test "$status" = 0 -o "$status" = 73
done
run timeout 60 orchestrator execute
is 'execute brings all to their end' "$status" 0
orchestrator cleanup >/dev/null 2>&1
check "dispatch, killed $killed times of $n: each item is merged once, and nothing is left" $items

# answer
world answer
n=0 items='' killed=0
while [ $n -lt "$POINTS" ]; do
	n=$((n + 1)); i=answer-$n items="$items $i"
	orchestrator dispatch "$i" -- sh -c "worker ask Which? >>$T/got.$i; echo $i >$i" >/dev/null
	wait_for 10 question "$i"; q=$(question "$i")
	if [ $n = 1 ]; then baseline "$T/points.answer" orchestrator answer "$i" "$q" "text 1"; continue; fi
	kill_at "$T/points.answer" orchestrator answer "$i" "$q" "text $n"
	[ "$status" = 137 ] && killed=$((killed + 1))
	run orchestrator answer "$i" "$q" "text $n"
	ok "answer, killed at $point: the next one counts, or the first did" test "$status" = 0 -o "$status" = 65
done
run timeout 60 orchestrator execute
is 'execute brings those to their end, too' "$status" 0
n=0; for i in $items; do n=$((n + 1)); [ "$(cat "$T/got.$i")" = "text $n" ] || echo "$i: $(cat "$T/got.$i")"; done >"$T/wrong"
is 'each agent has got its answer, once' "$(cat "$T/wrong")" ''
check "answer, killed $killed times: nothing is left" $items

# execute with a question, a policy and a merge, killed anywhere, and all its children.
world all
jq '.answers = { rules: [ { match: ".", answer: "ruled" } ] }' .orchestrator/config.json >"$T/c" && mv "$T/c" .orchestrator/config.json && git commit -qam Policy
n=0 items='' killed=0
while [ $n -lt "$POINTS" ]; do
	n=$((n + 1)); i=all-$n items="$items $i"
	orchestrator dispatch "$i" -- sh -c "worker ask Which? >>$T/got.$i; echo $i >$i" >/dev/null
	[ $n = 1 ] && cp "$T/points.execute" "$T/points.all"
	kill_at "$T/points.all" -f orchestrator execute
	[ "$status" = 0 ] || killed=$((killed + 1))
	run timeout 60 orchestrator execute
	is "all of execute, killed at $point: the next one succeeds" "$status" 0
	is "all of execute, killed at $point: the answer came once" "$(cat "$T/got.$i")" ruled
done
orchestrator cleanup >/dev/null 2>&1
check "all of execute, killed $killed times of $n: each item is merged once, and nothing is left" $items

# Worktrees that are recycled: any process of dispatch (the worker) and of merge (what comes after it) is killed.
world pool
echo '*.o' >.gitignore; git add .; git commit -qm Ignored
kill_some() {	# COMMAND...
	next 8; call=$(echo 'renameat2 unlinkat renameat2 statx llistxattr umask vfork readlinkat' | cut -d' ' -f"$pick")	# not git's
	next "$(case $call in renameat2) echo 5;; umask) echo 3;; *) echo 30;; esac)"; point="$call $pick"
	run timeout 60 strace -f -o "$T/trace" -e "trace=$call" -e "inject=$call:signal=KILL:when=$pick" "$@"
	grep -q 'killed by SIGKILL' "$T/trace" && killed=$((killed + 1))
}
files() { find . -name .git -prune -o -name .worktrees -prune -o \( -type f -o -type l \) -print0 | sort -z | xargs -0 sha256sum; }
agent="test -e $T/tree.\$ITEM_ID || { $(command -v git) status --porcelain --ignored; find . -name .git -prune -o \\( -type f -o -type l \\) -print0 | sort -z |
    xargs -0 sha256sum; } >$T/tmp.\$ITEM_ID; mv -n $T/tmp.\$ITEM_ID $T/tree.\$ITEM_ID; echo x >junk.o; echo \$ITEM_ID >\$ITEM_ID"
n=0 items='' killed=0
while [ $n -lt $((POINTS * 3)) ]; do
	n=$((n + 1)); i=pool-$n items="$items $i"
	files >"$T/files.$i"
	if [ $((n % 2)) = 0 ]; then kill_some orchestrator dispatch --wait "$i" -- sh -c "$agent"; fi
	wait_for 10 nobody
	[ "$(session_of "$i")" ] || orchestrator dispatch --wait "$i" -- sh -c "$agent" >/dev/null 2>&1
	S=$(session_of "$i"); [ "$(jq -r .status "$S/state.json")" = approved ] || timeout 60 worker run "$S" >/dev/null 2>&1
	if [ "$(jq -r .reason "$S/state.json")" = agent-error ]; then	# it was the agent that was killed
		orchestrator retry "$i" >/dev/null; wait_for 30 status_is "$i" approved
		git branch -q -D "session/$i/1"	# a failed attempt's branch is a person's to remove
	fi
	if [ $((n % 2)) = 1 ]; then kill_some orchestrator merge "$i"; fi
	timeout 60 orchestrator merge "$i" >/dev/null 2>&1
	diff "$T/files.$i" "$T/tree.$i" >"$T/diff" || { echo "$i, $point:"; cat "$T/diff"; }
	[ $((n % 7)) = 0 ] && logged orchestrator cleanup
done >"$T/wrong"
is "dispatch and merge, killed $killed times of $n: each worktree is the target, whole and clean" "$(cat "$T/wrong")" ''
orchestrator cleanup >/dev/null 2>&1
check "dispatch and merge, killed $killed times of $n: each item is merged once, and nothing is left" $items

# A worker.
world worker
orchestrator dispatch dead -- sh -c "echo work >f; exec cat $T/.never" >/dev/null
wait_for 10 test -s .worktrees/dead/f
orchestrator execute >"$T/execute.log" 2>&1 & execute=$!
wait_for 10 grep -q ': running' "$T/execute.log"
S=$(session_of dead); h=$(cut -d' ' -f2 "$S/worker.lock")
then=$(date +%s%3N); kill -9 "$h"
wait $execute
is 'execute ends with 1 when a worker was killed' $? 1
is 'a session whose worker was killed has failed (died)' "$(jq -r '.status + " " + .reason' "$S/state.json")" 'failed died'
ms=$(($(date -d "$(jq -r .ended_at "$S/state.json")" +%s%3N) - then))
echo "# declared $ms ms after the kill"
ok 'a killed worker is declared in less than a second' test "$ms" -lt 1000 -a "$ms" -ge 0
ok 'the agent of a killed worker is gone' wait_for 5 nobody
logged orchestrator cleanup
is 'the work of a killed worker is saved by cleanup' "$(git show "refs/salvage/$(basename "$S"):f")" work
done_testing
