/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "orchestrator/source/feed.h"
#include "orchestrator/source/tasks.h"
#include "proto/base/log.h"
#include "proto/json/record.h"

#define TASKS	"tasks"
#define NOTHING	"none"

static const struct feed *const feeds[] = { &feed_beads, &feed_streams, NULL };

static const struct feed *
by_kind(const char *kind)
{
	for (size_t i = 0; feeds[i] != NULL; i++)
		if (strcmp(feeds[i]->kind, kind) == 0)
			return feeds[i];
	return NULL;
}

const struct feed *
feed_of(const struct tasklist *l)
{
	return l->source.kind == NULL ? NULL : by_kind(l->source.kind);
}

/* The feed of a list that is on disk, or NULL. */
static const struct feed *
of_list(struct orch *o, const char *list)
{
	const struct feed *feed;
	struct tasklist l;
	bool good;

	if (!tasks_mention(o->workspace, list, "source") ||
	    !tasks_peek(o->workspace, list, &l, &good))
		return NULL;
	feed = feed_of(&l);
	tasklist_release(&l);
	return feed;
}

static int
unknown_source(const char *source)
{
	struct text t = { 0 };

	for (size_t i = 0; feeds[i] != NULL; i++)
		text_printf(&t, ", %s", feeds[i]->kind);
	log_warnx("--source %s: say one of " NOTHING ", " TASKS "%s", source, t.buf == NULL ? "" : t.buf);
	text_free(&t);
	return EX_USAGE;
}

/* Lists that people keep and that have something left to do; feeds' own lists do not count. */
struct open_lists {
	struct orch	*o;
	bool		 streams;	/* what carries a stream is done by that */
	size_t		 n;
	char		 id[TASKLIST_ID_MAX];
	struct text	 names;
};

static int
count_open(void *arg, const char *id)
{
	struct open_lists *c = arg;
	struct tasks_seen t;
	const struct tasklist *l = &t.list;
	bool good = false, left;

	/* One that is damaged has to be mended before anybody knows: whoever opens it is told. */
	tasks_look(c->o->workspace, id, &t, &good);
	left = !good;
	for (size_t i = 0; i < l->n && !left; i++)
		left = l->v[i].status != TASK_COMPLETE && (!c->streams || l->v[i].stream[0] == '\0');
	left = left && l->source.kind == NULL;
	if (left) {
		strlcpy(c->id, id, sizeof(c->id));
		text_printf(&c->names, "%s%s (%s)", c->n++ == 0 ? "" : ", ", id, good ? l->name : "damaged");
	}
	if (left && good)
		tasks_set_aside(c->o, &t);
	else
		tasklist_release(&t.list);
	return 0;
}

/* Nothing was said: what there is, if it is one. */
static int
select_any(struct orch *o, char list[TASKLIST_ID_MAX])
{
	struct open_lists c = { .o = o };
	const struct feed *found = NULL;
	size_t n = 0;
	int rv = 0;

	for (size_t i = 0; feeds[i] != NULL; i++)
		if (feeds[i]->present(o)) {
			found = feeds[i];
			n++;
			c.streams |= strcmp(found->kind, FEED_STREAMS) == 0;
			text_printf(&c.names, "%s--source %s", c.names.len == 0 ? "" : ", ",
			    found->kind);
		}
	if (c.names.len > 0)
		text_puts(&c.names, ", ");
	tasks_each(o->workspace, count_open, &c);
	if (n + c.n > 1) {
		log_warnx("several lists have open tasks; name one: %s", c.names.buf);
		rv = EX_USAGE;
	} else if (c.n == 1)
		strlcpy(list, c.id, TASKLIST_ID_MAX);
	else if (n == 1)
		rv = found->open(o, NULL, list);
	text_free(&c.names);
	return rv;
}

static int
select_project(struct orch *o, const char *project, char list[TASKLIST_ID_MAX])
{
	int rv;

	if ((rv = tasks_find_known(o, project, list)) != EX_NOINPUT)
		return rv != 0 ? rv : feed_fresh(o, list);
	for (size_t i = 0; feeds[i] != NULL; i++)
		if (feeds[i]->present(o) && feeds[i]->is_project != NULL &&
		    feeds[i]->is_project(o, project))
			return feeds[i]->open(o, project, list);
	for (size_t i = 0; feeds[i] != NULL; i++)
		if (feeds[i]->present(o) && feeds[i]->is_project == NULL)
			return feeds[i]->open(o, project, list);
	return tasks_find_list(o, project, list);	/* which says that there is none */
}

int
feed_select(struct orch *o, const char *source, const char *project, char list[TASKLIST_ID_MAX])
{
	const struct feed *feed;

	list[0] = '\0';
	if (source == NULL)
		return project == NULL ? select_any(o, list) : select_project(o, project, list);
	if (strcmp(source, NOTHING) == 0)
		return 0;
	if (strcmp(source, TASKS) == 0)
		return tasks_find_list(o, project, list);
	if ((feed = by_kind(source)) == NULL)
		return unknown_source(source);
	return feed->open(o, project, list);
}

int
feed_find(struct orch *o, const char *item, char list[TASKLIST_ID_MAX])
{
	int rv = 0;

	list[0] = '\0';
	for (size_t i = 0; rv == 0 && list[0] == '\0' && feeds[i] != NULL; i++)
		if (feeds[i]->present(o))
			rv = feeds[i]->find(o, item, list);
	return rv;
}

int
feed_fresh(struct orch *o, const char *list)
{
	const struct feed *feed = of_list(o, list);

	return feed == NULL || !feed->local ? 0 : feed->refresh(o, list);
}

int
feed_claim(struct orch *o, const char *list, const char *task)
{
	const struct feed *feed = of_list(o, list);

	return feed == NULL || feed->claim == NULL ? 0 : feed->claim(o, list, task);
}

void
feed_release(struct orch *o, const char *list, const char *task)
{
	const struct feed *feed = of_list(o, list);

	if (feed != NULL && feed->release != NULL)
		feed->release(o, list, task);
}

/* A quick look first: most lists are of no feed, or owe nothing. */
static int
settle_list(void *arg, const char *list)
{
	struct orch *o = arg;
	const struct feed *feed = NULL;
	struct tasklist l;
	bool owed = false;

	if (!tasks_mention(o->workspace, list, "claimed") ||
	    tasks_read(o->workspace, list, &l) != 0)
		return 0;
	for (size_t i = 0; i < l.n && !owed; i++)
		owed = l.v[i].claimed && l.v[i].status == TASK_COMPLETE;
	if (owed)
		feed = feed_of(&l);
	tasklist_release(&l);
	if (feed != NULL)
		feed->refresh(o, list);
	return 0;
}

void
feed_settle(struct orch *o)
{
	tasks_each(o->workspace, settle_list, o);
}
