# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2016
# A session, made by hand: it asks, gets a message, fails a gate, is rejected once and then approved.
S=$W/sessions/session-item-000001
agent() { cat >"$W/$1"; }
case_world() {
	new_repo "$W/r" 3 && git -C "$W/r" worktree add -q -b session/item/1 "$W/tree" && mkdir -p "$S/answers" || return 1
	agent implementer <<-'E'
	if [ -e gate ]; then echo two >two; elif [ -e one ]; then echo good >gate
	else worker ask Which? >>"$W/got" || exit 1; echo "one $(tail -n 1 "$W/got")" >one; fi
	echo 'The summary.' | worker summary -
	E
	agent reviewer <<-'E'
	if [ -e two ]; then worker verdict approved; else worker verdict rejected 'two is missing'; fi
	E
	jq -n --arg w "$W" '{ version: 1, session: { id: "session-item-000001", item: "item", worktree: "\($w)/tree" },
	    settings: { review: "council", confine: "off", stop_grace: 1, gates: [ { name: "g", command: "test -e gate" } ],
	    agents: { i: { adapter: "command", command: ["sh", "\($w)/implementer"], resume: ["true"] },
	    v: { adapter: "command", command: ["sh", "\($w)/reviewer"] } },
	    roles: { implementer: "i", reviewer: "v" } } }' >"$S/config.json" &&
	    echo '{ "version": 1, "id": "item", "title": "Item" }' >"$S/item.json"
	mkdir "$S/messages" && echo 'Be quick.' >"$S/messages/m-aaaaaa"
	export W
}
# The answering loop: as soon as a question is there, until the run is over.  One that was withdrawn
# when the answer came, since its worker had to stop, is asked again, and answered again.
answer() {
	_given=
	while [ -e "$W/sessions" ]; do
		_q=$(awk -F '"' '$2 == "id" { id = $4 } $2 == "status" && $4 == "open" { print id; exit }' "$S/questions.json" 2>/dev/null)
		[ "$_q" = "$_given" ] || { printf this >"$T/.a" && mv "$T/.a" "$S/answers/$_q" 2>/dev/null && _given=$_q; }
		timeout 0.05 cat <&9
	done
}
case_before() { answer & answerer=$!; }
case_after() { :; }
case_victim() { printf '%s\n' worker run "$S"; }
case_again() {
	timeout 60 worker run "$S"; _rc=$?
	kill $answerer 2>/dev/null; wait $answerer 2>/dev/null
	return $_rc
}
case_verify() {
	[ "$(jq -r .status "$S/state.json")" = approved ] || jq -r '"status " + .status + " " + .reason + ": " + .detail' "$S/state.json"
	_head=$(jq -r .head "$S/state.json")
	[ "$(git -C "$W/r" rev-parse session/item/1)" = "$_head" ] || echo 'the branch is not at the head'
	[ "$(jq -r .commit "$S/review.json")" = "$_head" ] || echo 'the verdict is not bound to the head'
	[ "$(git -C "$W/r" ls-tree "$_head" | cut -f2 | tr '\n' ' ')" = 'd1 d2 d3 gate one two ' ] || echo 'the tree is another one'
	[ "$(git -C "$W/r" show "$_head:one")" = 'one this' ] || echo 'the answer did not arrive'
	[ "$(sort -u "$W/got")" = this ] || echo "got: $(cat "$W/got")"
	[ "$(jq -r '[.questions[] | select(.status == "answered")] | length' "$S/questions.json")" = 1 ] ||
	    jq -r '"questions: " + ([.questions[].status] | join(" "))' "$S/questions.json"
	[ "$(jq -r '.messages | map(.status) | join(" ")' "$S/messages.json")" = delivered ] || echo 'the message did not arrive'
	[ "$(jq -r .remarks "$S/state.json")" = 'Be quick.' ] || jq -r '"remarks: \(.remarks)"' "$S/state.json"
	[ "$(grep -c '^REVIEW_VERDICT: ' "$S/output.log")" = 1 ] || echo 'not one verdict in the log'
	git -C "$W/r" fsck --strict --no-dangling 2>&1 | sed 's/^/fsck: /'
}
