#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Where clean trees come from and go to: the pool, sessions that are not merged, kills, merges in a row.
# shellcheck disable=SC2016 # scripts
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/clean.sh"
cd "$T" || exit 1

# The pool.
world pool
script x-p.setup <<'E'
say left "$(cat deps/* own/* 2>/dev/null | tr '\n' ' ')"; mkdir -p deps; echo "setup of $ITEM_ID" >>deps/setup
E
script x-p.gate <<'E'
echo "gate of $ITEM_ID" >>deps/gate; mkdir -p own; echo '*' >own/.gitignore; echo "gate of $ITEM_ID" >own/x; echo x >untracked
E
script x-p.implementer <<'E'
echo "implementer of $ITEM_ID" >deps/implementer; echo "implementer of $ITEM_ID" >x.o; echo "$ITEM_ID" >"$ITEM_ID"
E
pool_item() { for _f in setup gate implementer; do [ -e "$HOME/s/$1.$_f" ] || cp "$HOME/s/x-p.$_f" "$HOME/s/$1.$_f"; done; dispatch "$1"; }
in_pool() { wait_for 20 settled; (cd .worktrees/.pool && find . -path ./\*/tree/\* -type f -name "$1" -exec cat {} + | sort -u | tr '\n' ' '); }
settings
pool_item x-p1
is 'the clean tree of an approved session waits for its merge' "$(ended) $(clean_trees)" 'approved  1'
run orchestrator merge x-p1
is 'no ignored file is kept in the pool by default' "$status $(wait_for 20 settled; find .worktrees/.pool -path '*/tree/*' -type f ! -name .git -printf '%f\n' |
    sort -u | tr '\n' ' ')" '0 .gitignore Makefile a b empty file x-p1 '
settings '.worktree.keep_ignored = true'
pool_item x-p2
run orchestrator merge x-p2
is 'a clean tree is kept with what setup and gates made there, where the settings say so' "$(in_pool setup)$(in_pool gate)" 'setup of x-p2 gate of x-p2 '
is 'ignored files of the implementer are never kept' "$(in_pool implementer)$(in_pool '*.o')" ''
is 'what another ignore file than the target'\''s hides is not kept' "$(in_pool x)" ''
pool_item x-p3
is 'setup in a clean tree out of the pool finds what ran there on the merged commit' "$(said left | tail -n 1)" 'gate of x-p2 setup of x-p2 '
is 'setup in the implementer'\''s worktree finds nothing of it' "$(said left | head -n 1)" ''
# A worker that has said it is approved and has not left yet.
python3 -c 'import fcntl, os, sys
f = open(sys.argv[1] + "/worker.lock", "r+"); fcntl.lockf(f, fcntl.LOCK_EX); f.write("worker %d\n" % os.getpid()); f.flush()
open(sys.argv[2], "w").close(); open(sys.argv[3]).read(1)' "$S" "$T/held" "$T/out/never" 8>&- & holder=$!
wait_for 20 test -e "$T/held"
orchestrator merge x-p3 >"$T/merged" 2>&1 & merge=$!
waits() { gone "$merge" || find "/proc/$merge/fd" -lname '*pidfd*' 2>/dev/null | grep -q .; }
wait_for 20 waits; kill "$holder"; wait "$holder" 2>/dev/null
status=0; wait "$merge" || status=$?
is 'a merge waits for a worker that is about to leave' "$status $(sed -n 's/ as .*//p' "$T/merged")" "0 ${S##*/}: merged"
other_record() {	# ITEM SED: approved; merged when the record of its clean tree is another one
	pool_item "$1"
	sed -i "$2" .worktrees/.pool/.clean-"${S##*/}"/made
	orchestrator merge "$1" >"$T/merged" 2>&1; wait_for 20 settled "$1"
	find .worktrees/.pool -path '*/tree/deps/gate' -exec grep -q "$1" {} \; -print
}
is 'a clean tree whose record names another commit is not kept' "$(other_record x-o1 "1s/.*/$(git rev-parse main~1)/")" ''
is 'a clean tree that was made before the machine was started is not kept' "$(other_record x-o2 '2s/^./_/')" ''
# What is ignored for the target may be part of a commit, or not be ignored there any more.
refill() { pool_item "$1"; orchestrator merge "$1" >"$T/merged" 2>&1; wait_for 20 settled "$1"; find .worktrees/.pool -path '*/[0-9]*/tree/deps/gate' | wc -l; }
is 'a tree with products is in the pool for a commit that has a file of that name' "$(refill x-p4)" 1
echo 'mkdir -p deps; echo mine >deps/gate; git add -f deps/gate; git commit -qm Forced' >"$HOME/s/x-force.implementer"
echo 'say left "$(cat deps/gate)"; say git "$(git status --porcelain)"' | tee "$HOME/s/x-force.gate" >"$HOME/s/x-unignore.gate"
echo : | tee "$HOME/s/x-force.setup" "$HOME/s/x-tracked.setup" >"$HOME/s/x-unignore.setup"
pool_item x-force
is 'a file of the commit is the commit'\''s in a clean tree that had an ignored one of that name' "$(ended) $(said left) $(said git)" 'approved  mine '
is 'a tree with products is in the pool for a commit that ignores them no more' "$(refill x-p5)" 1
echo 'echo "*.o" >.gitignore' >"$HOME/s/x-unignore.implementer"
pool_item x-unignore
is 'what the commit does not ignore any more is gone from a clean tree out of the pool' "$(ended) $(said left)$(said git)" 'approved  '
is 'a tree with products is in the pool for a target that begins to track one of them' "$(refill x-p6)" 1
mkdir -p deps && echo tracked >deps/setup && git add -f deps/setup && git commit -qm 'Of a user'
echo 'say left "$(cat deps/setup)"; say git "$(git status --porcelain)"' >"$HOME/s/x-tracked.gate"
echo 'echo x >new' >"$HOME/s/x-tracked.implementer"
pool_item x-tracked
is 'a file that the target has begun to track is the target'\''s in a clean tree out of the pool' "$(ended) $(said left)$(said git)" 'approved  tracked'
for i in x-force x-unignore x-tracked; do orchestrator cancel --yes "$i"; done >/dev/null 2>&1
is 'an approved session that is cancelled has no clean tree any more' "$(clean_trees)" 0
orchestrator cleanup >/dev/null
is 'after cleanup nothing is left of any clean tree' "$(ls -A .worktrees/.pool 2>&1)" "ls: cannot access '.worktrees/.pool': No such file or directory"

# Sessions that are not merged.
echo 'echo work >"$ITEM_ID"' | tee "$HOME/s/x-rej.implementer" "$HOME/s/x-cancel.implementer" "$HOME/s/x-killed.implementer" "$HOME/s/x-gates.implementer" "$HOME/s/x-rev.implementer" >"$HOME/s/x-merge.implementer"
echo 'worker verdict rejected No.' >"$HOME/s/x-rej.reviewer"
none_left() { [ "$(clean_trees)" = 0 ] && [ ! -e "$S/clean" ] && [ ! -e "$S/clean.git" ] && [ ! -e "$S/scratch.git" ] && [ ! -e "$S/cache.clean" ] && [ ! -e "$S/layer.clean" ]; }
settings '.review = "council"'
dispatch x-rej
is 'a session whose reviewer rejects is rejected' "$(ended)" 'rejected '
ok 'of a rejected session nothing is left of its clean tree' none_left
settings
for i in cancel killed gates; do echo 'enter gate; point gate' >"$HOME/s/x-$i.gate"; echo 'enter setup' >"$HOME/s/x-$i.setup"; : >"$T/out/hang.x-$i.gate"; done
begin x-cancel; at gate
is 'while gates run there is a clean tree' "$(clean_trees)" 1
run orchestrator cancel x-cancel
S=$(session_of x-cancel)
ok 'of a session that is cancelled while its gates run nothing is left of its clean tree' wait_for 20 none_left
begin x-killed; at gate
kill_worker
run orchestrator cleanup
S=$(session_of x-killed)
is 'a session whose worker was killed, and that nobody brings back, has failed' "$(ended)" 'failed died'
ok 'of a session whose worker was killed nothing is left of its clean tree' wait_for 20 none_left
begin x-gates; at gate
kill_worker
run orchestrator recover
wait_for 30 ends
is 'a session whose worker was killed while gates ran goes on' "$(ended)" 'approved '
is 'after a kill gates run in a tree made anew, with caches made anew' "$(said seen)" 'setup1:
setup2:
gate1: setup2
setup3:
gate2: setup3'
run orchestrator merge x-gates
is 'a session that was brought back to its gates is merged' "$status" 0
is 'once it is merged nothing is left of the clean trees of a killed worker' "$(wait_for 20 settled; leftovers)" ''
echo 'echo conflict >b' >"$HOME/s/x-conflict.implementer"
dispatch x-conflict; moves_on 'in conflict with it'
run orchestrator merge x-conflict
is 'a session that is in conflict when it is merged has no clean tree any more' "$(ended) $(clean_trees)" 'conflict conflict 0'
mkdir -p .worktrees/.pool/.clean-"${S##*/}"/tree	# as one that was killed then
run orchestrator retry x-conflict
is 'what a killed merge has left of the clean tree goes when the session is put away' "$status $(ls -d .worktrees/.pool/.clean-"${S##*/}" 2>/dev/null)" '0 '
run orchestrator cancel x-conflict
script x-rev.reviewer <<'E'
enter review; say a "$(cat a)"; point review; worker verdict approved
E
cp "$HOME/s/x-gates.gate" "$HOME/s/x-rev.gate"; cp "$HOME/s/x-gates.setup" "$HOME/s/x-rev.setup"; : >"$T/out/hang.x-rev.review"
settings '.review = "council"'
begin x-rev; at review
kill_worker
echo forged >.worktrees/.pool/.clean-"${S##*/}"/tree/a; echo forged >.worktrees/.pool/.clean-"${S##*/}"/tree/deps/left.forged
run orchestrator recover
wait_for 30 ends
is 'a session whose worker was killed while the reviewer ran goes on' "$(ended)" 'approved '
is 'after a kill the reviewer reads the commit, whatever has become of the tree' "$(said a)" 'sound
sound'
is 'after a kill the reviewer has a tree made anew' "$(said seen | tail -n 1)" 'review2: setup3'
run orchestrator merge x-rev
is 'a session that was brought back to its review is merged' "$status" 0

# A worktree elsewhere, beside which there is no pool.
printf '{ "version": 1, "id": "x-else", "title": "Elsewhere", "worktree": "elsewhere" }' >"$T/item.json"
echo 'echo work >x-else' >"$HOME/s/x-else.implementer"; echo 'enter gate; test "$PWD" = "$WORKTREE"; echo x >>deps/lib; ls -d "$SESSION_DIR/clean" >&2' >"$HOME/s/x-else.gate"
item x-else
settings '.worktree.keep_ignored = true'
run timeout 60 orchestrator dispatch --wait --item "$T/item.json" x-else; S=$(session_of x-else)
is 'a session whose worktree lies elsewhere has a clean tree in its own directory' "$(ended) $(said seen) $(grep -c '\] /.*/clean$' "$S/output.log")" 'approved  gate1: 1'
ok 'of a session whose worktree lies elsewhere nothing is left of its clean tree' none_left
run orchestrator merge x-else

# A merge that is killed while its gates run.
echo 'enter gate; [ "$n" = 1 ] || point merge' >"$HOME/s/x-merge.gate"; echo 'enter setup' >"$HOME/s/x-merge.setup"; : >"$T/out/hang.x-merge.merge"
settings
dispatch x-merge
moves_on 'while it waits'
orchestrator merge x-merge >/dev/null 2>&1 & merge=$!
at merge
is 'a merge is tested in a tree beside the one that was approved' "$(find .worktrees/.pool -maxdepth 1 -name ".*-${S##*/}" | sed 's,.*/,,; s,-.*,,' | sort | paste -sd' ')" '.clean .merge'
kill -9 "$merge"; wait "$merge" 2>/dev/null
run orchestrator merge x-merge
is 'a merge that was killed while its gates ran is made by the next' "$status $(git log -1 --format=%s main)" '0 Merge x-merge: x-merge'
is 'the next merge finds nothing of the one that was killed' "$(said seen | tail -n 2)" 'setup4:
gate3: setup4'
is 'nothing is left of the clean tree of a merge that was killed' "$(wait_for 20 settled; leftovers)" ''

# Independent items, each with what its manifest says installed.
world four
printf 'node_modules/\n' >.gitignore; echo '{"a":1}' >lock.json
echo 'rm -rf node_modules && mkdir node_modules && cp lock.json node_modules/installed' >ci
echo 'cmp -s lock.json node_modules/installed && git diff --exit-code && git describe --tags && test "$(git ls-files | wc -l)" -ge 6' >try
git add . && git commit -qm 'A project'
settings '.setup = ["sh ci"] | .gates = ["sh try", "git diff --exit-code HEAD"]'
for i in 1 2 3 4; do
	echo "echo $i >part$i; rm node_modules/installed" >"$HOME/s/x-n$i.implementer"
	(dispatch "x-n$i") &
done
wait
run orchestrator merge
is 'four independent items with setup and gates are merged in a row' "$status $(git log --format=%s main | grep -c '^Merge x-n[1-4]: ')" '0 4'
is 'the gates of the second to fourth have run on the merged tree' "$(for i in 1 2 3 4; do cat "$(session_of x-n$i)/merge.log" 2>/dev/null; done | grep -c 'setup.*passed\|gate.*passed')" 9
is 'after four merges the checkout is clean and nothing half-made is left' "$(git status --porcelain; wait_for 20 settled; leftovers)" ''
done_testing
