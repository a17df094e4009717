#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# After a crash: recover, and what was saved.
. "$(dirname "$0")/lib.sh"

new_repo "$T/r" && cd "$T/r" || exit 1
mkdir .orchestrator && echo '{ "review": "none", "stop_grace": 1 }' >.orchestrator/config.json
git add . && git commit -qm Settings
holder() { cut -d' ' -f2 "$(session_of "$1")/worker.lock"; }
dead() { orchestrator --json status "$1" | jq -e '.alive == false' || orchestrator status "$1" | grep -q dead; }
status_is() { [ "$(orchestrator --json status "$1" | jq -r .status)" = "$2" ]; }
crash() { kill -9 "$(holder "$1")"; wait_for 10 dead "$1"; }
outcome() { printf '%s' "$out" | jq -r --arg i "$1" '.sessions[] | select(.item == $i).outcome'; }
reason() { printf '%s' "$out" | jq -r --arg i "$1" '.sessions[] | select(.item == $i).reason'; }

run orchestrator recover
is 'without sessions there is nothing to recover' "$status $out" '0 nothing to recover'
run orchestrator salvage list
is 'without sessions nothing is saved' "$status $out" '0 nothing is saved'
run orchestrator salvage show nothing
is 'salvage show of an unknown session is an error' "$status" 66
like 'the error of salvage show for an unknown session says what to do' "$err" 'salvage list'

# One of each kind.
logged orchestrator dispatch --wait good -- sh -c 'echo good >good'
orchestrator dispatch works -- sh -c "echo \$\$ >>$T/runs; [ -e $T/go ] || exec cat $T/.never; echo works >works" >/dev/null
orchestrator dispatch asks -- sh -c 'worker ask Which? >asks' >/dev/null
orchestrator dispatch lives -- sh -c "cat $T/.never" >/dev/null
logged orchestrator dispatch --wait fails -- sh -c 'echo lost >kept; exit 3'
asked() { orchestrator --json questions | jq -e '.questions | length == 1'; }
wait_for 10 test -s "$T/runs"; wait_for 10 asked
crash works; crash asks
touch "$T/go"
run orchestrator --json recover
is 'recover exits with 1 when a session waits for a person' "$status" 1
is 'a worker that died is started again' "$(outcome works)" resumed
is 'a worker that died while it waited for an answer is started again' "$(outcome asks)" resumed
is 'a worker that lives goes on' "$(outcome lives)" 'goes on'
is 'an approved session is left for the merge' "$(outcome good)" approved
is 'a failed session waits for a person' "$(outcome fails)" 'waits for you'
like 'recover gives the reason of a failed session, and what to do' "$(reason fails)" 'failed.*orchestrator adopt session-fails-[a-z0-9]* has the unreviewed changes reviewed'
ok 'the agent of a session that recover resumed begins again and ends' wait_for 20 status_is works approved
is 'the agent of a session that recover resumed has run twice' "$(wc -l <"$T/runs")" 2
wait_for 20 asked
q=$(orchestrator --json questions | jq -r '.questions[0].id')
ok 'a question is open once after recover' test "$(orchestrator --json questions | jq '.questions | length')" = 1
ok 'a question can be answered after recover' orchestrator answer asks "$q" this
ok 'the answer to a question is heard after recover' wait_for 20 status_is asks approved
run orchestrator recover
is 'a second recover starts nothing again' "$(printf '%s\n' "$out" | grep -c 'resumed\|started')" 0
for i in good works asks; do
	ok "$i is merged after recover" orchestrator merge $i
done
is 'the merge after recover has what was answered' "$(git show main:asks)" this
orchestrator cancel lives >/dev/null

# A merge that was killed in the middle.
strace -f -o /dev/null true 2>/dev/null && {
	logged orchestrator dispatch --wait half -- sh -c 'echo half >half'
	strace -f -o "$T/trace" -e trace=execve -e inject=execve:signal=KILL:when=6 orchestrator merge half >/dev/null 2>&1
	strace -o "$T/trace" -e trace=fsync -e inject=fsync:signal=KILL:when=1 orchestrator merge half >/dev/null 2>&1
	orchestrator recover >/dev/null 2>&1
	orchestrator merge >/dev/null 2>&1
	is 'a merge that was killed is completed, once' "$(git log --format=%s main | grep -c '^Merge half')" 1
}

# A worker that dies over and over.
orchestrator dispatch dies -- sh -c "echo run >>$T/dies; cat $T/.never" >/dev/null
has_run() { [ "$(wc -l <"$T/dies")" = "$1" ]; }
for n in 1 2 3; do
	wait_for 10 has_run $n
	crash dies
	run orchestrator --json recover
	is "a worker that died $n times is started again" "$(outcome dies)" resumed
done
wait_for 10 has_run 4
crash dies
run orchestrator --json recover
is 'a worker that dies again and again is not started for ever' "$(outcome dies)" 'waits for you'
ok 'a session whose worker died too often has failed' status_is dies failed

# What is saved.
echo ignored >>.git/info/exclude
orchestrator dispatch saved -- sh -c "echo old >d1/file1; echo new >new; printf '\\033[31mred\\n' >'-x'; echo i >ignored; echo \$\$ >$T/agent; exec cat $T/.never" >/dev/null
wait_for 10 test -s "$T/agent"
ok 'a session is cancelled' orchestrator cancel saved
s=$(basename "$(session_of saved)")
run orchestrator --json salvage list
is 'salvage list --json has the work of a cancelled session' \
    "$(printf '%s' "$out" | jq -r --arg s "$s" '.salvaged[] | select(.session == $s) | "\(.item) \(.files)"')" 'saved 3'
is 'the work of a cancelled session stays where it is' "$(git -C .worktrees/saved status --short | tr -d '\n')" ' M d1/file1?? -x?? new'
commit=$(git rev-parse "refs/salvage/$s")
orchestrator cleanup >/dev/null 2>&1
is 'cleanup does not save the work of a cancelled session twice' "$(git rev-parse "refs/salvage/$s")" "$commit"
like 'salvage list shows the work of a cancelled session' "$(orchestrator salvage list)" "^$s .* 3 files on "
run orchestrator salvage show saved
is 'salvage show takes the item' "$status" 0
like 'salvage show shows the difference' "$out" '^\+old$'
is 'salvage show prints no characters that a terminal obeys' "$(printf '%s' "$out" | grep -c "$(printf '\033')")" 0
is 'salvage show --json has the paths' \
    "$(orchestrator --json salvage show "$s" | jq -r '[.files[] | .status + .path] | join(" ")')" 'A-x Md1/file1 Anew'
run orchestrator salvage restore "$s"
is 'salvage restore succeeds' "$status" 0
is 'salvage restore makes a worktree with what was there, and nothing that was ignored' \
    "$(cd ".worktrees/$s" && cat d1/file1 new && ls -d ./-x ignored 2>/dev/null)" "$(printf 'old\nnew\n./-x')"
is 'the worktree of salvage restore is clean' "$(git -C ".worktrees/$s" status --porcelain)" ''
is 'the worktree of salvage restore is on a branch of its own' "$(git -C ".worktrees/$s" symbolic-ref HEAD)" "refs/heads/salvage/$s"
run orchestrator salvage restore "$s"
is 'salvage restore is not made over something' "$status" 73
ok 'git takes the worktree of salvage restore away again' git worktree remove ".worktrees/$s"
is 'what was restored stays saved' "$(git show "refs/salvage/$s:new")" new
# A person is in the worktree.
logged orchestrator dispatch --wait inside -- sh -c 'echo inside >inside'
(cd .worktrees/inside && exec cat "$T/.never") & p=$!
in_it() { [ "$(readlink "/proc/$p/cwd")" = "$PWD/.worktrees/inside" ] && [ "$(cat "/proc/$p/comm")" = cat ]; }
wait_for 10 in_it
run orchestrator merge inside
is 'a merge does not wait for a process in the worktree' "$status $(git show main:inside)" '0 inside'
like 'a merge keeps a worktree that a process uses' "$err" "keeping .*\.worktrees/inside: process $p \(cat\) is using it"
ok 'a merge keeps the branch of a worktree that a process uses' git -C .worktrees/inside rev-parse --verify -q session/inside/1
is 'a worktree that a merge kept is a worktree as git knows it' "$(git -C .worktrees/inside status --porcelain)" ''
run orchestrator cleanup
like 'cleanup keeps a worktree that a process uses' "$err" "process $p "
kill $p; wait $p 2>/dev/null
run orchestrator cleanup
ok 'cleanup removes the worktree once no process uses it' not test -e .worktrees/inside
ok 'cleanup removes the branch of the worktree once no process uses it' not git rev-parse --verify -q session/inside/1
# What git can't save is kept beside.
logged orchestrator dispatch --wait nest -- sh -c 'mkdir deep; for i in app deep/app; do git init -q $i; echo $i >$i/file; git -C $i add .; git -C $i commit -qm App; done; exit 3'
S=$(basename "$(session_of nest)")
run orchestrator retry nest
is 'retry keeps repositories that an agent has made in the worktree' \
    "$status $(cd ".worktrees/.left-$S" && wait_for 10 test -e 2-app/.git && cat 1-app/file 2-app/file | paste -sd,)" '0 app,deep/app'
logged orchestrator cancel nest
logged orchestrator dispatch --wait nest-by-hand -- sh -c 'echo work >work'
git init -q .worktrees/nest-by-hand/lib && echo hand >.worktrees/nest-by-hand/lib/file
S=$(basename "$(session_of nest-by-hand)")
run orchestrator merge nest-by-hand
is 'a repository that was made in the worktree is not merged past' "$status" 1
run orchestrator merge --approved nest-by-hand
is 'merge --approved keeps a repository that was made in the worktree' \
    "$status $(wait_for 10 test -e ".worktrees/.left-$S/1-lib/.git" && cat ".worktrees/.left-$S/1-lib/file")" '0 hand'
# A power loss has left the record of a merge, without the commit; tests/fault/locks.sh has the locks.
logged orchestrator dispatch --wait cut -- sh -c 'echo cut >cut'
f=$(session_of cut)/state.json
jq --arg o "$(git rev-parse main)" --arg d "$PWD" '.merging = { target: "refs/heads/main", old: $o,
    new: "0123456789012345678901234567890123456789", checkouts: [$d] }' "$f" >"$T/state.json" && cp "$T/state.json" "$f"
run orchestrator merge cut
is 'a session is merged whose record names a merge that was never made' "$status $(git show main:cut)" '0 cut'
is 'a merge after one that was never made reaches the checkout' "$(cat cut) $(git status --porcelain)" 'cut '

# And one has left but a part of the directory that our git works in.
safe=$(echo "$ORCHESTRATOR_HOME"/workspaces/*/safe.git)
for part in refs objects HEAD config zeros; do
	case $part in zeros) head -c 21 /dev/zero >"$safe/HEAD" ;; *) rm -rf "${safe:?}/$part" ;; esac
	run orchestrator dispatch "part-$part" -- true
	is "the git directory for dispatch is made again without $part" "$status" 0
done
done_testing
