/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/text.h"
#include "worker/run.h"
#include "worker/worker.h"

extern char **environ;

static void
set_path(const struct worker *w, struct strings *env)
{
	const char *path = strings_value(env, "PATH");
	char *s;

	s = text_format("%s/" SESSION_DIR_BIN ":%s", w->path,
	    path != NULL && *path != '\0' ? path : "/usr/local/bin:/usr/bin:/bin");
	strings_set(env, "PATH", s);
	free(s);
}

void
run_environment(const struct worker *w, const struct strings *agent, struct strings *env)
{
	const struct strings *own = &w->config.settings.env;
	char buf[PATH_MAX + 64];
	size_t i;

	for (i = 0; environ[i] != NULL; i++)
		if (strncmp(environ[i], "GIT_", 4) != 0 && strchr(environ[i], '=') != NULL)
			strings_add(env, environ[i]);
	for (i = 0; i < own->n; i++)
		strings_put(env, own->v[i]);
	for (i = 0; agent != NULL && i < agent->n; i++)
		strings_put(env, agent->v[i]);
	set_path(w, env);
	strings_set(env, "SESSION_DIR", w->path);
	strings_set(env, "SESSION_ID", w->config.session);
	strings_set(env, "ITEM_ID", w->config.item);
	strings_set(env, "WORKTREE", w->state.worktree != NULL ? w->state.worktree : "");
	strings_set(env, "BASE", w->state.base);
	strings_set(env, "ROLE", role_name(w->role));
	strings_set(env, "STEP", step_name(w->state.step));
	snprintf(buf, sizeof(buf), "%lld", (long long)w->state.round);
	strings_set(env, "ROUND", buf);
	if (w->run[0] != '\0') {
		strings_set(env, "SESSION_RUN", w->run);
		snprintf(buf, sizeof(buf), "%s/" SESSION_DIR_INBOX "/%s", w->path, w->run);
		strings_set(env, "SESSION_INBOX", buf);
	}
}
