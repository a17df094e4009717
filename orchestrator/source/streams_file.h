/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_STREAMS_FILE_H
#define ORCHESTRATOR_STREAMS_FILE_H

/*
 * The streams file of a repository's work tree (orchestrator-streams(5)), with the
 * tasks of its streams from task lists.
 *
 *	if ((rv = streams_file_load(o, &f)) == 0 && (rv = streams_file_sound(&f)) == 0)
 *		... f.s ...
 *	streams_file_release(&f);	in any case
 */

#include "proto/plan/streams.h"

struct orch;

struct streams_file {
	char		*path;		/* NULL = there is none */
	const char	*shown;		/* path below the repository */
	struct streams	 s;
	struct strings	 problems;	/* problems of the file, except overlapping paths */
};

/* Possible places below the repository; a new file is made at the first. */
#define STREAMS_PLACE		".orchestrator/" STREAMS_FILE
#define STREAMS_OTHER_PLACE	".claude/orchestration/" STREAMS_FILE

/* Is there at least one? */
bool streams_file_present(const struct orch *);
/* Finds and parses it.  0, with path NULL when there is none; or a sysexits status with the error printed. */
int streams_file_read(const struct orch *, struct streams_file *);
/* The same with the tasks of lists, and checked.  A missing file is an error, printed. */
int streams_file_load(struct orch *, struct streams_file *);
/* Prints the problems: 0 when there are none, else EX_DATAERR. */
int streams_file_sound(const struct streams_file *);
void streams_file_release(struct streams_file *);
/* The list that is kept for the file's initiative; "" = none yet. */
void streams_list(struct orch *, const struct streams *, char list[TASKLIST_ID_MAX]);
/*
 * When all streams of the file and all tasks of its list are COMPLETE: moves it to .archive/orchestration/YYYYMMDD/ of
 * the repository, and says so, malloced.  Otherwise NULL, and the file stays.
 */
char *streams_archive(struct orch *, const char *list);
/* Reads the limit from the settings.  0, or a sysexits status with the error printed. */
int streams_limit(struct orch *, int64_t *max_parallel);
/* Prints "- Foundation: 1 stream..." for each phase; tasks: with task counts. */
void streams_print_summary(const struct streams *, bool tasks);
struct json *streams_summary_json(const struct streams *);

#endif
