#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A run has a client home of its own: what it has of the user's, what stays there, and for how long.
# shellcheck disable=SC2016 # scripts
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"
cd "$T" || exit 1
unset CLAUDECODE CLAUDE_CONFIG_DIR CLAUDE_CODE_OAUTH_TOKEN CODEX_HOME GEMINI_CLI_HOME XDG_DATA_HOME XDG_STATE_HOME
mkdir -p "$T/bin" "$T/stand-in" "$HOME/.claude/agents" "$HOME/.codex"
PATH=$T/bin:$PATH STAND_IN=$T/stand-in
export PATH STAND_IN T
cp "$top/tests/agents/claude-stand-in" "$T/bin/claude"
cp "$top/tests/unit/fixtures/claude-lost.jsonl" "$STAND_IN/lost"
cp "$top/tests/unit/fixtures/claude-success.jsonl" "$STAND_IN/stream"
job() { cat >"$STAND_IN/job"; rm -f "$STAND_IN/runs"; }
council='.review = "council" | .rounds = 1 | .agents = { claude: { adapter: "claude" } }
    | .roles = { implementer: "claude", reviewer: "claude" }'
how=$(sed -n 's/.*"mode": "\([a-z]*\)".*/\1/p' "$XDG_CONFIG_HOME/orchestrator/config.json")

# What the user has, and what each role finds of it.
echo '{"model":"mine"}' >"$HOME/.claude/settings.json"; echo 'My rules.' >"$HOME/.claude/CLAUDE.md"; echo Helper >"$HOME/.claude/agents/helper.md"
echo '{"mcpServers":{}}' >"$HOME/.claude.json"; echo 'mine = 1' >"$HOME/.codex/config.toml"
(cd "$HOME" && find . -type f -exec md5sum {} + | sort) >"$T/before"
job <<'E'
d=$CLAUDE_CONFIG_DIR
{ echo "$d"; for f in settings.json CLAUDE.md agents/helper.md .claude.json; do cat "$d/$f" 2>/dev/null || echo "no $f"; done; } >"$T/found.$ROLE.$STEP.$ROUND"
for f in "$HOME/.claude/settings.json" "$HOME/.claude/planted" "$HOME/.claude.json" "$HOME/.codex/config.toml" "$HOME/.codex/planted" "$d/settings.json" "$d/agents/planted"; do
	(echo planted >>"$f") 2>/dev/null && echo "$f" >>"$T/written.$ROLE"
done
echo "$ROLE $STEP" >>"$d/.claude.json"; echo "$ROLE $STEP" >>"$d/notes"
case $STEP in
implement) echo "$ROUND" >work ;;
review) cp "$d/notes" "$T/notes.$ROUND"; if [ "$ROUND" = 1 ]; then rule '{"verdict":"rejected","reason":"No."}'; else rule '{"verdict":"approved"}'; fi ;;
esac
E
session home "$council"
work
is 'a session with homes of its clients runs to its end' "$status,$(st .status)" 0,approved
is 'an implementer finds what the user has' "$(sed 1d found.implementer.implement.1 | paste -sd' ')" '{"model":"mine"} My rules. Helper {"mcpServers":{}}'
is 'a judge finds nothing of it' "$(sed 1d found.reviewer.review.1 | paste -sd' ')" 'no settings.json no CLAUDE.md no agents/helper.md no .claude.json'
is 'a home is of one role' "$(head -qn 1 found.* | sort -u)" "$S/client/implementer/claude
$S/client/reviewer/claude"
is 'a role finds again what it has left there' "$(paste -sd, notes.2)" 'reviewer review,reviewer review'
is 'what the user has is a copy where the client rewrites it, once a session' "$(sed 1d found.implementer.implement.2 | paste -sd' ')" \
    '{"model":"mine"} My rules. Helper {"mcpServers":{}} implementer implement implementer present implementer respond'
if [ "$how" != off ]; then
	is 'no run writes what the user has' "$(cat written.* 2>/dev/null | grep "^$HOME/")" ''
	is 'what the user has is as it was' "$(cd "$HOME" && find . -type f -exec md5sum {} + | sort)" "$(cat before)"
else
	skip 'what the user has is as it was' 'nothing confines'
fi
is 'a judge is given nothing of settings that only say how to work' "$(jq -c . "$STAND_IN/settings")" '{"model":"mine","env":{}}'
ok 'the homes of an approved session stay: its merge may give it back' test -d "$S/client/implementer/claude/conversations"
job <<'E'
case $STEP in implement) echo done >work ;; review) rule '{"verdict":"rejected","reason":"No."}' ;; esac
E
session ends "$council | .rounds = 0"
work
is 'the homes of a session that has ended are removed' "$(st .status),$(ls -d "$S/client" 2>/dev/null)" rejected,
job <<'E'
case $STEP in implement) echo done >work ;; esac
E
session unheard "$council"
work
is 'the homes of a session that can be adopted stay' "$(st .reason),$(ls "$S/client" | paste -sd' ')" 'no-verdict,implementer reviewer'

echo '{"hooks":{"Stop":[]},"apiKeyHelper":"get-key","permissions":{},"env":{"ANTHROPIC_BASE_URL":"http://x","CLAUDE_CODE_USE_BEDROCK":"1","CLAUDE_CODE_SHELL_PREFIX":"evil","EDITOR":"vi"}}' >"$HOME/.claude/settings.json"
session reaches "$council"
work
is 'a judge is given what the settings of the user say of how the service is reached, and nothing else' "$(jq -c . "$STAND_IN/settings")" \
    '{"apiKeyHelper":"get-key","env":{"ANTHROPIC_BASE_URL":"http://x","CLAUDE_CODE_USE_BEDROCK":"1"}}'
echo '{"model":"mine"}' >"$HOME/.claude/settings.json"

# What a run leaves in its home in the place of what is to be there.
job <<'E'
d=$CLAUDE_CONFIG_DIR
case $STEP.$ROUND in
implement.1) echo done >work; rm "$d/settings.json" "$d/agents"; ln -s / "$d/agents"; mkdir "$d/settings.json"; rm -f "$d/.claude.json"; ln -s /etc/passwd "$d/.claude.json" ;;
implement.2) cat "$d/settings.json" "$d/agents/helper.md" >"$T/mended"; echo more >work ;;
present.1) mv "$d" "$d.old"; ln -s / "$d" ;;
review.1) rule '{"verdict":"rejected","reason":"No."}' ;;
review.2) rule '{"verdict":"approved"}' ;;
esac
E
session replaced "$council"
work
is 'what a run puts in its home in the place of the user'"'"'s, or of the home, is repaired' "$(st .status),$(paste -sd' ' mended)" 'approved,{"model":"mine"} Helper'
like 'a conversation that went with its home is begun anew' "$(cat "$S/output.log")" 'the conversation is lost; starting a new one'

# The sign-in: as its access token, as the user's own file, not at all.
expires() { echo "$(($(date +%s) + $1))000"; }
signed_in() { printf '{"claudeAiOauth":{"accessToken":"access-%s","refreshToken":"refresh-%s","expiresAt":%s}}\n' "$1" "$1" "$(expires "$2")" >"$HOME/.claude/.credentials.json"; }
job <<'E'
f=$CLAUDE_CONFIG_DIR/.credentials.json
echo "${CLAUDE_CODE_OAUTH_TOKEN:-none} $(cat "$f" 2>/dev/null || echo 'no file')" >"$T/sign-in.$ITEM_ID.$ROLE.$STEP"
[ ! -w "$f" ] || [ "$STEP" != implement ] || sed -i.old 's/refresh-two/refresh-three/' "$f" 2>/dev/null || { sed 's/refresh-two/refresh-three/' "$f" >"$f.new"; cat "$f.new" >"$f"; }
case $STEP in implement) echo done >work ;; review) rule '{"verdict":"approved"}' ;; esac
E
signed_in one 7200
session token "$council | .limits = { time: 3000 }"
work
is 'a sign-in that outlasts the run is given as its access token alone' "$(cat sign-in.token.implementer.implement sign-in.token.reviewer.review | paste -sd,)" 'access-one no file,access-one no file'
is 'the sign-in of the user is as it was after a run with an access token' \
    "$(grep -o 'refresh-[a-z]*' "$HOME/.claude/.credentials.json")" refresh-one
signed_in two 3000
session file "$council | .limits = { time: 3000 }"
work
like 'a sign-in that may end before the run is given as it is' "$(cat sign-in.file.implementer.implement)" '^none .*refresh-two'
like 'what the client renews is there for the next run' "$(cat sign-in.file.reviewer.review)" '^none .*refresh-three'
is 'what the client renews is the sign-in of the user' "$(grep -o 'refresh-[a-z]*' "$HOME/.claude/.credentials.json")" refresh-three
is 'the sign-in stays in no home' "$(find "$S/client" -name .credentials.json -size +0)" ''
# Where nothing can be mounted.
renews() {	# ITEM NEW: a run whose client has NEW in the end
	printf '%s' "$2" >"$T/renewed"
	job <<'E'
[ "$STEP" != implement ] || { cp "$CLAUDE_CONFIG_DIR/.credentials.json" "$T/copy"; cat "$T/renewed" >"$CLAUDE_CONFIG_DIR/.credentials.json"; [ ! -e "$T/meanwhile" ] || cp "$T/meanwhile" "$HOME/.claude/.credentials.json"; echo done >work; }
E
	session "$1" "$alone"
	work
}
alone='.review = "none" | .confine = "off" | .limits = { time: 3000 } | .agents = { claude: { adapter: "claude" } } | .roles = { implementer: "claude" }'
theirs() { grep -o 'refresh-[a-z]*' "$HOME/.claude/.credentials.json"; }
new() { printf '{"claudeAiOauth":{"accessToken":"a","refreshToken":"%s","expiresAt":%s}}' "$1" "$(expires "$2")"; }
signed_in four 600; chmod 600 "$HOME/.claude/.credentials.json"
renews renewed "$(new refresh-five 9000)"
is 'a copy that the client has renewed is taken over' "$(st .status),$(grep -o 'refresh-[a-z]*' copy),$(theirs),$(stat -c %a "$HOME/.claude/.credentials.json")" approved,refresh-four,refresh-five,600
is 'no copy of the sign-in stays after the client has renewed it' "$(find "$S/client" -name .credentials.json)" ''
signed_in four 600
renews emptied "$(new '' 9000)"
is 'a copy whose token was emptied is not taken over' "$(theirs)" refresh-four
renews earlier "$(new refresh-five 300)"
is 'a copy that ends earlier is not taken over' "$(theirs)" refresh-four
renews odd '{"claudeAiOauth":'
is 'a copy that is no JSON is not taken over' "$(theirs)" refresh-four
new refresh-six 500 >meanwhile
renews changed "$(new refresh-five 9000)"
is 'a copy is not taken over when the user has signed in meanwhile' "$(theirs)" refresh-six
rm meanwhile
signed_in four 600; mkdir sign-ins && mv "$HOME/.claude/.credentials.json" sign-ins/mine && ln -s "$T/sign-ins/mine" "$HOME/.claude/.credentials.json"
renews linked "$(new refresh-five 9000)"
is 'a link of the user to the sign-in stays one, and what it leads to is renewed' "$(readlink "$HOME/.claude/.credentials.json"),$(theirs)" "$T/sign-ins/mine,refresh-five"
rm "$HOME/.claude/.credentials.json"
signed_in four 600
job <<'E'
echo $$ >>"$T/at.$ITEM_ID"; until [ -e "$T/go" ]; do timeout 0.05 cat "$T/.never" || :; done; cat "$CLAUDE_CONFIG_DIR/.credentials.json" >>"$T/turns"
sed 's/refresh-[a-z]*/&x/' "$CLAUDE_CONFIG_DIR/.credentials.json" | sed "s/\"expiresAt\":[0-9]*/\"expiresAt\":$(($(date +%s) + 700 + $(wc -l <"$T/turns")))000/" >"$T/$ITEM_ID.new"
cat "$T/$ITEM_ID.new" >"$CLAUDE_CONFIG_DIR/.credentials.json"; echo done >work
E
mkdir -p "$T/one/workspaces/w/i/isolated-sessions"
for item in first second; do
	session $item "$alone"
	mv "$S" "$T/one/workspaces/w/i/isolated-sessions/$ID"
done
worker run "$T/one/workspaces/w/i/isolated-sessions/session-first-000001" >/dev/null 2>&1 & first=$!
wait_for 20 test -s at.first
worker run "$T/one/workspaces/w/i/isolated-sessions/session-second-000001" >/dev/null 2>&1 & second=$!
ok 'a second run with a copy waits' wait_for 20 grep -q 'another run may renew the sign-in of claude' "$T/one/workspaces/w/i/isolated-sessions/session-second-000001/output.log"
: >go; wait "$first" "$second"
is 'two runs with a copy come one after another, the second with what the first has renewed' "$(grep -o 'refresh-[a-z]*' turns | paste -sd,),$(theirs)" refresh-four,refresh-fourx,refresh-fourxx
rm "$HOME/.claude/.credentials.json"

CLAUDE_CONFIG_DIR=$T/elsewhere; export CLAUDE_CONFIG_DIR
mkdir elsewhere && echo '{"model":"other"}' >elsewhere/settings.json && echo '{"other":1}' >elsewhere/.claude.json
job <<'E'
[ "$STEP" != implement ] || { cat "$CLAUDE_CONFIG_DIR/settings.json" "$CLAUDE_CONFIG_DIR/.claude.json" >"$T/elsewhere.found"; echo done >work; }
(echo planted >"$T/elsewhere/planted") 2>/dev/null || :; [ "$STEP" != review ] || rule '{"verdict":"approved"}'
E
session moved "$council"
work
is 'where the user has the directory elsewhere, that one is the user'"'"'s' "$(st .status),$(paste -sd' ' elsewhere.found)" 'approved,{"model":"other"} {"other":1}'
[ "$how" = off ] || ok 'no run writes there' test ! -e elsewhere/planted
unset CLAUDE_CONFIG_DIR

# Other clients, by the program of a command.
for client in codex gemini opencode; do
	cat >"bin/$client" <<'E'
cat >/dev/null; client=${0##*/}
case $client in
codex) d=$CODEX_HOME ;;
gemini) d=$GEMINI_CLI_HOME/.gemini ;;
opencode) d=${XDG_DATA_HOME:-$HOME/.local/share}/opencode ;;
esac
cat "$d/config.toml" "$d/settings.json" "$d/auth.json" 2>/dev/null >"$T/$client.found"; echo x >"$d/left"; echo "$d" >"$T/$client.home"; echo done >work
E
	chmod +x "bin/$client"; sed -i '1i #!/bin/sh' "bin/$client"
done
mkdir -p "$HOME/.gemini" "$HOME/.local/share/opencode"; echo '{"g":1}' >"$HOME/.gemini/settings.json"; echo '{"o":1}' >"$HOME/.local/share/opencode/auth.json"
for client in codex gemini opencode; do
	session "cmd-$client" ".review = \"none\" | .agents = { a: { adapter: \"command\", command: \"$client run -\" } } | .roles = { implementer: \"a\" }"
	work
	is "$client has a home of its own in the session" "$(st .status),$(find "$S/client/implementer/$client" -name left | wc -l),$(cd "$HOME" && find . -name left)" approved,1,
done
is 'other clients find the settings and sign-in of the user' "$(cat codex.found gemini.found opencode.found | paste -sd' ')" 'mine = 1 {"g":1} {"o":1}'
done_testing
