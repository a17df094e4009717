/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "orchestrator/source/streams_file.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/sys/file.h"

#define DAYS_MAX	1000	/* archives of a day */

static bool
is_complete(struct orch *o, const char *list)
{
	bool good, complete;
	const struct tasklist *l = tasks_see(o->workspace, list, &good);

	complete = l != NULL && good;
	for (size_t i = 0; complete && i < l->n; i++)
		complete = l->v[i].status == TASK_COMPLETE;
	return complete;
}

/* Is the list that of the file, does it have all streams of the file, and are their tasks COMPLETE? */
static bool
is_finished(struct orch *o, const struct streams *s, const char *list)
{
	const struct tasklist *l;
	char id[TASKLIST_ID_MAX];

	streams_list(o, s, id);
	if (strcmp(id, list) != 0 || tasks_view(o->workspace, list, &l) != 0)
		return false;
	for (size_t i = 0; i < s->n; i++)
		if (tasklist_find(l, s->v[i].id) == TASK_NONE || (s->v[i].list[0] != '\0' && s->v[i].done < s->v[i].n))
			return false;
	return true;
}

/* Opens .archive/orchestration/DAY below the repository, made if absent; no part of it may be a link. */
static int
open_day(struct orch *o, const char *day)
{
	const char *const names[] = { ".archive", "orchestration", day };
	int fd = file_find_dir(AT_FDCWD, o->repo.top), in;

	for (size_t i = 0; fd != -1 && i < sizeof(names) / sizeof(names[0]); i++) {
		in = file_make_dir(fd, names[i], 0777) == -1 ? -1 : file_open_dir(fd, names[i]);
		file_close(fd);
		fd = in;
	}
	return fd;
}

/* Another file of that name in the archive stays: the next directory of the day is taken. */
static int
move(struct orch *o, const char *path, char *day, size_t len, int *dir)
{
	time_t now = time(NULL);
	struct tm tm;
	size_t n;

	if ((n = strftime(day, len, "%Y%m%d", localtime_r(&now, &tm))) == 0)
		return -1;
	for (unsigned k = 1; k < DAYS_MAX; k++) {
		if (k > 1)
			snprintf(day + n, len - n, "-%u", k);
		if ((*dir = open_day(o, day)) == -1)
			return -1;
		if (file_move(AT_FDCWD, path, *dir, STREAMS_FILE) == 0)
			return 0;
		file_close(*dir);
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

char *
streams_archive(struct orch *o, const char *list)
{
	struct stat before, after;
	struct streams_file f;
	char day[32], *said = NULL;
	int dir;

	memset(&f, 0, sizeof(f));
	if (!is_complete(o, list) || !streams_file_present(o) || streams_file_read(o, &f) != 0 || lstat(f.path, &before) == -1)
		goto done;
	streams_file_release(&f);	/* it is read again, after the time that counts */
	if (streams_file_load(o, &f) != 0 || f.problems.n > 0 || !is_finished(o, &f.s, list) ||
	    !is_complete(o, list))
		goto done;
	if (move(o, f.path, day, sizeof(day), &dir) == -1) {
		log_warn("%s stays where it is, though all its streams are complete: .archive/orchestration", f.shown);
		goto done;
	}
	/* a file that was changed after it had been read goes back */
	if (file_stat(dir, STREAMS_FILE, &after) == -1 || !is_same(&before, &after)) {
		if (file_move(dir, STREAMS_FILE, AT_FDCWD, f.path) == -1)
			log_warn("%s was changed, and is .archive/orchestration/%s/" STREAMS_FILE " now: move it back", f.shown, day);
	} else
		said = text_format("archived %s as .archive/orchestration/%s/" STREAMS_FILE, f.shown, day);
	file_close(dir);
done:
	streams_file_release(&f);
	return said;
}
