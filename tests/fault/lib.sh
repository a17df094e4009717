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
#	case_modes		which of the modes below are tried
#
# and perhaps case_before, case_after: what has to run beside it; patience: after how many
# seconds it hangs; case_waits: whether it is right that it waits, and says so.  A mode is a fault and
# who is hit: kill and errors hit the victim itself, treekill and treeerrors each process
# of its tree at its own Nth call, gitkill and giterrors one of its calls of git.
#
# A case that is an experiment of another kind defines case_run instead, which prints what
# is lost, and calls tried with the words that its line of the table says.  case_skip
# prints why it can't run here, if so.

# System calls that touch the session directory, the repository, locks or processes.
kill_calls=${CALLS:-openat,write,pwrite64,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,rmdir,symlink,symlinkat,fsync,fdatasync,syncfs,ftruncate,fcntl,close,execve,vfork,clone,clone3,wait4,inotify_add_watch,ppoll,read}
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
settled() { [ -z "$(find "$W" -path '*/.worktrees/*' \( -name '.trash-*' -o -name '.gone-*' -o -name '.new-*' \) -prune -print 2>/dev/null)" ]; }
world_keep() { wait_for 20 settled; rm -rf "$T/kept" && cp -a "$W" "$T/kept"; }
world_back() { cd / && rm -rf "$W" && cp -a "$T/kept" "$W" && cd "$W" || exit 1; }

nobody() { ! grep -qsz '^SESSION_ID=' $(grep -lszxF "ORCHESTRATOR_HOME=$ORCHESTRATOR_HOME" /proc/[0-9]*/environ) /dev/null >/dev/null; }
none_left() { wait_for 10 nobody 2>/dev/null || echo 'a process is left'; }
temporary_left() {
	find "$W" ! -path '*/safe.git/*' ! -path '*/.git/refs/heads/session/*' \( -name '.new-*' -o -name '.tmp-*' ! -path '*/claims/*' -o -name '*.lock' ! -name orchestrator.lock \
	    ! -name worker.lock ! -name merge.lock ! -name beads.lock ! -name 'tl-*.lock' ! -name create.lock \) -prune |
	    grep -v '/transcript/' | sed 's/^/left: /'
}
repository_sound() { # DIR
	git -C "$1" fsck --strict --no-dangling 2>&1 | sed 's/^/fsck: /'
	[ -z "$(git -C "$1" status --porcelain)" ] || echo 'the checkout is not clean'
}

# The N-th call of git is the one that is hit: a git in PATH that counts, and runs it.
git_wrap() {
	mkdir -p "$T/wrap" && real=$(command -v git) && cat >"$T/wrap/git" <<-E
	#!/bin/sh
	exec 7>>"$T/wrap/lock" && flock 7
	read -r n <"$T/wrap/n"; n=\$((n + 1)); echo \$n >"$T/wrap/n"
	read -r k inject <"$T/wrap/k"; exec 7>&-
	case \$k in
	all) exec strace -f -o "$T/wrap/trace.\$n" -e "trace=$kill_calls" $real "\$@" ;;
	\$n) exec strace -f -o /dev/null -e "trace=\${inject%%:*}" -e "inject=\$inject" $real "\$@" ;;
	esac
	exec $real "\$@"
	E
	chmod 755 "$T/wrap/git"
}
git_hit() { rm -f "$T/wrap/trace."*; echo 0 >"$T/wrap/n"; echo "$1" >"$T/wrap/k"; }	# "K CALL:FAULT:when=N"

# victim SCOPE [CALL FAULT WHEN]: without a fault the calls are traced.
victim() {
	_path=$PATH _scope=$1
	set -- "${2:-}" "${3:-}" "${4:-}" -o "${2:+/dev/null}" -e "trace=${2:-$kill_calls}"
	[ "$1" ] || { shift 5; set -- '' '' '' -o "$T/trace" "$@"; }
	case $_scope in
	git) if [ "$1" ]; then git_hit "${3%:*} $1:$2:when=${3#*:}"; else git_hit all; fi
		PATH=$T/wrap:$PATH ;;
	tree) _f=-f ;;
	*) _f= ;;
	esac
	[ -z "$1" ] || set -- "$@" -e "inject=$1:$2:when=$3"
	shift 3
	# shellcheck disable=SC2046
	case $_scope in
	git) timeout -k 10 $patience $(case_victim) ;;
	*) timeout -k 10 $patience strace $_f "$@" $(case_victim) ;;
	esac >"$T/victim.log" 2>&1
	_rc=$?
	PATH=$_path
	return $_rc
}

# "name place count" a line: the call, which call of git (else 0), how often.
count_calls() {	# FILE SCOPE
	world_back; case_before; victim "$2"; case_after
	case $2 in
	git) ls "$T/wrap/" | sed -n 's/^trace\.//p' | sort -n | while read -r _k; do
		sed "s/^\([0-9]* *\)/$_k \1/" "$T/wrap/trace.$_k"; done ;;
	tree) sed 's/^/0 /' "$T/trace" ;;
	*) sed 's/^/0 0 /' "$T/trace" ;;
	esac | awk '{ if (split($3, p, "(") > 1 && p[1] ~ /^[a-z0-9_]+$/) n[p[1] " " $1 " " $2]++ }
	    END { for (i in n) { split(i, p, " "); k = p[1] " " p[2]; if (n[i] > max[k]) max[k] = n[i] }
	    for (k in max) print k, max[k] }' | sort -k 1,1 -k 2,2n >"$1"
	none_left
	case_again >"$T/again.log" 2>&1 || echo "without a fault: going on failed: $(tail -n 1 "$T/again.log")"
	case_verify
}

# "name fault when" a line: all there are, or $SAMPLE of each call and fault, drawn.
points() {	# FILE FAULT
	for _call in $(cut -d ' ' -f 1 "$1" | uniq); do
		awk -v c="$_call" '$1 == c { for (i = 1; i <= $3; i++) print ($2 ? $2 ":" : "") i }' "$1" >"$T/places"
		_n=$(wc -l <"$T/places")
		case $2 in
		kill) _faults=signal=KILL ;;
		errors) _faults=; for _e in $(errors_of "$_call"); do _faults="$_faults error=$_e"; done ;;
		esac
		for _fault in $_faults; do
			if [ "$SAMPLE" = 0 ] || [ "$SAMPLE" -ge "$_n" ]; then
				sed "s/^/$_call $_fault /" "$T/places"
			else
				_i=0; while [ $_i -lt "$SAMPLE" ]; do
					_i=$((_i + 1)); next "$_n"; echo "$_call $_fault $(sed -n "${pick}p" "$T/places")"
				done
			fi
			[ "$2" != errors ] || { next "$_n"; echo "$_call $_fault $(sed -n "${pick}p" "$T/places")+"; }
		done
	done
}

one_point() {	# SCOPE CALL FAULT WHEN: prints what is wrong
	world_back; case_before
	victim "$@"
	case $? in 124) case_waits "$@" || echo 'the victim hung' ;; 137) [ "$3" = signal=KILL ] || echo 'the victim could not be stopped' ;; 134 | 136 | 139) echo 'the victim crashed' ;; esac
	case_after
	case_again >"$T/again.log" 2>&1 || echo "going on failed: $(tail -n 1 "$T/again.log")"
	case_verify; none_left
	case $2$3 in unlink*error* | rmdir*error*) ;; *) temporary_left ;; esac
}

# A loss is looked at again where it happened: KEEP_LOST=DIR keeps the first one and ends.
losing() {	# TEXT
	lost=$((lost + 1)) _l=$((_l + 1))
	echo "LOST $1" | tr '\n' ' '; echo
	[ -z "${KEEP_LOST:-}" ] || { mkdir -p "$KEEP_LOST" && cp -a "$W" "$T"/*.log "$KEEP_LOST/"; exit 1; }
}

# sweep CASE MODE: a line of the table, and each loss before it.
sweep() {
	_t=0 _l=0 _what=${2%errors} _what=${_what%kill}
	_wrong=$(count_calls "$T/calls" "$_what")
	[ -z "$_wrong" ] || losing "$1 $2: $_wrong"
	if [ "${POINT:-}" ]; then echo "$POINT" >"$T/points"; else points "$T/calls" "${2#"$_what"}" >"$T/points"; fi
	while read -r _c _f _w <&8; do
		_t=$((_t + 1))
		_wrong=$(one_point "$_what" "$_c" "$_f" "$_w")
		[ -z "$_wrong" ] || losing "$1 $2: $_c $_f when=$_w: $_wrong"
	done 8<"$T/points"
	row "$1" "$2" "$(awk '{ n += $3 } END { print n }' "$T/calls") calls of $(cut -d ' ' -f 1 "$T/calls" | uniq | wc -l) kinds, $_t faults" "$_l"
}
row() { printf '%-11s %-10s %-58s %4d lost\n' "$@"; }

# experiment CASE: the same line of a case that has case_run.
tried() { echo "$*" >"$T/tried"; }
experiment() {
	_l=0 _why=$(case_skip)
	[ -z "$_why" ] || { printf '%-11s %-10s skipped: %s\n' "$1" - "$_why"; return; }
	: >"$T/tried"
	case_run >"$T/losses"
	while read -r _wrong <&8; do losing "$1: $_wrong"; done 8<"$T/losses"
	row "$1" - "$(cat "$T/tried")" "$_l"
}
