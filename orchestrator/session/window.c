/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/session/registry.h"
#include "orchestrator/session/window.h"
#include "orchestrator/source/source.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/strings.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/record/config.h"
#include "proto/sys/child.h"
#include "proto/sys/file.h"

#define INSIDE		"ORCHESTRATOR_WINDOW"	/* of a process in a window: its session */
#define TMUX_MS		10000

/* Shows the log; the second one shows the screen of the client first. */
static const char log_script[] = "exec \"$1\" -C \"$2\" logs -f \"$3\"";
static const char screen_script[] = "\"$1\" -C \"$2\" attach \"$3\"; exec \"$1\" -C \"$2\" logs -f \"$3\"";

struct window {
	char	*group;		/* the tmux session */
	char	*target;	/* the window in it */
	char	*mark;		/* for the environment of its processes */
};

/* The name, with "_" for the characters that tmux would change. */
static char *
plain(const char *prefix, const char *name)
{
	char *s = text_format("%s%s", prefix, name);

	for (char *p = s + strlen(prefix); *p != '\0'; p++)
		if (!isascii((unsigned char)*p) || (!isalnum((unsigned char)*p) && strchr("-_", *p) == NULL))
			*p = '_';
	return s;
}

static bool
is_stream(const struct orch *o, const struct config *c)
{
	const struct tasklist *l = c->list != NULL ? tasks_head(o->workspace, c->list) : NULL;

	return l != NULL && l->source.kind != NULL && strcmp(l->source.kind, SOURCE_STREAMS) == 0;
}

static struct window
window_of(const struct orch *o, const struct config *c)
{
	const char *top = o->repo.top != NULL ? o->repo.top : o->repo.common, *name = strrchr(top, '/');
	char *item = plain("", c->item);
	struct window w;

	w.group = is_stream(o, c) ? plain("claude-", c->item) : plain("", name != NULL && name[1] != '\0' ? name + 1 : top);
	w.target = text_format("=%s:=%s", w.group, item);
	w.mark = text_format(INSIDE "=%s", c->session);
	free(item);
	return w;
}

static void
window_release(struct window *w)
{
	free(w->group);
	free(w->target);
	free(w->mark);
}

/* Runs tmux with these words and a script.  0; or -1 with errno, which is 0 if tmux failed. */
static int
tmux(struct orch *o, const struct window *w, const char *const *words, const char *script, const char *session)
{
	const char *dir = o->repo.top != NULL ? o->repo.top : o->repo.common;
	char self[PATH_MAX], *errors = NULL;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	struct strings all = { 0 };
	const char **argv;
	int status;

	strings_add(&all, "tmux");
	for (; *words != NULL; words++)
		strings_add(&all, *words);
	if (script != NULL) {
		self[n > 0 ? n : 0] = '\0';
		for (const char *const *p = (const char *const[]){ "-e", w->mark, "sh", "-c", script, "sh", self, dir, session, NULL };
		    *p != NULL; p++)
			strings_add(&all, *p);
	}
	argv = strings_vector(&all);
	status = child_run(&(struct child_spec){ .argv = argv },
	    &(struct child_io){ .errout = &errors, .timeout_ms = TMUX_MS, .grace_ms = 1000 });
	if (status > 0)
		errno = 0;
	free(errors);
	free(argv);
	strings_free(&all);
	return status == 0 ? 0 : -1;
}

static int
make(struct orch *o, const struct window *w, const struct config *c, const char *script)
{
	char *item = plain("", c->item), *group = text_format("=%s:", w->group);
	int rc = tmux(o, w, (const char *const[]){ "new-window", "-d", "-t", group, "-n", item, NULL }, script, c->session);

	if (rc == -1)
		rc = tmux(o, w, (const char *const[]){ "new-session", "-d", "-s", w->group, "-n", item, "-x", "160", "-y", "48", NULL },
		    script, c->session);
	free(group);
	free(item);
	return rc;
}

void
window_open(struct orch *o, const struct config *c)
{
	struct window w;

	if (c->settings.windows != WINDOWS_TMUX)
		return;
	w = window_of(o, c);
	if (make(o, &w, c, log_script) == -1) {
		if (errno == ENOENT)
			log_warnx("session %s has no window: tmux is not installed; install it, or remove the setting terminal",
			    c->session);
		else
			log_warnx("session %s has no window: tmux could not open it; tmux ls may say why", c->session);
	}
	window_release(&w);
}

static int
go(struct orch *o, const struct window *w, const struct config *c)
{
	const char *inside = getenv("TMUX");
	bool there = inside != NULL && *inside != '\0';

	if (tmux(o, w, (const char *const[]){ "respawn-window", "-k", "-t", w->target, NULL }, screen_script, c->session) == -1 &&
	    make(o, w, c, screen_script) == -1) {
		log_warnx("session %s: tmux could not open a window for the screen; remove the setting terminal to open it here",
		    c->session);
		return EX_UNAVAILABLE;
	}
	child_become((const char *[]){ "tmux", there ? "switch-client" : "attach-session", "-t", w->target, NULL });
	log_warn("tmux");
	return EX_UNAVAILABLE;
}

int
window_attach(struct orch *o, const struct entry *e)
{
	const char *inside = getenv(INSIDE);
	char why[RECORD_ERR];
	struct config c = { 0 };
	struct window w;
	int fd = file_open_dir(AT_FDCWD, e->path), rv = -1;

	if (fd != -1 && config_load(fd, &c, why, sizeof(why)) == 0 && c.settings.windows == WINDOWS_TMUX &&
	    (inside == NULL || strcmp(inside, e->id) != 0)) {
		w = window_of(o, &c);
		rv = go(o, &w, &c);
		window_release(&w);
	}
	config_release(&c);
	file_close(fd);
	return rv;
}
