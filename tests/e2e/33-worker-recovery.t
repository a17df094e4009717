#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A worker is killed, stopped, cancelled, started twice, and run again.
# shellcheck disable=SC2034 # for lib.sh: the agents tell the ids of their processes
CONFINE=off
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"
cd "$T" || exit 1

log_has() { grep -Eq -e "$1" "$S/output.log"; }
pids() { cat "$T/$ITEM".at.* "$T/$ITEM.left" 2>/dev/null; }
all_gone() { for _p in $(pids); do gone "$_p" || return 1; done; }
dead() { ok "$1" wait_for "$LIMIT" all_gone; }

# Scripts that stop at a point, and leave a process that has left group and session.
role implementer <<'E'
setsid sh -c 'echo $$ >>"$T/$ITEM_ID.left"; exec cat "$T/.never"' &
until [ -s "$T/$ITEM_ID.left" ]; do :; done
say runs "$STEP"; echo begun >>begun
point implement
[ ! -e "$T/hold.$ITEM_ID" ] || { say held "$STEP"; until [ -e "$T/go.$ITEM_ID" ]; do :; done; }
[ ! -e "$T/ask.$ITEM_ID" ] || worker ask 'Which?' >>"$T/$ITEM_ID.answer" 2>/dev/null
echo work >work; worker summary - <<X
Done by $ITEM_ID
X
point late
E
role implementer resume <<'E'
case $STEP in
present) echo 'A case.'; point present ;;
respond) point respond; worker verdict approved 'I defend it.' ;;
*) . "$T/scripts/$ITEM_ID/implementer" ;;
esac
E
role reviewer <<'E'
say reviews "$ROUND"; point review; worker verdict rejected 'No.'; point reviewed
E
role tech-lead <<'E'
point decide; grep -q mended work || { echo mended >>work; git commit -qam Mended; }; worker verdict approved 'Yes.'
E
settings='.setup = ["echo set >.git-setup-marker; . $T/prelude; point setup; rm .git-setup-marker"]
	| .gates = [{name: "g", command: ". $T/prelude; point gates; grep -q work work"}]'
result() {
	echo "$(st .status),$(rec review.json '[.verdict, .decided_by, .rounds] | join(",")'),$(git -C "$R" show "session/$ITEM/1:work" | paste -sd' '),$(last_line)"
}
session plain "$settings"
work
expected=$(result)
is 'undisturbed, a session ends like this' "$expected" 'approved,approved,tech-lead,1,work mended,REVIEW_VERDICT: APPROVED'

for step in setup implement late gates present review reviewed respond decide; do
	touch "$T/hang.$step"
	session "kill-$step" "$settings"
	start
	at "$step"
	kill -9 "$pid"; wait "$pid" 2>/dev/null
	before=$(st .recoveries)
	rm "$T/hang.$step"
	work
	is "killed in $step and run again, a session ends the same" "$status,$(result)" "0,$expected"
	dead "no process of the former run is left ($step)"
	is "a session killed in $step has its verdict once" "$(verdicts)" 1
	is "the recovery of a session killed in $step is counted" "$(st .recoveries)" $((before + 1))
	is "no opinion is there twice ($step)" "$(rec review.json '[.opinions[].role] | sort | join(" ")')" 'implementer reviewer tech-lead tech-lead'
	is "the log is one log ($step)" "$(grep -c 'Title of' "$S/output.log" | sed 's/[1-9]/some/')" some
done
is 'the worktree was as the implementer left it' "$(git -C "$R" show session/kill-implement/1:begun | wc -l)" 2
is 'work on disk is committed, not made again' "$(cat "$T/kill-gates.runs")" implement

# Killed while a question is open: it is the same one when it is asked again.
for when in dead late alive; do
	touch "$T/ask.wait-$when"
	session "wait-$when" "$settings"
	start
	asked; old=$q
	kill -9 "$pid"; wait "$pid" 2>/dev/null
	case $when in
	dead)	put "$q" 'given meanwhile'
		work
		is 'an answer given while no worker lived is used' "$(said answer)" 'given meanwhile' ;;
	late)	touch "$T/hold.$ITEM"
		start
		wait_for "$LIMIT" test -e "$T/$ITEM.held"
		is 'the question of the former run is withdrawn' "$(rec questions.json '.questions[0].status')" withdrawn
		put "$old" 'given late'
		wait_for "$LIMIT" log_has "^.worker. .* answer to $old by [a-z]*: given late"
		touch "$T/go.$ITEM"; stop
		is 'an answer that comes before it is asked again is used' "$(said answer)" 'given late' ;;
	alive)	start
		again() { asked && [ "$(rec questions.json '.questions[0].run')" != 001 ]; }
		wait_for "$LIMIT" again
		is 'a question asked again after a kill is the same question' "$q,$(rec questions.json '.questions | length')" "$old,1"
		put "$q" 'given later'; stop
		is 'the answer to a question asked again after a kill is used' "$(said answer)" 'given later' ;;
	esac
	is "killed while waiting it ends the same ($when)" "$status,$(result)" "0,$expected"
	dead "the old agent does not wait on ($when)"
done

# Stopped.
for sig in TERM:143 INT:130 HUP:129; do
	touch "$T/hang.implement"
	session "stop-${sig%:*}" "$settings"
	# a background job of sh ignores INT and QUIT: as started by a terminal
	env --default-signal=INT,QUIT worker run "$S" >/dev/null 2>&1 & pid=$!
	at implement
	kill -s "${sig%:*}" "$pid"
	stop
	is "SIG${sig%:*} stops the worker" "$status" "${sig#*:}"
	dead "with its agent (${sig%:*})"
	is "a worker stopped by SIG${sig%:*} says nothing final" "$(st .status),$(verdicts)" running,0
	rm "$T/hang.implement"
	work
	is "a session stopped by SIG${sig%:*} goes on in the next run" "$status,$(result)" "0,$expected"
done

# Cancelled.
for step in setup implement gates review; do
	touch "$T/hang.$step"
	session "cancel-$step" "$settings"
	start
	at "$step"
	touch "$S/cancel"
	stop
	is "the file cancel ends it ($step)" "$status,$(st .status)" 1,cancelled
	dead "with its agent ($step)"
	rm "$T/hang.$step"
done
is 'a cancelled session has no verdict' "$(verdicts)" 0
rm "$S/cancel"
work
is 'a cancelled session does not go on' "$status,$(st .status)" 1,cancelled
session cancel-first "$settings"
touch "$S/cancel"
work
is 'cancelled before it began it never begins' "$status,$(st .status),$(said runs)" 1,cancelled,

# A step of the council in a session that runs: no status of it may follow.
touch "$T/hang.implement"
session refused "$settings"
start
at implement
kill -9 "$pid"; wait "$pid" 2>/dev/null; rm "$T/hang.implement"
jq '.step = "present"' "$S/state.json" >"$T/x" && cp "$T/x" "$S/state.json"
work
is 'a change of the status that the table lacks fails the session' "$status,$(st .status),$(st .reason)" 1,failed,internal
is 'a session whose change of status was refused says which' "$(st .detail)" \
    "status reviewing can't follow running: its row in proto/session/status.h lacks it"

# Twice.
touch "$T/hang.implement"
session twice "$settings"
start
at implement
run worker run "$S"
is 'a second worker leaves at once' "$status" 75
is 'the first of two workers goes on undisturbed' "$(st .worker_pid),$(said runs)" "$pid,implement"
ok 'the lock can be seen' grep -q . "$S/worker.lock"
kill -9 "$pid"; wait "$pid" 2>/dev/null; rm "$T/hang.implement"
work
is 'a session ends when its worker is run again after a kill' "$status" 0
n=$(wc -l <"$S/output.log")
work
is 'what has ended is not run again' "$status,$(said runs | wc -l)" 0,2
is 'a run of a session that has ended does not say the verdict again' "$(verdicts),$(last_line)" '1,REVIEW_VERDICT: APPROVED'
ok 'a run of a session that has ended leaves output.log as it is' test "$(wc -l <"$S/output.log")" -eq "$n"
sed -i '$d' "$S/output.log"
work
is 'recovery adds a last line that is missing' "$(verdicts),$(last_line)" '1,REVIEW_VERDICT: APPROVED'
# review.json has a verdict, the status does not say so yet
jq '.status = "reviewing" | .step = "decide" | .history |= .[:-1]' "$S/state.json" >"$T/x" && cp "$T/x" "$S/state.json"
sed -i '$d' "$S/output.log"; was=$(jq -S "del(.decided_at)" "$S/review.json")
work
is 'a verdict on record becomes the status, without another run' "$status,$(result)" "0,$expected"
is 'a verdict on record stays the same when it becomes the status' "$(jq -S "del(.decided_at)" "$S/review.json")" "$was"
printf '[implementer] torn lin' >>"$S/output.log"
sed -i '/^REVIEW_VERDICT/d' "$S/output.log"
work
is 'a torn line does not swallow the verdict' "$(verdicts),$(last_line)" '1,REVIEW_VERDICT: APPROVED'

# The order of the end.
if command -v strace >/dev/null && strace -o "$T/x" true 2>/dev/null; then
	session order "$settings"
	strace -f -y -s 200 -e trace=rename,renameat,renameat2,write,writev,pwrite64 -o "$T/trace" worker run "$S" >/dev/null 2>&1
	end=$(awk '/rename/ && /"review\.json"/ { r = NR; s = 0 } /rename/ && /"state\.json"/ && r && !s { s = NR }
	    /write/ && /output\.log/ && /REVIEW_VERDICT/ { l = NR } END { print (r && r < s && s < l) }' "$T/trace")
	is 'the record is written first, the status next, the line of the log last' "$end" 1
else
	skip 'the record is written first, the status next, the line of the log last' 'no strace here'
fi

# What one that was killed has left beside the .git file that it wrote.
session beside "$settings"
: >"$W/..git.0123456789abcdef"; : >"$W/..git.mine"
work
is 'a .git file that was half written is in no commit' "$status $(git -C "$R" ls-tree --name-only session/beside/1 | grep -F ..git)" '0 ..git.mine'

# In the background, and gone.
touch "$T/hang.implement"
session detached "$settings"
mkfifo "$T/pipe"
worker run -d "$S" >"$T/pipe" 2>&1 & pid=$!
ok 'worker run -d closes its output while the worker lives' timeout "$LIMIT" cat "$T/pipe"
at implement
ok 'worker run -d lives after its output was closed' not gone "$pid"
rm -rf "$S"
stop
ok 'a worker without its session directory ends' test "$status" -ne 0 -a "$status" -ne 137
dead 'with its agent'
ok 'a worker does not make its removed session directory again' not test -e "$S"

# What can't be removed when all is over.
if command -v strace >/dev/null && strace -o "$T/x" true 2>/dev/null; then
	no_roles
	role implementer <<'A'
echo work >work
A
	session removed '.gates = ["true"]'
	strace -o "$T/trace" -e trace=unlinkat worker run "$S" >/dev/null 2>&1
	session kept '.gates = ["true"]'
	strace -o "$T/x" -e trace=unlinkat -e "inject=unlinkat:error=EBUSY:when=$(($(grep -c '^unlinkat' "$T/trace") - 1))+" worker run "$S" >/dev/null 2>&1
	ok "what can't be removed at the end is named" grep -q "can't be removed" "$S/output.log"
	is "what can't be removed is named before the verdict, which is the last line" \
	    "$(st .status) $(last_line)" 'approved REVIEW_VERDICT: APPROVED'
	work
	is "a verdict is the only one when what couldn't be removed is removed in the next run" "$(verdicts)" 1
else
	skip "what can't be removed at the end is named" 'no strace here'
	skip "what can't be removed is named before the verdict, which is the last line" 'no strace here'
	skip "a verdict is the only one when what couldn't be removed is removed in the next run" 'no strace here'
fi
done_testing
