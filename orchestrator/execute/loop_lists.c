/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "orchestrator/execute/executor.h"
#include "orchestrator/execute/join.h"
#include "orchestrator/execute/loop.h"
#include "orchestrator/source/source.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/view/block.h"
#include "orchestrator/workspace/control.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"

#define NAMED	8	/* sessions named when execute is interrupted */

static void
look_due(void *arg)
{
	struct executor	*f = arg;

	f->look = true;
}

static void
manifest_due(void *f)
{
	executor_manifest_write(f, false);
}

void
loop_list_add(struct loop *l, struct executor *f)
{
	struct executor	**end = &l->executor;

	while (*end != NULL)
		end = &(*end)->next;
	*end = f;
	f->look_timer = (struct watch_timer){ .fire = look_due, .arg = f };
	f->manifest_timer = (struct watch_timer){ .fire = manifest_due, .arg = f };
	f->list_watch = (struct watch){ .fire = executor_list_changed, .arg = f };
}

void
loop_list_begin(struct loop *l, struct executor *f)
{
	char	*path = tasks_path(l->o->workspace, f->id);

	*strrchr(path, '/') = '\0';
	if (watch_dir(&f->list_watch, path, false) == -1)
		log_warn("%s: not watched", path);
	free(path);
	f->loop = l;
	executor_watch_source(f);
	executor_manifest_begin(f);
}

static struct executor *
find(const struct loop *l, const char *list)
{
	LOOP_LISTS(l, f)
		if (strcmp(f->id, list) == 0)
			return f;
	return NULL;
}

/* A request for a list: the text is read with distrust, since a person may have written it. */
static int
add(void *arg, const char *list, const char *text, size_t len)
{
	struct loop	*l = arg;
	struct executor_options opts;
	struct executor	*f;
	char		 why[256];

	if (find(l, list) != NULL)
		return 0;
	if (l->interrupted) {
		loop_say(l, list, "refused", "execute is ending; start it again for this list");
		control_drop(l->o, list);
		return 0;
	}
	if ((f = calloc(1, sizeof(*f))) == NULL)
		err(EX_OSERR, NULL);
	if (join_read(&opts, text, len, why, sizeof(why)) == -1) {
		loop_say(l, list, "refused", "%s", why);
		control_drop(l->o, list);
		free(f);
	} else if (executor_open(f, l->o, list, &opts) != 0) {
		loop_say(l, list, "refused", "its settings can't be read");
		control_drop(l->o, list);
		free(f);
	} else if (executor_load(f) != 0) {
		loop_say(l, list, "refused", "the list can't be read");
		control_drop(l->o, list);
		executor_release(f);
		free(f);
	} else {
		f->joined = true;
		if (f->settings.ambiguous == AMBIGUOUS_ASK) {	/* the record of questions is the first list's */
			executor_ask_known(f);
			f->settings.ambiguous = AMBIGUOUS_SEQUENTIAL;
		}
		loop_say(l, list, "added", "%s", f->list.name);
		loop_list_add(l, f);
		loop_list_begin(l, f);
		loop_changed(l);
	}
	return 0;
}

void
loop_control(struct loop *l)
{
	bool	paused;

	if (!l->asked)
		return;
	l->asked = false;
	paused = control_paused(l->o);
	if (paused != l->paused) {
		l->paused = paused;
		loop_say(l, strrchr(l->o->instance, '/') + 1, paused ? "paused" : "resumed", "%s", !paused ? "" :
		    "no more sessions are started until orchestrator resume");
		loop_look(l);
		loop_changed(l);
	}
	control_each(l->o, add, l);
}

int
loop_list_report(struct executor *f)
{
	struct loop	*l = f->loop;
	char		*put_away;

	block_lift();
	executor_phase_say(f);
	if ((put_away = source_finish(l->o, f->id)) != NULL)
		loop_note(l, f->id, "archived", put_away);
	free(put_away);
	executor_pause_say(f);
	f->status = executor_pause_status(f, executor_report(f));
	fflush(stdout);
	control_drop(l->o, f->id);
	f->ended = true;
	loop_changed(l);
	return f->status;
}

static bool
has_session(const struct loop *l, const struct executor *f)
{
	const struct session_row *s;

	TAILQ_FOREACH(s, &l->table.all, all)
		if (schedule_pending(s->action) && tasklist_find(&f->list, s->e.state.item) != TASK_NONE)
			return true;
	return false;
}

void
loop_lists_ended(struct loop *l)
{
	if (l->executor->next == NULL)
		return;
	LOOP_LISTS(l, f)
		if (f->nactive == 0 && !executor_busy(f) && !f->paused && (f->stopped != NULL || !executor_ready(f)) &&
		    !has_session(l, f) && !executor_join(f))
			loop_list_report(f);
}

void
loop_interrupt(struct loop *l)
{
	struct text	 t = { 0 };
	const struct session_row *s;
	size_t		 n = 0;

	TAILQ_FOREACH(s, &l->table.all, all)
		if (schedule_pending(s->action) && n++ < NAMED)
			text_printf(&t, "%s%s", n > 1 ? ", " : " (", s->e.state.item);
	if (n > NAMED)
		text_puts(&t, ", ...");
	l->interrupted = true;
	LOOP_LISTS(l, f)
		executor_stop(f, "interrupted");
	loop_say(l, strrchr(l->o->instance, '/') + 1, "interrupted", "no more sessions are started; waiting for %zu running session%s%s%s. "
	    "Ctrl-C or orchestrator stop once more ends execute and leaves them running", n, n == 1 ? "" : "s", n > 0 ? t.buf : "",
	    n > 0 ? ")" : "");
	loop_changed(l);
	text_free(&t);
}

void
loop_lists_release(struct loop *l)
{
	struct executor	*f, *next;

	for (f = l->executor; f != NULL; f = next) {
		next = f->next;
		watch_timer(&f->look_timer, 0);
		watch_timer(&f->until_timer, 0);
		watch_timer(&f->manifest_timer, 0);
		watch_undir(&f->wake_watch);
		watch_undir(&f->list_watch);
		watch_undir(&f->ask_watch);
		if (f->joined) {
			if (l->interrupted)
				control_drop(l->o, f->id);
			executor_release(f);
			free(f);
		}
	}
	l->executor = NULL;
}
