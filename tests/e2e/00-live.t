#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The output of execute and merge on a real terminal and in a pipe.  tmux sends the keys and reads the screen.
# shellcheck disable=SC2016 # the scripts are the agents'
. "$(dirname "$0")/lib.sh"
command -v tmux >/dev/null || { tap 1 'tmux is installed: make deps'; done_testing; }
export TMUX_TMPDIR="$T"
unset TMUX COLUMNS LINES NO_COLOR
tm() { LC_ALL=C.UTF-8 TERM=xterm tmux -L test -f /dev/null "$@"; }
screen() { tm capture-pane -p -t live; }
shown() { screen | grep -Eq -e "$1"; }
gone() { ! shown "$1"; }
sees() { wait_for 8 shown "$1" || { screen; return 1; }; }
misses() { wait_for 8 gone "$1"; }
counted() { [ "$(screen | grep -Ec -e "$2")" = "$1" ]; }	# LINES REGEXP
words() { screen | tr -s ' \n' '  ' | grep -qF -e "$1"; }	# also where a line was broken
press() { tm send-keys -t live "$@"; }
types() { tm send-keys -t live -l "$1"; }
line() { types "$1"; press Enter; }
pid() { _shell=$(tm display -p -t live '#{pane_pid}'); cut -d' ' -f1 "/proc/$_shell/task/$_shell/children"; }
tm new-session -d -s live -x 80 -y 24 cat
on() {	# WIDTH ENVIRONMENT COMMAND...: runs it in a terminal of that width
	tm resize-window -t live -x "$1" -y 24; _env=$2; shift 2
	tm respawn-window -k -t live -c "$PWD" "env $_env $*
	    echo \"ended: \$?\"; stty -a | grep -oE -e '-?\\<(echo|icanon)\\>' | tr '\\n' ' '; cat"
}
restored() { sees 'ended: ' && sees '^(echo icanon|icanon echo) *$'; }
closed() { [ "$(tm display -p -t live '#{pane_dead}')" = 1 ]; }
dead() { ! grep -q '^State:[[:space:]]*[^XZ[:space:]]' "/proc/$1/status" 2>/dev/null; }	# PID
called() { grep -q README.md "$(session_of "$1")/output.log"; }	# ITEM
# Nothing is called between minutes.
idle() {	# PID
	[ "$(date +%S | sed 's/^0//')" -lt 50 ] && timeout -s INT 2 strace -qq -o "$T/strace" -p "$1" 2>"$T/strace.err"
	[ "$(grep -vc 'ppoll\|^---\|restart_syscall\|resumed\|detached' "$T/strace")" = 0 ]
}
# As wide as they were written, also if the terminal has broken them.
fits() { [ "$(tm capture-pane -p -J -t live | sed -n "/${2:-.}/,\$s/ *\$//p" | LC_ALL=C.UTF-8 wc -L)" -le "$1" ]; }
colors() { tm capture-pane -p -e -t live | grep -c "$(printf '\033')\[[0-9;]*[0-9]m"; }
utf8=LC_ALL=C.UTF-8

cat >"$T/agent" <<'E'
prompt=$(cat)
case $ITEM_ID in
asks*) worker ask -o red -o 'blue, the colour of the sky on a day without clouds, as long as it is not evening' \
	'Which colour shall it have, now that all others were seen and did not please?' >"$ITEM_ID" ;;
free*|login) worker ask "$(printf 'Which name?\033]0;title\007')" >"$ITEM_ID" ;;
twice*) { worker ask 'First?'; worker ask 'Second?'; } >"$ITEM_ID" ;;
blocked) case $prompt in *'The answer of a person'*) echo x >blocked ;; *) worker blocked 'No key here' ;; esac ;;
works*) printf '\033[31mred\033]0;title\007\n-> Bash: npm test --with-a-long-option %s\n' "$(printf '%0200d' 0)"
	while read -r line; do eval "$line"; done <"$T/orders" ;;
gate*) echo done >gate ;;
fails*) exit 3 ;;
*) echo done >"$ITEM_ID" ;;
esac
E
mkfifo "$T/orders" "$T/gate" && exec 8<>"$T/orders" 7<>"$T/gate"
new_repo "$T/proj" && cd "$T/proj" && mkdir .orchestrator && cat >.orchestrator/config.json <<E || exit 1
{ "agents": { "a": { "command": "sh $T/agent" } }, "roles": { "implementer": "a" }, "review": "gates", "gate_tries": 0,
  "attempts": 1, "max_parallel": 9, "gates": [ { "name": "quick", "command": "true" },
    { "name": "slow", "command": "if test -e gate; then echo begun; read -r x <$T/gate; fi" } ] }
E
git add . && git commit -qm Settings
list() { _l=$1; shift; for t; do shift; set -- "$@" --task "$t: do $t"; done; logged orchestrator tasks create "$_l" "$@"; }
# The gate "slow" waits only where a file is.
no_gate() { git rm -q --ignore-unmatch gate && git commit -q --allow-empty -m 'No slow gate'; }

#: In a pipe each event is a line with the time of day.
list plain one fails
run orchestrator execute plain
like 'a line in a pipe begins with the local time of day' "$out" "^[0-2][0-9]:[0-5][0-9]:[0-5][0-9] session-one-[a-z0-9]+: merged: [0-9a-f]{12}\$"
like 'a pipe gets each change of a session' "$out" '^[0-9:]{8} session-one-[a-z0-9]+: running$'
unlike 'without -v steps are not printed' "$out" ': step: '
is 'a pipe gets no escape sequence' "$(printf '%s' "$out" | grep -c "$(printf '\033')")" 0
list more two
run orchestrator execute -v more
like '-v prints each step of a session' "$out" '^[0-9:]{8} session-two-[a-z0-9]+: step: gates$'

#: On a terminal
list sprint asks free works gate fails2 three
on 80 $utf8 orchestrator execute sprint
ok 'the header says what runs, how much is merged, how many sessions run, and since when' \
    sees '^proj on main · sprint: 1/6 merged, 4 running, <1m$'
ok 'a session has a line with its step, its age and the last call of its agent' sees '^  >  works +implement +<1m  -> Bash: npm test --with-a.*\.\.\.$'
ok 'the line of a session shows the running gate and its age' sees '^  >  gate +gates +<1m  gate slow, <1m$'
ok 'a merge is an event with its time' sees '^[0-9:]{8} three: merged: [0-9a-f]{12}$'
ok 'a failure is an event with its reason' sees '^[0-9:]{8} fails2: failed: agent-error: '
ok 'a question is shown in full, with its options' wait_for 8 words 'asks question, <1m Which colour shall it have, now that all others were seen and did not please? 1) red 2) blue, the colour of the sky on a day without clouds, as long as it is not evening'
ok 'the prompt shows how to answer one of several questions' sees '^answer, as "asks 1">'
ok 'no line is wider than the terminal' fits 80
unlike 'changes that the line of a session shows are not printed as events' "$(screen)" ': (running|dispatched|pending)'
is 'no control character of an agent reaches the terminal' "$(tm display -p -t live '#{pane_title}' | grep -c '^title')" 0
line 2
ok 'an answer without a name is refused while several questions are open' sees 'several questions are open; begin with the name of a'
for width in 60 100 200; do
	tm resize-window -t live -x $width -y 24
	ok "the screen takes a width of $width" sees '^proj on main · sprint: 1/6 merged, 4 running'
	ok "the whole screen is drawn at a width of $width" wait_for 8 counted 3 '^(proj on main|  >  works|answer, as)'
	ok "no line of the live display is wider than $width columns" wait_for 8 fits $width '^proj on main'
done
tm resize-window -t live -x 80 -y 24; sees '^  >  works '
types 'asks 1x'; press BSpace
ok 'the typed line is shown, and can be edited' sees '^answer, as "asks 1"> asks 1$'
press C-u; ok 'Ctrl-U deletes the line' sees '^answer, as "asks 1"> *$'
line 'asks 3'
ok 'a refused answer is explained' sees '^[0-9:]{8} orchestrator: .*q-[a-z0-9]+: '
line 'asks 2'
ok 'a question is answered by its name and the number of an option' sees '^[0-9:]{8} asks: answered: q-[a-z0-9]+ by person$'
ok 'the only open question needs no name' sees '^answer free>'
line 'a name of several words'
ok 'a text answers the only open question' sees '^[0-9:]{8} free: answered: q-'
ok 'without an open question there is no prompt' misses '^answer '
ok 'merges are counted in the header' sees '^proj on main · sprint: 3/6 merged, 2 running'
is 'the agents have the text of the option and the typed text' "$(git show main:asks | cut -c1-4) $(git show main:free)" 'blue a name of several words'

ok 'an idle execute makes no system call between minutes' wait_for 15 idle "$(pid)"
echo 'echo "-> Edit: README.md"' >&8
ok 'a call of an agent appears by itself' sees '^  >  works .*-> Edit: README.md$'
echo 'i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i + 1)); done; echo "-> Read: last"' >&8
ok 'the last call of an agent is shown after much output' sees '^  >  works .*-> Read: last$'

press C-c
ok 'the first Ctrl-C stops dispatching, and the header says so' sees 'sprint: 3/6 merged, 2 running, <?[0-9]m; interrupted'
press C-c
ok 'the second Ctrl-C ends execute' sees 'ended: 130'
ok 'Ctrl-C leaves the terminal as it was' restored
ok 'the live display is removed at the end' wait_for 8 counted 0 '^(  >|proj on main)'

on 80 LC_ALL=C orchestrator execute sprint
ok 'without UTF-8 the header is ASCII' sees '^proj on main - sprint: 3/6 merged, 2 running'
is 'without UTF-8 all lines are ASCII' "$(screen | LC_ALL=C grep -c '[^ -~]')" 0
for signal in TERM SEGV QUIT; do
	sees '^  >  works '; kill -$signal "$(pid)"
	ok "SIG$signal leaves the terminal as it was" restored
	on 80 "$utf8 NO_COLOR=1" orchestrator execute sprint
done
sees '^  >  works '
is 'NO_COLOR is obeyed' "$(colors)" 0
kill -TERM "$(pid)"; restored
on 80 $utf8 orchestrator --color never execute sprint; sees '^  >  works '
is '--color never is obeyed' "$(colors)" 0
tm resize-window -t live -x 80 -y 4
ok 'on a small screen the header stays' wait_for 8 counted 1 '^proj on main'
tm resize-window -t live -x 80 -y 24
ok 'the live display is whole after the screen has grown again' sees '^  >  works '
kill -TERM "$(pid)"; restored
on 80 $utf8 orchestrator execute sprint; sees '^  >  works '
ok 'without NO_COLOR the lines have colours' test "$(colors)" -gt 1
kill -TERM "$(pid)"; restored
on 80 "$utf8 TERM=dumb" orchestrator execute -v sprint
ok 'on a terminal without a cursor only events are printed' sees '^[0-9:]{8} session-works-[a-z0-9]+: running$'
is 'on a terminal without a cursor there is no live display' "$(screen | grep -c -e '^  >' -e '^proj on main')" 0
kill -TERM "$(pid)"; sees 'ended: '

# stopped, and in the background
tm respawn-window -k -t live -c "$PWD" "env $utf8 PS1=shell: bash --norc --noprofile -i"
sees '^shell:'; line 'orchestrator execute sprint'; sees '^  >  works '
press C-z
ok 'Ctrl-Z stops execute, and the shell has its terminal' sees '^shell:$'
line 'bg; clear; echo ready'; sees '^ready$'; echo >&7
ok 'in the background events are printed' sees '[0-9:]{8} gate: approved$'
line 'echo still here'
ok 'in the background the shell has the keys' sees '^still here'
is 'in the background there is no live display' "$(screen | grep -c '^proj on main')" 0
line fg; echo 'echo "-> Edit: Makefile"' >&8
ok 'in the foreground the live display returns' sees '^  >  works .*-> Edit: Makefile$'
ok 'the gate of a merge is shown' sees '^  >  gate +merge +<?[0-9]m  gate slow, <1m$'
echo >&7; ok 'a merge is printed while other work continues' sees '^[0-9:]{8} gate: merged'
echo 'echo x >works; exit' >&8; echo >&7
ok 'the report follows the events at the end' sees '^5 of 6 (merged|complete)'

#: A blocked agent
no_gate; list stuck blocked works2
on 80 $utf8 orchestrator execute stuck
ok 'a blocked agent is shown like a question' sees '^  \?  blocked  blocked, <1m  No key here$'
ok 'a blocked agent can be answered' sees '^answer blocked>'
line 'the key is 42'
ok 'the answer goes to the blocked agent' wait_for 8 grep -q 'the key is 42' "$(session_of blocked)/state.json"
echo 'echo x >works2; exit' >&8
ok 'execute ends once the blocked work is merged' sees 'ended: 0'

#: A question that changes while its answer is typed
no_gate; list changes twice
on 80 $utf8 orchestrator execute changes
sees '^answer twice>'; types 'to the first'; sees '^answer twice> to the first$'
logged orchestrator answer twice one
sees 'twice  question, <1m  Second\?$'; press Enter
ok 'an answer is not given to a question that came while it was typed' sees 'another question is open now, so nothing was answered; type'
line 'to the second'
ok 'execute ends after the second answer' sees 'ended: 0'
is 'each question has its own answer' "$(git show main:twice | paste -sd,)" 'one,to the second'

#: A question whose name stands before the answer
no_gate; list named twice2 free3
on 80 $utf8 orchestrator execute named
sees '^answer, as "(twice2|free3) 1">' && sees '  twice2  ' && sees '  free3  '; types 'twice2 to the first'; sees '> twice2 to the first$'
logged orchestrator answer twice2 one
sees 'twice2  question, <1m  Second\?$'; press Enter
ok 'an answer with a name is not given to a question that came while it was typed' sees 'another question is open now, so nothing was answered; type'
line 'twice2 to the second'; sees '^answer free3>'; line 'x'
ok 'execute ends after the answers with names' sees 'ended: 0'
is 'a name means the question that was seen' "$(git show main:twice2 | paste -sd,)" 'one,to the second'

#: A question that opens while a line is typed
list gap free4 works4
on 80 $utf8 orchestrator execute gap
sees '^answer free4>'; types 'half of'; sees '^answer free4> half of$'
logged orchestrator answer free4 x; misses '^answer '; types ' a line'
echo 'worker ask "Later?" >works4' >&8
ok 'what was typed before a question opened is shown' sees '^answer works4> half of a line$'
press Enter
ok 'a line begun before a question opened does not answer it' sees 'another question is open now, so nothing was answered; type'
line 'a whole line'; sees 'works4: answered'; echo exit >&8
ok 'execute ends after the later answer' sees 'ended: 0'
is 'the later question has the line that was begun after it' "$(git show main:works4)" 'a whole line'

#: An answer that begins with a word that is a name
list words login
on 80 $utf8 orchestrator execute words
sees '^answer login>'; line 'login module first'
ok 'execute ends after the answer' sees 'ended: 0'
is 'the only open question gets the whole line' "$(git show main:login)" 'login module first'

#: What state.json alone says
list states works5
on 80 $utf8 orchestrator execute states
echo 'echo "-> Edit: README.md"' >&8; sees '^  >  works5 .*-> Edit: README.md$'
s=$(session_of works5); jq '.notice = "waits for its client"' "$s/state.json" >"$T/new" && mv "$T/new" "$s/state.json"
ok 'a notice is shown without a new line of the log' sees '^  >  works5 .*waits for its client$'
echo 'echo x >works5; exit' >&8; sees 'ended: 0'

#: A terminal that closes
list closes works6
tm set -w -t live remain-on-exit on
tm respawn-window -k -t live -c "$PWD" "exec env $utf8 PS1=shell: bash --norc --noprofile -i"
sees '^shell:'; line "orchestrator execute closes & echo \$! >$T/execute; disown"
echo 'echo "-> Edit: README.md"' >&8
ok 'execute begins in the background of a shell' wait_for 8 called works6
line 'exit'; wait_for 8 closed
tm respawn-window -k -t live -c "$PWD" cat
ok 'execute does not poll a terminal that has closed' wait_for 15 idle "$(cat "$T/execute")"
echo 'echo x >works6; exit' >&8
ok 'execute goes on after its terminal has closed' wait_for 8 git cat-file -e main:works6
ok 'execute ends after its terminal has closed' wait_for 8 dead "$(cat "$T/execute")"

#: The gates of a merge
on 80 $utf8 cat
no_gate; for i in a b c; do logged orchestrator dispatch --wait --title "Work $i" $i; done
echo x >gate && git add gate && git commit -qm 'A slow gate'
on 80 $utf8 orchestrator merge a
ok 'merge shows the gate that runs' sees '^  >  a  merge +gate slow, <1m$'
ok 'merge prints each ended gate, with its time' sees '^[0-9:]{8} a: gate quick: passed \([0-9]+ ms\)$'
echo >&7
ok 'merge ends with its results' sees 'ended: 0'
like 'the result of a merge stands below its gates' "$(screen)" '^session-a-[a-z0-9]+: merged as [0-9a-f]{12}$'
is 'merge removes its live display at the end' "$(screen | grep -c '^  >')" 0
echo >&7
run orchestrator merge b
like 'in a pipe merge prints each ended gate' "$out" '^[0-9:]{8} session-b-[a-z0-9]+: gate slow: passed \([0-9]+ ms\)$'
echo >&7
run orchestrator --json merge c
is '--json prints no lines for gates' "$(printf '%s' "$out" | jq -r '.version')" 1
tm kill-server
done_testing
