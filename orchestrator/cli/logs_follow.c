/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "orchestrator/cli/log_reader.h"
#include "orchestrator/cli/logs_follow.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/view/look.h"
#include "orchestrator/view/page.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/alloc.h"
#include "proto/base/log.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"
#include "proto/sys/watch.h"

#define NAMES_MAX	24	/* columns */

struct tail {
	struct follow	*all;
	char		 id[SESSION_ID_MAX];
	struct log_reader reader;
	struct watch	 watch;
	bool		 over, failed;
};
struct follow {
	struct tail	**v;
	size_t		 n, names;	/* columns of the prefix */
	const char	*dir;		/* isolated-sessions, where further sessions appear; NULL = there are none */
	struct watch	 watch;
	bool		 stale;		/* sessions came or went */
};

/* A worker writes the end of the log before it lets go of its lock, so the lock is looked at before the last read. */
static void
read_tail(struct tail *t, bool ask)
{
	if (ask)
		t->over = log_reader_over(&t->reader);
	t->failed |= log_reader_print(&t->reader) == -1;
}

static void
changed(void *arg, const struct watch_event *ev)
{
	read_tail(arg, ev->kind != WATCH_FILE || strcmp(ev->name, SESSION_FILE_LOCK) == 0);
}

static void
listed(void *arg, const struct watch_event *ev)
{
	struct follow *f = arg;

	(void)ev;
	f->stale = true;
}

/* "login-422  | " in the colour of the session. */
static char *
make_prefix(struct follow *f, const struct entry *e)
{
	struct text name = { 0 }, column = { 0 }, prefix = { 0 };
	const char *shown = e->state.item[0] != '\0' ? e->state.item : e->id;
	size_t columns;

	text_line(&name, shown, strlen(shown));
	columns = page_columns(name.buf);
	columns = columns > NAMES_MAX ? NAMES_MAX : columns;
	f->names = columns > f->names ? columns : f->names;
	page_column(&column, name.buf, f->names);
	text_puts(&column, " | ");
	look_mark(&prefix, f->n, column.buf);
	text_free(&column);
	text_free(&name);
	return prefix.buf;
}

/* Watched first, then read.  false: the session is gone. */
static bool
add(struct follow *f, const struct entry *e, const struct log_from *from, bool named)
{
	struct tail **place, *t = alloc_array(1, sizeof(*t));

	if (log_reader_open(&t->reader, e) == -1) {
		free(t);
		return false;
	}
	strlcpy(t->id, e->id, sizeof(t->id));
	t->all = f;
	t->watch = (struct watch){ .fire = changed, .arg = t };
	(void)watch_dir(&t->watch, e->path, true);
	t->reader.prefix = named ? make_prefix(f, e) : NULL;
	place = array_add(&f->v, &f->n, sizeof(struct tail *));
	*place = t;
	t->failed = from != NULL && log_reader_seek(&t->reader, from) == -1;
	read_tail(t, true);
	return true;
}

static void
drop(struct follow *f, size_t i)
{
	watch_undir(&f->v[i]->watch);
	log_reader_close(&f->v[i]->reader);
	free(f->v[i]);
	f->v[i] = f->v[--f->n];
}

static bool
is_there(const struct follow *f, const char *id)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->v[i]->id, id) == 0)
			return true;
	return false;
}

static int
list_one(void *arg, const char *id)
{
	struct follow *f = arg;
	char *path = text_format("%s/%s", f->dir, id);
	struct entry e;

	if (!is_there(f, id) && entry_load(&e, path, false) == 0) {
		(void)add(f, &e, NULL, true);
		entry_release(&e);
	}
	free(path);
	return 0;
}

/* Drops the sessions that were archived, after the rest of their logs, and adds the new ones. */
static void
list(struct follow *f)
{
	char *path;

	f->stale = false;
	for (size_t i = f->n; i-- > 0;) {
		path = text_format("%s/%s", f->dir, f->v[i]->id);
		if (!file_exists(AT_FDCWD, path)) {
			read_tail(f->v[i], true);
			drop(f, i);
		}
		free(path);
	}
	registry_each(f->dir, list_one, f);
}

static bool
is_over(const struct follow *f)
{
	if (f->dir != NULL)
		return false;
	for (size_t i = 0; i < f->n; i++)
		if (!f->v[i]->over)
			return false;
	return true;
}

static int
broken(const struct follow *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i]->failed) {
			log_warnx("%s/" SESSION_FILE_LOG ": can't be read", f->v[i]->id);
			return EX_IOERR;
		}
	return ferror(stdout) ? EX_IOERR : 0;
}

static int
wait_for_end(struct follow *f)
{
	struct watch_event ev;
	int rv;

	while ((rv = broken(f)) == 0 && !is_over(f)) {
		if (watch_next(&ev) == -1) {
			log_warn("inotify");
			return EX_OSERR;
		}
		if (ev.kind == WATCH_SIGNAL && ev.signo != SIGCHLD)
			return 128 + ev.signo;
		for (size_t i = 0; ev.kind == WATCH_RESCAN && i < f->n; i++)
			read_tail(f->v[i], true);
		if (f->dir != NULL && (f->stale || ev.kind == WATCH_RESCAN))
			list(f);
	}
	return rv;
}

static int
result(const struct follow *f)
{
	int rv = 0;

	for (size_t i = 0; i < f->n; i++) {
		enum status status = f->v[i]->reader.status;

		if (status_live(status))
			log_warnx("%s: no worker is running; orchestrator execute restarts it", f->v[i]->id);
		rv = status_approved(status) ? rv : EX_NEGATIVE;
	}
	return rv;
}

static int
open_watch(void)
{
	if (watch_open() == 0 || watch_degraded())
		return 0;
	log_warn("inotify");
	return EX_OSERR;
}

static void
end(struct follow *f)
{
	while (f->n > 0)
		drop(f, f->n - 1);
	free(f->v);
	watch_undir(&f->watch);
	watch_close();
}

int
logs_follow(const struct entry *e, size_t n, const struct log_from *from)
{
	struct follow f = { 0 };
	int rv = open_watch();

	if (rv != 0)
		return rv;
	for (size_t i = 0; i < n && rv == 0; i++)
		if (!add(&f, &e[i], from, n > 1)) {
			log_warn("%s", e[i].path);
			rv = EX_IOERR;
		}
	if (rv == 0 && (rv = wait_for_end(&f)) == 0)
		rv = result(&f);
	end(&f);
	return rv;
}

int
logs_follow_all(struct orch *o, const struct log_from *from)
{
	struct follow f = { .dir = o->sessions };
	struct entries es;
	int rv = open_watch();

	if (rv != 0)
		return rv;
	f.watch = (struct watch){ .fire = listed, .arg = &f };
	(void)watch_dir(&f.watch, f.dir, false);
	registry_load(o, false, &es);
	for (size_t i = 0; i < es.n; i++)
		f.names = strlen(es.v[i].state.item) > f.names ? strlen(es.v[i].state.item) : f.names;
	f.names = f.names > NAMES_MAX ? NAMES_MAX : f.names;
	for (size_t i = 0; i < es.n; i++)
		(void)add(&f, &es.v[i], from, true);
	entries_release(&es);
	list(&f);
	rv = wait_for_end(&f);
	end(&f);
	return rv;
}
