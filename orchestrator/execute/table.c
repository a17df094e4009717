/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <err.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "orchestrator/execute/table.h"

static size_t
bucket_of(const char *id, size_t nbuckets)
{
	uint32_t	h = 2166136261u;

	for (; *id != '\0'; id++)
		h = (h ^ (unsigned char)*id) * 16777619u;
	return h & (nbuckets - 1);
}

static void
insert(struct table *t, struct session_row *s)
{
	SLIST_INSERT_HEAD(&t->bucket[bucket_of(s->e.id, t->nbuckets)], s, chain);
}

/* Resizes to a power of two. */
static void
resize(struct table *t, size_t nbuckets)
{
	struct session_row	*s;

	free(t->bucket);
	if ((t->bucket = calloc(nbuckets, sizeof(*t->bucket))) == NULL)
		err(EX_OSERR, NULL);
	t->nbuckets = nbuckets;
	TAILQ_FOREACH(s, &t->all, all)
		insert(t, s);
}

void
table_init(struct table *t)
{
	memset(t, 0, sizeof(*t));
	TAILQ_INIT(&t->all);
	resize(t, 64);
}

struct session_row *
table_find(const struct table *t, const char *id)
{
	struct session_row	*s;

	SLIST_FOREACH(s, &t->bucket[bucket_of(id, t->nbuckets)], chain)
		if (strcmp(s->e.id, id) == 0)
			return s;
	return NULL;
}

struct session_row *
table_add(struct table *t, const char *id)
{
	struct session_row	*s;

	if ((s = calloc(1, sizeof(*s))) == NULL)
		err(EX_OSERR, NULL);
	strlcpy(s->e.id, id, sizeof(s->e.id));
	TAILQ_INSERT_TAIL(&t->all, s, all);
	if (++t->n > t->nbuckets)
		resize(t, t->nbuckets * 2);
	else
		insert(t, s);
	return s;
}

void
table_remove(struct table *t, struct session_row *s)
{
	SLIST_REMOVE(&t->bucket[bucket_of(s->e.id, t->nbuckets)], s, session_row, chain);
	TAILQ_REMOVE(&t->all, s, all);
	t->n--;
	strings_free(&s->open);
	strings_free(&s->unwritten);
	free(s->why);
	free(s->doing);
	entry_release(&s->e);
	free(s);
}

void
table_release(struct table *t)
{
	while (!TAILQ_EMPTY(&t->all))
		table_remove(t, TAILQ_FIRST(&t->all));
	free(t->bucket);
	memset(t, 0, sizeof(*t));
}
