# SPDX-License-Identifier: GPL-2.0-or-later
#
# awk -f tests/rooms.awk tests/circles ARCHITECTURE.md INCLUDES SYMBOLS: holds includes and calls to
# the table of rooms in ARCHITECTURE.md, and writes the calls to descriptor 3, those inside of
# a circle of tests/circles to descriptor 4.
# INCLUDES: "FILE:#include "HEADER""; SYMBOLS: nm -A of the objects.  Prints what is wrong.
FILENAME == ARGV[1] && /^(proto|worker|orchestrator)\// {
	n++
	for (i = 1; i <= NF && $i ~ /^(proto|worker|orchestrator)\//; i++) circle[$i] = n
}
FILENAME == ARGV[1] { next }
FILENAME == ARGV[2] && /^    (proto|worker|orchestrator)\/[a-z]+ / { level[$1] = ++depth }
FILENAME == ARGV[2] { next }

function room(file) { return match(file, /^[a-z]+\/[a-z]+/) ? substr(file, 1, RLENGTH) : "" }
function house(file) { return substr(file, 1, index(file, "/") - 1) }
# Is from allowed to need to?
function arrow(from, to) {
	if (house(from) != house(to)) return house(to) == "proto"
	return level[room(from)] <= level[room(to)]
}
FILENAME == ARGV[3] {
	from = $0; sub(/:.*/, "", from)
	to = $0; sub(/^[^"]*"/, "", to); sub(/".*/, "", to)
	if (room(from) == from || !(room(from) in level)) { print from ": in no room of ARCHITECTURE.md"; next }
	if (to !~ /^(proto|worker|orchestrator)\//) print from ": includes \"" to "\" without its room"
	else if (!arrow(from, to)) print from ": includes " to ", which is above it (ARCHITECTURE.md)"
	next
}
{	# OBJECT:[ADDRESS] TYPE SYMBOL
	file = $1; sub(/\.o:.*/, "", file); sub(/^.*\/(proto|worker|orchestrator)\//, "&", file)
	if (match(file, /(proto|worker|orchestrator)\/[a-z]+\//)) file = substr(file, RSTART); else next
	type = $(NF - 1); symbol = $NF
	if (type == "U") needs[++k] = file SUBSEP symbol
	else if (type ~ /^[TDBRVWC]$/ && symbol != "main") where[house(file), symbol] = file
}
END {
	for (i = 1; i <= k; i++) {
		split(needs[i], p, SUBSEP)
		to = (house(p[1]), p[2]) in where ? where[house(p[1]), p[2]] : where["proto", p[2]]
		if (to == "" || to == p[1]) continue
		if (!arrow(p[1], to)) print p[1] ".c: calls " p[2] "() of " to ".c, which is above it (ARCHITECTURE.md)"
		edge[p[1], to] = 1
	}
	for (e in edge) {
		split(e, p, SUBSEP)
		if (circle[p[1]] != "" && circle[p[1]] == circle[p[2]]) print p[1], p[2] >("/dev/fd/4")
		else print p[1], p[2] >("/dev/fd/3")
	}
	close("/dev/fd/3"); close("/dev/fd/4")
}
