# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# shellcheck disable=SC2154 # $confined: lib.sh
#
# Sessions made by hand, for the tests of worker alone; after lib.sh:
#
#	role ROLE [resume] <<'E'	the script of implementer, reviewer, tech-lead; after
#					the prompt was read into $prompt.  `no_roles' forgets all
#	session ITEM [FILTER]		sets $R repository, $W worktree, $S session directory,
#					$ID; council if there is a reviewer; FILTER edits the
#					settings (jq)
#	work				runs the worker: $status, $out, $err
#	start				the same in the background: $pid; `stop' waits: $status
#	at POINT			waits for a script to say `point POINT'
#	st FILTER, rec FILE FILTER	jq on state.json, on a record
#	asked [N]			waits for the Nth open question: $q
#	put NAME TEXT			drops an answer
#	gone PID			no such process (or only its remains)
#
# Scripts have: point NAME (hangs there if $T/hang.NAME exists), hang, say FILE TEXT.

R=$T/repo
mkdir -p "$T/roles" "$T/scripts" "$T/sessions"
: "${LIMIT:=30}"

cat >"$T/prelude" <<'E'
set -u
hang() { cat "$T/.never"; }
point() { echo $$ >>"$T/$ITEM_ID.at.$1"; [ ! -e "$T/hang.$1" ] || hang; }
say() { printf '%s\n' "$2" >>"$T/$ITEM_ID.$1"; }
E

no_roles() { rm -f "$T"/roles/*; }
role() { { echo '. "$T/prelude"; prompt=$(cat)'; cat; } >"$T/roles/$1${2:+.$2}"; }

session() {
	ITEM=$1; ID=session-$1-000001; S=$T/sessions/$ID; W=$T/trees/$1
	[ -d "$R" ] || new_repo "$R" 3
	git -C "$R" worktree add -q -b "session/$1/1" "$W" >/dev/null 2>&1 || return 1
	mkdir -p "$S" && cp -r "$T/roles" "$T/scripts/$1" || return 1
	set -- "$1" "${2:-.}" '{}'
	for _r in implementer reviewer tech-lead; do
		_f=$T/scripts/$1/$_r
		[ ! -e "$_f" ] || set -- "$1" "$2" "$(printf %s "$3" | jq -c --arg r "$_r" --arg f "$_f" \
		    --argjson resume "$([ -e "$_f.resume" ] && echo true || echo false)" '.agents[$r] =
		    ({ adapter: "command", command: ["sh", $f] } + if $resume then { resume: ["sh", ($f + ".resume")] } else {} end)
		    | .roles[$r] = $r')"
	done
	printf %s "$3" | jq --argjson confine "$confined" --arg id "$ID" --arg item "$1" --arg tree "$W" '
	    { version: 1, session: { id: $id, item: $item, worktree: $tree }, settings:
	      (({ stop_grace: 1, confine: $confine } + .) | ('"$2"') | .review //=
	      (if .roles.reviewer then "council" elif .gates then "gates" else "none" end)) }' >"$S/config.json" &&
	jq -n --arg item "$1" '{ version: 1, id: $item, title: "Title of \($item)" }' >"$S/item.json"
}
work() { run timeout -k 5 60 worker run "$S"; }
start() { worker run "$S" >"$T/.start" 2>&1 & pid=$!; }
# shellcheck disable=SC2034 # for the tests
stop() {
	wait_for "$LIMIT" gone "$pid" || kill -9 "$pid"
	status=0; wait "$pid" 2>/dev/null || status=$?
}
at() { wait_for "$LIMIT" test -s "$T/$ITEM.at.$1"; }
st() { jq -r "$1" "$S/state.json"; }
rec() { jq -r "$2" "$S/$1"; }
# Counted and read at once: the worker may withdraw a question in between.
open_question() {
	q=$(jq -r --argjson n "$1" '[.questions[] | select(.status == "open").id] | select(length >= $n)[-1]' \
	    "$S/questions.json") && [ "$q" ]
}
asked() { wait_for "$LIMIT" open_question "${1:-1}"; }
put() { printf '%s' "$2" >"$T/.answer" && cp "$T/.answer" "$S/answers/$1"; }
gone() { ! { read -r _stat <"/proc/$1/stat"; } 2>/dev/null || case ${_stat##*) } in [ZX]*) true ;; *) false ;; esac; }
said() { cat "$T/$ITEM.$1" 2>/dev/null; }
verdicts() { grep -c '^REVIEW_VERDICT: ' "$S/output.log"; }
last_line() { tail -n 1 "$S/output.log"; }
