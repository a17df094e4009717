#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Questions of an agent, and the answers of others.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"
cd "$T" || exit 1

question() { rec questions.json ".questions[${2:--1}] | $1"; }
answer_of() { jq -r --arg q "$1" '.questions[] | select(.id == $q) | .answer' "$S/questions.json"; }
closed() { [ "$(answer_of "$1")" != null ]; }
refused() { test -e "$S/answers/$1.refused" -o -L "$S/answers/$1.refused"; }
log_says() { grep -Eq -e "^\[worker\] .*$1" "$S/output.log"; }
count_of() { rec questions.json "[.$1[]] | length"; }

#: One question after the other, each answered in another way.
role implementer <<'E'
ask() { out=$(worker ask "$@" 2>"$T/$ITEM_ID.id"); say answers "$?:$out"; }
ask 'Plain?'; ask 'As text?'; ask 'As markdown?'; ask 'As JSON?'; ask 'Among several?'
ask -o red -o green 'By text?'; ask -o red -o green 'By number?'; ask -o red -o 10 'A number?'
ask 'Many
lines?'
ask -o red -o green 'By number?'; ask 'Plain?'; ask -o red 'Plain?'
worker ask -r "$(cat "$T/$ITEM_ID.first")" >"$T/$ITEM_ID.again"
echo done >done
E
session forms
start
asked; first=$q; echo "$q" >"$T/forms.first"
ok 'the status is waiting while a question is open' wait_for "$LIMIT" test "$(st .status)" = waiting
is 'an open question is counted in state.json' "$(st .questions_open)" 1
is 'an open question is on record with its run, role and round' \
    "$(question '[.status, .run, .role, .round, .question, .options] | tostring')" '["open","001","implementer",1,"Plain?",[]]'
is 'worker ask prints the id of the question on standard error' "$(said id)" "$q"
: >"$S/answers/$q"
put q-zzzzzz.txt 'Nobody asked.'
ok 'an answer that nobody asked for is refused' wait_for "$LIMIT" refused q-zzzzzz.txt
is 'an empty file in answers is no answer' "$(question .status),$(test -e "$S/answers/$q"; echo $?)" 'open,0'
printf 'plain  answer \n\n \t' >"$S/answers/$q"
ok 'a file named after the question answers' wait_for "$LIMIT" closed "$q"
is 'an answer is taken without the white space at the end' "$(answer_of "$q")" 'plain  answer'
ok 'the record of an answer names who gave it' test "$(question .answered_by 0)" != null
ok 'the file of an answer stays' test -s "$S/answers/$q"
asked; put "$q.txt" 'from text'; ok 'NAME.txt in answers is an answer' wait_for "$LIMIT" closed "$q"
asked; put "$q.md" '# from markdown'; ok 'NAME.md in answers is an answer' wait_for "$LIMIT" closed "$q"
asked
echo '{"version": 1, "answer": "from JSON", "by": "alice"}' >"$T/a.json" && ln "$T/a.json" "$S/answers/$q.json"
ok 'NAME.json in answers is an answer' wait_for "$LIMIT" closed "$q"
is 'the record of an answer in JSON names the author that it says' "$(question .answered_by 3)" alice
put "$q" 'too late'
ok 'the first answer wins: a second one is refused' wait_for "$LIMIT" refused "$q"
is 'a second answer changes nothing' "$(answer_of "$q"),$(question .answered_by 3)" 'from JSON,alice'
asked
jq -n --arg q "$q" --arg f "$first" '{ version: 1, answers: { ($q): "from many", ($f): "ignored", "q-zzzzzz": "nobody asked" } }' >"$T/many" &&
    mv "$T/many" "$S/answers.json"
ok 'answers.json answers an open question' wait_for "$LIMIT" closed "$q"
is 'answers.json answers only what is open' "$(answer_of "$first")" 'plain  answer'
asked; put "$q" green; ok 'an option is chosen by its text' wait_for "$LIMIT" closed "$q"
asked; put "$q" blue
ok 'an answer that is no option is set aside' wait_for "$LIMIT" refused "$q"
ok 'the log says why an answer that is no option is refused' log_says "$q.*option"
put "$q.txt" 3; ok 'a number beyond the options is refused' wait_for "$LIMIT" refused "$q.txt"
put "$q.md" 0; ok 'the number 0 is refused where a question has options' wait_for "$LIMIT" refused "$q.md"
is 'a question with options stays open after refused answers' "$(question .status)" open
put "$q" 2; ok 'an option is chosen by its number' wait_for "$LIMIT" closed "$q"
asked; put "$q" 10; ok 'the text of an option comes first' wait_for "$LIMIT" closed "$q"
asked; put "$q" 'first
second'
wait_for "$LIMIT" closed "$q"; asked; put "$q" 1
stop
is 'a session whose questions were all answered ends with success' "$status" 0
is 'the agent got all answers' "$(said answers)" '0:plain  answer
0:from text
0:# from markdown
0:from JSON
0:from many
0:green
0:green
0:10
0:first
second
0:green
0:plain  answer
0:red'
is 'the same question again gets the answer that was given, without asking' "$(count_of questions)" 10
is 'the same question with other options is another question' "$(question '.question + .answer')" 'Plain?red'
is 'nothing but the option is an answer by number' "$(question .answer 6)" green
is 'ask -r gives an answer once more' "$(said again)" 'plain  answer'
is 'running and waiting take turns' "$(st '[.history[2, 3, 4].to] | join(" ")')" 'running waiting running'
ok 'no message is left in the inbox' test -z "$(ls "$S/inbox/001/new" 2>/dev/null)"
ok 'no message was counted twice' test "$(rec questions.json '[.messages[].id] | length == (unique | length)')" = true

#: ask -t and -r.
role implementer <<'E'
worker ask -t 1 'Slow?' 2>"$T/$ITEM_ID.id"; say rc $?
id=$(head -n 1 "$T/$ITEM_ID.id"); worker ask -t 1 -r "$id" 2>/dev/null; say rc $?
worker ask -t 1 'Slow?' 2>"$T/$ITEM_ID.id2"; say rc $?
id2=$(head -n 1 "$T/$ITEM_ID.id2")
point gave-up
say answer "$(worker ask -t 60 -r "$id" 2>/dev/null)"
say answer2 "$(worker ask -t 60 -r "$id2" 2>/dev/null)"
timeout 5 worker ask -r q-zzzzzz 2>"$T/$ITEM_ID.err"; say rc $?
worker ask '' 2>/dev/null; say rc $?; worker ask 2>/dev/null; say rc $?; worker ask -t x 'Q?' 2>/dev/null; say rc $?
worker ask "$(printf 'no \377 text')" 2>"$T/$ITEM_ID.utf"; say utf $?
worker progress 2/5 'half way'; say ok $?; worker progress many 2>/dev/null; say ok $?
worker blocked 'no network'; say ok $?; point blocked; worker blocked --clear; say ok $?
echo x >x
E
touch "$T/hang.none"
session slow
start
asked; at gave-up
is 'ask -t gives up with 75, each time, also ask -r' "$(said rc | paste -sd' ')" '75 75 75'
is 'the same question, asked again, is on record once' "$(count_of questions)" 1
is 'the id is the first that it prints' "$(said id | head -n 1)" "$q"
is 'a question that worker ask gave up waiting for is still open' "$(question .status)" open
put "$q" 'late answer'
stop
is 'ask -r gets the answer later' "$(said answer)" 'late answer'
is 'ask -r gets the answer by either id of a repeated question' "$(said answer2)" 'late answer'
is 'an unknown question is refused, wrong usage is told' "$(said rc | tail -n 4 | paste -sd' ')" '69 65 64 64'
like 'the refusal of an unknown question has its reason' "$(said err)" 'no such question'
ok 'a question that is no text does not pass' test "$(said utf)" != 0
is 'progress and blocked are accepted, or wrong usage' "$(said ok | paste -sd' ')" '0 64 0 0'
is 'the progress of an agent is in state.json' "$(st '.tasks | [.done, .total, .note] | join(",")')" '2,5,half way'
is 'what blocks an agent is null in state.json once the agent has cleared it' "$(st .blocked)" null

# Waiting costs nothing.
role implementer <<'E'
worker ask "Quiet in ${T##*/}?" >"$T/$ITEM_ID.answer" 2>/dev/null; echo x >x
E
session quiet
start
asked; p=$(pgrep -f "ask Quiet in ${T##*/}")	# its number in our namespace
ok 'worker ask runs while its question is open' test -d "/proc/${p:-none}/fd"
ok 'worker ask uses no inotify instance' not sh -c "ls -l /proc/$p/fd | grep inotify"
ok 'the worker uses one' test "$(find "/proc/$pid/fd" -lname '*inotify*' | wc -l)" -eq 1
asleep() { grep -q '^State:.S' "/proc/$1/status"; }
switches() { awk '/ctxt_switches/ { n += $2 } END { print n }' "/proc/$1/status"; }
wait_for "$LIMIT" asleep "$p"; before=$(switches "$p")
for i in 1 2 3 4 5 6 7 8 9 10; do
	put "q-00000$((i % 10))" nothing; wait_for "$LIMIT" refused "q-00000$((i % 10))"
done
is 'answers to others do not wake it' "$(switches "$p")" "$before"
if command -v strace >/dev/null && timeout 0.1 strace -o "$T/x" true 2>/dev/null; then
	timeout 1 strace -f -o "$T/trace.ask" -p "$p" 2>/dev/null & t1=$!
	timeout 1 strace -f -o "$T/trace.worker" -p "$pid" 2>/dev/null
	wait "$t1"
	# what it slept in is shown once, when strace attaches and leaves
	is 'ask makes no system call while it waits' "$(grep -cv 'fcntl\|restart\|detached' "$T/trace.ask")" 0
	is 'the worker makes no system call while ask waits' "$(grep -cv 'ppoll\|restart\|detached' "$T/trace.worker")" 0
	ok 'the worker sleeps in one call while ask waits' test "$(wc -l <"$T/trace.worker")" -le 2
else
	skip 'ask and worker make no system call while they wait' 'no strace here'
fi

# Answers that are none.
deep() { head -c "$1" /dev/zero | tr '\0' '['; }
bad() { ok "$1" wait_for "$LIMIT" refused "$2"; }
ln -s /etc/hostname "$S/answers/$q"; bad 'a link is refused' "$q"
mkfifo "$S/answers/$q.txt"; bad 'a FIFO is refused' "$q.txt"
mkdir "$S/answers/$q.md"; bad 'a directory is refused' "$q.md"
rmdir "$S/answers/$q.md.refused"; rm -f "$S"/answers/*.refused
truncate -s 1G "$T/huge" && mv "$T/huge" "$S/answers/$q"; bad 'a gigabyte is refused' "$q"
put "$q.txt" "$(printf 'bad \377\376 bytes')"; bad 'an answer that is not UTF-8 is refused' "$q.txt"
printf 'with a \000 in it' >"$T/nul" && cp "$T/nul" "$S/answers/$q.md"; bad 'so is what has a NUL' "$q.md"
deep 1000000 >"$T/deep" && cp "$T/deep" "$S/answers/$q.json"; bad 'JSON a million deep is refused' "$q.json"
for text in '{"version": 1, "answer": ["no"]}' '{"version": 1}' '{"version": 2, "answer": "x"}' '{"version": 1, "answer": "torn'; do
	rm -f "$S/answers/$q.json.refused"; put "$q.json" "$text"; bad "$text is refused" "$q.json"
done
put q-aaaaaa 'who asked?'; bad 'an answer to an unknown question is refused' q-aaaaaa
ok 'the log names the refused answer to an unknown question' log_says 'q-aaaaaa.*'
for text in "$(deep 100000)" '{"version": 1, "answers": ["x"]}' '[]' '{"version": 1, "answers"'; do
	printf '%s' "$text" >"$T/many" && mv "$T/many" "$S/answers.json"
	put q-bbbbbb sync; wait_for "$LIMIT" refused q-bbbbbb; rm -f "$S/answers/q-bbbbbb.refused"
done
is 'neither malformed answers nor a malformed answers.json close a question' "$(question .status)" open
( exec 3>"$S/answers/$q"; printf 'half ' >&3; put q-cccccc sync; wait_for "$LIMIT" refused q-cccccc
  jq -r '.questions[-1].status' "$S/questions.json" >"$T/while-open"; printf 'and whole' >&3 )
stop
is 'an answer does not count before its writer has closed it' "$(cat "$T/while-open")" open
is 'an answer counts, whole, once its writer has closed it' "$(said answer)" 'half and whole'
is 'the session is none the worse' "$status" 0

#: Bounds, and the end of a run.
role implementer <<'E'
worker ask 'One too many?' >/dev/null 2>"$T/$ITEM_ID.err"; echo $? >"$T/$ITEM_ID.rc"
worker ask 'Question 7?' >"$T/$ITEM_ID.old" 2>/dev/null
echo x >x
E
session many
jq -n --arg id "$ID" '{ version: 1, session: $id, messages: [], questions: [ range(1000) | {
    id: ("q-" + ("00000" + tostring)[-6:]), status: "answered", run: "001", role: "implementer", round: 1,
    question: "Question \(.)?", options: [], asked_at: "2026-01-01T00:00:00.000Z", closed_at: "2026-01-01T00:00:00.000Z",
    answer: "Answer \(.)", answered_by: "file", reason: null } ] }' >"$S/questions.json"
work
is 'question 1,001 is refused' "$(said rc)" 65
like 'the refusal of question 1,001 says why' "$(said err)" '1,?000|many'
is 'an old answer can still be had' "$(said old)" 'Answer 7'
is 'the record is full and no fuller' "$(count_of questions)" 1000
role implementer <<'E'
echo x >x; setsid worker ask 'Nobody waits for this?' >/dev/null 2>&1 &
until grep -q '"open"' "$SESSION_DIR/questions.json" 2>/dev/null; do :; done
E
session early
work
is 'the end of the run withdraws what is open' "$(question .status)" withdrawn
is 'a session goes on after a question was withdrawn' "$status,$(st .questions_open)" 0,0
unset SESSION_DIR SESSION_ID SESSION_INBOX
run worker ask 'Outside?'
ok 'outside of a session ask fails' test "$status" -ne 0
is 'worker ask outside of a session prints one line' "$(printf '%s\n' "$err" | wc -l)" 1
done_testing
