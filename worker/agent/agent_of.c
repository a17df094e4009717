/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "worker/agent/agent.h"
#include "worker/core/worker.h"

static const struct adapter *const adapters[] = { &adapter_command, &adapter_acp, &adapter_claude, &adapter_codex,
	&adapter_gemini, &adapter_opencode };

const struct adapter *
adapter_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(adapters) / sizeof(adapters[0]); i++)
		if (strcmp(adapters[i]->name, name) == 0)
			return adapters[i];
	return NULL;
}

const struct agent *
agent_of(const struct worker *w, enum role role)
{
	const char *name = w->config.settings.role[role];

	return name != NULL ? settings_agent(&w->config.settings, name) : NULL;
}

const struct adapter *
adapter_of(const struct worker *w, enum role role)
{
	const struct agent *agent = agent_of(w, role);
	const struct adapter *adapter = agent != NULL ? adapter_find(agent->adapter) : NULL;

	return adapter != NULL && adapter->instead != NULL && w->mute[role] ? adapter->instead : adapter;
}

bool
agent_resumable(const struct worker *w, enum role role)
{
	const struct adapter *adapter = adapter_of(w, role);

	return adapter != NULL && (adapter->resumable == NULL || adapter->resumable(agent_of(w, role)));
}

enum channel
agent_channel(const struct worker *w, enum role role)
{
	const struct agent *agent = agent_of(w, role);
	const struct adapter *adapter = adapter_of(w, role);

	if (role == ROLE_IMPLEMENTER || agent == NULL || adapter == NULL)
		return CHANNEL_MESSAGE;
	return adapter->rules ? CHANNEL_RESULT : agent->verdict == VERDICT_BY_EXIT ? CHANNEL_EXIT
	    : CHANNEL_MESSAGE;
}
