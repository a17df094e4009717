#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The setting `ports': each live session has port numbers of its own.
. "$(dirname "$0")/lib.sh"

repo() {	# NAME PORTS
	R=$HOME/$1
	new_repo "$R" && cd "$R" && mkdir .orchestrator && printf '{ "ports": %d, "setup": [ "%s" ], "gates": [ "%s" ],
	    "review": "gates", "env": { "PORT": "80" } }' "$2" "$note setup" "$note gate" >.orchestrator/config.json &&
	    git add . && git commit -qm Settings
}
# shellcheck disable=SC2016 # for the runs
note='echo $PORT $SESSION_PORTS >>$T/$ITEM_ID.$0'
note="sh -c '$note'"
cat >"$T/agent" <<'E2'
#!/bin/sh
cat >/dev/null
echo "$PORT $SESSION_PORTS" >>"$T/$ITEM_ID.agent"
if [ -e "$T/hang" ]; then cat "$T/.never"; fi
echo work >>"$ITEM_ID"
E2
chmod +x "$T/agent"
begun() { [ -s "$T/$1.agent" ]; }
dispatch() { run orchestrator dispatch "$@" -- "$T/agent"; }
worker_of() { field state.json .worker_pid "$1"; }

repo one 10
dispatch --wait all
is 'setup, agent and gates have the same port numbers, whatever env says' "$(sort -u "$T"/all.setup "$T"/all.agent "$T"/all.gate)" \
    '20000 20000-20009'
rm "$T/all.gate"; echo x >other; git add other; git commit -qm Other	# or the commit was judged already
run orchestrator merge all
is 'the gates of a merge have the same port numbers' "$status $(sort -u "$T/all.gate")" '0 20000 20000-20009'

: >"$T/hang"
dispatch first; dispatch second
one=$R
repo two 2500
dispatch third
wait_for 20 begun first; wait_for 20 begun second; wait_for 20 begun third
is 'live sessions have different port numbers, those of another repository, too' \
    "$(sort "$T/first.agent" "$T/second.agent" "$T/third.agent")" "$(printf '%s\n' '20000 20000-20009' '20010 20010-20019' \
    '20020 20020-22519')"
cd "$one" || exit 1
first=$(cat "$T/first.agent"); pid=$(worker_of first); dir=$(session_of first)
kill -9 "$pid"; wait_for 20 not kill -0 "$pid"
: >"$T/first.agent"
logged worker run -d "$dir" &
wait_for 20 begun first
is 'a session that goes on after its worker was killed has the port numbers that it had' "$(tail -n 1 "$T/first.agent")" "$first"
pid=$(worker_of first)
kill -9 "$pid"; wait_for 20 not kill -0 "$pid"
rm "$T/hang"
dispatch --wait fourth
is 'port numbers of a session whose worker was killed are free' "$(cat "$T/fourth.agent")" "$first"

: >"$T/hang"
repo three 5000
dispatch fifth
wait_for 20 begun fifth
is 'port numbers are used from where enough of them are free' "$(cat "$T/fifth.agent")" '22520 22520-27519'
dispatch sixth
is 'a dispatch for which no port numbers are free fails' "$status $(session_of sixth)" '69 '
like 'a dispatch for which no port numbers are free says so' "$err" \
    'no 5000 port numbers in a row are free from 20000 to 29999: .* end some .*, or lower "ports"$'
ok 'a refused dispatch leaves neither worktree nor branch' sh -c '! [ -e .worktrees/sixth ] && ! git rev-parse -q --verify session/sixth/1'
printf '{ "max_load": 0, "confine": %s, "agents": { "i": { "adapter": "command", "command": [ "%s" ] } }, "roles": { "implementer": "i" } }' \
    "$confined" "$T/agent" >"$XDG_CONFIG_HOME/orchestrator/config.json"
execute() { rm -f "$T/hang"; orchestrator execute "$1" >"$T/execute" 2>&1 & execute=$!; }
logged orchestrator tasks create --task 'seventh: Seventh' seventh
execute seventh
wait_for 30 grep -q 'will retry: .*no 5000 port numbers' "$T/execute"
logged orchestrator cancel --yes fifth
wait "$execute"; status=$?
is 'execute tries again until port numbers are free' "$status $(cut -d' ' -f1 "$T/seventh.agent")" '0 22520'

: >"$T/hang"
dispatch eighth
wait_for 20 begun eighth
logged orchestrator tasks create --task 'ninth: Ninth' ninth
execute ninth
wait_for 30 grep -q 'nothing can be dispatched here' "$T/execute"
logged orchestrator cancel --yes eighth
wait "$execute"
is 'a task for which no port numbers are free in time stays pending' "$(orchestrator tasks show ninth | grep PENDING)" '[ninth] Ninth: PENDING'
done_testing
