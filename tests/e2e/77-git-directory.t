#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A session's git directory: the runtime's outside, the agent's inside; what is taken over from there.
# shellcheck disable=SC2016 # scripts
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"
cd "$T" || exit 1

mkdir "$T/out" "$T/nobwrap"
confined="{ \"mode\": \"auto\", \"writable\": [\"$T/out\", \"$T/prelude\", \"$T/plant\"], \"environment\": [\"T\"] }"
for d in /usr/local/bin /usr/bin /bin; do ln -s "$d"/* "$T/nobwrap" 2>/dev/null; done
rm -f "$T/nobwrap/bwrap"
with_bwrap=$PATH without_bwrap=$O/bin:$O/libexec:$T/nobwrap
sed -i 's,\$T/,$T/out/,g' "$T/prelude"
mkfifo "$T/out/go"; echo 'meet() { echo x >>"$T/out/$ITEM_ID.at.$1"; read -r _ <"$T/out/go"; }' >>"$T/prelude"
go() { timeout 20 sh -c 'echo >"$1"' sh "$T/out/go"; }	# the one that meets us goes on
said() { cat "$T/out/$ITEM.$1" 2>/dev/null; }
at() { wait_for "$LIMIT" test -s "$T/out/$ITEM.at.$1"; }
ended() { echo "$(st .status) $(st .reason)"; }
subjects() { git -C "${2:-$R}" log --format=%s "$1" | paste -sd, -; }
log_has() { grep -q -- "$1" "$S/output.log"; }

# A program that a git outside would run, and the ways to have it run, in git directory $1.
cat >"$T/plant" <<'E'
plant() {
	printf '#!/bin/sh\ntouch %s/out/ran\ncat\n' "$T" >"$1/evil" && chmod +x "$1/evil"
	git config -f "$1/config" core.fsmonitor "$1/evil"; git config -f "$1/config" diff.external "$1/evil"
	git config -f "$1/config" filter.evil.clean "$1/evil"; git config -f "$1/config" diff.evil.textconv "$1/evil"
	mkdir -p "$1/hooks" "$1/info" && for h in post-index-change pre-commit post-commit; do cp "$1/evil" "$1/hooks/$h"; done
	echo '* filter=evil diff=evil' >"$1/info/attributes"
}
E
users_git() {	# what a person, a prompt or an editor calls
	[ -d "$W" ] || return
	for _c in status diff 'diff HEAD~1' 'log -p -1' 'commit --dry-run' 'stash create' 'describe --dirty --all' 'add -A' stash 'checkout -q .'; do
		# shellcheck disable=SC2086 # words
		git -C "$W" $_c </dev/null >/dev/null 2>&1
	done
}

session_directory() {	# KIND
	kind=$1
	role implementer <<'E'
echo own >own; git add own; git commit -qm Own; echo left >left
. "$T/plant"; plant "$(git rev-parse --absolute-git-dir)"
E
	session "dir-$kind"
	work
	is "$kind: the session is approved" "$(ended)" 'approved not-reviewed'
	rm -f "$T/out/ran"	# what was run inside
	is "$kind: the worktree names the directory that is no agent's" "$(cat "$W/.git")" "gitdir: $S/git"
	is "$kind: git outside sees the branch at the work, and nothing else" "$(git -C "$W" status --short --branch 2>&1)" "## session/$ITEM/1"
	is "$kind: git outside has the commits" "$(subjects "$(st .base)..HEAD" "$W")" "dir-$kind: Title of dir-$kind,Own"
	users_git
	ok "$kind: git outside runs nothing that the agent has planted" not test -e "$T/out/ran"
	git --git-dir="$S/agent.git" --work-tree="$W" status >/dev/null 2>&1
	ok "$kind: what the agent has planted runs in its own directory" test -e "$T/out/ran"

	# While the agent is at work.
	role implementer <<'E'
echo own >own; git add own; git commit -qm Own
. "$T/plant"; plant "$(git rev-parse --absolute-git-dir)"; rm -f "$T/out/ran"; meet busy
E
	session "busy-$kind"
	start && at busy
	if [ "$kind" = bubblewrap ]; then
		is "$kind: while an agent is at work git outside is at the base" "$(subjects HEAD "$W"),$(git -C "$W" branch)" 'Submodule,First commit,* session/busy-bubblewrap/1'
		users_git
		ok "$kind: while an agent is at work git outside runs nothing of it" not test -e "$T/out/ran"
	else
		is "$kind: while an agent is at work the worktree names its directory" "$(cat "$W/.git")" "gitdir: $S/agent.git"
		is "$kind: the log says so once" "$(grep -c 'do not run git in' "$S/output.log")" 1
	fi
	go; stop

	# A repository of the agent's where the commit has a submodule.
	role implementer <<'E'
. "$T/plant"; echo own >own; mkdir -p sub/.git/objects sub/.git/refs; git rev-parse :sub >sub/.git/HEAD; plant "$PWD/sub/.git"
E
	session "sub-$kind"
	work
	is "$kind: a session with a repository in the place of a submodule is approved" "$(ended)" 'approved not-reviewed'
	rm -f "$T/out/ran"; users_git
	ok "$kind: git outside does not enter a submodule" not test -e "$T/out/ran"
	git -C "$W" update-index --no-skip-worktree sub; git -C "$W" status >/dev/null 2>&1
	ok "$kind: git outside enters a submodule that is not marked" test -e "$T/out/ran"

	# A run that empties it.
	role implementer <<'E'
echo own >own; git add own; git commit -qm Own; find "$(git rev-parse --absolute-git-dir)" -mindepth 1 -delete; true
E
	session "empty-$kind"
	work
	is "$kind: of a git directory that was emptied the files in the worktree are the work" \
	    "$(ended),$(git -C "$R" show "session/$ITEM/1:own"),$(subjects "$(st .base)..session/$ITEM/1")" "approved not-reviewed,own,empty-$kind: Title of empty-$kind"
	ok "$kind: the log says that it was emptied" log_has 'git directory was emptied'
	is "$kind: git outside is whole" "$(git -C "$W" status --short 2>&1),$(subjects HEAD~1 "$W")" ',Submodule,First commit'
}
new_repo "$R" 3 && git -C "$R" update-index --add --cacheinfo "160000,$(git -C "$R" rev-parse HEAD),sub" && git -C "$R" commit -qm Submodule && mkdir "$R/sub"
if bwrap --ro-bind / / --dev /dev --proc /proc --unshare-pid true 2>/dev/null; then
	session_directory bubblewrap

	# A person commits in the worktree, while an agent is at work that commits nothing itself, or does.
	role implementer <<'E'
meet busy; [ "$ITEM_ID" = hand ] || { echo own >own; git add own; git commit -qm Own; }; echo left >left
E
	for i in hand both; do
		session $i
		start && at busy
		echo hand >"$W/hand" && git -C "$W" add hand && git -C "$W" commit -qm Hand
		go; stop
		is "the session is approved when a person commits in its worktree ($i)" "$(ended)" 'approved not-reviewed'
		is "the file of a person's commit is in the work ($i)" "$(git -C "$R" show "session/$i/1:hand" "session/$i/1:left" | paste -sd,)" hand,left
		is "git outside sees the work ($i)" "$(git -C "$W" status --short)" ''
		[ $i = both ] || is "a person's commit is part of the work" "$(subjects "$(st .base)..session/$i/1")" 'hand: Title of hand,Hand'
	done
	is "an agent's own commits are the work, and the person's is saved" \
	    "$(subjects "$(st .base)..session/both/1"),$(subjects "refs/salvage/$ID" | grep -c Hand)" 'both: Title of both,Own,1'

	# A person's commit can't be read just then.
	if command -v strace >/dev/null && strace -o "$T/x" true 2>/dev/null; then
		session unread && mkdir "$S/git"
		ASAN_OPTIONS=detect_leaks=0 strace -P "$S/git" -o /dev/null -e trace=openat2 -e inject=openat2:error=EIO:when=1 worker run "$S" >/dev/null 2>&1 & pid=$!
		at busy
		echo hand >"$W/hand" && git -C "$W" add hand && git -C "$W" commit -qm Hand
		go; stop
		is "what can't be read just then is not taken for no commit" "$status $(st .status)" '74 running'
		work
		is "a commit that couldn't be read is part of the work once it can be read" \
		    "$(ended) $(git -C "$R" show "session/unread/1:hand")" 'approved not-reviewed hand'
	else
		skip "what can't be read just then is not taken for no commit" 'no strace here'
		skip "a commit that couldn't be read is part of the work once it can be read" 'no strace here'
	fi

	# Commits in steps that have none to make: one of the presenter, one of a person meanwhile.
	role implementer <<'E'
echo own >own; git add own; git commit -qm Own
E
	role implementer resume <<'E'
[ "$STEP" != present ] || { git commit -q --allow-empty -m Presenter; meet busy; }; echo 'My case.'
E
	role reviewer <<'E'
worker verdict approved
E
	session late
	start && at busy
	git -C "$W" commit -q --allow-empty -m Hand
	go; stop
	is 'commits that nobody asked for are no part of what is approved' "$(ended),$(subjects "$(st .base)..session/late/1"),$(git -C "$W" log -1 --format=%s)" 'approved ,Own,Own'
	is 'commits that nobody asked for are saved' "$(git -C "$R" log --format=%s "refs/salvage/$ID" | grep -c 'Hand\|Presenter')" 2
	no_roles
else
	skip 'a session with planted git directories is confined by bubblewrap' 'it does not work here'
fi
PATH=$without_bwrap
session_directory other
PATH=$with_bwrap
done_testing
