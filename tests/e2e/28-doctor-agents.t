#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# doctor --agents, and what doctor and init say of installed clients.
. "$(dirname "$0")/lib.sh"
new_repo "$T/r" 5 && cd "$T/r" || exit 1
mkdir "$T/bin"; PATH=$T/bin:$PATH; export PATH
client() {	# NAME: prints the events of claude
	cat >"$T/bin/$1" <<C
#!/bin/sh
[ "\$1" != --version ] || { echo '1.2.3 (stand-in of $1)'; exit; }
head -n 1 >/dev/null
echo '{"type":"system","subtype":"init","session_id":"0000-1","model":"grand-1","claude_code_version":"1.2.3"}'
case "\$*" in *'--model none'*) $refuses ;; *) $answers ;; esac
C
	chmod 755 "$T/bin/$1"
}
answers='echo "{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"result\":\"ready\",\"session_id\":\"0000-1\",\"usage\":{\"input_tokens\":100,\"output_tokens\":5}}"'
refuses='echo "{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":true,\"result\":\"API Error: 400 no such model\",\"session_id\":\"0000-1\"}"; exit 1'
client claude
export ANTHROPIC_API_KEY=key OTHER_BASE_URL=x
mkdir .orchestrator && echo '{ "agents": { "twin": { "adapter": "claude" }, "bad": { "adapter": "claude", "model": "none" } },
    "roles": { "implementer": "claude", "reviewer": "twin" }, "confine": { "environment": [] } }' >.orchestrator/config.json
git add . && git commit -qm Settings
row() { printf '%s\n' "$out" | grep -E -m 1 "$1"; }

run orchestrator doctor
unlike 'doctor without --agents asks no agent' "$out" 'answered'
run orchestrator doctor --agents
like 'doctor --agents names the version, model, sign-in and tokens of an agent that answers' "$(row 'claude answered')" \
    '^ok +client +claude answered in [0-9.]+ s: 1\.2\.3 \(stand-in of claude\), model grand-1, sign-in ANTHROPIC_API_KEY, 105 tokens$'
like 'doctor --agents says why an agent failed' "$status $(row 'client +bad')" '^1 bad +client +bad .*agent-error: .*no such model'
like 'doctor --agents says that implementer and reviewer are the same model' "$(row models)" 'same model, grand-1'
like 'doctor --agents names variables that no run gets' "$(row variables)" 'OTHER_BASE_URL'
unlike 'doctor --agents does not name variables that runs get' "$(row variables)" 'ANTHROPIC_API_KEY'
is 'the sessions of doctor --agents are discarded' "$(orchestrator --json status | jq ".sessions | length") $(git for-each-ref refs/heads/session)" '0 '
is 'doctor --agents --json has the same results' "$(orchestrator --json doctor --agents | jq -r '[.checks[] | select(.name == "client") | .result] | sort | join(" ")')" 'bad ok ok'
cd "$T" && run orchestrator doctor --agents
like 'doctor --agents fails outside a repository' "$status $out" 'run doctor --agents there'

cp "$T/bin/claude" "$T/bin/codex"; cd "$T/r" || exit 1
run orchestrator doctor
like 'doctor says how to mix the installed clients' "$out" '^ok +roles .*"implementer": "claude", "reviewer": "codex", "tech-lead": '
new_repo "$T/q" && cd "$T/q" || exit 1
logged orchestrator init
like 'init suggests roles for the installed clients' "$(cat .orchestrator/config.json)" '// "roles": \{ "implementer": "claude", "reviewer": "codex", "tech-lead": '
done_testing
