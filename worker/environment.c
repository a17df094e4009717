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
	const char *path = getenv("PATH");
	char *s;

	s = text_format("%s/" SESSION_DIR_BIN ":%s", w->path,
	    path != NULL && *path != '\0' ? path : "/usr/local/bin:/usr/bin:/bin");
	strings_set(env, "PATH", s);
	free(s);
}

void
run_environment(const struct worker *w, struct strings *env)
{
	const struct strings *own = &w->config.settings.env;
	char buf[PATH_MAX + 64], *eq;
	size_t i;

	/* The worker may have been started by an agent of another session. */
	for (i = 0; environ[i] != NULL; i++)
		if (strncmp(environ[i], "GIT_", 4) != 0 &&
		    strncmp(environ[i], "SESSION_", 8) != 0 && strchr(environ[i], '=') != NULL)
			strings_add(env, environ[i]);
	for (i = 0; i < own->n; i++)
		if ((eq = strchr(own->v[i], '=')) != NULL && (size_t)(eq - own->v[i]) < sizeof(buf)) {
			memcpy(buf, own->v[i], (size_t)(eq - own->v[i]));
			buf[eq - own->v[i]] = '\0';
			strings_set(env, buf, eq + 1);
		}
	set_path(w, env);
	strings_set(env, "SESSION_DIR", w->path);
	strings_set(env, "SESSION_ID", w->config.session);
	strings_set(env, "ITEM_ID", w->config.item);
	strings_set(env, "WORKTREE", w->state.worktree != NULL ? w->state.worktree : "");
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
