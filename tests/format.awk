# SPDX-License-Identifier: GPL-2.0-or-later
# C with each statement on one line and single blanks inside it: what is left
# to compare with clang-format's opinion is indentation, braces, blanks around
# operators, and where statements begin.  Where a long one is broken, how
# declarations and comments are aligned, and tables are the author's choice.
function count(s, re) { return gsub(re, "", s) }
function flush() {
	if (head body != "" && body !~ /^(enum|#|struct [a-z_]+ \{)|= ?\{|^\[/) {
		gsub(/\( /, "(", body)
		gsub(/ \)/, ")", body)
		gsub(/\) "/, ")\"", body)
		print head body
	}
	head = body = ""
	depth = 0
}
{
	sub(/[ \t]*\/\*.*\*\/[ \t]*$/, "")
	if (/^[ \t]*\/\*/) comment = 1
	if (comment) {
		if (/\*\//) comment = 0
		next
	}
	match($0, /^[ \t]*/)
	indent = substr($0, 1, RLENGTH)
	text = substr($0, RLENGTH + 1)
	gsub(/[ \t]+/, " ", text)
	if (text == "") next
	if (body == "") {
		head = indent
		body = text
	} else
		body = body " " text
	depth += count(text, "[(]") - count(text, "[)]")
	table = body ~ /= ?\{/ || body ~ /^(enum|static const struct|struct [a-z_]+ \{)/
	if (table) braces += count(text, "{") - count(text, "}")
	if (table ? braces <= 0 && text ~ /;$/ : depth <= 0 &&
	    (text ~ /[;{}]$/ || body ~ /^(case .*|default|[a-z_]+):$/ || (body ~ /^#/ && text !~ /\\$/) ||
	    (body ~ /^(if|else|for|while|switch|do|\} else)/ && text ~ /(\)|else|do)$/) ||
	    (head == "" && text !~ /[=,|\\]$/))) {
		flush()
		braces = 0
	}
}
END { flush() }
