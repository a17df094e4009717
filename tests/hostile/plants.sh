# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2016,SC2086,SC2154 # of the driver, and for it; lists of words
# What git can be led to run, in the private git directories and the worktrees of two sessions
# (own), in the repository (repository), and with attributes that the target has (merged):
# nothing of it runs, under any command.  Under git's own commands it does (control).
evil=$W/outside/evil hooks='pre-commit prepare-commit-msg commit-msg post-commit pre-merge-commit post-merge post-checkout post-index-change reference-transaction pre-auto-gc
    post-rewrite pre-push pre-receive update post-receive post-update push-to-checkout fsmonitor-watchman sendemail-validate pre-rebase'
kinds_of_plants='hooks hooks-path fsmonitor clean smudge process merge textconv external gpg git-file git-link git-directory commondir alternates pager include alias worktree-config'
case_world() {
	world_of_files || return 1
	printf '#!/bin/sh\n[ "$SESSION_INBOX" ] || echo "$0 $*" >>%s/outside/ran\ncat\n' "$W" >"$evil" && chmod 755 "$evil"
}
case_list() {
	for _k in $kinds_of_plants; do for _w in own repository merged; do
		case $_w:$_k in repository:git-* | repository:commondir | repository:alternates | merged:[!csptmeg]* | merged:git-* | merged:commondir) ;; *) echo "$_w $_k" ;; esac
	done; done
	for _k in hooks hooks-path fsmonitor clean smudge process merge textconv external gpg git-file commondir worktree-config; do echo "control $_k"; done
}
plant() {	# KIND GIT-DIRECTORY
	_g=$2 _c="git config -f $2/config"
	mkdir -p "$_g/info"
	case $1 in
	hooks) mkdir -p "$_g/hooks"; for _h in $hooks; do ln -sf "$evil" "$_g/hooks/$_h"; done ;;
	hooks-path) (plant hooks "$W/outside/planted"); $_c core.hooksPath "$W/outside/planted/hooks" ;;
	fsmonitor) $_c core.fsmonitor "$evil" ;;
	clean | smudge | process) $_c "filter.x.$1" "$evil"; $_c filter.x.required true ;;
	merge) $_c merge.x.driver "$evil %A %O %B" ;;
	textconv) $_c diff.x.textconv "$evil" ;;
	external) $_c diff.external "$evil"; $_c diff.x.command "$evil" ;;
	gpg) $_c commit.gpgSign true; $_c tag.gpgSign true; $_c gpg.program "$evil" ;;
	pager) for _v in core.pager core.editor core.askPass core.sshCommand core.gitProxy core.alternateRefsCommand credential.helper sequence.editor uploadpack.packObjectsHook interactive.diffFilter; do $_c $_v "$evil"; done ;;
	include) (plant fsmonitor "$W/outside/planted"); $_c include.path "$W/outside/planted/config" ;;
	alias) for _v in merge-tree commit-tree update-ref rev-parse status read-tree; do $_c alias.$_v "!$evil"; done ;;
	worktree-config) $_c extensions.worktreeConfig true; git config -f "$_g/config.worktree" core.fsmonitor "$evil" ;;
	commondir) forged; echo "$W/outside/forged" >"$_g/commondir" ;;
	alternates) mkdir -p "$_g/objects/info"; forged; echo "$W/outside/forged/objects" >"$_g/objects/info/alternates" ;;
	esac
	echo '* filter=x diff=x merge=x' >"$_g/info/attributes"
}
forged() {
	[ ! -d "$W/outside/forged" ] || return
	git init -q --bare "$W/outside/forged"
	for _f in hooks fsmonitor clean smudge process merge external gpg; do (plant $_f "$W/outside/forged"); done
	git --git-dir="$W/outside/forged" config core.bare false
}
case_one() {
	mkdir -p "$W/outside/planted"
	case $1 in
	own)
		for _s in "$S1" "$S2"; do
			_t=$W/r/.worktrees/$(jq -r .id "$_s/item.json")
			case $2 in
			git-file) forged; echo "gitdir: $W/outside/forged" >"$_t/.git" ;;
			git-link) forged; rm "$_t/.git"; ln -s "$W/outside/forged" "$_t/.git" ;;
			git-directory) forged; rm "$_t/.git"; cp -r "$W/outside/forged" "$_t/.git" ;;
			*) plant "$2" "$_s/git"; plant "$2" "$_s/safe.git" ;;
			esac
		done ;;
	repository) plant "$2" .git ;;
	merged) echo '* filter=x diff=x merge=x text=auto' >.gitattributes; git add .gitattributes; git commit -qm Attributes; plant "$2" .git ;;
	control)
		case $2 in
		git-file) forged; echo "gitdir: $W/outside/forged" >.worktrees/one/.git; cd .worktrees/one || return; plant "$2" "$W/outside/planted" ;;
		*) plant "$2" .git ;;
		esac
		case $2 in commondir) for _f in fsmonitor hooks; do plant $_f .git; done ;; esac
		for _c in status 'commit -qam x' 'diff HEAD~1' 'checkout -q -f -b y HEAD~1' 'commit -qam y' 'merge -q main' 'checkout -q -f main'; do
			case $_c in commit*) echo "$_c" >>d1/file1 ;; esac
			timeout 10 git $_c >"$T/git.log" 2>&1 </dev/null
		done
		[ -e "$W/outside/ran" ] || echo 'does not run under git itself'
		return ;;
	esac
	outside >"$T/outside"
	meet_each 'salvage restore two' 'dispatch --wait --agent sh three' 'dispatch --wait four' 'merge three' plan doctor config 'tasks show work' 'status three'
	meet worker gates "$S1" "$(git -C "$W/r" rev-parse main)"
	meet_all two
	meet_each 'retry two' 'cancel two' 'salvage list' 'salvage show two' 'salvage restore two' 'cancel four' cleanup
	if [ -e "$W/outside/ran" ]; then echo "was run: $(head -n 2 "$W/outside/ran")"; rm "$W/outside/ran"; fi
	outside_same
	for _f in config hooks info config.worktree; do
		rm -rf ".git/$_f"; [ ! -e "$T/kept/r/.git/$_f" ] || cp -a "$T/kept/r/.git/$_f" .git/
	done
	[ ! -e .gitattributes ] || { git rm -q .gitattributes; git commit -qm 'No attributes'; }
	goes_on >"$T/again.log" 2>&1 || echo "going on failed: $(tail -n 2 "$T/again.log")"
	all_merged; none_left
}
