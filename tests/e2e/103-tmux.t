#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The setting terminal: a window of tmux for each session.
# shellcheck disable=SC2016 # the scripts are the agents'
. "$(dirname "$0")/lib.sh"
command -v tmux >/dev/null || { tap 1 'tmux is installed: make deps'; done_testing; }
export TMUX_TMPDIR="$T"
unset TMUX
. "$(dirname "$0")/streams.sh"
tm() { LC_ALL=C.UTF-8 TERM=xterm tmux "$@"; }
windows() { tm list-windows -a -F '#{session_name}:#{window_name}' 2>/dev/null | sort | paste -sd' '; }
has() { [ "$(windows)" = "$1" ]; }
shown() { tm capture-pane -p -t "$1" | grep -q "$2"; }
begin() { : >"$T/hold-$1"; logged orchestrator dispatch --title Work "$1" -- sh -c 'echo "at work"; until [ ! -e "$T/hold-$ITEM_ID" ]; do timeout 0.05 cat "$T/.never"; done; echo x >$ITEM_ID'; }
is_st() { [ "$(orchestrator --json status "$1" | jq -r .status)" = "$2" ]; }

#: Windows.
world my.shop ', "terminal": "tmux", "confine": { "environment": [ "*" ] }'
begin one; begin two
is 'each session has a window in a tmux session with the name of the repository' "$(windows)" 'my_shop:one my_shop:two'
ok 'the window shows the log of its session' wait_for 20 shown '=my_shop:=one' 'at work'
tm kill-window -t '=my_shop:=two'
rm "$T/hold-two"
ok 'a session continues without its window' wait_for 30 is_st two approved
rm "$T/hold-one"
ok 'the window closes when its session has ended' wait_for 30 has ''
ok 'a session continues while its window is open' is_st one approved
begin three
tm kill-server
rm "$T/hold-three"
ok 'a session continues without tmux' wait_for 30 is_st three approved
mkdir "$T/without" && for p in git sh env jq cat timeout; do ln -s "$(command -v $p)" "$T/without/$p"; done
: >"$T/hold-four"
PATH="$O/bin:$T/without" run orchestrator dispatch --title Work four -- sh -c 'echo x >four'
is 'a session begins where tmux is not installed' "$status" 0
like 'dispatch says that tmux is not installed' "$err" 'session session-four-.* has no window: tmux is not installed; install it'
rm -f "$T"/hold-*

#: Streams.
world streams ', "terminal": "tmux"'
file . && git add . && git commit -qm Streams
: >"$T/hold-Stream-A"
logged orchestrator execute --source streams & execute=$!
ok 'a stream has a tmux session of its own' wait_for 30 has 'claude-Stream-A:Stream-A'
rm "$T/hold-Stream-A"
wait $execute
ok 'no tmux session of a stream is left when the streams are complete' wait_for 30 has ''

#: The screen of a client.
mkdir "$T/bin" && cat >"$T/bin/claude" <<'E2' && chmod +x "$T/bin/claude"
#!/bin/sh
id='' last=''
for word; do
	case $last in --session-id|--resume) id=$word ;; esac
	last=$word
done
case " $* " in
*' -p '*)
	read -r prompt
	printf '{"type":"system","subtype":"init","session_id":"%s","model":"scripted"}\n' "$id"
	case $prompt in *'<answer>'*) echo done >work ;; *) worker ask --defer 'Which colour?' >/dev/null ;; esac
	printf '{"type":"result","subtype":"success","is_error":false,"session_id":"%s","result":"Done."}\n' "$id"
	exit 0 ;;
esac
echo 'the screen'
while read -r line; do [ "$line" != bye ] || exit 0; eval "$line"; done
E2
export PATH="$T/bin:$PATH"
new_repo "$T/client" && cd "$T/client" && mkdir .orchestrator || exit 1
echo '{ "terminal": "tmux", "review": "none", "agents": { "c": { "adapter": "claude" } }, "roles": { "implementer": "c" } }' >.orchestrator/config.json
git add . && git commit -qm Settings
logged orchestrator dispatch --title Work asks; wait_for 30 is_st asks waiting
LC_ALL=C.UTF-8 TERM=xterm script -qefc 'orchestrator attach asks' "$T/typescript" </dev/null >/dev/null 2>&1 & person=$!
ok 'attach opens the screen of the client in the window of its session' wait_for 30 shown '=client:=asks' 'the screen'
ok 'attach switches to the window' wait_for 20 sh -c 'tmux list-clients -F "#{session_name}" | grep -qx client'
tm send-keys -t '=client:=asks' 'echo by hand >hand; echo ke""pt' Enter
ok 'keys in the window reach the client' wait_for 20 shown '=client:=asks' '^kept'
tm send-keys -t '=client:=asks' bye Enter
ok 'the window shows the log again after the screen is closed' wait_for 30 shown '=client:=asks' '^.worker. .*status running -> waiting'
logged orchestrator answer asks blue
ok 'the session continues after its screen' wait_for 30 is_st asks approved
is 'work done at the screen in the window becomes work of the session' "$(git show session/asks/1:hand)" 'by hand'
tm kill-server 2>/dev/null
wait $person
done_testing
