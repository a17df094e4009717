/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/session/work.h"
#include "orchestrator/view/look.h"
#include "orchestrator/view/pager.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/json.h"

struct screen {
	struct text	 line;		/* the line that is not complete yet */
};

/* The length of a colour that git itself prints, at an ESC; 0: it is something else, which may hide text. */
static size_t
color_length(const char *s, size_t len)
{
	static const char *const colors[] = { "\033[m", "\033[1m", "\033[31m", "\033[32m", "\033[36m" };

	for (size_t i = 0, n; i < sizeof(colors) / sizeof(colors[0]); i++)
		if ((n = strlen(colors[i])) <= len && memcmp(s, colors[i], n) == 0)
			return n;
	return 0;
}

/* What comes from files does not steer the terminal. */
static void
print_line(const char *line, size_t len)
{
	struct text t = { 0 };
	size_t from = 0, n;

	for (size_t i = 0; i < len; i += n) {
		if ((n = line[i] == '\033' ? color_length(line + i, len - i) : 0) == 0) {
			n = 1;
			continue;
		}
		text_line(&t, line + from, i - from);
		text_add(&t, line + i, n);
		from = i + n;
	}
	text_line(&t, line + from, len - from);
	text_puts(&t, "\n");
	fwrite(t.buf, 1, t.len, stdout);
	text_free(&t);
}

static bool
to_screen(const char *buf, size_t len, void *arg)
{
	struct screen *s = arg;
	const char *nl;

	for (; (nl = memchr(buf, '\n', len)) != NULL; len -= (size_t)(nl + 1 - buf), buf = nl + 1) {
		text_add(&s->line, buf, (size_t)(nl - buf));
		print_line(s->line.buf, s->line.len);
		text_clear(&s->line);
	}
	text_add(&s->line, buf, len);
	return !ferror(stdout);
}

static bool
as_it_is(const char *buf, size_t len, void *arg)
{
	(void)arg;
	return fwrite(buf, 1, len, stdout) == len;
}

static int
print_diff(struct work *w, bool stat, const char *const *paths)
{
	bool terminal = isatty(STDOUT_FILENO);
	size_t width = look_width();
	struct git_view v = { .from = w->base, .to = w->tip, .paths = paths, .stat = stat,
		.columns = width < 1000 ? width : 80, .color = look_color_default(terminal && git_user_colors()) };
	struct screen screen = { 0 };
	struct pager pager;
	char why[GIT_ERR];
	int rc;

	(void)signal(SIGPIPE, SIG_IGN);
	if (terminal)
		pager_begin(&pager);
	rc = git_view(&w->git, &v, terminal ? to_screen : as_it_is, &screen, why, sizeof(why));
	if (rc == 0 && screen.line.len > 0)
		print_line(screen.line.buf, screen.line.len);
	if (terminal)
		pager_end(&pager);
	else {
		fflush(stdout);
		clearerr(stdout);
	}
	text_free(&screen.line);
	if (rc == 0)
		return 0;
	log_warnx("%s", why);
	return EX_UNAVAILABLE;
}

static bool
to_text(const char *buf, size_t len, void *arg)
{
	text_add_string(arg, buf, len);
	return true;
}

static int
print_json(const struct entry *e, struct work *w, bool stat, const char *const *paths)
{
	struct git_view v = { .from = w->base, .to = w->tip, .paths = paths };
	struct git_size *files = NULL;
	struct text patch = { 0 };
	char why[GIT_ERR];
	struct json *j;
	size_t n = 0;
	int rc;

	text_puts(&patch, "");
	rc = git_sizes(&w->git, w->base, w->tip, paths, &files, &n, why, sizeof(why));
	if (rc == 0 && !stat)
		rc = git_view(&w->git, &v, to_text, &patch, why, sizeof(why));
	if (rc == 0) {
		j = work_json(w->base, e->state.head, w->worktree, files, n);
		json_put_int(j, "version", 1);
		json_put_str(j, "session", e->id);
		json_put_str(j, "item", e->state.item);
		json_put_str(j, "target", w->target);
		json_put_str(j, "patch", stat ? NULL : patch.buf);
		show_json(j);
	} else
		log_warnx("%s", why);
	git_sizes_free(files, n);
	text_free(&patch);
	return rc == 0 ? 0 : EX_UNAVAILABLE;
}

/* Names the changes that the diff leaves out. */
static void
tell(const struct entry *e, const struct work *w)
{
	char *what;

	if (w->note != NULL)
		log_warnx("%s: changes in the worktree are left out: %s", e->id, w->note);
	if (!w->surplus || w->worktree)
		return;
	what = unjudged_text(&w->unjudged);
	log_warnx("%s: left out, not judged: %s; orchestrator adopt %s has them judged", e->id, what, e->state.item);
	free(what);
}

struct arguments {
	bool		 stat;
	const char	*session;
	char	*const	*paths;
};
static const struct option_row rows[] = {
	OPT_FLAG(struct arguments, stat, 0, "stat", "print only the number of changed lines by file"),
	OPERAND(struct arguments, session, "SESSION"),
	OPERANDS_OPTIONAL(struct arguments, paths, "PATH ..."),
};

static int
run(struct orch *o, void *arguments)
{
	const struct arguments *a = arguments;
	char why[GIT_ERR] = "";
	struct entry e;
	struct work w;
	int rv;

	if ((rv = orch_open(o)) != 0)
		return rv;
	if ((rv = show_operand(o, a->session, &e)) != 0)
		return rv;
	if (e.error != NULL) {
		log_warnx("session %s: %s", e.id, e.error);
		rv = EX_DATAERR;
	} else if (work_open(o, &e, &w, why, sizeof(why)) == -1) {
		log_warnx("session %s: %s", e.id, why);
		rv = EX_UNAVAILABLE;
		work_release(&w);
	} else {
		if (w.tip[0] == '\0') {
			log_warnx("%s has no commit yet", e.id);
			rv = EX_NOINPUT;
		} else {
			tell(&e, &w);
			rv = o->json ? print_json(&e, &w, a->stat, (const char *const *)a->paths) :
			    print_diff(&w, a->stat, (const char *const *)a->paths);
		}
		work_release(&w);
	}
	entry_release(&e);
	return rv;
}

const struct cmd cmd_diff = COMMAND("diff", "show what a session has changed", run,
    OPTION_ROWS(rows, struct arguments));
