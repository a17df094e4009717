/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/base/alloc.h"
#include "proto/base/array.h"
#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/plan/tasklist.h"


static const char *const names[] = {
	[TASK_PENDING] = "PENDING",
	[TASK_IN_PROGRESS] = "IN_PROGRESS",
	[TASK_COMPLETE] = "COMPLETE",
	[TASK_BLOCKED] = "BLOCKED",
	[TASK_FAILED] = "FAILED",
};
ARRAY_WHOLE(names, TASK_STATUS_COUNT);

#define B(s)	(1u << TASK_##s)
static const unsigned follows[] = {
	[TASK_PENDING] = B(IN_PROGRESS) | B(COMPLETE) | B(BLOCKED),
	[TASK_IN_PROGRESS] = B(PENDING) | B(COMPLETE) | B(BLOCKED) | B(FAILED),
	[TASK_COMPLETE] = B(PENDING),
	[TASK_BLOCKED] = B(PENDING) | B(IN_PROGRESS) | B(COMPLETE) | B(FAILED),
	[TASK_FAILED] = B(PENDING) | B(IN_PROGRESS) | B(COMPLETE),
};
ARRAY_WHOLE(follows, TASK_STATUS_COUNT);
#undef B

const char *
task_status_name(enum task_status s)
{
	return (size_t)s < TASK_STATUS_COUNT ? names[s] : "?";
}

int
task_status_parse(const char *name)
{
	return name_index(names, TASK_STATUS_COUNT, name);
}

bool
task_legal(enum task_status from, enum task_status to)
{
	if ((size_t)from >= TASK_STATUS_COUNT || (size_t)to >= TASK_STATUS_COUNT)
		return false;
	return (follows[from] & (1u << to)) != 0;
}

const char *const task_phases[] = { "foundation", "parallel", "integration", NULL };
ARRAY_WHOLE(task_phases, TASK_PHASES + 1);

bool
task_phase_valid(const char *s)
{
	size_t i = 0;

	while (i < TASK_PHASES && strcmp(task_phases[i], s) != 0)
		i++;
	return i < TASK_PHASES;
}

bool
tasklist_name_valid(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len <= TASKLIST_MAX_NAME && strpbrk(name, "\r\n") == NULL &&
	    text_utf8_valid(name, len);
}

void
tasklist_make(struct tasklist *l, const char *name)
{
	memset(l, 0, sizeof(*l));
	tasklist_id_make(l->id);
	l->name = text_format("%s", name);
	l->created_at = clock_wall();
}

void
task_release(struct task *t)
{
	item_release(&t->item);
	for (size_t i = 0; i < t->nhistory; i++) {
		free(t->history[i].by);
		free(t->history[i].reason);
	}
	free(t->history);
	memset(t, 0, sizeof(*t));
}

void
tasklist_release(struct tasklist *l)
{
	for (size_t i = 0; i < l->n; i++)
		task_release(&l->v[i]);
	free(l->v);
	free(l->slot);
	free(l->name);
	free(l->source.kind);
	free(l->source.project);
	for (size_t i = 0; i < l->nstreams; i++)
		free(l->streams[i].name);
	free(l->streams);
	json_free(l->raw);
	memset(l, 0, sizeof(*l));
}

static size_t
find_stream(const struct tasklist *l, const char *id)
{
	size_t i = 0;

	while (i < l->nstreams && strcmp(l->streams[i].id, id) != 0)
		i++;
	return i;
}

const char *
tasklist_stream_name(const struct tasklist *l, const char *id)
{
	size_t i = find_stream(l, id);

	return i < l->nstreams ? l->streams[i].name : NULL;
}

int
tasklist_name_stream(struct tasklist *l, const char *id, const char *name)
{
	size_t i = find_stream(l, id);
	bool known = i < l->nstreams;

	if (name == NULL || *name == '\0') {
		if (known) {
			free(l->streams[i].name);
			l->streams[i] = l->streams[--l->nstreams];
		}
		return 0;
	}
	if (!known && l->nstreams == TASKLIST_MAX_STREAMS)
		return -1;
	if (!known)
		strlcpy(((struct task_stream *)array_add(&l->streams, &l->nstreams, sizeof(*l->streams)))->id, id, SESSION_ID_MAX);
	free(l->streams[i].name);
	l->streams[i].name = text_format("%s", name);
	return 0;
}

/* FNV-1a, ignoring case. */
static size_t
hash(const char *id)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *id != '\0'; id++)
		h = (h ^ (unsigned char)tolower((unsigned char)*id)) * UINT64_C(0x100000001b3);
	return (size_t)(h ^ h >> 32);
}

/* The slot of the id in the hash table, or the free slot for it. */
static size_t
place(const struct tasklist *l, const char *id)
{
	size_t i = hash(id) & (l->nslots - 1);

	while (l->slot[i] != 0 && strcasecmp(l->v[l->slot[i] - 1].item.id, id) != 0)
		i = (i + 1) & (l->nslots - 1);
	return i;
}

size_t
tasklist_twin(const struct tasklist *l, const char *id)
{
	size_t i;

	if (l->nslots == 0)
		return TASK_NONE;
	i = place(l, id);
	return l->slot[i] == 0 ? TASK_NONE : l->slot[i] - 1;
}

size_t
tasklist_find(const struct tasklist *l, const char *id)
{
	size_t i = tasklist_twin(l, id);

	return i != TASK_NONE && strcmp(l->v[i].item.id, id) == 0 ? i : TASK_NONE;
}

/* Keeps the table at most half full. */
static void
grow(struct tasklist *l)
{
	if (l->n == l->size) {
		l->size = l->size == 0 ? 16 : l->size * 2;
		if ((l->v = reallocarray(l->v, l->size, sizeof(*l->v))) == NULL)
			err(1, NULL);
	}
	if (2 * (l->n + 1) <= l->nslots)
		return;
	l->nslots = l->nslots == 0 ? 32 : l->nslots * 2;
	free(l->slot);
	if ((l->slot = calloc(l->nslots, sizeof(*l->slot))) == NULL)
		err(1, NULL);
	for (size_t i = 0; i < l->n; i++)
		l->slot[place(l, l->v[i].item.id)] = (uint32_t)i + 1;
}

void
tasklist_remove(struct tasklist *l, size_t i)
{
	task_release(&l->v[i]);
	memmove(&l->v[i], &l->v[i + 1], (--l->n - i) * sizeof(*l->v));
	memset(&l->v[l->n], 0, sizeof(*l->v));
	memset(l->slot, 0, l->nslots * sizeof(*l->slot));
	for (size_t k = 0; k < l->n; k++)
		l->slot[place(l, l->v[k].item.id)] = (uint32_t)k + 1;
}

struct task *
tasklist_add(struct tasklist *l, const char *id, const char *title, char *err, size_t errlen)
{
	size_t twin;
	struct task *t;

	if (!item_id_valid(id))
		snprintf(err, errlen, "\"%.80s\" is not a valid task id: give up to 64 of A-Z a-z 0-9 . _ -, "
		    "beginning with a letter or digit, without \"..\", not ending in \".\" or "
		    "\".lock\"", id);
	else if ((twin = tasklist_twin(l, id)) != TASK_NONE)
		snprintf(err, errlen, "task %s is in the list already%s%s", id,
		    strcmp(l->v[twin].item.id, id) == 0 ? "" : ", as ",
		    strcmp(l->v[twin].item.id, id) == 0 ? "" : l->v[twin].item.id);
	else if (l->n == TASKLIST_MAX_TASKS)
		snprintf(err, errlen, "a list holds at most %d tasks", TASKLIST_MAX_TASKS);
	else {
		grow(l);
		t = &l->v[l->n];
		memset(t, 0, sizeof(*t));
		strlcpy(t->item.id, id, sizeof(t->item.id));
		t->item.title = text_format("%s", title == NULL ? id : title);
		t->item.priority = 2;
		t->parallelizable = true;
		t->created_at = clock_wall();
		t->changed = true;
		l->slot[place(l, id)] = (uint32_t)++l->n;
		return t;
	}
	return NULL;
}

static void
forget_oldest(struct task *t)
{
	free(t->history[0].by);
	free(t->history[0].reason);
	memmove(t->history, t->history + 1, --t->nhistory * sizeof(*t->history));
}

int
task_enter(struct task *t, enum task_status to, const char *by, const char *reason)
{
	struct task_change *c;

	if (!task_legal(t->status, to)) {
		errno = EINVAL;
		return -1;
	}
	while (t->nhistory >= TASK_MAX_HISTORY)
		forget_oldest(t);
	c = array_add(&t->history, &t->nhistory, sizeof(*c));
	c->at = clock_wall();
	c->from = t->status;
	c->to = to;
	c->by = text_format("%s", by);
	c->reason = reason == NULL ? NULL : text_format("%s", reason);
	t->status = to;
	t->changed = true;
	return 0;
}

bool
task_follows(const struct task *t, char *why, size_t len)
{
	enum task_status s = TASK_PENDING;

	if (t->nhistory == TASK_MAX_HISTORY)	/* the preceding change may have been dropped */
		s = t->history[0].from;
	for (size_t i = 0; i < t->nhistory; i++) {
		const struct task_change *c = &t->history[i];

		if (c->from != s || !task_legal(c->from, c->to)) {
			snprintf(why, len, "change %zu of its history is %s -> %s, after %s", i + 1,
			    task_status_name(c->from), task_status_name(c->to),
			    task_status_name(s));
			return false;
		}
		s = c->to;
	}
	if (s == t->status)
		return true;
	snprintf(why, len, "its history ends in %s", task_status_name(s));
	return false;
}
