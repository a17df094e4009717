#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What does not belong in a commit goes back to the implementer, and is never merged.
. "$(dirname "$0")/lib.sh"

R=$HOME/r
new_repo "$R" && cd "$R" && mkdir .orchestrator || exit 1
settings() { echo "$1" >.orchestrator/config.json && git add . && git commit -qm Settings; }
settings '{ "gates": [ "true" ] }'
# item ITEM [OPTION ...]: a session whose implementer is $script
item() { _i=$1; shift; run timeout 120 orchestrator dispatch --review gates --wait "$@" "$_i" -- sh -c "$script"; }
ended() { field state.json '"\(.status) \(.reason)"' "$1"; }
junk() { field review.json '[.gates[] | select(.name == "junk")] | length' "$1"; }
said() { field review.json '[.gates[] | select(.name == "junk")][0].output' "$1" | head -1; }
# A token, in two parts, so that this file holds none.
token=gh; token=${token}p_aB3dE5gH7jK9mN1pQ2sT4vW6yZ8bC0dF2hJ4; export token

script='echo x >>a; head -c 11000000 /dev/zero >big.bin'
item big
is 'a file over limits.file_mb fails the session, each time that it is there' "$(ended big) $(junk big)" 'failed junk 3'
is 'the outcome names the large file, its size and the limit' "$(said big)" 'big.bin: 10 MB, more than the 10 MB that a file may have'
is 'a large file is in no commit of the session' "$(git rev-parse session/big/1)" "$(git rev-parse main)"

script='echo x >>a; [ "${prompt:=$(cat)}" = "${prompt#*big.bin: }" ] || exec rm big.bin; head -c 11000000 /dev/zero >big.bin'
item told
is 'an implementer that is told of a large file removes it, and is approved' "$(ended told) $(junk told)" 'approved  1'
is 'what the implementer removed is not in the history' "$(git log --format=%h main..session/told/1 -- big.bin)" ''

script='echo x >>a; head -c 11000000 /dev/zero >big.bin; git add .; git commit -qm big; git rm -q big.bin; git commit -qm gone'
item gone
is 'a large file that a later commit removes would still be in the history, and fails' "$(ended gone) $(junk gone)" 'failed junk 3'
script='prompt=$(cat); case $prompt in *"reset --soft"*) git reset -q --soft main && git rm -q --cached big.bin && rm big.bin;; *) head -c 11000000 /dev/zero >big.bin;; esac
	echo x >>a; git add .; git commit -qm work'
item reset
is 'the way out that the text names is accepted: git reset --soft, and a new commit' "$(ended reset) $(junk reset)" 'approved  1'

script='mkdir -p web/node_modules/x/node_modules/y && echo x >web/node_modules/x/a.js && echo x >web/node_modules/x/node_modules/y/a.js'
item packages
is 'installed packages fail the session, and are named once' "$(ended packages) $(said packages)" \
    'failed junk web/node_modules: installed packages'
script='mkdir -p my_node_modules/node_modules; echo "token = $token" >my_node_modules/key; echo x >my_node_modules/node_modules/a'
item alike
is 'a directory with a similar name is none of packages, and hides nothing' "$(ended alike) $(field review.json \
    '[.gates[] | select(.name == "junk")][0].output' alike | grep -c -e '^my_node_modules/node_modules: installed' -e '^my_node_modules/key: a token')" 'failed junk 2'
script='printf "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\4\0\76\0\1\0\0\0" >core.4711'
item core
is 'a core dump fails the session' "$(ended core) $(said core)" 'failed junk core.4711: a core dump'
script='echo "token = $token" >notes'
item token
is 'a file with a token fails the session' "$(ended token) $(said token)" \
    'failed junk notes: a token of GitHub, or what looks like it'

script='head -c 11000000 /dev/zero >big.bin; mkdir node_modules; echo x >node_modules/a; echo "token = $token" >notes'
printf '{ "version": 1, "id": "outputs", "title": "t", "outputs": [ "big.bin", "node_modules/", "notes" ] }' >"$T/item.json"
item outputs --item "$T/item.json"
is 'what an item lists as its outputs is allowed' "$(ended outputs)" 'approved '
printf '{ "version": 1, "id": "limits", "title": "t", "outputs": [ "node_modules", "notes" ], "limits": { "file_mb": 11 } }' >"$T/item.json"
item limits --item "$T/item.json"
is 'an item may allow larger files' "$(ended limits)" 'approved '

# A base that has its packages, a token, and a large file.
mkdir -p node_modules && echo x >node_modules/a && echo "token = $token" >here && head -c 11000000 /dev/zero >large && git add -f node_modules here large && git commit -qm all
script='echo x >>node_modules/a; git mv large larger; echo y >node_modules/b; mv here there'
item moved
is 'files of the base that are renamed, and packages beside those of the base, are approved' "$(ended moved)" 'approved '
script='echo x >>here; echo x >>large'
item here
is 'a change of a file that held a token before, or was large, is approved' "$(ended here)" 'approved '
script='sed "s/$/ /" here >new; echo "token = $token" >>node_modules/a'
item copied
is 'a token in another file than before fails the session' "$(ended copied) $(said copied)" \
    'failed junk new: a token of GitHub, or what looks like it'
settings '{ "gates": [ "true" ], "allow_files": [ "**/*.bin", "web", "notes" ], "limits": { "file_mb": 0 } }'
script='head -c 11000000 /dev/zero >big.file; mkdir -p web/node_modules; echo x >web/node_modules/a; echo "token = $token" >notes'
item allowed
is 'allow_files allows by globs, and a limit of 0 any size' "$(ended allowed)" 'approved '

elf='printf "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\4\0\76\0\1\0\0\0"'
script="{ $elf; head -c 17000000 /dev/zero; } >core.4711; head -c 17000000 /dev/zero >plain"
item dump
is 'a core dump over 16 MB fails the session where the limit allows files of that size' "$(ended dump) $(said dump)" \
    'failed junk core.4711: a core dump'
is 'a large file beside a core dump is not named' "$(field review.json '[.gates[] | select(.name == "junk")][0].output' dump | grep -c '^plain')" 0
{ eval "$elf"; head -c 17000000 /dev/zero; } >dumped && git add dumped && git commit -qm Dumped
script='echo x >>dumped'
item dumped
is 'a change of a core dump over 16 MB that the base has is approved' "$(ended dumped)" 'approved '

# A judge's repair.
settings '{ "gates": [ "true" ], "gate_tries": 0, "roles": { "implementer": "i", "reviewer": "r", "tech-lead": "t" }, "agents": {
    "i": { "command": "echo x >>a", "resume": "worker verdict approved" }, "r": { "command": "worker verdict rejected no" },
    "t": { "command": "head -c 12000000 /dev/zero >big.bin && git add . && git commit -qm repair && worker verdict approved" } } }'
run timeout 120 orchestrator dispatch --wait repair
is 'a large file in the repair of a tech-lead fails the session' "$(ended repair) $(junk repair)" 'failed junk 1'

# What the target gained meanwhile is not the session's.
settings '{ "gates": [ "true" ] }'
script='echo mine >a; [ ! -e "$T/twice" ] || echo both >a'
item conflict
echo theirs >a && head -c 13000000 /dev/zero >target.bin && git add . && git commit -qm theirs && : >"$T/twice"
run timeout 120 orchestrator merge conflict
run timeout 120 orchestrator resolve --wait conflict
is 'a resolution is not charged with the large files of its target' "$(junk conflict)" 0

done_testing
