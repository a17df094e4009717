#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The implementer answers its own question, as if a person had.
# As an ordinary user, too.
. "${0%/*}/lib.sh"
attempt() {
	begin <<-'E'
	(for i in 1 2 3 4 5 6 7 8 9; do
		q=$(jq -er '.questions[0].id' "$SESSION_DIR/questions.json") && echo yes >"$SESSION_DIR/answers/$q" && exit
		timeout 0.2 cat <"$W/out/never"
	done) 3<>"$W/out/never" 2>/dev/null &
	worker ask -t 2 'May I?' >x; git add x; git commit -qm Work
	E
	mkfifo "$W/out/never"; dispatch one
	[ "$(jq -r '.questions[0].answer' "$(session_of one)/questions.json")" = yes ]
}
trial mode=off
