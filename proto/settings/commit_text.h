/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_COMMIT_TEXT_H
#define PROTO_COMMIT_TEXT_H

/*
 * Messages of commits by template: the settings commit_message and merge.message.  Pure.
 *
 * A variable is "{name}".  A line of the template is written once for each line of its variable's value, so a line
 * whose variable is empty is left out.
 */

#include <stddef.h>

/* A value for each: NULL = empty.  The names in templates are in commit_text.c. */
struct commit_text {
	const char	*item, *title, *subject;
	const char	*urls;		/* a line each */
	const char	*session, *target;
	const char	*user;		/* "Name <address>" */
	const char	*reviewers;	/* a line each */
	const char	*review;	/* the mode, if nobody judged the work */
};

/* Is each variable of the template known?  -1 with the unknown one, and the nearest name or NULL. */
int commit_text_check(const char *template, char name[64], const char **nearest);
/* The message, malloced; the id of the item when nothing of the template is left. */
char *commit_text(const char *template, const struct commit_text *);

#endif
