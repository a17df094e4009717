#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The tutorial: its commands as a reader pastes them from the terminal, and the output that it shows.
. "$(dirname "$0")/lib.sh"

# The rendered blocks of the tutorial, with leading blanks: commands in commands.N, their output in output.N.
mandoc -T ascii -O width=100 "$top/man/orchestrator-tutorial.7" | sed 's/.\x08//g' | awk -v dir="$T" '
	/^   [1-9]\. / { n++; title = $0 }
	/^       / { file = /^         / && !commands ? "output" : "commands"; commands = file == "commands"
		print (file == "output" ? substr($0, 10) : $0) >(dir "/" file "." n) }
	!/^       / { commands = 0 }'
last=$(sed -n 's/^\.Ss \([1-9]\)\. .*/\1/p' "$top/man/orchestrator-tutorial.7" | tail -n 1)
ok 'the tutorial has eight steps' test "$last" -ge 8

# All blocks run in one shell, as the reader's do.
mkdir "$T/work" && cd "$T/work" || exit 1
for n in $(seq "$last"); do
	echo "exec >'$T/got.$n' 2>&1"
	cat "$T/commands.$n"
done >"$T/all"
for shell in bash dash; do
	command -v $shell >/dev/null || { skip "the tutorial in $shell" "no $shell"; continue; }
	rm -f "$T"/got.*
	run env COLUMNS=80 LC_ALL=C $shell "$T/all" </dev/null
	is "the commands of the tutorial succeed in $shell" "$status $err" '0 '
	# Ids, hashes, ages and times are those of each reader; [...] stands for any lines.
	plain() { sed -E 's/(session-[a-z]+|q)-[a-z0-9]{6}/\1-ID/g; s/\<[0-9a-f]{12}\>/HASH/g; s/\<[0-9]+s\>/Ns/g; s/[0-9]+\.[0-9] s\>/N s/g
	    s/\<[0-9]{2}:[0-9]{2}:[0-9]{2}\>/TIME/g; s/\([0-9]+ ms\)/(N ms)/g; s/ +$//' "$1"; }
	for n in $(seq "$last"); do
		[ -e "$T/output.$n" ] || continue
		plain "$T/output.$n" >"$T/want"
		plain "$T/got.$n" >"$T/have"
		is "step $n of the tutorial prints what it shows, in $shell" "$(awk '
			NR == FNR { have[++h] = $0; next }
			$0 == "[...]" { any = 1; next }
			{ while (any && at < h && have[at + 1] != $0) at++
			if (have[++at] != $0) { print "not as shown: " have[at] " instead of " $0; exit }
			any = 0 }' "$T/have" "$T/want")" ''
	done
	is "the tutorial leaves nothing behind, in $shell" "$(ls "$T/work")" ''
done
done_testing
