#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tests/lint.sh [CHECK...]: all checks, or those named.  Each prints what it
# objects to and nothing else.
# shellcheck disable=SC2086 # lists of words: no file here has a blank in its name
set -u
cd "$(dirname "$0")/.." || exit 1
: "${JOBS:=2}"
sources=$(find proto worker orchestrator -name '*.[ch]' | sort)
tests=$(find tests -name '*.[ch]' | sort)
scripts=$({
	grep -rlE --exclude-dir=corpus '^#!/bin/(ba)?sh' tests .ci share proto 2>/dev/null
	ls tests/e2e/*.sh tests/agents/*.sh tests/bench/*.sh tests/hostile/*.sh share/completions/*.bash
} 2>/dev/null | sort -u)
failed=
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT TERM

# Words that only some files may use: only 'regexp' 'what' FILE...
only() {
	_re=$1 _what=$2
	shift 2
	_allowed=" $* "
	grep -E "$_re" "$log.code" | while IFS=: read -r f line _; do
		case $_allowed in *" $f "*) ;; *) echo "$f:$line: $_what (may be in:${_allowed% })" ;; esac
	done | grep . && return 1
	return 0
}

lint_gcc() { make -s -j"$JOBS" CC=gcc DEV=1 O=build-lint-gcc tests; }
lint_clang() { make -s -j"$JOBS" CC=clang DEV=1 O=build-lint-clang tests; }
lint_headers() {
	# shellcheck disable=SC2016 # for the inner shell
	for h in $(printf '%s\n' $sources $tests | grep '\.h$'); do printf 'gcc %s\nclang %s\n' $h $h; done |
	    xargs -n 2 -P "$JOBS" sh -c '"$0" -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -Wno-unused-function -I. \
	        -fsyntax-only $(pkg-config --cflags libbsd-overlay json-c) -x c -include "$1" /dev/null'
}
lint_layers() {
	rc=0
	awk -f tests/strip.awk $sources >"$log.code"
	only '\<(json_object|json_tokener|json_util|array_list|lh_table)' 'json-c' proto/json/json.c || rc=1
	only '\<inotifytools_|\<inotify_(add|rm|init)' 'inotify' proto/sys/watch.c || rc=1
	only '\<(fork|vfork|_Fork|clone3?|posix_spawnp?|exec[lv]p?e?|fexecve|execveat)[[:space:]]*\(' \
	    'a new process' proto/sys/child.c || rc=1
	only '\<(renameat2?|rename)[[:space:]]*\(' 'rename' proto/sys/file.c proto/record/inbox.c || rc=1
	only '(^|[^>.[:alnum:]_])(open|openat|creat|pipe2?|dup)\(|SYS_open|O_CLOEXEC|NOFOLLOW' 'a descriptor' \
	    proto/sys/file_open.c proto/sys/child.c orchestrator/session/scrub.c || rc=1
	only '\<(s|st|state)(->|\.)status[[:space:]]*=[^=]' 'a change of status' proto/record/state.c || rc=1
	only '\<(strcpy|strcat|strncpy|strncat|v?sprintf|strtok|gets|localtime|gmtime|asctime|ctime|system|popen|u?sleep|atoi|atol|mktemp|tmpnam)[[:space:]]*\(' \
	    'a banned function' || rc=1
	only '\<(clock_)?nanosleep\>' 'a pause' proto/sys/lock.c proto/sys/proc.c || rc=1	# a millisecond, bounded
	grep -nE '"(%s)?(/?%s)?/?(workspaces|isolated-sessions|instance-|claims|tasklists|archive)[/"%*]' $sources |
	    grep -v '^proto/session/layout\.h:\|:/\*' | sed 's/$/: a name of the state directory (may be in: proto\/session\/layout.h)/' | grep . && rc=1
	grep -n '"[^"]*\\033\[' $sources | grep -v '^orchestrator/\(view/\(look\|page\|block\)\|cli/cmd_diff\)\.c:' && rc=1	# a colour
	grep -n '#include <json' $sources | grep -v '^proto/json/json\.c:' && rc=1
	grep -n '#include <yaml' $sources | grep -v '^orchestrator/view/yaml\.c:' && rc=1
	grep -n '#include <n\{0,1\}curses' $sources | grep -v '^orchestrator/watch/screen\.c:' && rc=1
	grep -n '#include <microhttpd' $sources | grep -v '^orchestrator/serve/http\.c:' && rc=1
	grep -n '#include <seccomp' $sources | grep -v '^proto/sandbox/sandbox_seccomp\.c:' && rc=1
	grep -n '#include <pcre' $sources | grep -v '^proto/base/pattern\.c:' && rc=1
	grep -n '#include <inotify' $sources | grep -v '^proto/sys/watch\.c:' && rc=1
	return $rc
}
# The circles that are listed may be there, each still is one, and there is no other.
lint_rooms() {
	make -s -j"$JOBS" CC=gcc DEV=1 O=build-lint-gcc tests || return 1
	grep -n '^#include "' $sources >"$log.includes"
	# shellcheck disable=SC2046 # one object a word
	nm -A $(printf '%s\n' $sources | sed -n 's|^\(.*\)\.c$|build-lint-gcc/\1.o|p') >"$log.symbols"
	awk -f tests/rooms.awk tests/circles ARCHITECTURE.md "$log.includes" "$log.symbols" 3>"$log.edges" 4>"$log.circles" >"$log.rooms"
	tsort <"$log.edges" 2>&1 >/dev/null | sed -n 's/^tsort: \(.*\)/in a circle: \1/p' >>"$log.rooms"
	grep '^[a-z]' tests/circles | while read -r first _; do
		grep -q "^$first " "$log.circles" || echo "tests/circles: $first is in no circle any more"
	done >>"$log.rooms"
	cat "$log.rooms"
	! grep -q . "$log.rooms"
}
lint_files() {
	rc=0
	for f in $sources $tests $scripts; do
		n=$(wc -l <"$f")
		[ "$n" -le 400 ] || { echo "$f: $n lines, more than 400"; rc=1; }
		head -n 3 "$f" | grep -q 'SPDX-License-Identifier: GPL-2.0-or-later' ||
		    { echo "$f: no SPDX line"; rc=1; }
	done
	for f in tests/e2e/*.t tests/agents/* tests/*.sh tests/fuzz/run .ci/run; do
		[ -x "$f" ] || { echo "$f: not executable"; rc=1; }
	done
	ls tests/e2e | sed -n 's/^\([0-9]*\)-.*\.t$/tests\/e2e\/\1-*.t: a number that two files have/p' | uniq -d | grep . && rc=1
	awk -f tests/sentences.awk tests/e2e/*.t | grep . && rc=1
	all=$(git ls-files -co --exclude-standard | grep -v '^LICENSE$\|/fixtures/\|^tests/fuzz/corpus/')
	grep -nE 'TO''DO|FIX''ME|\<XX''X\>' $all && rc=1
	grep -nE '/(home|Users|work)/[a-z]|/tmp/[a-z]+\.md' $all && rc=1
	grep -nE '[[:space:]]$' $sources $tests $scripts && rc=1
	return $rc
}
# The libraries of watch and serve are linked by these programs alone: orchestrator and worker start without them.
lint_links() {
	make -s -j"$JOBS" CC=gcc DEV=1 O=build-lint-gcc all || return 1
	for f in watch:ncursesw serve:microhttpd; do
		readelf -d "build-lint-gcc/libexec/orchestrator-${f%:*}" | grep -q "NEEDED.*${f#*:}" || { echo "orchestrator-${f%:*}: no ${f#*:}"; return 1; }
	done
	! readelf -d build-lint-gcc/libexec/orchestrator-serve | grep -E 'NEEDED.*(curses|tinfo)' || return 1
	for f in bin/orchestrator libexec/worker libexec/orchestrator-watch; do
		! readelf -d "build-lint-gcc/$f" | grep -E 'NEEDED.*microhttpd' || return 1
	done
	for f in bin/orchestrator libexec/worker; do
		! readelf -d "build-lint-gcc/$f" | grep -E 'NEEDED.*(curses|tinfo)' || return 1
	done
}
# tests/words: no file has one of these, but that table and the data of tests.
lint_words() {
	rc=0
	grep -v '^#\|^$' tests/words >"$log.words"
	product=$(git ls-files -co --exclude-standard proto worker orchestrator man share .ci Makefile '*.md' ':!tests')
	all=$(git ls-files -co --exclude-standard ':!LICENSE' ':!tests/words' ':!tests/fuzz/corpus' ':!*/fixtures/*')
	while IFS='	' read -r re where say; do
		case $where in
		all) grep -nEis -e "$re" $all ;;
		product) grep -nEis -e "$re" $product ;;
		*) echo "tests/words: $re: neither all nor product: $where"; rc=1 ;;
		esac | sed "s|\$| <- $say|" >"$log.hits"
		if grep . "$log.hits"; then rc=1; fi
	done <"$log.words"
	return $rc
}
lint_format() {
	rc=0
	for f in $sources $tests; do
		clang-format "$f" | awk -f tests/format.awk >"$log.code"
		awk -f tests/format.awk "$f" | diff -L "$f" -L "$f, as clang-format has it" -u0 - "$log.code" || rc=1
		expand "$f" | awk -v f="$f" 'length > 140 { print f ":" FNR ": too long"; bad = 1 } END { exit bad }' || rc=1
	done
	return $rc
}
lint_cppcheck() {
	cppcheck -q -j"$JOBS" --std=c11 --enable=warning,performance,portability --inline-suppr \
	    --suppress=missingIncludeSystem --error-exitcode=1 --include=/usr/include/bsd/sys/queue.h -D_GNU_SOURCE -DVERSION='""' -I. \
	    proto worker orchestrator
}
lint_shell() { shellcheck -x $scripts; }
lint_man() { mandoc -T lint -W warning man/*.1 man/*.5 man/*.7; }

[ $# -gt 0 ] || set -- gcc clang headers layers rooms links files words format cppcheck shell man
for check; do
	if "lint_$check" >"$log" 2>&1; then
		echo "ok   $check"
	else
		cat "$log"
		echo "FAIL $check"
		failed="$failed $check"
	fi
done
rm -f "$log".*
[ -z "$failed" ] || { echo "lint: failed:$failed" >&2; exit 1; }
