# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# For the tests of streams, after lib.sh: an agent that does as many tasks as its prompt lists, repositories, a list
# whose tasks carry streams, and a streams file.

# The agent: notes when it begins and ends, does as many tasks as its prompt lists.
cat >"$T/agent" <<'E'
note() { echo "$(date +%s%N) $1 $ITEM_ID" >>"$T/times"; }
note start
cat >"$T/prompt.$ITEM_ID"
pwd >"$T/where.$ITEM_ID"
[ ! -e "$T/fail-$ITEM_ID" ] || { rm "$T/fail-$ITEM_ID"; note end; exit 3; }
file=$(jq -r --arg i "$ITEM_ID" '.allowed_paths[-1] // $i | sub("[*]+"; "x")' "$SESSION_DIR/item.json")
mkdir -p "$(dirname "$file")"
total=$(grep -c '^[0-9]*\. \[' "$T/prompt.$ITEM_ID") done=0
while [ $done -lt "$total" ]; do
	done=$((done + 1)); echo $done >>"$file"
	worker progress $done/"$total" "task $done"
	while [ $done = 1 ] && [ -e "$T/hold-$ITEM_ID" ]; do timeout 0.05 cat <"$T/.never"; done
	timeout 0.1 cat <"$T/.never"
done
note end
E
world() {	# NAME [SETTINGS]
	rm -f "$T/times"; export ORCHESTRATOR_HOME="$T/state-$1"
	new_repo "$T/$1" && cd "$T/$1" && mkdir .orchestrator || exit 1
	echo "{ \"review\": \"none\", \"agents\": { \"sh\": { \"command\": \"sh $T/agent\" } },
	    \"roles\": { \"implementer\": \"sh\" }${2:-} }" >.orchestrator/config.json
	git add . && git commit -qm Settings
}
# A list in which one stream is built upon by two, and these by one; its id is $id.
work() {
	id=$(orchestrator tasks create work --task 'types: Define the types' --task 'tools: Write the tools' \
	    --task 'commands: Update the commands' --task 'usage: Update the usage' --task 'agents: Update the agents' \
	    --task 'docs: Document it' | sed -n 's/^TaskList Created: //p')
	edit --stream Stream-A --depends-on tools types
	edit --stream Stream-A tools
	edit --stream Stream-B --depends-on types --allow 'src/commands/**' commands
	edit --stream Stream-B --allow 'src/usage.c' usage
	edit --stream Stream-C --depends-on types --allow 'src/agents/*.c' agents
	edit --stream Stream-Z --depends-on usage --depends-on agents docs
}
edit() { orchestrator tasks edit --list "$id" "$@" >/dev/null; }
# A file of three phases, with tasks of its own; the filter edits it.
file() {	# FILTER [DIRECTORY]
	mkdir -p "${2:-.orchestrator}"
	jq -n --arg top "$PWD" '{ version: "1.0", generatedAt: "2026-01-08T12:00:00.000Z", apiEndpoint: "http://127.0.0.1:9090",
	    initiative: { id: "INIT-abc123", name: "Stream Orchestration" },
	    streams: [["Stream-A", "foundation", []], ["Stream-B", "parallel", ["Stream-A"]],
	      ["Stream-C", "parallel", ["Stream-A"]], ["Stream-Z", "integration", ["Stream-B", "Stream-C"]] | {
	      streamId: .[0], streamName: "work of \(.[0])", streamPhase: .[1], totalTasks: 2, completedTasks: 0,
	      dependencies: .[2], projectRoot: $top, worktreePath: null, tasks: ["first: The first", { title: "The second" }] }],
	    executionPlan: { foundation: ["Stream-A"], parallel: ["Stream-B", "Stream-C"], integration: ["Stream-Z"] } }
	    | '"$1" >"${2:-.orchestrator}/orchestration-config.json"
}
mirror() { orchestrator --json tasks list | jq -r '.lists[] | select(.name | test("INIT-")) | .id'; }
status_of() { orchestrator --json tasks show "$(mirror)" | jq -r --arg t "$1" '.tasks[] | select(.id == $t) | .status'; }
merges() { git log --format=%s main | sed -n 's/^Merge \([^:]*\):.*/\1/p' | sort | tr '\n' ' '; }
