# SPDX-License-Identifier: GPL-2.0-or-later
# C without comments, and with empty string literals, as FILE:LINE:text.
FNR == 1 { inside = 0 }
{
	out = ""
	while (length($0)) {
		if (inside) {
			if (!match($0, /\*\//)) break
			$0 = substr($0, RSTART + 2)
			inside = 0
		} else if (match($0, /\/\*|\/\/|"([^"\\]|\\.)*"|\047([^\047\\]|\\.)*\047/)) {
			out = out substr($0, 1, RSTART - 1)
			token = substr($0, RSTART, 2)
			if (token == "//") break
			if (token == "/*") {
				inside = 1
				$0 = substr($0, RSTART + 2)
			} else {
				out = out "\"\""
				$0 = substr($0, RSTART + RLENGTH)
			}
		} else {
			out = out $0
			break
		}
	}
	print FILENAME ":" FNR ":" out
}
