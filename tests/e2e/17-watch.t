#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# orchestrator watch on a real terminal: keys are sent, and the screen is read, through tmux.
# shellcheck disable=SC2016 # the scripts are the agents'
. "$(dirname "$0")/lib.sh"
command -v tmux >/dev/null || { tap 1 'tmux is installed: make deps'; done_testing; }
export TMUX_TMPDIR="$T"
unset TMUX COLUMNS LINES NO_COLOR
tm() { LC_ALL=C.UTF-8 TERM=xterm tmux -L test -f /dev/null "$@"; }
screen() { tm capture-pane -p -t watch; }
shown() { screen | grep -Eq -e "$1"; }
gone() { ! shown "$1"; }
sees() { wait_for 8 shown "$1" || { screen; return 1; }; }
misses() { wait_for 8 gone "$1"; }
# Sends keys as tmux names them; what was pressed is compared with the help at the end.
press() { for k; do tm send-keys -t watch "$k"; echo "$k" >>"$T/pressed"; done; }
types() { tm send-keys -t watch -l "$1"; }
line() { types "$1"; press Enter; }
tm new-session -d -s watch -x 80 -y 24 cat
watch() {	# WIDTH HEIGHT [OPTION...]
	tm resize-window -t watch -x "$1" -y "$2"; shift 2
	tm respawn-window -k -t watch -c "$PWD" "${term:+TERM=$term} orchestrator watch $*
	    echo \"ended: \$?\"; stty -a | grep -oE -e '-?\\<(echo|icanon)\\>' | tr '\\n' ' '; cat"
}
pid() { _shell=$(tm display -p -t watch '#{pane_pid}'); cut -d' ' -f1 "/proc/$_shell/task/$_shell/children"; }
restored() { sees 'ended: ' && sees '^echo icanon|^icanon echo|icanon .*echo' && [ "$(tm display -p -t watch '#{alternate_on}#{cursor_flag}#{keypad_flag}')" = 010 ]; }
st() { orchestrator --json status "$1" | jq -r "$2"; }
is_st() { [ "$(st "$1" .status)" = "$2" ]; }

cat >"$T/agent" <<'E'
prompt=$(cat)
case $ITEM_ID,$prompt in
asks,*) worker ask -o red -o blue 'Which colour?' >colour ;;
blocked,*'The answer of a person'*) echo x >blocked ;;
blocked,*) worker blocked 'No key here' ;;
ready,*'more care'*) echo care >ready ;;
works*,*) printf 'line %s of the log\n' $(seq 200); printf '\033[31mred\033]0;title\007 -> x\n'
	echo "long $(printf '%060d' 0) its end"; echo '-> Bash: npm test'
	while read -r line; do eval "$line"; done <"$T/orders" ;;
clash,*) echo theirs >f ;;
*) echo done >"$ITEM_ID" ;;
esac
E
mkfifo "$T/orders" && exec 8<>"$T/orders"
new_repo "$T/r" && cd "$T/r" && mkdir .orchestrator && echo ours >f && cat >.orchestrator/config.json <<E || exit 1
{ "agents": { "a": { "command": "sh $T/agent" } }, "roles": { "implementer": "a" }, "review": "gates", "gate_tries": 0, "max_parallel": 9,
  "gates": [ { "name": "g", "command": "test ! -e fails" } ], "merge": { "on_conflict": "fail" } }
E
git add . && git commit -qm Settings

# nothing is there yet
run orchestrator watch --once
like 'without sessions watch says how to start one' "$status $out" 'no sessions; orchestrator dispatch ITEM starts one'
run orchestrator watch
like 'without a terminal watch names --once' "$status $err" '^64 .*watch needs a terminal; orchestrator watch --once'
run orchestrator --json watch
like 'watch prints nothing for programs' "$status $err" '^64 .*orchestrator --json status'
run orchestrator -C "$T" watch --once
like 'outside of a repository watch says so' "$status $err" '^66 .*git'
term=dumb watch 80 24
ok 'a terminal without a cursor is refused' sees 'ended: 64'
watch 80 24
ok 'watch begins without sessions' sees 'no sessions; orchestrator dispatch ITEM'

# sessions appear
for i in asks works fails ready merges blocked; do logged orchestrator dispatch --title "Work of $i" $i; done
ok 'a session appears on the screen by itself' sees '^ > works '
ok 'an open question is shown with its options' sees '^ \? asks .*question .*Which colour\?  1\) red  2\) bl'
ok 'the screen shows what an agent does' sees '^ > works .*-> Bash: npm test'
ok 'approved work is shown as ready' sees '^ = merges .*approved'
ok 'a blocked agent is shown with its reason' sees '^ ! blocked .*No key here'
ok 'the summary counts the sessions' sees '^2 need you, 1 running, 2 ready to merge, 1 over'
is 'the most urgent sessions are listed first, and those that are over are hidden' \
    "$(screen | sed -n 's/^ [?!>=-] \([a-z]*\) .*/\1/p' | paste -sd' ')" 'asks blocked works ready merges'
run env LC_ALL=C.UTF-8 COLUMNS=80 orchestrator watch --once
is '--once prints the sessions of the screen' "$status $(printf '%s\n' "$out" | grep -c '^ [?!>=] ')" '0 5'
is 'only ASCII is printed without UTF-8' "$(orchestrator watch --once | LC_ALL=C grep -c '[^ -~]')" 0

# moving
chosen() { tm capture-pane -p -e -t watch | grep -q "\\[7m.* $1 "; }
moves() { press "$1"; ok "$1 chooses $3" wait_for 10 chosen "$2"; }
moves Down blocked 'the next session'
moves Up asks 'the session before'
moves j blocked 'the next session'
moves k asks 'the session before'
moves G merges 'the last session'
moves g asks 'the first session'
moves End merges 'the last session'
moves Home asks 'the first session'
moves NPage merges 'the last session of a short list'
moves PPage asks 'the first session of a short list'

# the text of /, and the log
press /; line works
ok '/ shows only sessions that have the text' sees '^2 need you.*only those with: works'
is '/ leaves out the other sessions' "$(screen | grep -c '^ [?!>=] ')" 1
press Escape; ok 'Escape shows all sessions again' sees '^ \? asks '
press /; line works; sees 'only those with: works'
press Enter; ok 'Enter opens the log at its end' sees '-> Bash: npm test$'
is 'no control character of an agent reaches the terminal' "$(screen | grep -c -F '\033[31mred\033]0;title\007 -> x')" 1
echo 'echo one more' >&8
ok 'a log is followed while it grows' sees '\] one more$'
n=0; while [ "$n" -lt 8 ]; do n=$((n + 1)); press j; echo "echo change $n" >&8; done
ok 'changes and keys at the same time lose no change' sees '\] change 8$'
press Right; ok 'Right shows the right of long lines' sees 'its end$'
press Left; ok 'Left goes back' misses 'its end$'
press '>'; ok '> does as Right' sees 'its end$'
press '<'; ok '< does as Left' misses 'its end$'
press g; press /; line 'line 77 of'
ok 'a search shows the line that has the text' sees 'line 77 of'
is 'the line that has the text is at the top' "$(screen | sed -n 2p)" '[implementer] line 77 of the log'
press b; ok 'b shows the screen before' sees 'line 57 of'
press Space; ok 'Space shows the next screen' misses 'line 57 of'
press /; types 'line 1[0'; press BSpace; line '2'
ok 'a text that is nowhere is named' sees 'not found: line 1\[2'
press g; press /; line '8 of the'; press n
ok 'n shows the next line that has the text' sees 'line 18 of'
press n; sees '^\[implementer\] line 28'; press N
ok 'N shows the line before that has the text' sees '^\[implementer\] line 18 of'
press q; ok 'q closes the log' sees '^ > works '
press l; ok 'l opens the log, too' sees '^log of session-works'
press t; types 'be quick'; press BSpace
ok 'a text is edited in the last line' sees '^tell works: be quic$'
types k; press Enter; ok 't tells the agent' wait_for 8 grep -q 'be quick' "$(session_of works)/messages.json"
press Escape Escape; ok 'Escape drops the text of /' sees '^ \? asks '

# answers
press g a
ok 'a shows the question above the prompt' sees '^Which colour\?$'
ok 'a asks for the answer in the last line' sees '^answer q-[a-z0-9]{6}: *$'
line 3; ok 'a refused answer is explained' sees 'answer asks: exit status 65: '
press a; sees '^answer q-'; line 2
ok 'a answers by the number of an option' wait_for 8 is_st asks approved
is 'the agent has the answer' "$(git show session/asks/1:colour)" blue
ok 'the answer is shown with its author' sees '^answer by person: blue$'
press q; press /; line blocked; sees 'only those'
press a; sees '^blocked: No key here'; line 'a key'
ok 'a answers a blocked agent' wait_for 8 is_st blocked approved
press v; ok 'v shows that there was no question' sees '^no questions$'
press Escape Escape

# other commands
only() { press Escape Escape /; line "$1"; sees "only those with: $1"; }
only merges
press d; ok 'd shows the change' sees '^\+done$'
press c; ok 'c shows the opinions' sees '^verdict +approved by gates'
press s; ok 's shows everything that is known' sees '^branch +session/merges/1'
press m; sees '^merge merges\? \(y\)'; press n
is 'a command that is not confirmed is not run' "$(st merges .status)" approved
press m; sees '^merge merges\? \(y\)'; press y
ok 'm merges' wait_for 8 is_st merges merged
ok 'the last line of a command is shown' sees 'merged as [0-9a-f]{12}'
press e; ok 'e shows the output of the last command' sees '^session-merges-.*merged as'
press Escape Escape o; ok 'o shows the sessions that are over' sees '^ - fails .*failed'
only fails
press y; sees '^retry fails\?'; press y; ok 'y does an item again' wait_for 8 sh -c '[ "$(orchestrator --json status fails | jq .attempt)" = 2 ]'
only ready
press w; sees '^remarks for ready:'; line 'more care'
ok 'w gives remarks' wait_for 8 sh -c '[ "$(git show session/ready/1:ready)" = care ]'
logged orchestrator dispatch --wait --title Clash clash
echo mine >f && git commit -qam Mine && not logged orchestrator merge clash
only clash; ok 'a conflict is shown with its file' sees '^ ! clash .*conflict .* f *$'
press r; sees '^resolve clash\?'; press y
ok 'r has the conflict resolved' wait_for 8 sh -c '[ "$(orchestrator --json status clash | jq -r .status)" != conflict ]'
only works
press x; sees '^cancel works\?'; press y
ok 'x cancels' wait_for 8 is_st works cancelled

# a session that goes away, and one whose worker dies
press l; ok 'the log of works is open' sees '^log of session-works'
rm -rf "$(session_of works)"
ok 'a removed session leaves its log on the screen' sees '^log of session-works'
press Escape; ok 'a removed session is not listed' sees 'no session has that text'
press Escape
logged orchestrator dispatch --title Works works2; sees '^ > works2 '
kill -9 "$(cut -d' ' -f2 "$(session_of works2)/worker.lock")"
ok 'a killed worker is shown at once' sees '^ ! works2 .*orchestrator execute starts it'
ok 'a session without a worker is an alert' sees 'sessions have no worker; orchestrator execute starts them'

# help, and the table of keys
press '?'; ok '? shows the help' sees '^keys of orchestrator watch'
press q h; ok 'h shows the help, too' sees '^keys of orchestrator watch'
tm resize-window -t watch -x 100 -y 60
ok 'the screen takes the new size' sees '^  q  .*end the program'
screen | sed -n 's/^  \([^ ]\)/\1/p' | sed 's/   *.*//' >"$T/keys"
ok 'the help has every key' test "$(wc -l <"$T/keys")" -gt 25
sed 's/, */\n/' "$T/keys" | sort -u >"$T/known"
sed 's/^PPage$/PgUp/; s/^NPage$/PgDn/; s/^Escape$/Esc/' "$T/pressed" | sort -u >"$T/tried"
is 'each key of the help was pressed here' "$(comm -23 "$T/known" "$T/tried")" ''
is 'orchestrator-watch.1 describes the keys of the help' \
    "$(sed -n '/^\.Sh KEYS/,/^\.Sh EX/s/^\.It Ic //p' "$top/man/orchestrator-watch.1" | sed 's/ ,/,/g; s/^\\&//')" "$(uniq "$T/keys")"

# small, and large again
press q; tm resize-window -t watch -x 20 -y 3; ok 'a tiny screen still shows something' sees '^r  '
tm resize-window -t watch -x 80 -y 24; ok 'a screen that grew again is whole' sees '^ ! works2 '

# idle: nothing is called between minutes
calls() { sed -n 's/^.*voluntary_ctxt_switches:[^0-9]*//p' "/proc/$1/status" | paste -sd+; }
sync_minute() { [ "$(date +%S | sed 's/^0//')" -lt 50 ]; }
wait_for 15 sync_minute
timeout -s INT 2 strace -qq -o "$T/strace" -p "$(pid)" 2>"$T/strace.err"
is 'an idle screen makes no system call between minutes' "$(grep -vc 'ppoll\|^---\|restart_syscall\|resumed\|detached' "$T/strace")" 0

is 'no descriptor is passed on to commands' "$(for f in /proc/"$(pid)"/fdinfo/*; do
	[ "${f##*/}" -le 2 ] || grep -L '^flags:[[:space:]]*02' "$f"; done)" ''

# every end restores the terminal
press q; ok 'q ends the program' sees 'ended: 0'
ok 'the end restores the terminal' restored
for signal in TERM SEGV ABRT QUIT; do
	watch 80 24; sees '^ ! works2 '
	kill -$signal "$(pid)"
	ok "SIG$signal restores the terminal" restored
done
watch 80 24; sees '^ ! works2 '; tm send-keys -t watch C-c
ok 'Ctrl-C ends the program' sees 'ended: 130'
watch 80 24 --no-color; sees '^ ! works2 '
is '--no-color uses no colours' "$(tm capture-pane -p -e -t watch | grep -c "$(printf '\033')\[[0-9;]*3[0-7]")" 0
is 'orchestrator and worker do not link ncurses' "$(for p in bin/orchestrator libexec/worker; do ldd "$O/$p"; done | grep -c -e curses -e tinfo)" 0
tm kill-server
done_testing
