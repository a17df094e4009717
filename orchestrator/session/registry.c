/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "orchestrator/session/registry.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/session/layout.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"

int
registry_each(const char *dir, int (*fn)(void *, const char *), void *arg)
{
	struct dirent	*de;
	DIR		*d = dir == NULL ? NULL : dir_open(AT_FDCWD, dir);
	int		 rv = 0;

	while (rv == 0 && (de = dir_next(d)) != NULL)
		if (session_id_valid(de->d_name))
			rv = fn(arg, de->d_name);
	dir_close(d);
	return rv;
}

static int
is_instance(const struct dirent *de)
{
	return state_is_instance(de->d_name);
}

int
registry_each_archive(struct orch *o, int (*fn)(void *, const char *), void *arg)
{
	struct dirent	**list;
	char		 *path;
	int		  n, rv = 0;

	if ((n = scandir(o->workspace, &list, is_instance, alphasort)) == -1)
		return 0;
	for (int i = 0; i < n; i++) {
		path = text_format("%s/%s/" STATE_ARCHIVE, o->workspace, list[i]->d_name);
		if (rv == 0)
			rv = fn(arg, path);
		free(path);
		free(list[i]);
	}
	free(list);
	return rv;
}

struct loading {
	const char	*dir;
	bool		 archived;
	int64_t		 since;		/* those of an archive that have not changed since (wall ms) are only counted */
	size_t		 older;
	struct entries	*to;
	size_t		 room;
};

/* The records of an archived session do not change any more, so the time of its directory tells when it ended. */
static bool
is_older(const char *path, int64_t since)
{
	struct stat	 st;

	return since > 0 && file_stat(AT_FDCWD, path, &st) == 0 &&
	    (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / CLOCK_MS < since;
}

static int
load_one(void *arg, const char *id)
{
	struct loading	*l = arg;
	struct entries	*es = l->to;
	char		*path;

	if (es->n == l->room) {
		l->room = l->room == 0 ? 32 : l->room * 2;
		if ((es->v = reallocarray(es->v, l->room, sizeof(*es->v))) == NULL)
			err(EX_OSERR, NULL);
	}
	path = text_format("%s/%s", l->dir, id);
	if (l->archived && is_older(path, l->since))
		l->older++;
	else if (entry_load(&es->v[es->n], path, l->archived) == 0)
		es->n++;
	free(path);
	return 0;
}

static int
load_archive(void *arg, const char *dir)
{
	struct loading	*l = arg;

	l->dir = dir;
	return registry_each(dir, load_one, l);
}

static int
entry_compare(const void *a, const void *b)
{
	const struct entry	*x = a, *y = b;

	if (x->state.created_at != y->state.created_at)
		return x->state.created_at < y->state.created_at ? -1 : 1;
	return strcmp(x->id, y->id);
}

static void
load_all(struct orch *o, bool archived, struct loading *l)
{
	struct entries	*es = l->to;

	memset(es, 0, sizeof(*es));
	registry_each(l->dir, load_one, l);
	if (archived) {
		l->archived = true;
		registry_each_archive(o, load_archive, l);
	}
	if (es->n > 1)
		qsort(es->v, es->n, sizeof(*es->v), entry_compare);
}

int
registry_load(struct orch *o, bool archived, struct entries *es)
{
	struct loading	l = { .dir = o->sessions, .to = es };

	load_all(o, archived, &l);
	return 0;
}

size_t
registry_load_since(struct orch *o, int64_t since, struct entries *es)
{
	struct loading	l = { .dir = o->sessions, .since = since, .to = es };

	load_all(o, true, &l);
	return l.older;
}

/* A discard that was interrupted may have kept the records already. */
static int
load_discarded(void *arg, const char *archive)
{
	struct loading	*l = arg;
	size_t		 n = l->to->n;
	char		*dir = text_format("%.*s" DISCARDED, (int)(strrchr(archive, '/') + 1 - archive), archive);

	l->dir = dir;
	registry_each(dir, load_one, l);
	for (size_t i = l->to->n; i-- > n;)
		for (size_t k = 0; k < n; k++)
			if (strcmp(l->to->v[i].id, l->to->v[k].id) == 0) {
				entry_release(&l->to->v[i]);
				l->to->v[i] = l->to->v[--l->to->n];
				break;
			}
	free(dir);
	return 0;
}

void
registry_add_discarded(struct orch *o, struct entries *es)
{
	struct loading	l = { .archived = true, .to = es, .room = es->n };

	registry_each_archive(o, load_discarded, &l);
}

bool
entry_discarded(const struct entry *e)
{
	return strstr(e->path, "/" DISCARDED "/") != NULL;
}

void
entries_release(struct entries *es)
{
	for (size_t i = 0; i < es->n; i++)
		entry_release(&es->v[i]);
	free(es->v);
	memset(es, 0, sizeof(*es));
}

#define CANDIDATES	8	/* candidates named in the message about an ambiguous name */

enum match { MATCH_ID, MATCH_ITEM, MATCH_PREFIX, MATCH_COUNT };

struct search {
	const char	*name;
	const char	*dir;
	bool		 archived;
	enum match	 how;
	size_t		 n;		/* matches */
	char		 id[CANDIDATES][SESSION_ID_MAX];
	struct entry	 found;		/* the only match of an id or prefix, or the newest of an item */
};

static bool
name_matches(const struct search *s, const char *id)
{
	char	item[SESSION_ID_MAX];

	switch (s->how) {
	case MATCH_ID:
		return strcmp(id, s->name) == 0;
	case MATCH_ITEM:
		return entry_item(id, item, sizeof(item)) && strcmp(item, s->name) == 0;
	case MATCH_PREFIX:
		return strncmp(id, s->name, strlen(s->name)) == 0 ||
		    strncmp(id + strlen("session-"), s->name, strlen(s->name)) == 0;
	case MATCH_COUNT:
		break;
	}
	return false;
}

static int
search_one(void *arg, const char *id)
{
	struct search	*s = arg;
	struct entry	 e;
	char		*path;
	int		 rv;

	if (!name_matches(s, id))
		return 0;
	path = text_format("%s/%s", s->dir, id);
	rv = entry_load(&e, path, s->archived);
	free(path);
	if (rv == -1)
		return 0;
	if (s->n < CANDIDATES)
		strlcpy(s->id[s->n], id, sizeof(s->id[0]));
	if (s->n++ == 0 || e.state.attempt > s->found.state.attempt ||
	    (e.state.attempt == s->found.state.attempt &&
	    e.state.created_at > s->found.state.created_at)) {
		if (s->n > 1)
			entry_release(&s->found);
		s->found = e;
	} else
		entry_release(&e);
	return 0;
}

static int
search_archive(void *arg, const char *dir)
{
	struct search	*s = arg;

	s->dir = dir;
	s->archived = true;
	return registry_each(dir, search_one, s);
}

static int
ambiguous(const struct search *s)
{
	struct text	t = { 0 };

	for (size_t i = 0; i < s->n && i < CANDIDATES; i++)
		text_printf(&t, "%s%s", i == 0 ? "" : ", ", s->id[i]);
	log_warnx("session \"%s\" is ambiguous: %s%s; give more of its id", s->name, t.buf,
	    s->n > CANDIDATES ? ", ..." : "");
	text_free(&t);
	return EX_USAGE;
}

int
registry_newest(struct orch *o, const char *item, struct entry *e)
{
	struct search	s = { .name = item, .dir = o->sessions, .how = MATCH_ITEM };

	registry_each(o->sessions, search_one, &s);
	if (s.n == 0)
		registry_each_archive(o, search_archive, &s);
	if (s.n == 0)
		return -1;
	*e = s.found;
	return 0;
}

int
registry_find_known(struct orch *o, const char *name, struct entry *e)
{
	struct search	s;

	memset(e, 0, sizeof(*e));
	for (enum match how = MATCH_ID; how < MATCH_COUNT && *name != '\0'; how++) {
		memset(&s, 0, sizeof(s));
		s.name = name;
		s.how = how;
		s.dir = o->sessions;
		registry_each(o->sessions, search_one, &s);
		if (s.n == 0)
			registry_each_archive(o, search_archive, &s);
		if (s.n == 0)
			continue;
		if (s.n > 1 && how == MATCH_PREFIX) {
			entry_release(&s.found);
			return ambiguous(&s);
		}
		*e = s.found;
		return 0;
	}
	return EX_NOINPUT;
}

int
registry_find(struct orch *o, const char *name, struct entry *e)
{
	int	rv = registry_find_known(o, name, e);

	if (rv == EX_NOINPUT)
		log_warnx("no session \"%s\" in this repository; orchestrator status lists them", name);
	return rv;
}
