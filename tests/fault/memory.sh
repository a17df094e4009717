# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC1090,SC2046
# No memory: the Nth request of the command fails, or all from it on; then there is memory.
: "${WORKLOADS:=tasks answer merge worker}"
case_skip() {
	command -v cc >/dev/null || { echo 'no cc'; return; }
	cc -O1 -D_GNU_SOURCE -shared -fPIC -o "$T/memory.so" "$here/memory.c" 2>/dev/null &&
	    LD_PRELOAD=$T/memory.so orchestrator --version >/dev/null 2>&1 || echo 'malloc is not to be replaced here'
}
without() {	# N, N+, or 0: the command, whose request that is
	FAULT_PROGRAM=$(case_victim | head -n 1) FAULT_MEMORY=$1 FAULT_COUNT=$T/count LD_PRELOAD=$T/memory.so \
	    timeout 60 $(case_victim) >"$T/victim.log" 2>&1
}
one_request() {	# N or N+: prints what is wrong
	world_back; case_before
	rm -f "$T/count"
	without "$1"
	_rc=$?
	case $_rc in 124) echo 'the victim hung' ;; 134 | 136 | 139) echo "the victim crashed ($_rc)" ;; esac
	[ $_rc = 0 ] || [ -s "$T/victim.log" ] || [ "$_workload" = worker ] || echo 'nothing was said'
	case_after
	case_again >"$T/again.log" 2>&1 || echo "going on failed: $(tail -n 1 "$T/again.log")"
	case_verify; none_left; temporary_left
}
case_run() {
	_requests=0 _fails=0
	for _workload in $WORKLOADS; do
		cd / && rm -rf "$W" && mkdir "$W" && cd "$W" || return
		case_before() { :; }; case_after() { :; }
		. "$here/$_workload.sh"
		case_world >"$T/world.log" 2>&1 || cat "$T/world.log"
		world_keep
		one_request 0 | sed "s/^/$_workload, without a fault: /"
		_n=$(sort -n "$T/count" | tail -n 1) _at=0 _tries=0
		_requests=$((_requests + _n))
		while :; do
			if [ "$SAMPLE" = 0 ]; then _at=$((_at + 1)); else next "$_n"; _at=$pick; fi
			[ $_at -le "$_n" ] || break
			_tries=$((_tries + 1)) _fails=$((_fails + 2))
			for _when in $_at $_at+; do
				one_request "$_when" >"$T/request.log"
				sed "s/^/$_workload, request $_when: /" "$T/request.log"
			done
			[ "$SAMPLE" = 0 ] || [ $_tries -lt $((SAMPLE * 2)) ] || break
		done
	done
	tried "$_requests requests in 4 commands, $_fails faults"
}
