# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034 # for those who read this
#
# The clients that check-agents runs, in pinned versions: name, package, program, and its agent in the
# settings, @URL@ standing for the address of the model server.
node=node@26.10.0
clients='
claude     @anthropic-ai/claude-code@2.1.332             claude           { "adapter": "claude" }
codex      @openai/codex@0.171.0                         codex            { "adapter": "codex" }
opencode   opencode-ai@1.18.33                           opencode         { "adapter": "opencode" }
gemini     @google/gemini-cli@0.61.0                     gemini           { "adapter": "gemini" }
claude-acp @agentclientprotocol/claude-agent-acp@0.101.0 claude-agent-acp { "adapter": "acp", "command": "claude-agent-acp" }
codex-acp  @zed-industries/codex-acp@0.16.0              codex-acp        { "adapter": "acp", "command": "codex-acp -c allow_login_shell=false" }
copilot    @github/copilot@1.0.102                       copilot          { "adapter": "acp", "command": "copilot --acp", "env": { "COPILOT_PROVIDER_BASE_URL": "@URL@/v1", "COPILOT_PROVIDER_API_KEY": "key", "COPILOT_MODEL": "model", "COPILOT_OFFLINE": "true" } }
qwen       @qwen-code/qwen-code@0.24.4                   qwen             { "adapter": "acp", "command": "qwen --acp" }
'
required='claude codex'	# a check without one of these has failed, if the registry answers

# row CLIENT: $package, $program, $agent
row() {
	while read -r _name package program agent; do
		[ "$_name" != "$1" ] || return 0
	done <<-E
	$clients
	E
	return 1
}
names() { printf '%s\n' "$clients" | sed -n 's/^\([a-z][^ ]*\) .*/\1/p'; }

# What a user of all of them has in the home directory and the environment.
client_homes() {	# URL
	export ANTHROPIC_BASE_URL="$1" ANTHROPIC_API_KEY=key OPENAI_API_KEY=key OPENAI_BASE_URL="$1/v1" OPENAI_MODEL=model \
	    GEMINI_API_KEY=key GOOGLE_GEMINI_BASE_URL="$1" CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1 CLAUDE_CODE_MAX_RETRIES=2 no_proxy=127.0.0.1
	unset ANTHROPIC_AUTH_TOKEN ANTHROPIC_MODEL CLAUDECODE CLAUDE_CONFIG_DIR CLAUDE_CODE_OAUTH_TOKEN CODEX_HOME GEMINI_CLI_HOME \
	    XDG_DATA_HOME IS_SANDBOX
	mkdir -p "$HOME/.codex" "$HOME/.config/opencode/node_modules" "$HOME/.gemini" "$HOME/.qwen"
	cat >"$HOME/.codex/config.toml" <<-E
	model = "model"
	model_provider = "mock"
	approval_policy = "never"
	sandbox_mode = "danger-full-access"
	[model_providers.mock]
	name = "mock"
	base_url = "$1/v1"
	env_key = "OPENAI_API_KEY"
	wire_api = "responses"
	request_max_retries = 2
	stream_max_retries = 2
	E
	cat >"$HOME/.config/opencode/opencode.json" <<-E
	{ "model": "mock/model", "small_model": "mock/model", "permission": { "*": "allow" }, "provider": { "mock": {
	    "npm": "@ai-sdk/openai-compatible", "options": { "baseURL": "$1/v1", "apiKey": "key" },
	    "models": { "model": { "limit": { "context": 200000, "output": 8000 } } } } } }
	E
	# as npm leaves it, which opencode calls at its start
	echo '{ "packages": { "": { "dependencies": { "@opencode-ai/plugin": "*" } } } }' >"$HOME/.config/opencode/package-lock.json"
	echo '{ "general": { "maxAttempts": 3 }, "security": { "auth": { "selectedType": "gemini-api-key" }, "folderTrust": { "enabled": false } }, "privacy": { "usageStatisticsEnabled": false } }' \
	    >"$HOME/.gemini/settings.json"
	echo '{ "security": { "auth": { "selectedType": "openai" } } }' >"$HOME/.qwen/settings.json"
}
