#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Where worktrees are made, and what of the user's checkout each gets.
. "$(dirname "$0")/lib.sh"

R=$HOME/r
new_repo "$R" && cd "$R" && mkdir .orchestrator || exit 1
settings() { echo "$1" >.orchestrator/config.json && git add .orchestrator && git commit -qm Settings; }
item() { _i=$1; shift; run timeout 120 orchestrator dispatch --review gates --wait "$@" "$_i" -- sh -c "$script"; }
ended() { field state.json '"\(.status)"' "$1"; }
tree() { field state.json .worktree "$1"; }
trees=$HOME/trees

settings '{ "gates": [ "test -f new" ], "worktree": { "directory": "~/trees" } }'
script='pwd >"$T/agent"; echo x >a; echo x >new; git status --short >"$T/status"'
item one
here=$(tree one); dir=${here%/one}
like 'worktree.directory puts the worktrees outside of the repository, by repository' "$here" "^$trees/r-[0-9a-f]*\.worktrees/one\$"
is 'an agent works in a worktree outside of the repository, and is approved' "$(cat "$T/agent") $(ended one)" "$here approved"
like 'the clean tree of the gates is beside the worktree outside' "$(ls -A "$dir/.pool")" '^\.clean-session-one-'
is 'nothing of a worktree outside is in the repository' "$(find . -name .git -prune -o -name new -print; git status --short)" ''
like 'git knows a worktree outside' "$(git worktree list)" "^$here "
script='echo x >"$R/escaped"; echo x >"$dir/escaped"; echo x >a; echo x >new'; export R dir
item confined
if [ "${CONFINE:-auto}" != off ]; then
	jq '.confine.writable = [ env.T + "/marks" ]' "$XDG_CONFIG_HOME/orchestrator/config.json" >"$T/c" && mkdir -p "$T/marks" &&
	    cp "$T/c" "$XDG_CONFIG_HOME/orchestrator/config.json"
	rm -f "$R/escaped" "$dir/escaped"
	settings '{ "gates": [ "test -f new" ], "worktree": { "directory": "~/trees" } }'
	item beside
	is 'an agent outside writes neither to the repository nor beside its worktree' "$(ended beside) $(ls "$R/escaped" "$dir/escaped" 2>/dev/null)" 'approved '
	user_settings
fi
rm -f "$R/escaped" "$dir/escaped"
run orchestrator doctor
like 'doctor names the directory of the worktrees' "$out" "^ok +worktrees +$dir\$"

run timeout 60 orchestrator merge one
is 'work of a worktree outside is merged' "$status $(cat "$R/new")" '0 x'
ok 'a worktree outside is gone after its merge' not test -e "$here"
ok 'a merged worktree outside is kept in its pool' wait_for 10 test -d "$dir/.pool/0"
script='echo y >b; echo x >new; stat -c %i . >"$T/inode"'
inode=$(stat -c %i "$dir/.pool/0/tree")
item two
is 'the next item takes the worktree from the pool' "$(ended two) $(cat "$T/inode")" "approved $inode"

git init -q "$(tree two)/nested" && echo x >"$(tree two)/nested/x"
run timeout 60 orchestrator merge --approved two
ok 'files that git cannot save are kept beside the worktree outside' wait_for 10 sh -c 'test -e "$dir"/.left-session-two-*/1-nested/x'
emptied() { orchestrator cleanup >/dev/null; ! find "$dir" -path '*.pool/[0-9]*' | grep -q .; }
ok 'cleanup empties the pool outside' wait_for 10 emptied

# Killed in the midst of a dispatch, and other settings since.
mkdir -p "$dir/.trash-1234/x" .worktrees/.trash-1234
run orchestrator cleanup
is 'what a killed command left is removed from both directories' "$(find "$dir" .worktrees -name '.trash*' 2>/dev/null)" ''

settings '{ "gates": [ "true" ], "worktree": { "directory": "../beside" } }'
script='echo x >d'
item relative
like 'a relative worktree.directory begins at the top of the repository' "$(tree relative)" "^$HOME/beside/r-[0-9a-f]*\.worktrees/relative\$"
settings '{ "gates": [ "true" ], "worktree": { "directory": "agents" } }'
item inside
is 'a worktree.directory in the repository is hidden from git status' "$(tree inside) $(git status --short)" "$R/agents/inside "
printf '{ "version": 1, "id": "own", "title": "t", "worktree": "%s/elsewhere/own" }' "$HOME" >"$T/item.json"
item own --item "$T/item.json"
is 'an item may have an absolute worktree of its own' "$(tree own) $(ended own)" "$HOME/elsewhere/own approved"
run timeout 60 orchestrator merge own
is 'the work of an absolute worktree is merged' "$status $(git log -1 --format=%P | wc -w)" '0 2'

for d in .git/trees '~other/x' ''; do
	printf '{ "worktree": { "directory": "%s" } }' "$d" >.orchestrator/config.json && git commit -qam bad
	run orchestrator dispatch bad -- true
	like "worktree.directory can not be \"$d\"" "$status $err" '^78 .*"worktree.directory"'
done
: >"$HOME/file"
settings '{ "gates": [ "true" ], "worktree": { "directory": "~/file/x" } }'
run orchestrator dispatch --review gates bad -- true
like 'the error for a worktree.directory that cannot be made names the setting' "$status $err" '^[1-9].*/file.*"directory"'

# .worktreeinclude: what of the checkout each tree gets.
R=$HOME/include
new_repo "$R" && cd "$R" && mkdir .orchestrator cfg && printf '.env*\ncfg/local\nlink\nbig\nlogs/\n' >.gitignore || exit 1
printf '# local files\n.env*\n!.env.no\ncfg/*\nlink\nlogs/\nb\nuntracked\n' >.worktreeinclude
echo yes >cfg/tracked; git add .
settings '{ "setup": [ "cat .env >>\"$T/setup\"" ], "gates": [ "find . -name .git -prune -o -type f -print | sort >\"$T/clean\"" ] }'
echo secret >.env; echo no >.env.no; echo local >cfg/local; chmod 700 cfg/local; mkdir logs; echo log >logs/1; echo no >big; echo no >untracked; echo mine >cfg/tracked
echo outside >"$HOME/outside"; ln -s ../outside link
script='find . -name .git -prune -o \( -type f -o -type l \) -print | sort >"$T/own"; stat -c %a cfg/local >>"$T/own"; cat cfg/tracked >>"$T/own"
	echo x >new; echo "*" >.worktreeinclude; git status --short >"$T/status"'
item include
is 'the worktree has the ignored files that .worktreeinclude names, as they are in the checkout' "$(paste -sd' ' "$T/own")" \
    './.env ./.gitignore ./.orchestrator/config.json ./.worktreeinclude ./cfg/local ./cfg/tracked ./d1/file1 ./logs/1 700 yes'
is 'setup sees them in the worktree and in the clean tree' "$(paste -sd' ' "$T/setup")" 'secret secret'
is 'the clean tree has the same files, whatever .worktreeinclude of the work says' "$(paste -sd' ' "$T/clean")" \
    './.env ./.gitignore ./.orchestrator/config.json ./.worktreeinclude ./cfg/local ./cfg/tracked ./d1/file1 ./logs/1 ./new'
is 'the files of .worktreeinclude are not committed' "$(ended include) $(git diff --name-only main session/include/1 | paste -sd' ')" \
    'approved .worktreeinclude new'
like 'a link is not followed out of the checkout, and the log says so' "$(cat "$(session_of include)/output.log")" \
    'worktreeinclude: link is not copied: '
script='sed -i /^cfg/d .gitignore; echo x >new'
item bared
is 'a copied file that the work no longer has git ignore is not committed' "$(ended bared) $(git ls-tree -r --name-only session/bared/1 cfg)" \
    'failed cfg/tracked'
like 'the implementer is told which file was copied' "$(field review.json '[.gates[] | select(.name == "junk")][0].output' bared)" \
    '^cfg/local: copied from the checkout by .worktreeinclude$'
script='rm -r cfg; ln -s "$R/target" cfg; echo x >new'; mkdir target
item linked
is 'no file is written through a link of the work' "$(find target -mindepth 1)" ''

done_testing
