#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The change has a library that the loader takes for bubblewrap's, as LD_LIBRARY_PATH has an empty element.
. "${0%/*}/lib.sh"
needs cc
attempt() {
	cat >"$W/evil.c" <<-'C'
	#include <stdio.h>
	#include <stdlib.h>
	#include <unistd.h>
	int cap_from_name(void) { return 0; }
	__attribute__((constructor)) static void go(void)
	{
		FILE *f = fopen(getenv("MARK"), "a");

		if (f != NULL)
			fclose(f);
	}
	C
	cc -shared -fPIC -o "$W/marks/evil.so" "$W/evil.c" || exit 77
	begin '{ confine: { environment: ["W", "MARK"] } }' <<-'E'
	cp "$W/marks/evil.so" libcap.so.2; git add .; git commit -qm Library
	E
	export MARK="$W/outside" LD_LIBRARY_PATH=:/opt/lib
	dispatch one
	[ "${by:-}" != hand ] || (cd "$R/.worktrees/one" && bwrap --ro-bind / / true)
	[ -e "$W/outside" ]
}
trial by=hand
