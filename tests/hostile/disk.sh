# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2015,SC2154 # of the driver, and for it
# An agent fills the file system of worktree and state, or all the file size that it has, and
# another session goes on once there is room.
case_skip() { [ "$(id -u)" = 0 ] && mkdir -p "$T/probe" && mount -t tmpfs none "$T/probe" 2>/dev/null && umount "$T/probe" || echo 'needs root, for a small file system'; }
fills() { cat >"$W/bad/$1"; echo "$1" >>"$T/fills"; }
case_world() {
	: >"$T/fills"; mkdir "$W/bad" "$W/marks"; around
	fills one-file <<-'E'
	dd if=/dev/zero of=ballast bs=64k 2>/dev/null; true
	E
	fills many-files <<-'E'
	mkdir ballast; cd ballast; i=0; while echo x >$i; do i=$((i + 1)); done 2>/dev/null; true
	E
	fills commits <<-'E'
	while head -c 1000000 /dev/urandom >ballast && git add ballast && git commit -qm x; do :; done >/dev/null 2>&1; true
	E
	fills cache <<-'E'
	dd if=/dev/zero of="$XDG_CACHE_HOME/ballast" bs=64k 2>/dev/null; echo x >x; true
	E
	fills inbox <<-'E'
	i=0; while head -c 200000 /dev/zero >"$SESSION_INBOX/tmp/m-$i"; do i=$((i + 1)); done 2>/dev/null; echo x >x; true
	E
	fills keeps <<-'E'
	dd if=/dev/zero of=ballast bs=64k 2>/dev/null; worker ask Well?
	E
	cat >"$W/implementer" <<-'E'
	[ "$ITEM_ID" != other ] || { worker ask Which? >other; exit; }
	[ ! -e "$W/marks/$ITEM_ID" ] || exit 1	# it was started again
	: >"$W/marks/$ITEM_ID"
	. "$W/bad/$ITEM_ID"
	E
	settings ", \"review\": \"none\", \"confine\": { \"writable\": [\"$W/marks\", \"$W/bad\"], \"environment\": [\"W\"] },
	    \"agents\": { \"sh\": { \"command\": [\"sh\", \"$W/implementer\"] } }, \"roles\": { \"implementer\": \"sh\" }"
}
case_list() { cat "$T/fills"; }
asking() { orchestrator --json questions | jq -er '[.questions[] | select(.item == "other")][0].id'; }
case_one() {
	cd / && mkdir -p "$T/aside" && cp -a "$W/." "$T/aside" && mount -t tmpfs -o size=24m none "$W" && cp -a "$T/aside/." "$W" && cd "$W/r" || { echo 'no small file system'; return; }
	orchestrator dispatch other >"$T/again.log" 2>&1; wait_for 20 asking
	orchestrator dispatch "$1" >"$T/again.log" 2>&1
	over() { case $(orchestrator --json status "$1" | jq -r '.status + " " + (.alive | tostring)') in *false | waiting*) ;; *) false ;; esac; }
	wait_for 60 over "$1" || echo 'it goes on for ever'
	meet_each status "status $1" "logs $1" questions "merge $1" 'dispatch four'
	rm -rf ".worktrees/$1/ballast" "$(session_of "$1")"/cache/* "$(session_of "$1")"/inbox/*/tmp/* "$(session_of "$1")"/git/objects/??
	meet_each recover "cancel $1" status "status $1" cleanup
	orchestrator answer other "$(asking)" this >"$T/again.log" 2>&1
	timeout -k 5 60 orchestrator execute --source none >>"$T/again.log" 2>&1
	[ "$(git show main:other 2>&1)" = this ] || echo "the other one is not merged: $(tail -n 1 "$T/again.log")"
	repository_sound "$W/r"; none_left
	wait_for 20 idle; cd / && wait_for 10 umount "$W" 2>/dev/null || umount -l "$W"
}
