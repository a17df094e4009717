#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2046,SC2086 # lists of words
# Answers that are torn, no files, huge, malformed, late, or fifty at once; policies in execute.
. "$(dirname "$0")/lib.sh"

R=$T/repo
new_repo "$R" && cd "$R" || exit 1
mkdir .orchestrator && echo '{ "review": "none", "stop_grace": 1 }' >.orchestrator/config.json
git add . && git commit -qm Settings

dispatch() { i=$1; shift; orchestrator dispatch "$i" -- sh -c "$*" >/dev/null; }
status_is() { [ "$(orchestrator --json status "$1" | jq -r .status)" = "$2" ]; }
find_q() { jq -er --arg t "$2" '[.questions[] | select(.question == $t)][0].id' "$(session_of "$1")/questions.json"; }
question() { wait_for 10 find_q "$1" "$2"; q=$(find_q "$1" "$2"); }	# ITEM TEXT
q_is() { [ "$(jq -r --arg q "$1" '.questions[] | select(.id == $q) | .status' "$S/questions.json")" = "$2" ]; }
answer_of() { jq -r --arg q "$1" '.questions[] | select(.id == $q) | .answer' "$S/questions.json"; }
holder() { cut -d' ' -f2 "$S/worker.lock"; }

# shellcheck disable=SC2016 # for the agent
asks='for i in torn sync hostile list last; do worker ask "Question $i" >"$T/got.$i" & done; wait; echo x >x'
dispatch bad "$asks"
for i in torn sync hostile list last; do question bad "Question $i"; eval "$i=\$q"; done
S=$(session_of bad)
# shellcheck disable=SC2154 # set by eval
: "$torn" "$sync" "$hostile" "$list" "$last"

# Torn.
exec 8>"$S/answers/$torn"
printf 'first half, ' >&8
echo synced >"$S/answers/$sync"
ok 'an answer that is dropped whole is taken' wait_for 10 q_is "$sync" answered
ok 'an answer that its writer has not closed is not taken' q_is "$torn" open
printf 'second half\n' >&8
ok 'an answer that its writer has not closed is not taken when more has come' q_is "$torn" open
exec 8>&-
ok 'an answer is taken once its writer has closed it' wait_for 10 q_is "$torn" answered
is 'an answer that its writer has closed is taken whole' "$(answer_of "$torn")" 'first half, second half'
ok 'an answer that its writer has closed reaches the agent' wait_for 10 test -s "$T/got.torn"
is 'the agent gets an answer as it was given' "$(cat "$T/got.torn")" 'first half, second half'

# What is no answer.
refuse() {	# SENTENCE NAME: the file is there, or comes with the function `make'
	make "$S/answers/$2"
	ok "$1 is refused" wait_for 10 test ! -e "$S/answers/$2" -a ! -L "$S/answers/$2"
	ok "$1 is set aside" find "$S/answers/$2.refused" -prune
	like "$1 is named in the log" "$(cat "$S/output.log")" "^\\[worker\\] .*$2.*(refused|not used|no answer)"
	ok "$1 answers nothing" q_is "$hostile" open
	rm -rf "$S/answers/$2.refused"
}
echo secret >"$T/secret"
make() { ln -s "$T/secret" "$1"; };			refuse 'a link to a file' "$hostile"
make() { ln -s "$T/nowhere" "$1"; }; refuse 'a link to nothing' "$hostile"
make() { mkfifo "$1"; };				refuse 'a FIFO for an answer' "$hostile"
make() { mkdir "$1"; };					refuse 'a directory' "$hostile"
make() { truncate -s 1G "$T/sparse" && mv "$T/sparse" "$1"; }; refuse 'a file of 1 GiB' "$hostile"
make() { printf 'caf\351\n' >"$1"; };			refuse 'a text that is not UTF-8' "$hostile"
make() { printf 'a\000b\n' >"$1"; };			refuse 'a text with a NUL' "$hostile.txt"
deep() { awk 'BEGIN { for (i = 0; i < 1000000; i++) printf "[" }'; }
make() { deep >"$1"; };					refuse 'JSON nested a million deep' "$hostile.json"
make() { printf '{ "version": 1, "answer": "x"' >"$1"; }; refuse 'JSON that is cut off' "$hostile.json"
make() { echo '{ "version": 1, "answer": "a", "answer": "b" }' >"$1"; }; refuse 'JSON that says two things' "$hostile.json"
make() { echo '{ "version": 2, "answer": "a" }' >"$1"; }; refuse 'a version that nobody knows' "$hostile.json"
make() { echo '{ "version": 1, "answer": 5 }' >"$1"; };	refuse 'an answer of the wrong type' "$hostile.json"
make() { echo x >"$1"; };				refuse 'an answer to an unknown question' q-000000
make() { echo x >"$1"; };				refuse 'an answer to an answered question' "$sync.txt"
if command -v python3 >/dev/null; then
	make() { (cd "$S/answers" && python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$(basename "$1")"); }
	refuse 'a socket' "$hostile"
else
	skip 'a socket' 'no python3'
fi
: >"$S/answers/$hostile"
echo nothing >"$T/.n" && echo 'for q-' >"$S/answers/.hidden"
is 'the answer that was given stays' "$(answer_of "$sync")" synced

# answers.json.
bad_list() {	# SENTENCE
	n=$(grep -c answers.json "$S/output.log")
	make "$T/list" && mv "$T/list" "$S/answers.json"
	more() { [ "$(grep -c answers.json "$S/output.log")" -gt "$n" ]; }
	ok "answers.json that is $1 is named in the log" wait_for 10 more
	ok "answers.json that is $1 answers nothing" q_is "$list" open
	rm -rf "$S/answers.json"
}
entry="\"$list\": \"listed\""
make() { echo "{ \"version\": 1, \"answers\": { $entry } }" >"$T/real"; ln -s "$T/real" "$1"; };	bad_list 'a link'
make() { mkfifo "$1"; };							bad_list 'a FIFO'
make() { truncate -s 1G "$1"; };						bad_list '1 GiB'
make() { deep >"$1"; };								bad_list 'a million deep'
make() { printf '{ "version": 1, "answers": { "%s": "\377" } }' "$list" >"$1"; };	bad_list 'not UTF-8'
make() { echo "{ \"version\": 1, \"answers\": { $entry" >"$1"; };			bad_list 'cut off'
make() { echo "{ \"version\": 1, \"answers\": [ \"listed\" ] }" >"$1"; };		bad_list 'a list'
echo "{ \"version\": 1, \"answers\": { \"q-000000\": \"x\", \"$sync\": \"late\", $entry } }" >"$T/list" && mv "$T/list" "$S/answers.json"
ok 'a good answers.json is taken after all that' wait_for 10 q_is "$list" answered
is 'a good answers.json answers its question' "$(answer_of "$list")" listed
is 'answers.json changes no answer that was given' "$(answer_of "$sync")" synced
echo fine >"$S/answers/$hostile.md"
ok 'a good file is taken after bad ones' wait_for 10 q_is "$hostile" answered
is 'a good file after bad ones answers with its text' "$(answer_of "$hostile")" fine
hwm=$(awk '/^VmHWM/ { print $2 }' "/proc/$(holder)/status")
ok "the worker has never needed 32 MiB (it was $hwm KiB)" test "$hwm" -lt "$({ nm -D "$O/libexec/worker" 2>/dev/null | grep -q __asan && echo 999999; } || echo 32768)"
like 'a secret is nowhere' "$(grep -rl --exclude-dir=bin secret "$S" | wc -l)" '^0$'

# Fifty at once.
fifty() {	# QUESTION DIR ITEM
	mkdir "$2"
	pids=
	for i in $(seq 50); do
		{ orchestrator answer "$3" "$1" "answer $i" >"$2/out.$i" 2>"$2/err.$i"; echo $? >"$2/status.$i"; } & pids="$pids $!"
	done
	wait $pids
}
fifty "$last" "$T/fifty" bad
is 'of fifty answers at once one wins' "$(cat "$T"/fifty/status.* | grep -cx 0)" 1
is 'the others end with 65' "$(cat "$T"/fifty/status.* | grep -cx 65)" 49
is 'answers that come too late are refused in one line each' "$(cat "$T"/fifty/err.* | grep -Ec '^orchestrator: .*answer')" 49
is 'answers that come too late are told nothing else' "$(cat "$T"/fifty/err.* | wc -l)" 49
won=$(grep -lx 0 "$T"/fifty/status.* | sed 's/.*\.//')
ok 'a session goes on after fifty answers at once' wait_for 20 status_is bad approved
is 'the agent gets the answer that won' "$(answer_of "$last") $(cat "$T/got.last")" "answer $won answer $won"
run orchestrator answer bad "$last" x
is 'an answer to an answered question is refused' "$status" 65
like 'the refusal of an answer to a session that is over has its reason' "$err" 'bad-.* is approved: the session is over'
dispatch bad2 'worker ask "Question" >"$T/got2"; echo y >y'
question bad2 Question; S=$(session_of bad2)
kill -STOP "$(holder)"
fifty "$q" "$T/fifty2" bad2
kill -CONT "$(holder)"
is 'of fifty answers at once one wins while the worker can say nothing, too' \
    "$(cat "$T"/fifty2/status.* | sort | uniq -c | tr -s ' \n' ' ')" ' 1 0 49 65 '
ok 'the agent gets an answer that was given while its worker could say nothing' wait_for 20 test -s "$T/got2"
is 'the agent gets the one answer that won while its worker could say nothing' \
    "$(cat "$T/got2")" "answer $(grep -lx 0 "$T"/fifty2/status.* | sed 's/.*\.//')"
wait_for 20 status_is bad2 approved

# Policies.
cat >"$T/policy" <<'E2'
#!/bin/sh
cat >"$T/policy.in.$$"; jq -r .id "$T/policy.in.$$" >>"$T/policy.ids"
case $(jq -r .question "$T/policy.in.$$") in
*garbage*) printf '\377\376\000' ;;
*options*) echo purple ;;
*fails*) echo no; exit 1 ;;
*hangs*) exec cat "$T/.never" ;;
*silent*) ;;
*) echo 'the command says' ;;
esac
E2
chmod +x "$T/policy"
jq -n --arg c "$T/policy" '{ review: "none", stop_grace: 1, answers: { rules: [
    { match: "^(a|aa|e)*x*$", answer: "too slow" }, { match: "^(Never|a)", answer: "no" }, { match: "(colou?r|paint)", answer: "first" },
    { match: "colour", answer: "second" } ], command: [$c] } }' >.orchestrator/config.json
git commit -qam Policies
# shellcheck disable=SC2016 # for the agent
dispatch policy 'for i in "Which colour?" "Never mind" "$(printf "%0200d" 0 | tr 0 a)bc" garbage fails hangs silent other; do
	worker ask "$i" >"$T/p.$(echo "$i" | tr -dc a-zA-Z)" & done
    worker ask -o red -o blue options >"$T/p.options" & wait; echo z >z'
S=$(session_of policy)
for i in garbage fails hangs silent options other; do question policy "$i"; eval "$i=\$q"; done
orchestrator execute >"$T/execute" 2>"$T/execute.err" & execute=$!
of() { jq -r --arg t "$1" '.questions[] | select(.question == $t) | "\(.answer), \(.answered_by)"' "$S/questions.json"; }
answered() { [ "$(of "$1")" != 'null, null' ]; }
ok 'execute answers by policy' wait_for 10 answered other
wait_for 10 answered 'Which colour?'; wait_for 10 answered 'Never mind'
is 'the first rule that matches answers' "$(of 'Which colour?')" 'first, policy: rule 3'
is 'policy rules are tried in their order' "$(of 'Never mind')" 'no, policy: rule 2'
is 'a rule that takes too long on a question is passed over' "$(of "$(printf %0200d 0 | tr 0 a)bc")" 'no, policy: rule 2'
like 'execute says that a rule took too long on a question' "$(cat "$T/execute.err")" 'matching the rule .* takes too long'
is 'the policy command answers what no rule does' "$(of other)" 'the command says, policy: command'
asked() { [ "$(wc -l <"$T/policy.ids")" = 6 ]; }
wait_for 10 asked
# shellcheck disable=SC2154 # set by eval
for i in "garbage $garbage" "fails $fails" "hangs $hangs" "silent $silent" "options $options"; do
	ok "a command that ${i% *} leaves the question to people" q_is "${i#* }" open
	ok "people can answer a question after a policy command that ${i% *}" orchestrator answer policy "${i#* }" red
	wait_for 10 test -s "$T/p.${i% *}"
	is "the agent gets the answer of people after a policy command that ${i% *}" "$(cat "$T/p.${i% *}")" red
done
like 'what the command did wrong is said' "$(cat "$T/execute.err" "$T/execute")" 'answers\.command|policy'
f=$(grep -l '"other"' "$T"/policy.in.* | head -n 1)
is 'the command is given the question as in questions.json' "$(jq -cS 'del(.session, .item, .version) | keys - ["answer","answered_by","closed_at","reason"]' "$f")" \
    '["asked_at","id","options","question","role","round","run","status"]'
wait $execute
is 'execute merges what came of it' "$? $(git show main:z)" '0 z'
ok 'execute leaves no policy command behind' not pgrep -f "$T/policy"
done_testing
