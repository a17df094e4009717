# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# What every end-to-end test begins with:
#
#	. "$(dirname "$0")/lib.sh"
#
# A world of its own ($T, removed at the end with every process started in
# it), the programs of $BUILD (default build) on PATH, and TAP:
#
#	ok 'sentence' command...	passes when the command succeeds
#	is 'sentence' got expected	passes when both texts are equal
#	like 'sentence' text regexp	passes when a line of the text matches
#	run command...			sets $status, $out and $err
#	not command...			the reverse of a command
#	logged command...		what it prints is shown when a test of the file fails
#	wait_for SECONDS command...	until it succeeds; fails after three times that: the
#					seconds are those of an idle machine
#	new_repo DIR [N]		a repository of N files (default 1), one commit
#	session_of ITEM			the newest session directory of an item
#	field FILE FILTER [ITEM]	jq on a record of the item's session
#	schema_python			prints the python that has jsonschema; else fails
#	skip 'sentence' reason; skip_all reason; done_testing
#
# Lines are not broken: COLUMNS is 1000.
# With BAIL=1 the first failure is the last.
#
# A line "#: Title." begins a case: it needs what stands above the first case of the file, and none of the
# other cases.  CASE=TEXT runs the cases alone that have the text in a line ("*" and "?" match as in a shell).

top=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
O=${BUILD:-build}
case $O in /*) ;; *) O=$top/$O ;; esac
T=$(mktemp -d "${TMPDIR:-/tmp}/orchestrator-test.XXXXXX") || exit 1
T=$(cd "$T" && pwd -P)
count=0 failed=0
for v in $(env | sed -n 's/^\(GIT_[A-Z0-9_]*\|SESSION_[A-Z]*\)=.*/\1/p'); do unset "$v"; done
unset ITEM_ID ROLE WORKTREE ROUND STEP XDG_STATE_HOME ORCHESTRATOR_WORKER MAKEFLAGS MFLAGS v
export T O top LC_ALL=C COLUMNS=1000 PATH="$O/bin:$O/libexec:$PATH" ORCHESTRATOR_HOME="$T/state" HOME="$T/home" \
    XDG_CONFIG_HOME="$T/home/.config" GIT_CONFIG_GLOBAL="$T/home/.gitconfig" GIT_CONFIG_NOSYSTEM=1
mkdir -p "$XDG_CONFIG_HOME" && mkfifo "$T/.never" && exec 9<>"$T/.never"
printf '[user]\n\tname = Test\n\temail = test@example.org\n[init]\n\tdefaultBranch = main\n' \
    >"$GIT_CONFIG_GLOBAL"

# Settings of the tests' user: what runs may write here, where their scripts leave marks;
# sessions, repository and checkout stay closed.  CONFINE=off before lib.sh: not confined at all.
# Landlock can't grant $T without what lies in it: where bubblewrap does not work, nothing is confined.
bwrap --unshare-pid --unshare-ipc --ro-bind / / --dev /dev --proc /proc true 2>/dev/null || : "${CONFINE:=off}"
confined="{ \"mode\": \"${CONFINE:-auto}\", \"writable\": [\"$T\"], \"environment\": [\"*\"] }"
mkdir -p "$XDG_CONFIG_HOME/orchestrator"
user_settings() { echo "{ \"max_load\": 0, \"confine\": $confined }" >"$XDG_CONFIG_HOME/orchestrator/config.json"; }
user_settings

diag() { sed 's/^/# /' >&2; }

cleanup() {
	trap - EXIT
	trap '' INT TERM HUP
	cd / && exec 9>&- && unset ORCHESTRATOR_HOME	# or those who look would find themselves
	if [ "$failed" -gt 0 ]; then
		find "$T" -name output.log | while read -r f; do
			echo "$f"; tail -n 60 "$f"
		done | diag
		[ ! -s "$T/.log" ] || { echo "what logged commands printed:"; tail -n 60 "$T/.log"; } | diag
	fi
	for _ in 1 2 3 4 5 6 7 8; do	# a fork may slip through once, not for ever
		p=$({ grep -lszxF "ORCHESTRATOR_HOME=$T/state" /proc/[0-9]*/environ
		    find /proc -maxdepth 2 -name cwd \( -lname "$T" -o -lname "$T/*" \) 2>/dev/null
		} | sed -n 's,^/proc/\([0-9]*\)/.*,\1,p' | sort -u)
		# shellcheck disable=SC2086 # one word for each process
		if [ "$p" ]; then kill -9 $p 2>/dev/null; else break; fi
	done
	rm -rf "$T" 2>/dev/null || { chmod -R u+rwx "$T"; rm -rf "$T"; }
}
trap cleanup EXIT
trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM

tap() {	# PASSED SENTENCE
	count=$((count + 1))
	[ "$1" = 0 ] && { printf 'ok %d - %s\n' $count "$2"; return 0; }
	failed=$((failed + 1))
	printf 'not ok %d - %s\n' $count "$2"; printf 'failed: %s (%s)\n' "$2" "$(basename "$0")" | diag
	[ -z "${BAIL:-}" ] || exit 1
}
ok() {
	_s=$1; shift
	if "$@" >"$T/.ok" 2>&1; then tap 0 "$_s"; else tap 1 "$_s"; { echo "\$ $*"; cat "$T/.ok"; } | diag; fi
}
is() {
	if [ "$2" = "$3" ]; then tap 0 "$1"; else tap 1 "$1"; printf 'got:      %s\nexpected: %s\n' "$2" "$3" | diag; fi
}
like() {
	if printf '%s\n' "$2" | grep -Eq -e "$3"; then tap 0 "$1"; else tap 1 "$1"; printf 'got: %s\nno line matches: %s\n' "$2" "$3" | diag; fi
}
unlike() {
	if printf '%s\n' "$2" | grep -Eq -e "$3"; then tap 1 "$1"; printf 'got: %s\na line matches: %s\n' "$2" "$3" | diag; else tap 0 "$1"; fi
}
# shellcheck disable=SC2034 # for the tests
run() { status=0; "$@" >"$T/.out" 2>"$T/.err" || status=$?; out=$(cat "$T/.out"); err=$(cat "$T/.err"); }
not() { ! "$@"; }
logged() { "$@" >>"$T/.log" 2>&1; }
skip() { count=$((count + 1)); echo "ok $count - $1 # SKIP $2"; }
skip_all() { echo "1..0 # SKIP $1"; exit 0; }
done_testing() { echo "1..$count"; exit $((failed > 0)); }
wait_for() {
	read -r _end _ </proc/uptime; _end=$((${_end%.*} + $1 * 3)) _p=2; shift
	until "$@" >/dev/null 2>&1; do
		read -r _now _ </proc/uptime
		[ "${_now%.*}" -le "$_end" ] || { echo "gave up waiting for: $*" | diag; return 1; }
		_p=$((_p < 9 ? _p + 1 : 9))
		timeout 0.0$_p cat <&9 || :	# nobody ever writes to it
	done
}

schema_python() {
	for _p in /usr/bin/python3 python3; do
		"$_p" -c 'from jsonschema import Draft202012Validator' 2>/dev/null && echo "$_p" && return 0
	done
	return 1
}
new_repo() {
	git init -q "$1" && (cd "$1" && i=0 && while [ "$i" -lt "${2:-1}" ]; do
		i=$((i + 1)); d=d$((i % 50)); mkdir -p $d; echo "line of file $i" >$d/file$i
	done && git add . && git commit -qm 'First commit')
}
session_of() {
	# shellcheck disable=SC2012 # our own names
	ls -td "$ORCHESTRATOR_HOME"/workspaces/*/instance-*/isolated-sessions/session-"$1"-?????? \
	    "$ORCHESTRATOR_HOME"/workspaces/*/instance-*/archive/session-"$1"-?????? 2>/dev/null | head -n 1
}
field() { jq -r "$2" "$(session_of "${3:-$ITEM}")/$1"; }

# Prints the chosen cases of the file, each line at its place, after what stands before the first; the whole file
# when no case has the text, and something before the first has.
chosen_cases() {
	_n=0 _hits=
	while IFS= read -r _line; do
		case $_line in '#: '*) _n=$((_n + 1)) ;; esac
		# shellcheck disable=SC2254 # a pattern
		case $_line in *$CASE*) _hits="$_hits $_n " ;; esac
	done <"$0"
	[ "$_hits" ] && awk -v hits="$_hits" '/^#: / { n++ }
	    { print begun && (!n || hits !~ /[1-9]/ || index(hits, " " n " ")) ? $0 : "" } /\/lib\.sh"$/ { begun = 1 }' "$0"
}
if [ "${CASE:-}" ]; then
	chosen_cases >"$T/.cases" || skip_all "no line has $CASE"
	unset CASE
	# shellcheck source=/dev/null
	. "$T/.cases"
	done_testing
fi
