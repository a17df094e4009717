# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# The power fails at random moments of a run of twenty items: a journaled ext4 of its own is
# shut down without flushing, all processes are killed, and it is mounted again.  What was
# acknowledged is noted elsewhere: an answer that answer took before, a merge that execute told.
. "$here/merge.sh"
: "${CUTS:=$([ "$SAMPLE" = 0 ] && echo 200 || echo $((SAMPLE * 3)))}" "${CUT_ITEMS:=20}"
case_skip() {
	[ "$(id -u)" = 0 ] || { echo 'needs root, for loop mounts'; return; }
	command -v mkfs.ext4 >/dev/null && command -v cc >/dev/null || { echo 'no mkfs.ext4, or no cc'; return; }
	truncate -s 192M "$T/disk" && mkfs.ext4 -qF "$T/disk" && loop_mount && umount "$W" || echo 'no loop mounts here'
}
loop_mount() { mkdir -p "$W" && mount -o loop "$T/disk" "$W"; }
items() { _i=0; while [ $_i -lt "$CUT_ITEMS" ]; do _i=$((_i + 1)); echo "i$_i"; done; }
# shellcheck disable=SC2086
kill_all() {
	for _ in 1 2 3 4 5; do
		_p=$({ grep -lszxF "ORCHESTRATOR_HOME=$ORCHESTRATOR_HOME" /proc/[0-9]*/environ
		    find /proc -maxdepth 2 -name cwd \( -lname "$W" -o -lname "$W/*" \) 2>/dev/null
		} | cut -d / -f 3 | grep -vx $$)
		[ -n "$_p" ] || return 0
		kill -9 $_p 2>/dev/null
	done
}
# Answers what is open, each question with a text of its own, noted once it was taken.
answering() {
	while [ ! -e "$T/off" ]; do
		orchestrator --json questions 2>/dev/null | jq -r '.questions[] | .item + " " + .id' | while read -r _item _q; do
			orchestrator answer "$_item" "$_q" "$_item $_q" >/dev/null 2>&1 && echo "$_item $_q" >>"$1"
		done
		timeout 0.02 cat <&9
	done
}
working() {	# LOG ANSWERED
	rm -f "$T/off"
	cd "$W/r" || return 1
	answering "$2" & _answering=$!
	timeout 120 orchestrator execute work >"$1" 2>&1 & _executing=$!
}
acknowledged() {	# prints what is missing in the target
	cat "$T"/run.log "$T"/again.log 2>/dev/null | sed -n 's/^[0-9:]* session-\(i[0-9]*\)-[a-z0-9]*: merged.*/\1/p' | sort -u | while read -r _i; do
		[ "$(git -C "$W/r" log --format=%s main | grep -c "^Merge $_i: ")" = 1 ] || echo "$_i was merged, and is not"
	done
	cat "$T/answered" "$T/later" 2>/dev/null >"$T/all"
	while read -r _i _q; do
		[ "$(grep -c "^$_i " "$T/all")" = 1 ] || echo "$_i was asked again"
		_got=$(git -C "$W/r" show "main:$_i" 2>/dev/null) || continue
		[ "$_got" = "$_i $_q" ] || echo "$_i: $_q was answered, it got: $_got"
	done <"$T/all" | sort -u
}
one_cut() {	# MILLISECONDS
	rm -f "$T/answered" "$T/later" "$T"/run.log "$T"/again.log
	cp --sparse=always "$T/disk" "$T/disk.now" && mount -o loop "$T/disk.now" "$W" || { echo 'no mount'; return; }
	working "$T/run.log" "$T/answered"
	timeout "$(($1 / 1000)).$(printf %03d $(($1 % 1000)))" cat <&9
	"$T/shutdown" "$W" || echo 'not shut down'
	: >"$T/off"; cd / && kill_all; wait $_answering $_executing 2>/dev/null
	wait_for 10 umount "$W" || { echo "still mounted: $(fuser -vm "$W" 2>&1 | tr '\n' ' ')"; return; }
	cp --sparse=always "$T/disk.now" "$T/disk.cut" && rm "$T/disk.now"
	e2fsck -p "$T/disk.cut" >"$T/fsck.log" 2>&1
	mount -o loop "$T/disk.cut" "$W" || { echo 'no mount after it'; return; }
	acknowledged
	working "$T/again.log" "$T/later"
	wait $_executing || echo "going on failed: $(grep -m 1 'failed\|error\|orchestrator:' "$T/again.log")"
	: >"$T/off"; wait $_answering
	wait_for 20 removed
	acknowledged
	# shellcheck disable=SC2046
	for _i in $(items); do
		[ "$(git -C "$W/r" log --format=%s main | grep -c "^Merge $_i: ")" = 1 ] || echo "$_i is not merged once"
	done
	[ "$(git -C "$W/r" rev-parse main:d1 main:d2 main:d3 main:d4 main:d5)" = "$_dirs" ] ||
	    echo 'what nobody changed has changed'
	git -C "$W/r" fsck --connectivity-only --no-dangling main 2>&1 | sed 's/^/fsck: /'
	[ -z "$(git -C "$W/r" status --porcelain)" ] || echo 'the checkout is not clean'
	nothing_left; none_left
	[ -z "${KEEP_LOST:-}" ] || { rm -rf "$KEEP_LOST" && mkdir -p "$KEEP_LOST" && cp -a "$W" "$T"/*.log "$T/answered" "$T/later" "$KEEP_LOST/"; } 2>/dev/null
	cd / && wait_for 10 umount "$W"
}
case_run() {
	cc -O1 -o "$T/shutdown" "$here/shutdown.c" && loop_mount || { echo 'no world'; return; }
	# shellcheck disable=SC2016
	settings ', "ambiguous": "parallel", "agents": { "sh": { "command": "worker ask Which? >$ITEM_ID; case $ITEM_ID in *[02468]) git add . && { git diff --cached --quiet || git commit -qm Done; }; esac" } },
	    "roles": { "implementer": "sh" }' >"$T/world.log" 2>&1 || cat "$T/world.log"
	_dirs=$(git rev-parse main:d1 main:d2 main:d3 main:d4 main:d5)
	# shellcheck disable=SC2046
	orchestrator tasks create work $(items | sed 's/.*/--task &/') >"$T/world.log"
	cd / && umount "$W" || return
	read -r _up _ </proc/uptime	# how long a run takes
	cp --sparse=always "$T/disk" "$T/disk.now" && mount -o loop "$T/disk.now" "$W" && working "$T/run.log" "$T/answered" || return
	wait $_executing || echo "without a power cut: $(tail -n 1 "$T/run.log")"
	read -r _now _ </proc/uptime
	_length=$(echo "$_up $_now" | awk '{ print int(($2 - $1) * 1000) }')
	: >"$T/off"; wait $_answering; cd / && none_left && wait_for 10 umount "$W" || return
	_n=0
	while [ $_n -lt "$CUTS" ]; do
		_n=$((_n + 1)); next "$_length"
		one_cut "$pick" >"$T/cut"
		sed "s/^/after $pick ms: /" "$T/cut"
		[ ! -s "$T/cut" ] || [ -z "${KEEP_LOST:-}" ] || break	# what is kept is of the first
	done
	tried "$_n power cuts in $CUT_ITEMS items, $(echo "$_length" | awk '{ print $1 / 1000 }') s"
}
