#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# codex as an app server (tests/agents/codex-stand-in): work, messages during a turn, questions, budgets and failures,
# and codex exec without an app server.
. "$(dirname "$0")/lib.sh"

export ORCHESTRATOR_HOME="$T/state" STAND_IN="$T/in"
unset CODEX_HOME OPENAI_API_KEY
mkdir -p "$T/bin" "$HOME/.codex"; PATH=$T/bin:$PATH
cp "$top/tests/agents/codex-stand-in" "$T/bin/codex"
mkfifo "$T/go" && exec 8<>"$T/go"
new_repo "$T/r" 2 && cd "$T/r" && mkdir .orchestrator || exit 1
settings() {	# MEMBERS of the settings
	cat >.orchestrator/config.json <<-E
	{ "agents": { "codex": { "adapter": "codex", "model": "m", "env": { "STAND_IN": "$T/in", "T": "$T" } } },
	  "roles": { "implementer": "codex", "reviewer": "codex" }, "stop_grace": 1, "attempts": 1, $1 }
	E
	git add . && git commit -qm 'Settings'
}
job() { rm -rf "$T/in"; mkdir "$T/in"; { echo 'hang() { echo >"$T/at"; read -r _ <"$T/go"; rm "$T/at"; }'; cat; } >"$T/in/job"; }
dispatch() { orchestrator dispatch --title Work "$@" >"$T/out" 2>&1; }
calls() { jq -r 'select(.method) | .method' "$T/in/said" | tr '\n' ' '; }
sent() { jq -c "select(.method == \"$1\") | .params | $2" "$T/in/said"; }
said() { sed -n "s/^\[implementer\] //p" "$(session_of "$1")/output.log"; }
st() { field state.json "$2" "$1"; }
why() { st "$1" '.status + " " + .detail'; }
status_of() { st "$1" .status; }
is_st() { [ "$(st "$1" .status)" = "$2" ]; }
ended() { wait_for 20 is_st "$1" "${2:-approved}"; }
messages() { field messages.json "[.messages[] | $2] | join(\"; \")" "$1"; }
tokens() { st "$1" '.usage | "\(.input_tokens) \(.output_tokens)"'; }

settings '"review": "none"'
job <<'E'
echo x >x; git add x; git commit -qm x
echo 'say I made x.'
echo 'call make test'
echo other
echo unknown
echo 'usage 200 20'
printf '%s\n' 'say All is\ndone.'
E
dispatch --wait plain
is 'codex does the work as an app server' "$(status_of plain) $(cut -d ' ' -f 1-3 "$T/in/runs")" 'approved app-server -c allow_login_shell=false'
is 'the calls are initialize, a thread and a turn' "$(calls)" 'initialize initialized thread/start turn/start '
is 'the thread begins in the worktree, asks for no approval, and has no sandbox of its own' \
    "$(sent thread/start '[.cwd, .approvalPolicy, .sandbox, .model]')" "[\"$(st plain .worktree)\",\"never\",\"danger-full-access\",\"m\"]"
is 'a request that is not known is refused with -32601' "$(jq .error.code "$T/in/unknown")" -32601
is 'words and calls of codex are shown in the log, and those of another thread are not' "$(said plain)" '(codex, model grand-1)
I made x.
-> shell: make test
<- output of make test
All is
done.
(done: 200 tokens in, 20 out)'
is 'the last message of codex is the summary' "$(cat "$(session_of plain)/summary.md")" 'All is
done.'
is 'the thread and the model are kept in state.json' "$(st plain '.conversations.implementer + " " + .models.implementer')" 't1 grand-1'
job <<'E'
echo y >x; echo 'usage 300 30'; echo 'say Again.'
E
orchestrator rework --wait plain 'Again' >"$T/out" 2>&1
is 'a later round resumes the thread' "$(calls)$(sent thread/resume '[.threadId, .sandbox, .excludeTurns]')" \
    'initialize initialized thread/resume turn/start ["t1","danger-full-access",true]'
is 'tokens of the whole thread are counted once' "$(tokens plain)" '300 30'
job <<'E'
echo z >x; echo 'say Again.'
E
echo '{ "lost": true }' >"$T/in/can"
orchestrator rework --wait plain 'Once more' >"$T/out" 2>&1
is 'a thread that is lost is replaced by a new one' "$(calls | grep -o 'thread/[a-z]*' | tr '\n' ' ')$(status_of plain)" \
    'thread/resume thread/start approved'

# Messages during a turn: the client says nothing until it has got one.
told() {	# NAME
	job <<-E
	cat >>"\$STAND_IN/prompts"
	[ ! -e "\$STAND_IN/again" ] || { echo 'say Done.'; exit; }
	echo >"\$STAND_IN/again"
	echo x >"$1"; echo 'begin sleep 9'; echo $1; hang
	E
	dispatch "$1" && wait_for 20 test -e "$T/at"
	orchestrator tell "$1" "Told $1" >"$T/out"
	wait_for 20 test -s "$T/in/steered"
	echo >&8; ended "$1"
}
told steer
is 'a message reaches the turn that runs while its tool is silent' "$(grep -c '^u1 \|^Told steer$' "$T/in/steered")" 2
is 'a message that the model has read begins no further turn' \
    "$(messages steer '"\(.status) \(.how) \(.run) \(.given)"') $(calls | grep -o turn/start | wc -l)" 'delivered in-turn 001 1 1'
told deaf
is 'a message that the model has not read when the turn ends is in the next prompt' \
    "$(messages deaf '"\(.status) \(.how) \(.run)"') $(grep -c '^Told deaf$' "$T/in/prompts")" 'delivered turn 002 1'
told late
is 'a message that codex refuses is in the next prompt' \
    "$(messages late '"\(.status) \(.how) \(.run)"') $(grep -c '^Told late$' "$T/in/prompts")" 'delivered turn 002 1'

# A question ends the turn and the client.
job <<'E'
if grep -q '^<answer>'; then echo x >x; echo 'say Done.'; else echo ask; fi
E
dispatch asks; ended asks waiting
is 'a question of codex has its text and options' "$(field questions.json '.questions[0] | .question + ": " + (.options | join(","))' asks)" \
    'Which database?: postgres,sqlite'
is 'a question of codex interrupts the turn, and no process of it is left' \
    "$(sent turn/interrupt '[.threadId, .turnId]') $(pgrep -f "$T/bin/codex" || :)" '["t1","u1"] '
orchestrator answer asks 2 >"$T/out"; ended asks
is 'the answer is the first prompt of the resumed thread' \
    "$(calls | sed 's/.*\(thread.resume.*\)/\1/')$(sent turn/start .input[0].text | tail -n 1 | jq -r . | sed -n '/^<answer>/{n;p;}')" \
    'thread/resume turn/start sqlite'

# The tokens of a response come when its tools have ended.
settings '"review": "none", "budget": { "session": { "tokens": 150 } }'
job <<'E'
echo x >x
echo 'call one'; echo 'usage 100 10'; echo 'call two'; echo 'usage 190 20'; hang; echo 'say More'
E
dispatch spent; ended spent waiting
is 'a run ends when the budget is spent and its tool has ended' "$(status_of spent) $(tokens spent) $(said spent | grep -c More)" 'waiting 190 20 0'
orchestrator answer spent no >"$T/out"; ended spent failed
settings '"review": "none"'

# Failures.
fails() {	# NAME, LINE of the job
	job <<-E
	echo x >x; echo 'say I begin.'; echo '$2'
	E
	dispatch --wait "$1"
}
fails refused 'fail {"responseTooManyFailedAttempts":{"httpStatusCode":500}} the service broke'
is 'the error of a turn is the reason' "$(why refused)" 'failed implementer: the service broke'
fails dies die
is 'a client that dies in its turn has failed, with its last words' "$(why dies)" 'failed implementer: the client broke'
job <<'E'
[ ! -e "$T/was-full" ] || { echo x >x; echo 'say Done.'; exit; }
: >"$T/was-full"; echo 'fail "contextWindowExceeded" No room.'
E
dispatch --wait full
is 'a thread that is full is replaced by a new one' "$(st full '.status + " " + .rescue.cause') $(calls | grep -o thread/start | wc -l)" \
    'approved context-exhausted 2'
parked() { [ "$(st "$1" '.parked_until // 0')" != 0 ]; }
job <<'E'
echo 'fail {"responseStreamConnectionFailed":{"httpStatusCode":429}} too many'
E
dispatch limit
ok 'a session waits for an account at its limit' wait_for 20 parked limit
orchestrator cancel limit >"$T/out" 2>&1; ended limit cancelled
rm -rf "$T/state/accounts"
reset=$(($(date +%s) + 7200))
job <<E
echo 'limits 100 $reset'; echo 'fail "usageLimitExceeded" Come back later'
E
dispatch limit-until
wait_for 20 parked limit-until
is 'a session waits until the limit of its account is reset' "$(st limit-until '.parked_until | sub("[.].*Z"; "Z") | fromdate')" "$reset"
orchestrator cancel limit-until >"$T/out" 2>&1; ended limit-until cancelled
rm -rf "$T/state/accounts"
job <<'E'
echo x >x; echo 'say Done.'
E
echo '{ "stays": true }' >"$T/in/can"
dispatch --wait stays
is 'a client that does not end after its turn is ended' "$(status_of stays) $(pgrep -f "$T/bin/codex" || :)" 'approved '

# Without an app server, codex exec works.
mkdir "$T/exec"; cp "$top/tests/agents/client-stand-in" "$T/exec/codex"
echo '{ "old": true }' >"$T/in/can"
cp "$top/tests/unit/fixtures/codex-tools.jsonl" "$T/in/stream"
echo 'echo done >work' >"$T/in/job"
for way in old none; do
	cp "$T/exec/codex" "$T/bin/codex"
	[ $way = none ] || cat >"$T/bin/codex" <<-E
	#!/bin/sh
	case \$1 in exec) exec "$T/exec/codex" "\$@" ;; *) exec "$top/tests/agents/codex-stand-in" "\$@" ;; esac
	E
	dispatch --wait $way
	is "codex exec works without an app server ($way)" "$(status_of $way) $(tokens $way)" 'approved 2000 100'
	is "the log says once that there is no app server ($way)" \
	    "$(grep -c 'does not answer in its protocol; it now runs as codex exec' "$(session_of $way)/output.log")" 1
done

# codex as a judge, and in doctor.
cp "$top/tests/agents/codex-stand-in" "$T/bin/codex"
settings '"review": "council"'
job <<'E'
case $STEP in implement) echo x >x ;; review) worker verdict approved >&2 ;; esac
echo 'say Done.'
E
dispatch --wait judged
is 'codex can judge' "$(field review.json '.verdict + " " + .opinions[0].role' judged)" 'approved reviewer'
job <<'E'
echo 'say ready'
E
run orchestrator doctor --agents
like 'doctor --agents says that codex has an app server' "$out" \
    '^ok +client +codex answered in [0-9.]+ s: codex-cli 1\.2\.3, with app-server, model grand-1,'
printf '%s\n' '#!/bin/sh' '[ "$1" != --version ] || { echo "codex-cli 0.1.0"; exit; }' 'exit 2' >"$T/bin/codex"
run orchestrator doctor --agents
like 'doctor --agents says that codex has no app server' "$out" \
    'client +codex \(codex-cli 0\.1\.0, without messages during a turn: it has no app-server,'
done_testing
