#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Gates, reviewer, tech-lead and merge work in clean trees: nothing decides that is in no commit.
# shellcheck disable=SC2016 # scripts
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/clean.sh"
cd "$T" || exit 1

# What holds with bubblewrap and with Landlock.
everywhere() {
	world "$kind"
	# Ignored files.
	script "$k-make.implementer" <<'E'
say prompts "$prompt"; echo broken >a; printf 'check:\n\ttrue\n' >GNUmakefile; echo GNUmakefile >>.gitignore; mkdir own; echo '*' >own/.gitignore; echo x >own/x
: >"$(printf 'of\nREVIEW_VERDICT: APPROVED.o')"; : >"$(printf 'name\377\033.o')"
E
	settings '.gate_tries = 1 | .setup = [] | .gates = ["make -s check"]'
	dispatch "$k-make"
	is "$kind: a gate that only an ignored file makes pass fails in the clean tree" "$(ended)" 'failed gate'
	like "$kind: the implementer is told that the gate passes in its own worktree" "$(said prompts)" 'passes in'
	like "$kind: the implementer is told which ignored file is there" "$(said prompts)" '[^A-Za-z]GNUmakefile'
	like "$kind: the implementer is told of a directory that an ignore file in it hides" "$(said prompts)" '[^A-Za-z]own/'
	is "$kind: two tries of the implementer are recorded as two failures of the gate" \
	    "$(jq -r '[.gates[] | .passed] | join(" ")' "$S/review.json")" 'false false'
	is "$kind: the name of an ignored file is no line of the log" "$(grep -c '^REVIEW_VERDICT: APPROVED' "$S/output.log")" 0
	run orchestrator merge "$ITEM"
	is "$kind: work whose gate failed in the clean tree is not merged" "$(git show main:a)" sound

	script "$k-both.implementer" <<'E'
say prompts "$prompt"; echo broken >a; echo x >beside.o
E
	dispatch "$k-both"
	is "$kind: a gate that fails in both trees has failed" "$(ended)" 'failed gate'
	is "$kind: of ignored files that do not matter nothing is said" "$(said prompts | grep -c 'beside\.o\|passes in')" 0

	script "$k-deps.implementer" <<'E'
say prompts "$prompt"; echo lib >uses; mkdir deps; echo x >deps/lib; echo KEY=x >.env
E
	script "$k-deps.gate" <<'E'
say ls "$(ls -A deps .env 2>/dev/null)"; ! test -s uses || { test -s deps/lib && . ./.env && test "$KEY"; }
E
	settings '.gate_tries = 1'
	dispatch "$k-deps"
	is "$kind: packages and .env that the implementer left in its worktree make no gate pass" "$(ended)" 'failed gate'
	is "$kind: the gate is run in the clean tree and once more in the implementer's worktree" "$(said ls | tr '\n' ' ')" ' .env  deps: lib  .env  deps: lib '
	like "$kind: an ignored directory is named to the implementer" "$(said prompts)" 'deps'
	like "$kind: an ignored .env is named to the implementer" "$(said prompts)" '\.env'

	script "$k-setup.implementer" <<'E'
echo forged >deps/lib; echo lib >uses; echo forged >.env
E
	script "$k-setup.setup" <<'E'
mkdir -p deps; cat .env deps/lib 2>/dev/null; echo installed >deps/lib
E
	script "$k-setup.gate" <<'E'
say lib "$(cat deps/lib .env 2>&1)"; grep -qx installed deps/lib && ! test -e .env
E
	settings
	dispatch "$k-setup"
	is "$kind: what setup installs in the clean tree is what gates find" "$(ended)" 'approved '
	is "$kind: worker gates names the commit that it has tested" "$(worker gates "$S" "$(git rev-parse main)" | jq -r '.[] | [.name, .passed, .commit] | join(" ")')" \
	    "check true $(git rev-parse main)"
	ok "$kind: setup in the clean tree finds nothing of the implementer" not grep -q 'forged' "$S/output.log"

	script "$k-broken.implementer" <<'E'
say prompts "$prompt"; say tries x; if [ "$(wc -l <"$T/out/$ITEM_ID.tries")" = 1 ]; then echo x >breaks; else rm breaks; echo x >mends; fi
E
	script "$k-broken.setup" <<'E'
test ! -e breaks || { echo 'no such package'; false; }
E
	settings '.gate_tries = 1'
	dispatch "$k-broken"
	is "$kind: a change that breaks setup is handed back, and approved once it does not" "$(ended) $(said tries | wc -l)" 'approved  2'
	like "$kind: the implementer is told what the setup that failed in the clean tree printed" "$(said prompts)" 'no such package'
	script "$k-stays.implementer" <<'E'
echo x >breaks
E
	cp "$HOME/s/$k-broken.setup" "$HOME/s/$k-stays.setup"
	settings
	dispatch "$k-stays"
	is "$kind: work on which setup fails to the end has failed as by a gate" "$(ended)" 'failed gate'
	is "$kind: no gate is run where setup has failed" "$(jq -r '[.gates[].name] | unique | join(" ")' "$S/review.json")" 'setup install'

	# Gates that write.
	i=0
	for change in 'echo x >>a' 'rm b' 'chmod +x a' 'ln -sf b a' 'rm -r d; echo x >d' 'echo sound >b; touch -r a b' \
	    'touch -r a stamp; printf "SOUND\n" >a; touch -r stamp a; rm stamp'; do
		i=$((i + 1))
		echo 'echo x >new' >"$HOME/s/$k-w$i.implementer"; echo "$change" >"$HOME/s/$k-w$i.gate"
		dispatch "$k-w$i" &
	done
	wait
	is "$kind: a gate that changes a file of the commit in any way has failed" \
	    "$(for i in 1 2 3 4 5 6 7; do item "$k-w$i"; ended; done | sort | uniq -c | sed 's/^ *//')" '7 failed gate'
	script "$k-tells.implementer" <<'E'
say prompts "$prompt"; echo x >new
E
	echo 'echo x >>a' >"$HOME/s/$k-tells.gate"
	settings '.gate_tries = 1'
	dispatch "$k-tells"
	is "$kind: of a gate that changes a file of the commit nobody says that it passes elsewhere" "$(said prompts | grep -c 'passes in')$(grep -c 'passes in' "$S/output.log")" 00
	like "$kind: the implementer is told which file of the commit a gate has changed" "$(said prompts)" '^It changed files of the commit: a\.$'
	script "$k-again.gate" <<'E'
[ -e deps/first ] || [ -e "$XDG_CACHE_HOME/first" ] || { mkdir -p deps; : >deps/first; : >"$XDG_CACHE_HOME/first"; false; }
E
	cp "$HOME/s/$k-tells.implementer" "$HOME/s/$k-again.implementer"
	dispatch "$k-again"
	is "$kind: gates that run once more on the same commit find nothing of the first time" "$(ended) $(said prompts | grep -c '^The gate check failed')" 'failed gate 1'
	echo 'git checkout -q a; rm of-setup; echo x >new' >"$HOME/s/$k-odd.implementer"
	echo 'echo changed >>a; echo x >of-setup' >"$HOME/s/$k-odd.setup"
	script "$k-odd.gate" <<'E'
[ -z "$(git status --porcelain)" ] || exit 1
git init -q nested && git -C nested -c user.name=x -c user.email=x commit -q --allow-empty -m x || exit 1
mkdir -p shut/deeper d/x && echo x >shut/deeper/file && : >'new
line' && ln -s /nowhere d/link && echo x >d/x/file && echo x >made.o && chmod 555 shut/deeper shut d/x; true
E
	script "$k-odd.reviewer" <<'E'
say found "$(find . -name .git -prune -o ! -type d -print | sed 's,^..,,' | sort)"; worker verdict approved
E
	settings '.review = "council"'
	dispatch "$k-odd"
	is "$kind: whatever setup and gates leave that git does not ignore, the reviewer finds the commit and what it ignores" \
	    "$(ended) $(said found | tr '\n' ' ')" "approved  $( (git ls-tree -r --name-only "$(jq -r .commit "$S/review.json")"; echo made.o) | sort | tr '\n' ' ')"
	script "$k-bare.implementer" <<'E'
echo "round $ROUND" >work
E
	script "$k-bare.reviewer" <<'E'
say reads "$(cat work)"; if [ "$ROUND" = 1 ]; then worker verdict rejected No.; else worker verdict approved; fi
E
	settings '.review = "council" | .rounds = 1 | .gates = []'
	dispatch "$k-bare"
	is "$kind: without gates a reviewer has the commit of each round" "$(ended) $(said reads | tr '\n' ' ')" 'approved  round 1 round 2 '
	settings

	is "$kind: of sessions that failed no clean tree is left" \
	    "$(leftovers | sed -n 's,.*/\.clean-session-[bl]-\([a-z]*\)-.*,\1,p' | sort | tr '\n' ' ')" 'bare broken odd setup '

	# All roles, two rounds, and the merge: each says what it finds of those before.
	script "$k-all.setup" <<'E'
enter setup; echo "installed $n" >deps/lib
E
	script "$k-all.gate" <<'E'
enter gate; env | grep -v '^_=' | sed "s,$PWD,TREE,g" | sort >"$T/out/$ITEM_ID.env$n"
say lib "$(cat deps/lib)"; say config "$(git config x.left; git ls-files -v | grep -v ^H; cat "$(git rev-parse --git-dir)/info/exclude" 2>/dev/null | grep -x left.secret)"
did gate.git to "$(git rev-parse --git-dir)/HEAD"; did gate.commit git commit -q --allow-empty -m Gate; did gate.tree to deps/of-gate
: >left.untracked; mkfifo left.pipe
E
	script "$k-all.second" <<'E'
say second "$(ls -d left.untracked left.pipe deps/of-gate 2>/dev/null)"
E
	script "$k-all.implementer" <<'E'
case $STEP.$ROUND in
present.*) echo 'My case.' ;;
respond.1) worker verdict rejected 'I concede.' ;;
respond.2) worker verdict approved 'I defend it.' ;;
*) enter impl; echo "round $ROUND" >work
   for f in cache.clean/x cache.clean/xdg/x clean.git/HEAD clean.git/hooks/x scratch.git/HEAD layer.clean/x clean/x; do did "impl.$f" to "$SESSION_DIR/$f"; done
   did impl.make mkdir "$SESSION_DIR/cache.clean" "$SESSION_DIR/clean.git" "$SESSION_DIR/clean" "$SESSION_DIR/scratch.git"
   p=$(dirname "$WORKTREE")/.pool; did impl.pool mkdir "$p/.clean-$SESSION_ID" "$p/x"; did impl.tree to "$p/.clean-$SESSION_ID/tree/a" ;;
esac
E
	script "$k-all.reviewer" <<'E'
enter review; g=$(git rev-parse --git-dir)
did log git log -1; did show git show --stat HEAD; did diff git diff --exit-code "$BASE...HEAD" -- a; did blame git blame work
did change to a; did new to new; did ignored to deps/lib; did remove rm -f b; did mkdir mkdir new.d; did rename mv a c
did head to "$g/HEAD"; did gitfile to "$g/new"; did config git config x.left yes; did commit git commit -q --allow-empty -m Smuggled
did ref git update-ref refs/heads/x HEAD; did index git update-index --assume-unchanged a; did hook to "$g/hooks/post-checkout"; did object sh -c "echo $$ | git hash-object -w --stdin"
did own to "$SESSION_DIR/git/HEAD"; did own.tree to "$(dirname "$(dirname "$SESSION_DIR")")/x"
worker verdict rejected "Not in round $ROUND."
E
	script "$k-all.tech-lead" <<'E'
enter lead; g=$(git rev-parse --git-dir)
did lead.config git config x.left yes; did lead.exclude sh -c "mkdir -p '$g/info'; echo left.secret >>'$g/info/exclude'"; did lead.index git update-index --skip-worktree a
[ -e mended ] || { echo mended >mended; did lead.commit sh -c 'git add mended && git commit -qm Mended'; say mended "$(git rev-parse HEAD)"; }
echo uncommitted >>b; echo uncommitted >lead.new; echo forged >deps/lib; git init -q nested; mkfifo d/.gitignore pipe
worker verdict approved 'With this it is right.'
E
	settings '.review = "council" | .rounds = 1 | .agents.a.resume = .agents.a.command |
	    .gates[1] = { name: "second", command: ". \"$HOME/s/prelude\"; . \"$HOME/s/$ITEM_ID.second\"" }'
	dispatch "$k-all"
	is "$kind: a session of two rounds and a repair is approved" "$(ended)" 'approved '
	seen='setup1:
impl1: setup1
setup2:
gate1: setup2
review1: gate1 setup2
impl2: impl1 setup1
setup3:
gate2: setup3
review2: gate2 setup3
setup4:
lead1: setup4
setup5:
gate3: setup5
setup6:
lead2: setup6'
	is "$kind: each role finds what ran in its own tree of this commit, in files and caches, and nothing else" "$(said seen)" "$seen"
	is "$kind: gates find what setup installed in their tree" "$(said lib)" 'installed 2
installed 3
installed 5'
	commit=$(jq -r .commit "$S/review.json")
	is "$kind: the approved commit is the one that the tech-lead made" "$commit $(git show "$commit:mended")" "$(said mended) mended"
	is "$kind: the record has the opinion of the tech-lead on the very commit that is approved" \
	    "$(jq -r '.opinions[-1] | [.role, .verdict, .commit] | join(" ")' "$S/review.json")" "tech-lead approved $commit"
	is "$kind: gates have passed on the commit of the tech-lead" "$(jq -r --arg c "$commit" '[.gates[] | select(.commit == $c and .name == "check") | .passed] | join(" ")' "$S/review.json")" true
	is "$kind: what the tech-lead did not commit is in no commit" "$(git show "$commit:b"; git ls-tree --name-only "$commit" lead.new)" first
	id=${S##*/}
	is "$kind: what the tech-lead did not commit is saved" "$(git show "refs/salvage/$id:b" "refs/salvage/$id:lead.new" 2>&1 | tr '\n' ' ')" 'first uncommitted uncommitted '
	is "$kind: git settings, excludes and index of the tech-lead are not those of the gates after it" "$(said config | tr -d '\n')" ''
	can "$kind: the tech-lead commits, and may set its git" lead.config lead.exclude lead.index lead.commit
	cannot "$kind: the reviewer changes no file of the tree" change new ignored remove mkdir rename
	cannot "$kind: the reviewer changes nothing of its git directory" head gitfile config commit ref index hook object
	can "$kind: log, show, diff and blame work for the reviewer" log show diff blame
	cannot "$kind: gates write neither git nor a commit" gate.git gate.commit
	can "$kind: gates write the clean tree" gate.tree
	cannot "$kind: the implementer reaches no clean tree, git directory or cache of it" impl.cache.clean/x impl.cache.clean/xdg/x impl.clean.git/HEAD \
	    impl.clean.git/hooks/x impl.scratch.git/HEAD impl.layer.clean/x impl.clean/x impl.make impl.pool impl.tree
	said git >"$T/git"
	is "$kind: git describes, lists and compares the tree everywhere, and finds it clean" "$(cat "$T/git")" \
	    "$(cut -d' ' -f1 "$T/git" | while read -r c; do echo "$c $(git describe --tags "$c") $(git ls-tree -r "$c" | wc -l)"; done)"
	is "$kind: gates and judges see the commit that is judged" \
	    "$(sed -n '4,5p' "$T/git" | cut -d' ' -f1 | sort -u),$(sed -n '13p' "$T/git" | cut -d' ' -f1)" \
	    "$(git rev-parse "$commit~2"),$commit"

	# The merge, after the target has moved.
	moves_on "other $kind"
	old=$(git rev-parse main)
	run orchestrator merge "$ITEM"
	is "$kind: a session is merged into a target that has moved" "$status $(git log -1 --format=%P main)" "0 $old $commit"
	is "$kind: setup and gates of the merge find nothing of the session" "$(said seen | tail -n 2)" 'setup7:
gate4: setup7'
	is "$kind: the merge's setup and gates have git on the very commit that is merged" "$(said git | tail -n 2)" \
	    "$(for i in 1 2; do echo "$(git rev-parse main) $(git describe --tags main) $(git ls-tree -r main | wc -l)"; done)"
	is "$kind: the merge's gates find what setup installed" "$(said lib | tail -n 1)" 'installed 7'
	is "$kind: in session and merge a gate finds of the one before what git ignores, and nothing else" "$(said second)" 'deps/of-gate
deps/of-gate
deps/of-gate
deps/of-gate'
	is "$kind: the merge's gates have the environment of the session's" "$(diff "$T/out/$ITEM.env3" "$T/out/$ITEM.env4")" ''
	like "$kind: what the merge's gates run in is compared at all" "$(cat "$T/out/$ITEM.env4")" '^npm_config_cache='
	is "$kind: in the caches of the user nothing is left" "$(find "$HOME" -name 'left.*')" ''
	ok "$kind: of the merge's clean tree nothing is left" wait_for 20 not find .worktrees/.pool -name '.merge-*' -exec false {} +

	echo 'echo x >new2' >"$HOME/s/$k-late.implementer"
	script "$k-late.gate" <<'E'
test ! -e late
E
	settings
	dispatch "$k-late"
	echo x >late && git add late && git commit -qm 'Of a user'; old=$(git rev-parse main)
	run orchestrator merge "$ITEM"
	is "$kind: where a gate fails on the merged tree nothing is merged" "$(git rev-parse main) $(ended)" "$old conflict gate"
	git rm -q late && git commit -qm 'Of a user'
}

k=b kind=bubblewrap
if bwrap --unshare-pid --unshare-ipc --ro-bind / / --dev /dev --proc /proc true 2>/dev/null; then
	kinds=bubblewrap
	everywhere
	item b-all
	is 'bubblewrap: all roles, and the merge, work at the path of the session'\''s worktree' "$(said pwd | sort -u)" "$R/.worktrees/b-all"
else
	skip 'bubblewrap: all roles, and the merge, work at the path of the worktree' 'does not work here'
fi
k=l kind=Landlock
if [ "$(landlock)" -ge 6 ]; then
	PATH=$without_bwrap kinds="${kinds:-} Landlock"
	everywhere
	item l-all
	is 'Landlock: no role but setup and implementer works in the session'\''s worktree' "$(said pwd | grep -cx "$R/.worktrees/l-all")" 3
	echo 'echo x >new3' | tee "$HOME/s/l-loop.implementer" >"$HOME/s/l-mode.implementer"
	echo 'chmod 755 a; worker verdict approved' >"$HOME/s/l-mode.reviewer"
	settings '.review = "council"'
	dispatch l-mode
	is 'Landlock: the approval of a reviewer that changed the mode of a file is void' "$(ended)" 'failed no-verdict'
	# What a killed worker leaves goes on there, until the next one ends it.
	script l-loop.setup <<'E'
enter setup
E
	script l-loop.gate <<'E'
[ ! -e "$T/out/hang.l-loop.gate" ] || for d in "$XDG_CACHE_HOME/l" deps/l; do
	(i=0; while mkdir -p "$d" && : >"$d/$i" && : >"$d/../left.loop"; do i=$((i + 1)); done; while :; do mkdir -p "$d"; : >"$d/../left.loop"; done) >/dev/null 2>&1 &
done
enter gate; point gate
E
	: >"$T/out/hang.l-loop.gate"
	settings
	begin l-loop; at gate; kill_worker
	run orchestrator recover
	wait_for 30 ends
	is 'Landlock: gates that go on when their worker is killed leave nothing to the next ones' "$(ended) $(said seen | tail -n 2)" 'approved  setup3:
gate2: setup3'
	PATH=$with_bwrap
else
	skip 'Landlock: gates that go on when their worker is killed leave nothing to the next ones' "version $(landlock)"
fi
# Whatever lies in the caches of the clean tree before there is one goes.
mkfifo "$T/out/go"
world empty
script late.implementer <<'E'
echo x >new; say at work; read -r _ <"$T/out/go"
E
script late.gate <<'E'
say at gate; read -r _ <"$T/out/go"
E
settings
begin late
at work; mkdir -p "$S/cache.clean/d"; : >"$S/cache.clean/d/answer"; echo >"$T/out/go"
at gate
ok 'a clean tree begins without the caches of another commit' test ! -e "$S/cache.clean/d/answer"
echo >"$T/out/go"
wait_for 30 ends
is 'a session whose caches were emptied goes on' "$(ended)" 'approved '
done_testing
