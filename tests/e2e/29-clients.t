#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The adapters of codex, gemini and opencode: with a stand-in that prints recorded streams, and with each real
# client that is on PATH, over a model server on loopback.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"
cd "$T" || exit 1
unset CODEX_HOME GEMINI_CLI_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_CACHE_HOME GEMINI_API_KEY OPENAI_API_KEY
mkdir -p "$T/bin" "$T/stand-in" "$HOME/.codex" "$HOME/.gemini"
given=$PATH PATH=$T/bin:$PATH STAND_IN=$T/stand-in
export PATH STAND_IN
fixtures=$top/tests/unit/fixtures
began() { sed -n "s/^$1 $2 \([^r][^ ]*\).*/\1/p" "$STAND_IN/runs"; }
resumed() { sed -n "s/^$1 $2 resumed \([^ ]*\).*/\1/p" "$STAND_IN/runs"; }
shown() { sed -n "s/^\[$1\] //p" "$S/output.log" | grep -E -m 1 -e "$2"; }

use() {	# CLIENT: the stand-in for it, which works and approves
	rm -f "$T/bin"/* "$STAND_IN/runs"
	cp "$top/tests/agents/client-stand-in" "$T/bin/$1"
	cp "$fixtures/$1-tools.jsonl" "$STAND_IN/stream"; cp "$fixtures/$1-lost.jsonl" "$STAND_IN/lost"
	echo 'case $STEP in implement) echo done >work ;; review) worker verdict approved ;; esac' >"$STAND_IN/job"
	council=".review = \"council\" | .agents = { a: { adapter: \"$1\" } } | .roles = { implementer: \"a\", reviewer: \"a\" }"
	alone=".review = \"none\" | .agents = { a: { adapter: \"$1\" } } | .roles = { implementer: \"a\" }"
}

for client in codex gemini opencode; do
	use $client
	session $client-council "$council | .agents.a.model = \"m\""
	work
	is "$client takes a session through the council" "$status,$(st .status),$(last_line)" '0,approved,REVIEW_VERDICT: APPROVED'
	is "the implementer goes on with its conversation of $client" "$(resumed implementer present)" "$(began implementer implement)"
	ok "the reviewer begins a conversation of $client of its own" test "$(began reviewer review)" != "$(began implementer implement)"
	is "the conversations of $client are kept in state.json" "$(st '.conversations | [.implementer, .reviewer] | join(",")')" \
	    "$(began implementer implement),$(began reviewer review)"
	is "the model is passed on to $client" "$(grep -c ' m\b' "$STAND_IN/runs")" 3
	is "the last words of $client are the presentation" "$(cat "$S/presentation.md")" 'All is done.'
	like "a call of $client is a line of the log" "$(shown implementer '^-> ')" 'echo done >work'
	ok "each run of $client has its tokens counted" test "$(st .usage.input_tokens)" -ge 3000
	session $client-lost "$council"
	echo 'case $STEP in implement) echo done >work; rm -r "$home/conversations" ;; review) worker verdict approved ;; esac' >"$STAND_IN/job"
	work
	is "a lost conversation of $client is replaced by a new one" "$(st .status),$(shown worker 'conversation is lost' | wc -l)" approved,1
	cp "$fixtures/$client-refused.jsonl" "$STAND_IN/stream"
	echo 'echo done >work; exit_status=1' >"$STAND_IN/job"
	session $client-refused "$alone"
	work
	like "$client tells why a run failed" "$(st '[.status, .reason, .detail] | join(",")')" \
	    '^failed,agent-error,implementer: .*as the script says'
done
use codex
cp "$fixtures/codex-full.jsonl" "$STAND_IN/full"
echo 'if [ -e "$T/was-full" ]; then echo done >work; else : >"$T/was-full"; stream=$STAND_IN/full exit_status=1; fi' >"$STAND_IN/job"
export T
session full "$alone"
work
is 'a conversation of codex that is full is begun anew' "$(st .status),$(st .rescue.cause),$(began implementer implement | wc -l)" \
    'approved,context-exhausted,2'

# The real clients.
server() {	# runs the model server with the script on standard input
	cat >"$T/script"
	rm -f "$T/port"
	python3 "$top/tests/agents/server.py" "$T/script" "$T/api.log" >"$T/port" 2>"$T/api.err" &
	wait_for 20 test -s "$T/port" && url=http://127.0.0.1:$(cat "$T/port")
}
configure() {
	case $1 in
	codex)
		printf '%s\n' 'model = "m"' 'model_provider = "mock"' '[model_providers.mock]' 'name = "mock"' \
		    "base_url = \"$url/v1\"" 'env_key = "OPENAI_API_KEY"' 'wire_api = "responses"' >"$HOME/.codex/config.toml"
		export OPENAI_API_KEY=x ;;
	gemini)
		echo '{"security":{"auth":{"selectedType":"gemini-api-key"}}}' >"$HOME/.gemini/settings.json"
		export GEMINI_API_KEY=x GOOGLE_GEMINI_BASE_URL="$url" ;;
	opencode)
		mkdir -p "$HOME/.config/opencode"
		jq -n --arg url "$url/v1" '{ provider: { mock: { npm: "@ai-sdk/openai-compatible", options: { baseURL: $url, apiKey: "x" },
		    models: { m: { name: "m", limit: { context: 100000, output: 1000 } } } } }, model: "mock/m", small_model: "mock/m" }' \
		    >"$HOME/.config/opencode/opencode.json" ;;
	esac
}
rm -f "$T/bin"/*
export no_proxy=127.0.0.1 NO_PROXY=127.0.0.1
for client in codex gemini opencode; do
	what="the real $client works, asks, and judges"
	went="the implementer speaks in its conversation of the real $client"
	if ! real=$(PATH=$given command -v "$client") || ! "$real" --version >/dev/null 2>&1; then
		skip "$what" "no $client"; skip "$went" "no $client"; continue
	elif ! command -v python3 >/dev/null; then
		skip "$what" 'no python3'; skip "$went" 'no python3'; continue
	fi
	server <<'E'
on You are the reviewer
verdict approved As it was asked.
say I judged.
on Now present
say I did as I was told.
on Title of
run worker ask 'Which colour?' >colour && git add colour && git commit -qm Colour
say The colour is set.
E
	configure $client
	council=".review = \"council\" | .agents = { a: { adapter: \"$client\" } } | .roles = { implementer: \"a\", reviewer: \"a\" }"
	session $client-real "$council"
	LIMIT=60
	start
	asked && put "$q" blue
	stop
	is "$what" "$status,$(st .status),$(git -C "$R" show "session/$client-real/1:colour")" '0,approved,blue' || tail -n 30 "$S/output.log" | diag
	is "$went" "$(cat "$S/presentation.md"),$(jq -r 'select(.prompt | contains("Now present")) | .responses > 1' "$T/api.log" | tail -n 1)" \
	    'I did as I was told.,true'
done
done_testing
