#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tests/alone.sh [WORD]: each case of the end-to-end files with WORD in their names, without the others of its file,
# in an empty directory, so that a case in the wrong directory changes nothing of this repository.
set -u
cd "$(dirname "$0")/.." || exit 1
top=$PWD tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/empty"
grep -H '^#: ' tests/e2e/*"${1:-}"*.t | {
	n=0 failed=0
	while IFS=: read -r file title; do
		n=$((n + 1))
		CASE=$(printf '%s\n' "$title" | sed 's/[][*?\\]/\\&/g')
		if (cd "$tmp/empty" && CASE=$CASE sh "$top/$file") >"$tmp/out" 2>&1 </dev/null; then
			echo "ok $n - $file stands alone in: ${title#\#: }"
		else
			failed=$((failed + 1))
			echo "not ok $n - $file stands alone in: ${title#\#: }"
			sed 's/^/# /' "$tmp/out"
		fi
	done
	echo "1..$n"
	exit $((failed > 0))
}
