#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Files that filters convert (gitattributes(5)): they are committed as the user's git would, and a worktree
# that for ever differs from its commit is no changed one.
. "$(dirname "$0")/lib.sh"

cat >"$T/agent" <<'E'
cat >"$T/prompt.$ITEM_ID"
case $ITEM_ID in
strip*) printf 'cell\ncell\noutput: SECRET\n' >"$ITEM_ID.nb"; echo "$ITEM_ID" >"$ITEM_ID"; chmod +x "$ITEM_ID" ;;
round*) echo "$ROUND" >>"$ITEM_ID"; [ "$ROUND" -gt 1 ] || printf 'cell\noutput: SECRET\n' >"$ITEM_ID.nb" ;;
own*) printf 'mine\noutput: SECRET\n' >own.nb; git add own.nb; git commit -qm 'My own'; echo rest >rest ;;
need*) if [ -e fixed.req ]; then echo good >fixed.req; else echo bad >fixed.req; fi; echo "$ITEM_ID" >"$ITEM_ID" ;;
dies*) printf 'half\noutput: SECRET\n' >half.nb; exit 3 ;;
kinds*) rm gone.nb; rm -r dir.nb; echo file >dir.nb; rm file.nb; mkdir file.nb; echo x >file.nb/x.nb; rm -r sub; ln -s d1 sub
	echo ignored >ig.nb; echo ig.nb >.gitignore; ln -s a link.nb; printf 'x\noutput: SECRET\n' >"odd name \"1\".nb" ;;
plant*) PATH=/usr/bin:/bin; d=$(git rev-parse --absolute-git-dir); mkdir -p bin $d/hooks $d/info; printf 'x\noutput: SECRET\n' >plant.nb
	printf '#!/bin/sh\necho planted >>"%s"\nexec /usr/bin/git "$@"\n' "$T/ran" >git; chmod +x git; cp git bin/git
	printf '#!/bin/sh\necho hook >>"%s"\n' "$T/ran" >$d/hooks/pre-commit; chmod +x $d/hooks/pre-commit
	cp $d/hooks/pre-commit $d/hooks/post-index-change; echo '* filter=evil' >$d/info/attributes
	git config filter.evil.clean "echo evil >>$T/ran; cat"; git config filter.strip.clean "echo strip >>$T/ran; cat"
	git config core.fsmonitor "$d/hooks/pre-commit"; git config core.worktree "$T/elsewhere"; mkdir -p "$T/elsewhere" ;;
*) echo "$ITEM_ID" >"$ITEM_ID" ;;
esac
E
cat >"$T/reviewer" <<'E'
cat >/dev/null
case $ITEM_ID.$ROUND in round*.1) worker verdict rejected again ;; *) worker verdict approved ;; esac
E
export ORCHESTRATOR_HOME="$T/state"
new_repo "$T/r" 20 && cd "$T/r" && mkdir .orchestrator || exit 1
config="\"agents\": { \"sh\": { \"command\": \"sh $T/agent\" }, \"judge\": { \"command\": \"sh $T/reviewer\" } },
    \"roles\": { \"implementer\": \"sh\", \"reviewer\": \"judge\" }, \"stop_grace\": 1, \"attempts\": 1, \"ambiguous\": \"parallel\""
echo "{ $config, \"gates\": [ \"! grep -r SECRET --include='*.nb' .\" ] }" >.orchestrator/config.json
git config --global filter.strip.clean "sed 's/^output:.*/output:/'"
git config --global filter.strip.smudge cat
git config --global filter.strip.required true
git config filter.req.clean 'sed "/^bad/q42"'
git config filter.req.smudge cat
git config filter.req.required true
printf '*.nb filter=strip\n*.req filter=req\n' >.gitattributes
mkdir dir.nb sub; for f in x.nb gone.nb dir.nb/in.nb file.nb sub/in.nb; do printf 'cell\noutput: old\n' >$f; done
git add . && git commit -qm Settings || exit 1

# Where main is checked out, no file with a filter would be merged.
dispatch() {
	git checkout -q main
	for i; do orchestrator dispatch --wait "$i" >"$T/said" 2>&1 || :; done
	git checkout -q --detach; S=$(session_of "$1"); W=.worktrees/$1
}
st() { orchestrator --json status "$1" | jq -r "$2"; }
saved() { git for-each-ref --format='%(refname)' "refs/salvage/$(basename "$S")"; }
content() { git show "$1:$2" 2>&1 | tr '\n' ' '; }

# What an agent left.
dispatch strip-one
is 'what an agent left is committed through the filter' "$(st strip-one .status) $(content session/strip-one/1 strip-one.nb)" 'approved cell cell output: '
is 'the rest of what an agent left is committed with it, in one commit' \
    "$(git show --format= --name-only session/strip-one/1 | tr '\n' ' ')$(git ls-tree session/strip-one/1 strip-one | cut -c1-6)" 'strip-one strip-one.nb 100755'
is 'the commit of what an agent left is by the user, with the message of any other' \
    "$(git log -1 --format='%an %ae %cn %s' session/strip-one/1)" 'Test test@example.org Test strip-one: strip-one'
is 'the worktree keeps what the agent wrote' "$(tail -n 1 "$W/strip-one.nb")" 'output: SECRET'
is 'the record has the tree of what the agent wrote' \
    "$(git --git-dir="$S/safe.git" --work-tree=. cat-file -p "$(field state.json .files strip-one):strip-one.nb" 2>/dev/null | tail -n 1)" 'output: SECRET'
is 'the unfiltered file is in no object of the repository' \
    "$(git cat-file -t "$(git hash-object --no-filters "$W/strip-one.nb")" 2>/dev/null)" ''
is 'nothing that a filter changed counts as discarded' "$(saved)" ''
run orchestrator merge strip-one
is 'a commit through a filter is merged' "$status $(content main strip-one.nb)" '0 cell cell output: '
dispatch strip-two strip-three
run orchestrator merge strip-two
is 'a second commit through a filter is merged' "$status $(content main strip-two.nb)" '0 cell cell output: '
dispatch round-one
is 'a file with a filter that has not changed stays out of the commits of the next round' \
    "$(st round-one '[.status, .round] | join(" ")') $(git log --format=%s --name-only main..session/round-one/1 | tr '\n' ' ')" \
    'approved 2 round-one: round-one  round-one round-one: round-one  round-one round-one.nb '
is 'a file with a filter that has not changed is not discarded' "$(saved)" ''
ok 'a commit of a second round through a filter is merged' orchestrator merge round-one
dispatch own-one
is 'an agent that commits itself, and leaves more' "$(content session/own-one/1 own.nb)$(content session/own-one/1 rest)$(git rev-list --count main..session/own-one/1)" 'mine output: rest 2'
dispatch kinds-one
is 'files, directories, links and what is ignored, each in the place of another' \
    "$(st kinds-one .status) $(git diff --no-renames --name-status main...session/kinds-one/1 | tr '\t\n' ' ,')" \
    'approved A .gitignore,A dir.nb,D dir.nb/in.nb,D file.nb,A file.nb/x.nb,D gone.nb,A link.nb,A "odd name \"1\".nb",A sub,D sub/in.nb,'

# One that fails.
dispatch need-one
is 'what a required filter refuses is given back to the implementer' "$(st need-one .status) $(content session/need-one/1 fixed.req)$(content session/need-one/1 need-one)" 'approved good need-one '
like 'the implementer is told what a required filter says' "$(cat "$T/prompt.need-one")" "fixed.req: clean filter 'req' failed"
is 'a file that a required filter refuses is on record as a gate that did not pass' \
    "$(field review.json '[.gates[] | select(.name == "worktree") | .outcome] | join(" ")' need-one)" "can't be committed as it is"
like 'the log has what a required filter says' \
    "$(cat "$S/output.log")" "given back to the implementer: the changes left in the worktree can't be committed: fatal: fixed.req: clean filter 'req' failed"

# What an agent configured or put in PATH.
PATH=:.:bin:$PATH dispatch plant-one
is 'the filter of the user is run where an agent planted filters, hooks and a git' \
    "$(st plant-one .status) $(content session/plant-one/1 plant.nb)" 'approved x output: '
is 'filters, hooks and a git that an agent planted are not run' "$(cat "$T/ran" 2>/dev/null)" ''
like 'an agent has again what it configured' \
    "$(git config -f "$S/agent.git/config" filter.evil.clean) $(cat "$S/agent.git/info/attributes")" "echo evil .*filter=evil"
is 'nothing is left beside the configuration of an agent' "$(find "$S/agent.git" -maxdepth 2 -name '*.own')" ''

# What is edited later.
W=.worktrees/strip-three S=$(session_of strip-three)
printf 'cell\noutput: edited\n' >"$W/strip-three.nb"
run orchestrator merge strip-three
is 'an edit of a file with a filter is not merged past' "$status $(st strip-three .status)" '1 approved'
like 'the refusal to merge past an edit names only the file that was edited' "$out" 'has a change in strip-three.nb, not judged'
run orchestrator merge --approved strip-three
is 'merge --approved merges what was approved' "$status $(content main strip-three.nb)" '0 cell cell output: '
is 'the edit is saved as it is, and nothing else' "$(content "$(saved)" strip-three.nb)$(git diff --name-only "$(saved)^" "$(saved)")" 'cell output: edited strip-three.nb'
dispatch adopted
printf 'by hand\noutput: SECRET\n' >"$W/by-hand.nb"
run orchestrator adopt --wait adopted
is 'an edit of a file with a filter is adopted through the filter' \
    "$status $(st adopted .status) $(content session/adopted/1 by-hand.nb)" '0 approved by hand output: '
run orchestrator merge adopted
is 'an adopted edit of a file with a filter is merged' "$status $(content main by-hand.nb)" '0 by hand output: '
dispatch dies-one
is 'what an agent left that failed is saved as it is' "$(st dies-one .status) $(orchestrator cleanup >/dev/null 2>&1; content "$(saved)" half.nb)" 'failed half output: SECRET '
git checkout -q main; orchestrator dispatch --wait strip-four >/dev/null
run orchestrator merge strip-four
is 'no file with a filter is merged into a checkout' "$status $(st strip-four .status)" '1 approved'
like 'the refusal to merge a file with a filter into a checkout says what to do' \
    "$out" 'r: strip-four.nb has the attribute filter; git switch --detach there, and merge again$'
git checkout -q --detach
run orchestrator merge strip-four
is 'a file with a filter is merged once no checkout has the target' "$status $(content main strip-four.nb)" '0 cell cell output: '

# Git LFS.
if ! git lfs version >/dev/null 2>&1; then
	skip 'the files of others in Git LFS stay pointers' 'no git-lfs here'
	done_testing
	exit
fi
new_repo "$T/lfs" 3 && cd "$T/lfs" && mkdir .orchestrator && git lfs install --skip-repo >/dev/null || exit 1
cat >"$T/setup" <<'E'
git lfs checkout || exit
case $ITEM_ID in swap*) head -c 50000 /dev/urandom >old.bin; date +%N%s >more.bin ;; esac
E
cat >"$T/gate" <<'E'
{ git status --porcelain; git diff --stat HEAD; } >"$T/status.$ITEM_ID" 2>&1
for f in old.bin more.bin; do
	if cmp -s $f "$T/lfs/$f"; then echo content; elif grep -q git-lfs $f; then echo pointer; else echo other; fi
done >"$T/gate.$ITEM_ID"
case $ITEM_ID in breaks*) echo gate >old.bin ;; esac
E
echo "{ $config, \"setup\": [ \"sh $T/setup\" ], \"gates\": [ \"sh $T/gate\" ] }" >.orchestrator/config.json
git lfs track '*.bin' >/dev/null && head -c 50000 /dev/urandom >old.bin && seq 9 >more.bin && git add . && git commit -qm LFS || exit 1
size() { git cat-file -s "$1" 2>&1; }
pointer() { [ "$(size "$1")" -lt 200 ] && echo pointer; }
lfs_object() { id=$(git show "$1" | sed -n 's/^oid sha256://p'); echo ".git/lfs/objects/$(echo "$id" | cut -c1-2)/$(echo "$id" | cut -c3-4)/$id"; }
cat >>"$T/agent" <<'E'
forge() {
	d=$(git rev-parse --absolute-git-dir)/lfs/objects
	for i in wrong link; do
		o=$(echo "$i" | sha256sum | cut -c1-64); p=$d/$(echo "$o" | cut -c1-2)/$(echo "$o" | cut -c3-4); mkdir -p "$p"
		printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n' "$o" $((${#i} + 1)) >"$i.bin"
		case $i in wrong) echo forge >"$p/$o" ;; link) echo link >"$T/secret"; ln -s "$T/secret" "$p/$o" ;; esac
	done
	git add wrong.bin link.bin
}
case $ITEM_ID in lfs*) cmp -s old.bin "$T/lfs/old.bin" && : >"$T/content"
	[ "$ITEM_ID" != lfs-forged ] || forge
	seq 20000 >"$ITEM_ID.bin"; seq 300 >copy.bin; git add copy.bin; git commit -qm copy; echo own >>copy.bin ;;
esac
E
dispatch text
is 'the files of others in Git LFS stay pointers' "$(st text .status) $(git diff --name-only main session/text/1)" 'approved text'
is 'the files of others in Git LFS are nothing that counts as discarded' "$(saved)" ''
is 'gates have the content of files in Git LFS' "$(cat "$T/gate.text")" "$(printf 'content\ncontent')"
is 'gates have a tree with Git LFS that git takes for unchanged' "$(cat "$T/status.text")" ''
is 'the worktree with files in Git LFS is unchanged for git' "$(git -C "$W" status --porcelain; git -C "$W" diff HEAD)" ''
rm "$T/gate.text"; run orchestrator merge text
is 'an item in a repository with Git LFS is merged' "$status $(git show main:text)" '0 text'
if command -v strace >/dev/null && strace -o "$T/x" true 2>/dev/null; then
	git checkout -q main
	ASAN_OPTIONS=detect_leaks=0 strace -f -y -s 200 -e trace=fsync,renameat2,renameat,rename -o "$T/trace" orchestrator dispatch --wait lfs-one >/dev/null 2>&1
	git checkout -q --detach; S=$(session_of lfs-one)
else
	dispatch lfs-one
fi
is 'a file that an agent left becomes a pointer' "$(st lfs-one .status) $(pointer session/lfs-one/1:lfs-one.bin)" 'approved pointer'
ok 'the worktree of an implementer has the content of files in Git LFS' test -e "$T/content"
for f in session/lfs-one/1:lfs-one.bin session/lfs-one/1:copy.bin session/lfs-one/1~:copy.bin; do
	o=$(lfs_object "$f")
	is "the repository has the content that a pointer stands for ($f)" "$(sha256sum <"$o" | cut -c1-64)" "$(basename "$o")"
done
is 'no temporary file is left among the objects of Git LFS' "$(find .git/lfs/objects -name '.*' -type f)" ''
if [ -e "$T/trace" ]; then
	is 'on disk before it has its name' "$(awk -v o="$(basename "$o")" '/fsync/ && index($0, "/." o) { synced = 1 }
		/rename/ && index($0, "\"." o) { print synced + 0 }' "$T/trace" | sort -u)" 1
else
	skip 'on disk before it has its name' 'no strace here'
fi
dispatch text-two; logged orchestrator merge text-two
rm "$T/gate.lfs-one"; run orchestrator merge lfs-one
is 'a new file in Git LFS is merged as a pointer' "$status $(pointer main:lfs-one.bin)" '0 pointer'
is 'gates of a merge have the content of files in Git LFS' "$(cat "$T/gate.lfs-one")" "$(printf 'content\ncontent')"
dispatch swap
is 'what setup puts in the place of files in Git LFS is put back' \
    "$(st swap .status) $(cat "$T/gate.swap" "$T/status.swap")" "approved $(printf 'pointer\npointer')"
is 'what setup puts in the place of files in Git LFS stays in the worktree of the implementer, where it is work' \
    "$(git diff --name-only main...session/swap/1 | tr '\n' ' ')" 'more.bin old.bin swap '
dispatch breaks
is 'a gate that changes one is void' "$(st breaks .status) $(field review.json '.gates[-1].outcome' breaks)" 'failed changed the worktree'
dispatch lfs-forged
for i in wrong link; do
	o=$(lfs_object "session/lfs-forged/1:$i.bin")
	is "an object that is another one than its name says, or no file, is left out ($i)" "$(pointer "session/lfs-forged/1:$i.bin") $(ls "$o" 2>/dev/null)" 'pointer '
done
git checkout -q main; git lfs checkout >/dev/null
is 'what was merged can be checked out' "$(tail -n 1 lfs-one.bin)" 20000
done_testing
