# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # of the driver, and for it
#
# Attempts, made with the whole source at hand, to have merged what was rejected or never judged, to
# steer a verdict or a gate, to run something outside or to lose a person's work: the scripts of
# attempts/, a line each.  Each has a control, without which it does not count: attempts/lib.sh.
exec 6>&1	# where the lines go
attempts=$here/attempts
case_list() { for _f in "$attempts"/[0-9]*.sh; do basename "$_f" .sh; done; }
# The programs with each wall that attempts/holes names gone where the variable HOLE names that, too.
case_world() {
	git init -q "$W/r" && mkdir -p "$W/outside" "$T/holes" "$T/tmp" && chmod 711 "$T" && chmod 1777 "$T/tmp" || return
	[ "${CONTROL:-}" != no ] || return 0
	(cd "$top" && tar -c Makefile proto worker orchestrator share) | tar -x -C "$T/holes" -f - && cd "$T/holes" && echo '#include <stdlib.h>
#include <string.h>
#define HOLE(name) (getenv("HOLE") != NULL && strcmp(getenv("HOLE"), name) == 0)' >hole.h || return
	grep -v '^#\|^$' "$attempts/holes" | while IFS='	' read -r _name _file _change; do
		cp "$_file" before; sed -i "$_change" "$_file"; ! cmp -s "$_file" before || echo "holes: $_name changes nothing"
	done >wrong
	[ ! -s wrong ] || { cat wrong; return 1; }
	make -s -j2 O=build OPT='-O0 -fPIE' WARN=-w CPPFLAGS="-include $T/holes/hole.h"
}
case_one() {
	_script=$attempts/$1.sh _as=${2:-}
	set -- env BUILD="$O" HOLES="$T/holes/build" TMPDIR="$T/tmp" timeout -k 5 200 sh "$_script"
	[ -z "$_as" ] || set -- setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
	_said=$("$@" 2>&1 </dev/null)
	case $? in
	0) _end=held ;;
	3) _end=reached; echo "reached${_as:+, as an ordinary user}: $(sed -n 3p "$_script")" ;;
	77) _end="not tried: $(echo "$_said" | tail -n 1)" ;;
	99) _end='control failed'; echo "$_said" | tail -n 1 ;;
	*) _end='did not begin'; echo "did not begin: $(echo "$_said" | tail -n 1)" ;;
	esac
	printf '# %-34s %s\n' "$(basename "$_script" .sh)${_as:+ ($_as)}" "$_end" >&6
	[ "$_as" ] || [ "$(id -u)" != 0 ] || ! grep -q '^# As an ordinary user, too.$' "$_script" || case_one "$(basename "$_script" .sh)" user
}
