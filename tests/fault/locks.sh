# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# The locks that a git can leave: of one that is dead the command clears those that are in its
# way and nobody's, of one that lives it refuses and names the file, and leaves it alone.
. "$here/merge.sh"
case_world() {
	settings '' && orchestrator dispatch --wait one -- sh -c 'echo one >one'
}
# What a merge takes itself, and what is nothing to it.
needed='refs/heads/main.lock HEAD.lock packed-refs.lock refs/heads/session/one/1.lock index.lock'
others='config.lock ORIG_HEAD.lock FETCH_HEAD.lock shallow.lock logs/HEAD.lock worktrees/one/HEAD.lock worktrees/one/index.lock objects/maintenance.lock gc.pid.lock'
foreign_git() {	# FILE: a process named git that has it open, in the repository
	cp "$(command -v cat)" "$T/git"
	case $1 in */worktrees/one/*) _where=$W/r/.worktrees/one ;; *) _where=$W/r ;; esac
	(cd "$_where" && exec "$T/git" <&9 >"$1") & _git=$!
	wait_for 5 test -e "$1"
}
tried_merge() {	# LOCK WHOSE: prints what is wrong
	world_back; cd "$W/r" || return
	_lock=$W/r/.git/$1 _before=$(git rev-parse main)
	case $2 in dead) : >"$_lock" ;; live) foreign_git "$_lock" ;; esac
	timeout 60 orchestrator merge >"$T/victim.log" 2>&1
	_rc=$?
	case "$2 $_rc" in
	*\ 0) [ "$2" = dead ] || [ -e "$_lock" ] || echo 'the lock of a git that lives is gone' ;;
	*\ 124) echo 'the merge hung' ;;
	*)
		case $1 in
		refs/heads/session/* | packed-refs.lock | worktrees/*) ;;	# what goes after the merge
		*) [ "$(git rev-parse main)" = "$_before" ] || echo 'refused, and main has moved' ;;
		esac
		[ -e "$_lock" ] || echo 'refused, and the lock is gone'
		grep -qF "$1" "$T/victim.log" || echo "refused without naming it: $(tail -n 1 "$T/victim.log")"
		case "$2 $1" in
		dead\ index.lock) ;;	# a user's, who may be about to come back to it
		dead\ *) echo "refused, though it is nobody's: $(tail -n 1 "$T/victim.log")" ;;
		esac ;;
	esac
	[ "$2" = dead ] || { kill $_git; wait $_git 2>/dev/null; [ -e "$_lock" ] || echo 'it was removed'; }
	rm -f "$_lock"
	case_again >"$T/again.log" 2>&1 || echo "going on failed: $(tail -n 1 "$T/again.log")"
	case_verify; none_left; temporary_left
}
case_run() {
	_n=0
	cd "$W" && case_world >"$T/world.log" 2>&1 || cat "$T/world.log"
	world_keep
	for _name in $needed $others; do
		for _whose in dead live; do
			_n=$((_n + 1))
			tried_merge "$_name" $_whose >"$T/lock.log"
			sed "s,^,$_name of a git that is $_whose: ," "$T/lock.log"
		done
	done
	tried "$_n locks of gits that are dead or alive"
}
