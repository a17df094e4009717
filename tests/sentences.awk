# SPDX-License-Identifier: GPL-2.0-or-later
#
# awk -f sentences.awk FILE.t...: sentences of tests that can't be understood without those before them,
# or that say the same as another one of their file ("skip" may: it stands for one that is not tried).
# A sentence is what follows ok, is, like, skip, tap N, or a function that hands on its $1 to one of them.
BEGIN {
	# What no sentence begins with.
	n = split("and or nor but so then also instead which who whom whose that this these those it its itself " \
	    "they them their he she him her with as done", words)
	for (i = 1; i <= n; i++)
		banned[words[i]] = 1
	split("ok is like skip", words)
	for (i in words)
		asserts[words[i]] = 1
}
FNR == 1 {
	delete seen
	for (f in asserts)
		if (asserts[f] != 1)
			delete asserts[f]
	name = ""
	while ((getline line < FILENAME) > 0) {
		if (match(line, /^[a-z_]+\(\)/))
			name = substr(line, 1, RLENGTH - 2)
		if (line ~ /(ok|is|like|skip|tap [01]) "[^"]*\$1/ && line !~ /^[a-z_]+\(\).*for |^#/)
			asserts[name] = 2
		if (line ~ /_s=\$1/)
			asserts[name] = 2
		if (line ~ /^}|^[a-z_]+\(\).*}$/)
			name = ""
	}
	close(FILENAME)
	delete asserts[""]
}
/^[ \t]*#/ { next }
{
	rest = $0
	while (match(rest, /(^|[ \t;({&|])([a-z_]+|tap [01]|tap "?\$[a-z?]+"?) ('[^']*'|"[^"]*")/)) {
		found = substr(rest, RSTART, RLENGTH)
		rest = substr(rest, RSTART + RLENGTH - 1)
		sub(/^[ \t;({&|]+/, "", found)
		word = found
		sub(/ .*/, "", word)
		if (word != "tap" && !(word in asserts))
			continue
		sentence = found
		sub(/^[^'"]*( "\$[a-z?]+" )?['"]/, "", sentence)
		sub(/['"]$/, "", sentence)
		if (sentence !~ /[a-zA-Z]+ [a-z]/)	# another word for it, as "$1"
			continue
		first = tolower(sentence)
		sub(/^(\$[a-z_0-9]+|[a-z]+): /, "", first)
		sub(/[ ,].*/, "", first)
		if (first in banned)
			print FILENAME ":" FNR ": a sentence that needs the one before: " sentence
		if (word == "skip" || word == "tap")
			continue
		key = (asserts[word] == 1 ? "" : word) " " sentence
		if (key in seen)
			print FILENAME ":" FNR ": the sentence of line " seen[key] ": " sentence
		seen[key] = FNR
	}
}
