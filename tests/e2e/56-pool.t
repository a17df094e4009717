#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016 # scripts of agents
# Worktrees of merged sessions go to the next items, and nothing of what was in them does.
. "$(dirname "$0")/lib.sh"

xattr() {	# OPERATION...: on extended attributes, of users
	python3 -c 'import os, sys
if sys.argv[1] == "set":
    os.setxattr(sys.argv[2], "user.left", b"x")
else:
    for d, _, files in os.walk("."):
        for f in [d] + [os.path.join(d, f) for f in files]:
            if os.listxattr(f, follow_symlinks=False): print(f, os.listxattr(f, follow_symlinks=False))' "$@"
}

world() {	# NAME [SETTINGS]
	R=$T/$1; export ORCHESTRATOR_HOME="$T/state"
	rm -rf "$ORCHESTRATOR_HOME"
	new_repo "$R" 40 && cd "$R" || exit 1
	mkdir .orchestrator && echo "{ \"review\": \"none\", \"stop_grace\": 1${2:+, \"worktree\": $2} }" >.orchestrator/config.json
	echo '*.o' >.gitignore; echo '#!/bin/sh' >run; chmod 755 run; ln -s d1 link; : >empty
	mkdir -p deep/er && echo deep >deep/er/file; echo 'plain text' >text
	git add . && git commit -qm Settings
}
session() {	# ITEM SCRIPT: its outcome is that of dispatch
	run timeout 60 orchestrator dispatch --wait "$1" -- sh -c "$2"
}
merged() { session "$1" "$2; echo $1 >$1.new" && run orchestrator merge "$1" && [ "$status" = 0 ]; }
settled() { [ -z "$(find .worktrees -maxdepth 2 \( -name '.trash-*' -o -name '.gone-*' -o -name '.new-*' -o -name '.taken-*' -o -name '.clean-*' -o -name '.merge-*' \))" ]; }
pooled() { wait_for 20 settled; find .worktrees/.pool -maxdepth 1 -name '[0-9]*' 2>/dev/null | wc -l; }
inode() { stat -c %i "$1"; }
# All that a tree is but its times: names, kinds, modes, owners, contents, attributes.
all_of() {	# DIR
	(cd "$1" && find . -name .git -prune -o -printf '%p %y %m %U %G %l\n' | sort &&
	    find . -name .git -prune -o -type f -links +1 -print &&
	    find . -name .git -prune -o -type f -newermt '1 hour' -print &&
	    find . -name .git -prune -o -type f -print0 | sort -z | xargs -0 sha256sum
	xattr list)
}
fresh() {	# what git makes of the target
	rm -rf "$T/fresh" && git worktree prune
	git worktree add -q --detach "$T/fresh" main && all_of "$T/fresh" && git worktree remove -f "$T/fresh"
}
# An item that describes the worktree it was given, and git's view of it.
look() {	# ITEM: $T/ITEM.tree, $T/ITEM.git
	fresh >"$T/$1.fresh"
	session "$1" "echo \$\$ >'$T/$1.pid'; cp -a . '$T/$1.copy'
	    { git status --porcelain --ignored; git config --list --local; cat \"\$(git rev-parse --git-path info/exclude)\" \
	        \"\$(git rev-parse --git-path info/attributes)\" 2>&1
	      ls \"\$(git rev-parse --git-path hooks)\" 2>&1; git ls-files -v | grep -v '^H'; git stash list; git branch -a; } |
	        sed 's,session-[^/ ]*/,SESSION/,g; s,session/[^/ ]*/,session/,g; s,/$1/,/,g' >'$T/$1.git' 2>&1; stat -c %i . >'$T/$1.inode'; echo $1 >$1.new"
	all_of "$T/$1.copy" >"$T/$1.tree"; rm -rf "$T/$1.copy"
}

world plain
look first; cp "$T/first.git" "$T/clean.git"
is 'a worktree without a pool is what git makes' "$(diff "$T/first.fresh" "$T/first.tree")" ''
run orchestrator merge first
is 'a merged worktree is kept in the pool' "$(pooled)" 1
is 'a pooled worktree has no name that git knows' "$(git worktree list | wc -l) $(git status --porcelain)" '1 '
git worktree prune; git gc -q
like 'doctor tells of pooled worktrees' "$(orchestrator doctor 2>>"$T/.log")" '1 worktree is kept for the next items'
look second
is 'the next item has the pooled worktree' "$(cat "$T/second.inode")" "$(cat "$T/first.inode")"
is 'a worktree of the pool is what git makes of the target' "$(diff "$T/second.fresh" "$T/second.tree")" ''
is 'a worktree of the pool has a git directory of its own' "$(diff "$T/clean.git" "$T/second.git")" ''
ok 'an item in a worktree of the pool is merged, too' orchestrator merge second
git commit -qm 'Of a user' --allow-empty; git rm -q d1/file1; mv text text2; git add .; git commit -qm 'Of a user'
is 'a worktree of the pool is kept again after its second item' "$(pooled)" 1
S=$T/session-hand-000001 W=$R/.worktrees/hand
git worktree add -q -b hand "$W" && echo mine >"$W/mine.o" && mkdir "$S"
jq -n --arg id "${S##*/}" --arg tree "$W" --argjson confine "$confined" '{ version: 1, session: { id: $id, item: "hand", worktree: $tree },
    settings: { review: "none", confine: $confine, roles: { implementer: "a" },
    agents: { a: { adapter: "command", command: ["sh", "-c", "echo hand >hand.new"] } } } }' >"$S/config.json"
jq -n '{ version: 1, id: "hand", title: "Hand" }' >"$S/item.json"
run timeout -k 5 60 worker run "$S"
is 'in the place of one that is not empty none is put' "$status,$(cat "$W/mine.o"),$(pooled)" 0,mine,1
logged git worktree remove -f "$W" && git branch -qD hand
look third
is 'a target that has moved on is what the next one gets' "$(diff "$T/third.fresh" "$T/third.tree") $(cat "$T/third.inode")" " $(cat "$T/first.inode")"
orchestrator merge third >/dev/null

# An agent that leaves all it can.
pooled >/dev/null
cat >"$T/hostile" <<'H'
exec 2>/dev/null
keep() { touch -r "$1" "$T/stamp"; "$2" "$1"; touch -r "$T/stamp" "$1"; }
other() { printf '%s' "$(tr 'a-z' 'b-za' <"$1")" >"$1"; }
keep text2 other			# same size, same time
printf 'plain tex\n' >deep/er/file
rm d1/file3; ln -s /etc/passwd d1/file3
rm -rf d2; ln -s /etc d2		# a directory that became a link
rm -rf d3; echo file >d3		# and a file
rm d4/file4; mkdir -p d4/file4/x	# and the reverse
ln d5/file5 "$T/outside"		# a second name
chmod 666 d6/file6; chmod 755 d7/file7; chmod 644 run; chmod 4755 empty
chmod 700 d8; chmod 555 d9; rm link; ln -s d2 link
touch -d '2099-01-01' d10/file10
mkdir -p ro/only/deep && echo x >ro/only/deep/f && chmod 000 ro/only/deep && chmod 555 ro/only ro
mkdir -p un/tracked/empty beside && echo x >untracked && echo x >d14/untracked && echo x >ignored.o
echo '*' >beside/.gitignore; echo x >beside/hidden; echo '* text eol=crlf' >.gitattributes
printf 'line of file 15\r\n' >d15/file15
mkfifo d16/pipe; : >"$(printf 'd16/new\nline')"; : >d16/.git
git init -q nested.o && git -C nested.o commit -q --allow-empty -m x
printf '#!/bin/sh\ntouch "%s/hooked"\n' "$T" >nested.o/.git/hooks/post-checkout; chmod +x nested.o/.git/hooks/*
g=$(git rev-parse --git-dir)
git update-index --assume-unchanged d17/file17; echo forged >d17/file17
git update-index --skip-worktree d18/file18; echo forged >d18/file18
mkdir -p "$g/hooks"; for h in post-checkout reference-transaction post-index-change; do
	printf '#!/bin/sh\ntouch "%s/hooked"\n' "$T" >"$g/hooks/$h"; chmod +x "$g/hooks/$h"; done
git config core.fsmonitor "touch $T/hooked"; git config alias.st status; git config core.sparseCheckout true
echo '*.secret' >>"$g/info/exclude"; echo '* eol=crlf' >"$g/info/attributes"
echo left >left.secret; git branch mine; git stash store "$(git stash create)"
rm -f "$T/hooked"
H
# After the last commit, or it would be work.
hard() {	# ITEM: approved, then its worktree is what the agent would have it
	session "$1" "echo $1 >$1.new"
	(cd ".worktrees/$1" && xattr set d11/file11 && xattr set d12; sh "$T/hostile") 2>/dev/null
	run orchestrator merge --approved "$1"
}
export T
hard fourth
is 'an item whose tree was turned upside down is merged' "$status" 0
is 'the tree of an item that turned it upside down is kept' "$(pooled)" 1
id=$(basename "$(session_of fourth)")
ok 'what was in it is saved' git cat-file -e "refs/salvage/$id:untracked"
look fifth
is 'the item after one that turned its tree upside down has that tree' "$(cat "$T/fifth.inode")" "$(cat "$T/first.inode")"
is 'the item after one that turned its tree upside down sees nothing of it' "$(diff "$T/fifth.fresh" "$T/fifth.tree")" ''
is 'the git of the item after one that turned its tree upside down sees nothing of it' "$(diff "$T/clean.git" "$T/fifth.git")" ''
ok 'no hook was run' not test -e "$T/hooked"
echo changed >"$T/outside"
is 'a second name elsewhere is none of its files' "$(git -C .worktrees/fifth status --porcelain)" ''
orchestrator merge fifth >/dev/null
is 'the checkout of the user is untouched' "$(git status --porcelain)" ''

# A process that still uses the tree, and hides.
pooled >/dev/null
session sixth "echo sixth >sixth.new"
(cd / && exec env -i setsid sh -c 'exec 8<>"$1"; echo $$ >"$2"; read -r x <"$3"' sh "$R/.worktrees/sixth/text2" "$T/sixth.pid" "$T/.never") &
wait_for 10 test -s "$T/sixth.pid"
orchestrator merge sixth >/dev/null
is 'a tree with a file that a process has open is not kept' "$(pooled)" 0
kill "$(cat "$T/sixth.pid")"; wait

# The root of it.
merged r1 :; pooled >/dev/null
session r2 'echo r2 >r2.new'; chmod 700 .worktrees/r2; orchestrator merge r2 >/dev/null
is 'a tree whose own mode was changed is not kept' "$(pooled)" 0

# What is in the pool is distrusted, too.
merged s1 :; is 'a tree is in the pool' "$(pooled)" 1
echo damaged >.worktrees/.pool/0/tree/text2; rm -r .worktrees/.pool/0/tree/d2
look s2
is 'what was damaged there is made again' "$(diff "$T/s2.fresh" "$T/s2.tree")" ''
orchestrator merge s2 >/dev/null; pooled >/dev/null
sed -i '2s/./x/' .worktrees/.pool/0/made; i=$(inode .worktrees/.pool/0/tree)
look s3
is 'a pooled tree of another boot is not taken' "$(diff "$T/s3.fresh" "$T/s3.tree")" ''
ok 'a pooled tree of another boot is deleted' test "$i" != "$(cat "$T/s3.inode")" -a ! -e .worktrees/.pool/0
orchestrator merge s3 >/dev/null; pooled >/dev/null
rm .worktrees/.pool/0/index; look s4
is 'a pooled tree without its index is not taken' "$(diff "$T/s4.fresh" "$T/s4.tree")" ''
orchestrator merge s4 >/dev/null; pooled >/dev/null
printf '* text=auto\n*.txt eol=crlf\nfile30 eol=crlf\n' >.gitattributes; echo a >a.txt; logged git add .; git commit -qm Attributes
look s5
is 'a change of attributes is seen' "$(diff "$T/s5.fresh" "$T/s5.tree")" ''
orchestrator merge s5 >/dev/null; pooled >/dev/null
session s6 'echo s6 >s6.new'; printf 'a\n' >.worktrees/s6/a.txt; printf 'line of file 20\r\n' >.worktrees/s6/d20/file20
orchestrator merge s6 >/dev/null
is 'converted files do not keep a tree out' "$(pooled)" 1
look s7
is 'converted files in a pooled tree are as a checkout converts them' "$(diff "$T/s7.fresh" "$T/s7.tree")" ''
orchestrator merge s7 >/dev/null; pooled >/dev/null
(umask 077; look s8; cp -a "$T/s8.tree" "$T/s8.077")
is 'another umask has files of its own' "$(awk '$2 == "f" { print $3 }' "$T/s8.077" | sort -u)" '600
700'
orchestrator merge s8 >/dev/null

# cleanup
pooled >/dev/null; merged s9 :; pooled >/dev/null
run orchestrator cleanup
like 'cleanup empties the pool' "$out" 'removed 0, a pooled worktree'
ok 'cleanup removes the pool' not test -e .worktrees/.pool
mkdir -p .worktrees/.pool/.new-session-s1-aaaaaa/tree .worktrees/.pool/.taken-session-s1-bbbbbb .worktrees/.pool/.gone-1-1
run orchestrator cleanup
ok 'cleanup removes what a kill left in the pool' not test -e .worktrees/.pool
mkdir -p ".worktrees/.pool/.taken-$(basename "$(session_of s8)")"
session live 'worker ask Which?' & wait_for 20 sh -c 'orchestrator --json questions | jq -e ".questions[0]"'
mkdir -p ".worktrees/.pool/.taken-$(basename "$(session_of live)")"
orchestrator cleanup >/dev/null
is 'cleanup leaves what a live worker is taking from the pool' "$(ls -A .worktrees/.pool)" ".taken-$(basename "$(session_of live)")"
orchestrator cancel live >/dev/null; wait; orchestrator cleanup >/dev/null

# Many at once.
for i in 1 2 3 4 5; do merged "m$i" : & done; wait
n=$(pooled)
ok 'sessions that end at once fill the pool, and not beyond its size' test "$n" -ge 1 -a "$n" -le 8
for i in 1 2 3 4 5 6; do session "n$i" "stat -c %i . >'$T/n$i.inode'; git status --porcelain --ignored >'$T/n$i.status'; echo n$i >n$i.new" & done; wait
is 'no two sessions get the same pooled tree' "$(cat "$T"/n?.inode | sort | uniq -d)" ''
is 'pooled trees are clean in sessions that begin at once' "$(cat "$T"/n?.status)" ''
is 'all six sessions that begin at once have run' "$(cat "$T"/n?.inode | wc -l)" 6
run orchestrator execute
is 'sessions that began at once are merged' "$status $(git log --format=%s main | grep -c '^Merge n[1-6]: ')" '0 6'
ok 'the pool has its size after six merges' test "$(pooled)" -le 8
git fsck --strict --no-dangling >"$T/fsck" 2>&1; is 'a repository whose trees went through the pool is sound' "$?" 0

# Settings
world off '{ "recycle": false }'
merged o1 :
is 'without recycling nothing is kept' "$(pooled)" 0
world keep '{ "keep_ignored": true }'
jq --arg b "ls -d *.o nested.o/.git >>'$T/built' 2>/dev/null; git init -q nested.o; echo x >made.o" '.review = "gates" | .gates = [$b]' \
    .orchestrator/config.json >"$T/c" && mv "$T/c" .orchestrator/config.json && git commit -qam Gates
hard k1
is 'the implementer'\''s tree and the clean one are kept' "$(pooled)" 2
session k2 "find . -name .git -prune -o -print | sort >'$T/k2.all'; git status --porcelain --ignored >'$T/k2.status'; echo k2 >k2.new"
is 'what a gate built in the clean tree of a merged session is there for the next gate, and nothing that its implementer left' "$(paste -sd' ' <"$T/built")" 'made.o nested.o'
is 'no file that git ignores is left in the implementer'\''s tree' "$(cat "$T/k2.status")" ''
is 'the next implementer finds the files of the target and nothing else' "$(git ls-files | sed 's,^,./,' | grep -vxF -f - "$T/k2.all" | while read -r f; do [ -d ".worktrees/k2/$f" ] || echo "$f"; done)" ''
orchestrator cancel --yes k2 >/dev/null; orchestrator retry k2 >/dev/null 2>&1
is 'the clean tree of a session that is not merged is deleted' "$(find .worktrees/.pool -name '.clean-*')" ''
done_testing
