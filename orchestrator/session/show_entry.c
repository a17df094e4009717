/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/array.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/record/question.h"
#include "proto/sys/file.h"

#define BAR	20	/* characters */

int
show_operand(struct orch *o, const char *name, struct entry *e)
{
	int	rv = orch_open(o);

	return rv != 0 ? rv : registry_find(o, name, e);
}

const char *
show_status(const struct entry *e)
{
	if (e->error != NULL)
		return "unreadable";
	if (entry_dead(e))
		return e->begun ? "dead" : "not started";
	if (e->state.merging.target[0] != '\0')
		return "merging";
	return status_name(e->state.status);
}

static void
put_time(struct json *j, const char *key, int64_t ms)
{
	record_put_time(j, key, ms);
}

static void
put_text(struct json *j, const char *key, const char *text)
{
	json_put_str(j, key, text != NULL && *text != '\0' ? text : NULL);
}

struct json *
show_entry_json(const struct entry *e)
{
	static const char *const group[] = {
		"active", "questions", "review", "ready", "ended"
	};
	ARRAY_WHOLE(group, GROUP_COUNT);
	const struct state	*s = &e->state;
	struct json		*j = json_new_object(), *t = json_new_object();

	json_put_str(j, "session", e->id);
	json_put_str(j, "item", s->item);
	json_put_str(j, "group", group[entry_group(e)]);
	json_put_str(j, "status", e->error != NULL ? NULL : status_name(s->status));
	json_put_str(j, "step", e->error != NULL ? NULL : step_name(s->step));
	json_put_int(j, "round", s->round);
	json_put_bool(j, "alive", e->alive);
	json_put_bool(j, "dead", entry_dead(e));
	json_put_bool(j, "archived", e->archived);
	put_text(j, "error", e->error);
	put_text(j, "reason", s->reason);
	put_text(j, "detail", s->detail);
	put_text(j, "blocked", s->blocked);
	put_time(j, "parked_until", status_live(s->status) ? s->parked_until : 0);
	json_put_int(j, "questions_open", status_live(s->status) ? s->questions_open : 0);
	json_put_int(t, "done", s->tasks_done);
	json_put_int(t, "total", s->tasks_total);
	put_text(t, "note", s->note);
	json_put(j, "tasks", t);
	json_put_int(j, "attempt", s->attempt);
	put_time(j, "created_at", s->created_at);
	put_time(j, "updated_at", s->updated_at);
	put_time(j, "ended_at", s->ended_at);
	put_text(j, "branch", s->branch);
	put_text(j, "base", s->base);
	put_text(j, "head", s->head);
	put_text(j, "merged", s->merged);
	put_text(j, "worktree", s->worktree);
	json_put_str(j, "path", e->path);
	return j;
}

struct json *
show_question_json(const struct entry *e, const struct question *q)
{
	struct json	*j = json_new_object(), *a = json_new_array();

	json_put_str(j, "session", e->id);
	put_text(j, "item", e->state.item);
	json_put_str(j, "id", q->id);
	json_put_str(j, "status", question_status_name(q->status));
	put_text(j, "run", q->run);
	json_put_str(j, "role", q->role == ROLE_NONE ? NULL : role_name(q->role));
	json_put_int(j, "round", q->round);
	json_put_str(j, "question", q->text);
	for (size_t i = 0; i < q->options.n; i++)
		json_append(a, json_new_string(q->options.v[i]));
	json_put(j, "options", a);
	put_time(j, "asked_at", q->asked_at);
	return j;
}

struct json *
show_record_json(const struct entry *e, const char *name)
{
	struct json	*j = NULL;
	char		 why[RECORD_ERR], *buf;
	size_t		 len;
	int		 fd;

	if ((fd = file_open_dir(AT_FDCWD, e->path)) == -1)
		return NULL;
	if (record_read(fd, name, &buf, &len, why, sizeof(why)) == 0) {
		j = record_open(name, buf, len, why, sizeof(why));
		free(buf);
	}
	close(fd);
	return j;
}

void
show_bar(const struct entry *e)
{
	const struct state	*s = &e->state;
	int64_t			 done = s->tasks_done < s->tasks_total ? s->tasks_done : s->tasks_total;
	struct text		 t = { 0 };

	text_printf(&t, "%s: [", s->item);
	for (int64_t i = 0; i < BAR; i++)
		text_puts(&t, (i + 1) * s->tasks_total <= done * BAR ? "█" : "░");
	text_printf(&t, "] %jd%% (%jd/%jd tasks)", (intmax_t)(done * 100 / s->tasks_total), (intmax_t)done,
	    (intmax_t)s->tasks_total);
	show_cut(t.buf);
	text_free(&t);
}
