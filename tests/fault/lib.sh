# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2086 # for the cases; lists of words
#
# What the fault driver's cases share, after ../e2e/lib.sh.
#
# A case is a file tests/fault/NAME.sh, which defines
#
#	case_world		makes the state on disk that every run begins with, once, below $W
#	case_victim		prints the command that is hit, a word a line
#	case_again		goes on without faults, until all is done
#	case_verify		prints what is lost or wrong, nothing when all is well
#	case_modes		kill, errors: which of them are tried
#
# and perhaps case_before, case_after: what has to run beside it.

# System calls that touch the session directory, the repository, locks or processes.
kill_calls='openat,write,pwrite64,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,rmdir,symlink,symlinkat,fsync,fdatasync,syncfs,ftruncate,fcntl,close,execve,vfork,clone,clone3,wait4,inotify_add_watch,ppoll,read'
errors_of() {	# CALL: the errors that it can have
	case $1 in
	openat) echo 'EMFILE ENOSPC EIO' ;;
	write | pwrite64 | fsync | fdatasync | syncfs | rename | renameat | renameat2 | link | linkat | mkdir | mkdirat | symlink | symlinkat) echo 'ENOSPC EIO' ;;
	unlink | unlinkat | rmdir | ftruncate | read) echo 'EIO' ;;
	clone | clone3 | vfork) echo 'EAGAIN' ;;
	inotify_add_watch) echo 'ENOSPC' ;;
	esac
}

: "${SEED:=1}" "${SAMPLE:=0}"
next() { SEED=$(((SEED * 1103515245 + 12345) % 2147483648)); pick=$((SEED / 65536 % $1 + 1)); }

# The world is put back before each run: every path in it is the same.
world_keep() { rm -rf "$T/kept" && cp -a "$W" "$T/kept"; }
world_back() { cd / && rm -rf "$W" && cp -a "$T/kept" "$W" && cd "$W" || exit 1; }

nobody() { ! grep -lsz '^SESSION_ID=' $(grep -lszxF "ORCHESTRATOR_HOME=$ORCHESTRATOR_HOME" /proc/[0-9]*/environ) /dev/null >/dev/null; }
none_left() { wait_for 10 nobody 2>/dev/null || echo 'a process is left'; }
temporary_left() {
	find "$W" \( -name '.new-*' -o -name '.tmp-*' ! -path '*/claims/*' -o -name '*.lock' ! -name orchestrator.lock \
	    ! -name worker.lock ! -name merge.lock ! -name beads.lock ! -name 'tl-*.lock' ! -name create.lock \) -prune |
	    grep -v '/transcript/' | sed 's/^/left: /'
}
repository_sound() { # DIR
	git -C "$1" fsck --strict --no-dangling 2>&1 | sed 's/^/fsck: /'
	[ -z "$(git -C "$1" status --porcelain)" ] || echo 'the checkout is not clean'
}

# How often the victim makes each call, "name count" a line.
count_calls() {	# FILE
	world_back; case_before
	# shellcheck disable=SC2046
	timeout 120 strace -o "$T/trace" -e "trace=$kill_calls" $(case_victim) >"$T/victim.log" 2>&1
	case_after
	sed -n 's/^\([a-z0-9_]*\)(.*/\1/p' "$T/trace" | sort | uniq -c | awk '{ print $2, $1 }' >"$1"
}

# "name fault when" a line: all there are, or $SAMPLE of each call and fault, drawn.
points() {	# FILE MODE
	while read -r _call _n; do
		case $2 in
		kill) _faults=signal=KILL ;;
		errors) _faults=; for _e in $(errors_of "$_call"); do _faults="$_faults error=$_e"; done ;;
		esac
		for _fault in $_faults; do
			if [ "$SAMPLE" = 0 ] || [ "$SAMPLE" -ge "$_n" ]; then
				_i=0; while [ $_i -lt "$_n" ]; do _i=$((_i + 1)); echo "$_call $_fault $_i"; done
			else
				_i=0; while [ $_i -lt "$SAMPLE" ]; do _i=$((_i + 1)); next "$_n"; echo "$_call $_fault $pick"; done
			fi
			[ "$2" != errors ] || { next "$_n"; echo "$_call $_fault $pick+"; }
		done
	done <"$1"
}

one_point() {	# CALL FAULT WHEN: prints what is wrong
	world_back; case_before
	# shellcheck disable=SC2046
	timeout 120 strace -o /dev/null -e "trace=$1" -e "inject=$1:$2:when=$3" $(case_victim) >"$T/victim.log" 2>&1
	_rc=$?
	[ $_rc != 124 ] || echo 'the victim hung'
	case $_rc in 134 | 136 | 139) echo "the victim crashed: $_rc" ;; esac
	case_after
	case_again >"$T/again.log" 2>&1 || echo "going on failed: $(tail -n 1 "$T/again.log")"
	case_verify; none_left; temporary_left
}

# sweep CASE MODE: a line of the table, and each loss before it.
sweep() {
	_t=0 _l=0
	points "$T/calls" "$2" >"$T/points"
	while read -r _c _f _w <&8; do
		_t=$((_t + 1))
		_wrong=$(one_point "$_c" "$_f" "$_w")
		[ -z "$_wrong" ] && continue
		_l=$((_l + 1))
		echo "LOST $1 $2: $_c $_f when=$_w: $_wrong" | tr '\n' ' '; echo
		[ -z "${KEEP_LOST:-}" ] || { mkdir -p "$KEEP_LOST" && cp -a "$W" "$T"/*.log "$KEEP_LOST/"; exit 1; }
	done 8<"$T/points"
	printf '%-10s %-7s %6d calls of %2d kinds %6d faults %4d lost\n' "$1" "$2" \
	    "$(awk '{ n += $2 } END { print n }' "$T/calls")" "$(wc -l <"$T/calls")" "$_t" "$_l"
	lost=$((lost + _l))
}
