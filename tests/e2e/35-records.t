#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What the programs write is what man/schema says they write.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"
cd "$T" || exit 1
python3 -c 'import jsonschema' 2>/dev/null || skip_all 'python3-jsonschema is not installed'

cat >"$T/validate" <<'E'
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
jsonschema.Draft7Validator.check_schema(schema)
for name in sys.argv[2:]:
    found = list(jsonschema.Draft7Validator(schema).iter_errors(json.load(open(name))))
    for e in found:
        print(name, "/".join(map(str, e.absolute_path)), e.message[:300])
    if found:
        sys.exit(1)
E
valid() { python3 "$T/validate" "$top/man/schema/$1.schema.json" "$2"; }
first_member() { [ "$(jq -r 'keys_unsorted[0]' "$1")" = version ]; }
records() {	# MOMENT: every record that is there now
	for _n in item state questions review; do
		[ -e "$S/$_n.json" ] || continue
		cp "$S/$_n.json" "$T/$_n.copy"
		ok "$_n.json is valid ($1)" valid "$_n" "$T/$_n.copy"
	done
}

# A session with all there is: question, progress, blocked, rework, defence, fix.
role implementer <<'E'
point start
worker progress 1/3 'a "note" \ with é'; worker blocked 'for a while'
point blocked
worker blocked --clear
answer=$(worker ask -o one -o 'two
lines' 'Which "one"?' 2>/dev/null); worker verdict approved 2>/dev/null
printf '%s %s\n' "$answer" "$ROUND" >work; worker summary - <<X
A summary

with more
X
E
role implementer resume <<'E'
case $STEP in
present) echo 'My case.' ;;
respond) if [ "$ROUND" = 1 ]; then worker verdict rejected 'True.'; else worker verdict approved 'Not true.'; fi ;;
*) . "$T/scripts/$ITEM_ID/implementer" ;;
esac
E
role reviewer <<'E'
point review; printf 'line\n\ttab \033 \001 \302\200' | worker verdict rejected -
E
role tech-lead <<'E'
point decide; echo fixed >>work; worker verdict approved 'Fixed.'
E
for p in start blocked review decide gate; do mkfifo "$T/all.go.$p"; done
cat >>"$T/prelude" <<'E'
point() { echo $$ >>"$T/$ITEM_ID.at.$1"; if [ "$ITEM_ID.$ROUND" = all.1 ] && [ ! -e "$T/$ITEM_ID.went.$1" ]; then read -r _ <"$T/all.go.$1"; echo >"$T/$ITEM_ID.went.$1"; fi; }
E
go() { timeout "$LIMIT" sh -c 'echo >"$1"' go "$T/all.go.$1"; }
settings='.setup = ["echo set"] | .env = { A: "b" } | .answers = { rules: [ { match: "x", answer: "y" } ] } | .gates =
	[ { name: "g", command: ". $T/prelude; point gate; printf \"\\377\\033[1m\\302\\233 \\\\u0000\"; seq 1 9000", timeout: 60 } ]'
session all "$settings"
records 'before the worker'
start
at start; records 'while the implementer works'; go start
at blocked; records 'blocked'; go blocked
asked; records 'waiting'
kill -STOP "$pid"
mkdir -p "$T/msg"
( cd "$W" && SESSION_DIR=$S SESSION_ID=$ID SESSION_INBOX=$S/inbox/001; export SESSION_DIR SESSION_ID SESSION_INBOX
  worker ask -o a -o b 'A message?' & worker progress 1/2 'a note' & worker summary /etc/hostname &
  worker verdict rejected words & worker blocked why & worker blocked --clear & ) >/dev/null 2>&1
posted() { [ "$(find "$S/inbox/001/new" -type f | wc -l)" -ge 6 ]; }
ok 'six messages are posted' wait_for "$LIMIT" posted
cp "$S"/inbox/001/new/* "$T/msg/"
kill -CONT "$pid"
for m in "$T"/msg/*; do
	ok "a message is valid ($(jq -r .kind "$m"))" valid message "$m"
	ok "a message begins with its version (${m##*/})" first_member "$m"
done
settled() {	# answers what is open until POINT is reached
	for _q in $(jq -r '.questions[] | select(.status == "open") | .id' "$S/questions.json"); do put "$_q" 1; done
	test -s "$T/$ITEM.at.$1"
}
ok 'the session goes on' wait_for "$LIMIT" settled gate
records 'in the gates'; go gate
at review; records 'in review'
ok 'the record of the council is there while it sits' test "$(rec review.json .verdict)" = none
go review
stop
records 'in the end'
is 'the session ends as approved by the tech-lead' "$status,$(st .status),$(rec review.json '.decided_by')" 0,approved,tech-lead
for f in state questions review; do ok "$f.json begins with its version" first_member "$S/$f.json"; done
ok 'the record has opinions of all roles' test "$(rec review.json '[.opinions[].role] | unique | length')" = 3
ok 'the history is told' test "$(st '[.history[].to] | contains(["waiting", "completed", "reviewing", "approved"])')" = true
is 'times are in UTC with milliseconds' "$(st .updated_at | sed 's/[0-9]/9/g')" '9999-99-99T99:99:99.999Z'

# Ends of other kinds.
no_roles
end() {	# NAME [FILTER]: with the implementer's script on standard input
	role implementer
	session "$1" "${2:-.}"
	work
	records "$1"
}
end no-change <<'E'
E
end agent-error <<'E'
printf '\377\001'; kill -9 $$
E
end setup '.setup = ["printf \"\\377\\001\"; exit 1"]' <<'E'
E
end spawn '.agents.implementer.command = ["/no/such/\u0001 agent\"\\"]' <<'E'
E
end gate '.gates = ["printf \"\\377\\001\\\"\"; kill -9 $$"] | .gate_tries = 1' <<'E'
echo x >x
E
end output '.transcript_mb = 1' <<'E'
yes
E
end import <<'E'
mkdir "$(printf 'bad\377\001name')"; cd bad*; git init -q .; git commit -q --allow-empty -m x; echo x >x
E
end names <<'E'
touch "$(printf 'n\377\001\n\302\200')" 'quote"' 'back\slash' -- '-option'
printf 'bytes \377\n' >x; git add -A; git -c i18n.commitEncoding=latin1 commit -qm "$(printf 'subject \351\001')"
E
session cancelled
role implementer <<'E'
hang
E
touch "$S/cancel"
work
records cancelled
role implementer <<'E'
point begun; hang
E
session killed
start
at begun; kill -9 "$pid"; wait "$pid" 2>/dev/null
records 'killed'
start
again() { [ "$(said at.begun | wc -l)" = 2 ]; }
wait_for "$LIMIT" again; records 'recovered'
kill "$pid"; stop
records 'stopped'

# worker gates.
session by-hand '.gates = ["printf \"\\377\\033x\"", { name: "no", command: "exit 3" }]'
run worker gates "$S" "$(git -C "$R" rev-parse HEAD)"
jq '.properties.gates + { "$schema": ."$schema" }' "$top/man/schema/review.schema.json" >"$T/gates.schema"
cp "$T/.out" "$T/gates.json"
ok 'what worker gates prints is an array of results' python3 "$T/validate" "$T/gates.schema" "$T/gates.json"
is 'worker gates prints a result of each gate' "$(jq length "$T/gates.json")" 2

# What the orchestrator wrote.
orchestrator -C "$R" dispatch --wait --review none made -- sh -c 'echo x >x' >/dev/null 2>&1
S=$(session_of made)
records 'dispatched'
cp "$S/config.json" "$T/config.copy"
ok 'config.json is valid (dispatched)' valid config "$T/config.copy"

# The schemas refuse what is wrong.
wrong() { jq "$2" "$T/$1.copy" >"$T/wrong"; ok "a $1.json with $2 is refused" not valid "$1" "$T/wrong"; }
wrong state '.version = 2'
wrong state '.status = "fine"'
wrong state 'del(.session)'
wrong item '.id = "../x"'
wrong config 'del(.session)'
wrong review '.verdict = "maybe"'
wrong questions '.questions = {}'
done_testing
