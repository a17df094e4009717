#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tests/coverage.sh DIR: lines of C that ran, by room, of a build with --coverage in DIR.
set -eu
cd "$(dirname "$0")/.."
find "$1/proto" "$1/worker" "$1/orchestrator" -name '*.gcno' ! -name 'prompts.gcno' -print0 | xargs -0 gcov -n 2>/dev/null | awk -v FS="'" '
	/^File / { file = $2 }
	/^Lines executed:/ && file ~ /^(proto|worker|orchestrator)\/.*\.c$/ && !(file in seen) {
		seen[file] = 1
		split($0, part, /[:%]|of /)
		split(file, path, "/")
		room = path[1] "/" path[2]
		lines[room] += part[4]; ran[room] += part[2] * part[4] / 100
		all += part[4]; allran += part[2] * part[4] / 100
	}
	/^Lines executed:/ { file = "" }
	END {
		for (r in lines)
			printf "%-24s %6d of %6d  %5.1f %%\n", r, ran[r] + 0.5, lines[r], 100 * ran[r] / lines[r] | "sort"
		close("sort")
		printf "%-24s %6d of %6d  %5.1f %%\n", "all", allran + 0.5, all, all ? 100 * allran / all : 0
	}'
