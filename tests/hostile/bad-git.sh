# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2016,SC2154 # of the driver, and for it
# They do to git what they can.
bad no-tree 'failed (protected|io)' 'failed io' <<'E'
cd /; rm -rf "$WORKTREE"/* "$WORKTREE"/.[!.]* "$WORKTREE"; true
E
bad no-link 'approved ' 'approved ' <<'E'
echo x >x; rm -f .git; true
E
bad no-git 'approved ' 'approved ' <<'E'
echo x >x; rm -rf "$(git rev-parse --absolute-git-dir)"; true
E
bad objects-lost 'failed import' 'failed import' <<'E'
echo x >x; git add x; git commit -qm x; rm -rf "$(git rev-parse --absolute-git-dir)"/objects/??
E
bad objects-damaged 'failed import' 'failed import' <<'E'
echo x >x; git add x; git commit -qm x; find "$(git rev-parse --absolute-git-dir)/objects" -type f -path '*/??/*' | while read -r f; do chmod u+w "$f"; echo junk >"$f"; done
E
bad objects-torn 'failed import' 'failed import' <<'E'
echo x >x; git add x; git commit -qm x; find "$(git rev-parse --absolute-git-dir)/objects" -type f -path '*/??/*' | while read -r f; do chmod u+w "$f"; truncate -s 10 "$f"; done
E
bad objects-swapped 'failed import' 'failed import' <<'E'
echo x >x; git add x; git commit -qm x; set -- $(find "$(git rev-parse --absolute-git-dir)/objects" -type f -path '*/??/*'); cp "$1" "$1.x"; mv -f "$2" "$1"; mv -f "$1.x" "$2"
E
bad pack-damaged 'failed import' 'failed import' <<'E'
echo x >x; git add x; git commit -qm x; git repack -adq; for f in "$(git rev-parse --absolute-git-dir)"/objects/pack/*; do chmod u+w "$f"; truncate -s 100 "$f"; done
E
bad head-nowhere 'failed import' 'failed import' <<'E'
echo x >x; git add x; git commit -qm x; git update-ref --no-deref HEAD HEAD; echo 1234567890123456789012345678901234567890 >"$(git rev-parse --absolute-git-dir)/HEAD"
E
bad head-unrelated 'failed import' 'failed import' <<'E'
echo x >x; git checkout -q --orphan other; git rm -rqf .; echo x >x; git add x; git commit -qm x
E
bad head-merged 'approved ' 'approved ' <<'E'
echo x >x; git add x; git commit -qm x; git commit-tree -p HEAD -p "$(git commit-tree -m root "$(git write-tree)")" -m two "$(git write-tree)" >c; git reset -q --soft "$(cat c)"
E
bad head-loops 'failed import' 'failed import' <<'E'
echo x >x; cd "$(git rev-parse --absolute-git-dir)"; echo 'ref: refs/heads/a' >HEAD; mkdir -p refs/heads; echo 'ref: refs/heads/b' >refs/heads/a; echo 'ref: refs/heads/a' >refs/heads/b
E
bad head-option 'failed import' 'failed import' <<'E'
echo x >x; printf 'ref: refs/heads/--upload-pack=touch %s/outside/ran\n' "$W" >"$(git rev-parse --absolute-git-dir)/HEAD"
E
bad replaced 'approved ' 'approved ' <<'E'
echo x >x; git add x; git commit -qm x; b=$(echo evil | git hash-object -w --stdin); git replace "$(git rev-parse HEAD:x)" "$b"; git replace --graft HEAD
E
echo 'git show session/replaced/1:x | grep -qx x || echo "another blob than that of the commit"' >"$W/bad/replaced.after"
bad nested 'failed import' 'failed import' <<'E'
git init -q inner; cd inner; echo x >x; git add x; git commit -q --allow-empty -m x
E
bad submodule 'failed (import|protected)' 'failed (import|protected)' <<'E'
git init -q "$W/marks/sub"; (cd "$W/marks/sub"; git commit -q --allow-empty -m x)
git -c protocol.file.allow=always submodule --quiet add "$W/marks/sub" mod; printf '[submodule "x"]\n\tpath = -x\n\turl = --upload-pack=touch %s/outside/ran\n' "$W" >>.gitmodules; git add -A; git commit -qm x
E
for _n in .git .GIT git~1 .gitmodules; do
bad "tree-$(printf %s "$_n" | tr '.~' 'dt')" 'failed import' 'failed import' <<E
b=\$(echo x | git hash-object -w --stdin); e=\$(printf '100755 blob %s\thooks\n' \$b | git mktree)
t=\$(printf '040000 tree %s\t$_n\n100644 blob %s\tok\n' \$e \$b | perl -ne 'chomp; my (\$m, \$t, \$o, \$n) = /^0?(\d+) (\w+) (\w+)\t(.*)/; print "\$m \$n\0", pack("H*", \$o)' | git hash-object -t tree -w --literally --stdin)
git reset -q --soft "\$(git commit-tree -p HEAD -m evil \$t)"; git rev-parse HEAD
E
done
for _n in .. . a/b; do
bad "tree-name-$(printf %s "$_n" | tr './' 'ds')" 'failed import' 'failed import' <<E
b=\$(echo x | git hash-object -w --stdin)
t=\$(printf '100644 blob %s\t$_n\n' \$b | perl -ne 'chomp; my (\$m, \$t, \$o, \$n) = /^0?(\d+) (\w+) (\w+)\t(.*)/; print "\$m \$n\0", pack("H*", \$o)' | git hash-object -t tree -w --literally --stdin)
git reset -q --soft "\$(git commit-tree -p HEAD -m evil \$t)"
E
done
bad names 'approved ' 'approved ' <<'E'
touch -- -x --help --exec=evil "$(printf 'a\nb')" "$(printf 'e\033]0;title\007\033[31m')" "$(printf 'c1\302\233x')" "$(printf 'bidi\342\200\256x')" "$(printf '\377\376')" HEAD refs ':(top)x' "\$(touch $W/outside/ran)" "\`touch $W/outside/ran\`" ' ' "$(printf %0250d 1)"
git add -A; git commit -qm "$(printf -- '--author=x\033[31m\n\n-x')"
E
bad author 'approved ' 'approved ' <<'E'
echo x >x; git add x; GIT_AUTHOR_NAME=$(printf -- '--x\033[31m') GIT_AUTHOR_EMAIL='-x' GIT_AUTHOR_DATE='@0 +0000' git commit -qm x
E
bad through-link 'failed protected' 'failed protected' <<'E'
ln -s "$W/outside/directory" d; git add d; git commit -qm One; git rm -q --cached d; b=$(echo x | git hash-object -w --stdin); git update-index --add --cacheinfo "100644,$b,d/file"; git commit -qm Two
E
bad index-flags 'approved ' 'approved ' <<'E'
git update-index --assume-unchanged d1/file1; git update-index --skip-worktree d2/file2; echo forged >d1/file1; echo forged >d2/file2; git config core.sparseCheckout true; git config core.fileMode false; git config core.worktree "$W/outside"; echo x >x
E
bad locks 'approved ' 'approved ' <<'E'
echo x >x; cd "$(git rev-parse --absolute-git-dir)"; for f in index HEAD config packed-refs refs/heads/session; do : >"$f.lock"; done 2>/dev/null; true
E
