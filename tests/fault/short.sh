# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC1090,SC2046
# No room: files that may not grow beyond a size (signal or error), a file system with so many
# KiB or inodes left, more and more of it until the command gets through; then there is room.
: "${WORKLOADS:=tasks answer merge worker}" "${ROOMY:=size=64m,nr_inodes=100000}"
case_skip() { unshare -m mount -t tmpfs none /mnt 2>/dev/null || echo 'needs root, for a file system of its own'; }
rooms() {	# KIND: what is tried, until it is enough
	case $1 in
	inodes) echo '1 2 3 4 5 6 8 10 12 16 20 24 32 48 64 96' ;;
	*) echo '0 1 2 4 6 8 12 16 24 32 48 64 96 128 192 256 512 1024 2048' ;;
	esac
}
world_on_tmpfs() {
	cd / && { umount "$W" 2>/dev/null || ! mountpoint -q "$W"; } && rm -rf "$W" && mkdir "$W" &&
	    mount -t tmpfs -o "$ROOMY" none "$W" && cp -a "$T/kept/." "$W" && cd "$W"
}
used() { df --output="$1" -k "$W" | tail -n 1; }
short() {	# KIND ROOM: the command, with no more than that
	case $1 in
	size) mount -o "remount,size=$(($(used used) + $2))k" "$W" ;;
	inodes) mount -o "remount,nr_inodes=$(($(used iused) + $2))" "$W" ;;
	esac
	(
		case $1 in
		error) trap '' XFSZ; ulimit -f $(($2 * 2)) ;;
		signal) ulimit -f $(($2 * 2)) ;;
		esac
		exec timeout 60 $(case_victim)
	) >"$T/victim.log" 2>&1
	_rc=$?
	mount -o "remount,$ROOMY" "$W"
	return $_rc
}
one_short() {	# KIND ROOM: prints what is wrong; enough has it if it was
	rm -f "$T/enough"
	world_on_tmpfs || { echo 'no world'; return; }
	case_before
	short "$1" "$2" 2>/dev/null	# the shell says which signal
	case $? in 0) : >"$T/enough" ;; 124) echo 'the victim hung' ;; 134 | 136 | 139) echo 'the victim crashed' ;; esac
	case_after
	case_again >"$T/again.log" 2>&1 || echo "going on failed: $(tail -n 1 "$T/again.log")"
	case_verify; none_left; temporary_left
}
case_run() {
	_runs=0
	for _workload in $WORKLOADS; do
		cd / && rm -rf "$W" && mkdir "$W" && cd "$W" || return
		case_before() { :; }; case_after() { :; }
		. "$here/$_workload.sh"
		case_world >"$T/world.log" 2>&1 || cat "$T/world.log"
		world_keep
		for _kind in error signal size inodes; do
			_rooms=$(rooms $_kind) _tries=0
			while [ "$_rooms" ]; do
				# shellcheck disable=SC2086
				set -- $_rooms
				if [ "$SAMPLE" = 0 ]; then pick=1; else next $#; fi
				_tries=$((_tries + 1)) _runs=$((_runs + 1))
				eval "_room=\${$pick}"
				one_short $_kind "$_room" >"$T/short.log"
				sed "s/^/$_workload, $_kind $_room: /" "$T/short.log"
				if [ "$SAMPLE" = 0 ]; then shift; _rooms=$*; [ ! -e "$T/enough" ] || break
				elif [ $_tries -ge "$SAMPLE" ]; then break; fi
			done
		done
		cd / && wait_for 10 umount "$W"
	done
	tried "$_runs runs with too little room"
}
