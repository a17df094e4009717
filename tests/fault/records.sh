# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2016
# Each record of a session is on disk before the worker goes on to the next: its bytes before it
# has its name, its directory after; state.json when what must not be lost in it has changed.
. "$here/worker.sh"
records='state.json|questions.json|messages.json|review.json|summary.md|presentation.md|link|worker'
changes='status|runs|recoveries|attempts|heard'
traced() { strace -f -y -s 9000 -o "$T/trace" -e trace=write,renameat,renameat2,fsync timeout 60 worker run "$S" >"$T/victim.log" 2>&1 || cat "$T/victim.log"; }
# What is wrong, and how often each record was replaced.
in_time() {
	awk -v records="^($records)\$" -v changes="$changes" '
	function path(s) { sub(/^[^<]*</, "", s); sub(/>.*/, "", s); return s }
	/ fsync\(/ { p = path($0); synced[$1, p] = 1; if (due[$1] == p) due[$1] = ""; next }
	/ write\(.*\/\.state\.json\.[0-9a-f]*>/ {
		p = path($0); key[p] = ""; n = split(changes, c, "|")
		for (i = 1; i <= n; i++) if (match($0, "\\\\\"" c[i] "\\\\\": *[^,}]*")) key[p] = key[p] substr($0, RSTART, RLENGTH)
		parks[p] = $0 ~ /parked_until\\": *\\"/
		next
	}
	/ renameat2?\(/ && !/ = -1/ {
		split($0, d, "<"); sub(/>.*/, "", d[2]); sub(/>.*/, "", d[3])
		split($0, f, "\""); from = d[2] "/" f[2]; to = f[4]; n = split(to, b, "/")
		if (b[n] !~ records) next
		if (due[$1]) { print due[$1] " was not synced"; due[$1] = "" }
		if (to == "state.json") {
			k = key[from]; same = k == last[d[3]]; last[d[3]] = k
			if (same && !parks[from]) next
		}
		if (!synced[$1, from]) print from " was not synced"
		else due[$1] = d[3]
		seen[b[n]]++
	}
	END {
		for (p in due) if (due[p]) print due[p] " was not synced at the end"
		for (r in seen) print r, seen[r] >"/dev/stderr"
	}' "$T/trace" 2>>"$T/seen"
}
hung() { [ "$(wc -l <"$W/hung")" = "$1" ]; }
# The account of the client is at its limit once.
parked() {
	S=$W/sessions/session-other-000001; mkdir -p "$W/bin" "$W/stand-in" "$S/answers"
	export STAND_IN="$W/stand-in"
	git -C "$W/r" worktree add -q -b session/other/1 "$W/other"
	cp "$top/tests/agents/claude-stand-in" "$W/bin/claude"
	cat >"$STAND_IN/job" <<-'E'
	cp "$top/tests/unit/fixtures/claude-success.jsonl" "$STAND_IN/stream"
	[ -e work ] || { sed 1q "$STAND_IN/stream" >"$STAND_IN/first"; mv "$STAND_IN/first" "$STAND_IN/stream"
	echo '{"type":"result","is_error":true,"api_error_status":429,"result":"limit"}' >>"$STAND_IN/stream"
	echo "{\"type\":\"rate_limit_event\",\"rate_limit_info\":{\"status\":\"rejected\",\"resetsAt\":$(($(date +%s) + 4))}}" |
	    sed -i -e '1r /dev/stdin' "$STAND_IN/stream"; exit_status=1; }
	echo work >work
	E
	jq -n --arg w "$W" '{ version: 1, session: { id: "session-other-000001", item: "other", worktree: "\($w)/other" },
	    settings: { review: "none", confine: "off", stop_grace: 1, roles: { implementer: "claude" } } }' >"$S/config.json"
	echo '{ "version": 1, "id": "other", "title": "Other" }' >"$S/item.json"
	PATH=$W/bin:$PATH traced; in_time
	[ "$(jq -r .status "$S/state.json")" = approved ] || echo 'the work of the client does not go on'
}
case_run() {
	: >"$T/seen"
	case_world >"$T/world.log" 2>&1 || { cat "$T/world.log"; return; }
	{ echo '[ "$(wc -l <"$W/hung")" -ge 2 ] || { echo hung >>"$W/hung"; cat "$T/.never"; }'; cat "$W/implementer"; } >"$W/agent"
	: >"$W/hung"; mv "$W/agent" "$W/implementer"
	jq 'del(.settings.agents.i.resume) | .settings.limits = { stall: 3 }' "$S/config.json" >"$T/x" && cp "$T/x" "$S/config.json"
	worker run "$S" >"$T/killed.log" 2>&1 & _pid=$!
	wait_for 20 hung 1; kill -9 "$_pid"; wait "$_pid" 2>/dev/null
	answer & answerer=$!
	traced; in_time
	kill $answerer 2>/dev/null; wait $answerer 2>/dev/null
	case_verify
	parked
	for _r in $(echo "$records" | tr '|' ' '); do grep -q "^$_r " "$T/seen" || echo "$_r was never written"; done
	tried "$(awk '{ n += $2 } END { print n }' "$T/seen") records written in 2 sessions"
}
