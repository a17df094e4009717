#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What every session would fail of is told once, before any of them begins.
. "$(dirname "$0")/lib.sh"

R=$HOME/r
new_repo "$R" && cd "$R" && mkdir .orchestrator || exit 1
echo "{ \"confine\": { \"mode\": \"${CONFINE:-auto}\" } }" >"$XDG_CONFIG_HOME/orchestrator/config.json"
settings() { echo "$1" >.orchestrator/config.json && git add . && git commit -qm Settings; }
statuses() { orchestrator --json tasks show todo | jq -r '[.tasks[].status] | unique | join(" ")'; }
lines() { printf '%s\n' "$out" "$err" | grep -c .; }
sessions() { find "$ORCHESTRATOR_HOME" -name 'session-*' -type d | wc -l; }
unbegun() {	# what the last command left
	echo "$(lines) $(statuses) $(sessions)"
}
orchestrator tasks create todo --task 'a: A' --task 'b: B' --task 'c: C' >/dev/null

#: No agent.
settings '{ "gates": [ "true" ], "roles": { "implementer": "no", "reviewer": "no" }, "agents": { "no": { "command": [ "no-such-agent" ] } } }'
run timeout 60 orchestrator execute todo
is 'execute without the program of its agent begins nothing, and says so in one line' "$status $(unbegun)" '69 1 PENDING 0'
like 'the line of execute without an agent says what to do' "$err" 'agent CLI not found: no-such-agent .*install it, or choose another agent'
run orchestrator dispatch-ready todo
is 'dispatch-ready without the program of its agent begins nothing, and says so in one line' "$status $(unbegun)" '69 1 PENDING 0'

#: No worker.
settings '{ "review": "none", "roles": { "implementer": "sh" }, "agents": { "sh": { "command": "echo $ITEM_ID >$ITEM_ID" } } }'
ORCHESTRATOR_WORKER=$T/none run timeout 60 orchestrator execute todo
is 'execute without a worker begins nothing, and says so in one line' "$status $(unbegun)" '69 1 PENDING 0'

# No space.
full() {
	unshare -rm sh -c 'mkdir -p "$T/full" && mount -t tmpfs -o size=256k none "$T/full" && chmod 700 "$T/full" &&
	    cp -r "$ORCHESTRATOR_HOME/." "$T/full" && ORCHESTRATOR_HOME=$T/full orchestrator dispatch-ready todo'
}
if unshare -rm true 2>/dev/null; then
	run full
	like 'a full file system is told before a session begins' "$status $err" '^73 orchestrator: .*/full: no space is left for a session; make room'
else
	skip 'a full file system is told before a session begins' 'no user namespaces'
fi

#: A setup program that is missing.
settings '{ "review": "none", "setup": [ "no-such-tool ci" ], "roles": { "implementer": "sh" }, "agents": { "sh": { "command": "echo x >$ITEM_ID" } } }'
run timeout 60 orchestrator execute todo
is 'execute without the program of its setup begins nothing, and says so in one line' "$status $(unbegun)" '78 1 PENDING 0'
like 'the line names the missing program of setup' "$err" 'setup "no-such-tool ci": no-such-tool is not on PATH; install it'
run orchestrator dispatch --review none x -- true
like 'dispatch tells the missing program of setup' "$status $err" '^78 orchestrator: setup "no-such-tool ci": '

#: What runs do not see.
printf '#!/bin/sh\nexit 0\n' >"$T/tool" && chmod +x "$T/tool"
sh='"roles": { "implementer": "sh" }, "agents": { "sh": { "command": "echo x >$ITEM_ID" } }'
unseen() {	# KIND SETTINGS
	settings "$2"
	run timeout 60 orchestrator execute todo
	is "execute begins nothing when runs do not see the program of $1" "$status $(unbegun)" '78 1 PENDING 0'
	like "the line names the $1 whose program runs do not see, and the setting" "$err" \
	    "$1 \".*\": confined runs do not see $T/tool; .*\"confine\": {\"writable\": \[\"$T\"\]}"
}
if [ "${CONFINE:-auto}" = auto ]; then
	unseen gate "{ \"review\": \"gates\", \"gates\": [ \"$T/tool --all\" ], $sh }"
	unseen setup "{ \"review\": \"none\", \"setup\": [ \"cd . && sh $T/tool\" ], $sh }"
	unseen agent "{ \"review\": \"none\", \"roles\": { \"implementer\": \"sh\" }, \"agents\": { \"sh\": { \"command\": \"$T/tool; echo\" } } }"
	user_settings
else
	for k in gate setup agent; do skip "the $k whose program runs do not see is named" 'runs are not confined'; done
fi
settings "{ \"review\": \"gates\", \"setup\": [ \"if true; then :; fi\" ], \"gates\": [ \"$T/tool --all\" ], $sh }"
run timeout 60 orchestrator execute todo
is 'execute begins the tasks once the setting shows the program' "$status $(statuses)" '0 COMPLETE'

# A list with nothing to begin needs no agent.
settings '{ "gates": [ "true" ], "roles": { "implementer": "no", "reviewer": "no" }, "agents": { "no": { "command": [ "no-such-agent" ] } } }'
run timeout 60 orchestrator execute todo
is 'a list that is done needs no agent' "$status" 0
done_testing
