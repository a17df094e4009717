/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_VIEWER_H
#define ORCHESTRATOR_VIEWER_H

/*
 * What orchestrator watch shows, and what its keys do to it.  It writes no file of a session: commands of
 * orchestrator do.
 */

#include <stdint.h>

#include "orchestrator/execute/job.h"
#include "orchestrator/model/model.h"
#include "orchestrator/watch/pager.h"
#include "orchestrator/model/rows.h"
#include "orchestrator/workspace/orch.h"

struct viewer;
struct key;

/* A line at the bottom that takes a text, or "y". */
struct prompt {
	char		*label;		/* NULL = none is open */
	struct text	 text;
	const struct key *key;		/* the key that asked */
	char		*name, *question;	/* the name of the session, as it is shown, and its question; NULL = none */
	char		 id[SESSION_ID_MAX];	/* the session that the command gets */
};
/* What the pager shows. */
enum content { CONTENT_OUTPUT, CONTENT_LOG, CONTENT_QUESTIONS };

struct viewer {
	struct orch	 o;
	struct model	 model;
	struct rows	 rows;
	struct rows_look look;
	char		*filter;
	char		 chosen[SESSION_ID_MAX];	/* session of the chosen line */
	size_t		 first;		/* line of the list at the top */
	struct pager	 pager;
	enum content	 content;
	char		 subject[SESSION_ID_MAX];	/* session of the pager; "" = none */
	int		 log_dir, log;	/* its directory, which stays valid when it is moved, and output.log; -1 = not open */
	struct prompt	 prompt;
	char		*message;	/* NULL = none */
	char		*last;		/* output of the last command that ended; NULL = none yet */
	struct jobs	 jobs;
	size_t		 height, width;
	bool		 quit;
};

/* The session that a key is for, or NULL; *name is how it is shown. */
const struct entry *viewer_session(const struct viewer *, const char **name);
/* Takes text. */
void viewer_say(struct viewer *, char *text);
/* Runs a command about a session; words[0] and the name of the session are its title. */
void viewer_run(struct viewer *, const char *id, const char *name, bool shown, const char *const *words);
void viewer_move(struct viewer *, long lines);
/* Shows the log, or the questions, of a session. */
void viewer_log(struct viewer *, const struct entry *);
void viewer_questions(struct viewer *, const struct entry *);
/* Shows a text; title is taken. */
void viewer_show(struct viewer *, const char *subject, char *title, const char *text);
void viewer_close_pager(struct viewer *);
/* Reads the model, if it is stale, and makes the rows. */
void viewer_refresh(struct viewer *);
/* Shows the results of commands that have ended. */
void viewer_reap(struct viewer *);
/* All lines of the screen; *cursor as screen_draw has it. */
void viewer_frame(struct viewer *, struct frame *, int *cursor);

#endif
