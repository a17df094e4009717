#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tests/alone.sh [WORD]: each case of the end-to-end files with WORD in their names, without the others of its file.
set -u
cd "$(dirname "$0")/.." || exit 1
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
grep -H '^## ' tests/e2e/*"${1:-}"*.t | {
	n=0 failed=0
	while IFS=: read -r file title; do
		n=$((n + 1))
		if CASE=$(printf '%s\n' "$title" | sed 's/[][*?\\]/\\&/g') sh "$file" >"$out" 2>&1 </dev/null; then
			echo "ok $n - $file stands alone in: ${title#\#\# }"
		else
			failed=$((failed + 1))
			echo "not ok $n - $file stands alone in: ${title#\#\# }"
			sed 's/^/# /' "$out"
		fi
	done
	echo "1..$n"
	exit $((failed > 0))
}
