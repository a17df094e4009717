/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_ITEM_H
#define PROTO_ITEM_H

/* item.json: what to do. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/strings.h"
#include "proto/record/part.h"
#include "proto/settings/budget.h"
#include "proto/settings/limits.h"

#define ITEM_MAX_TITLE	1024		/* bytes */
#define ITEM_MAX_TEXT	(256u << 10)	/* bytes of description and of acceptance */
#define ITEM_MAX_URL	2048
#define ITEM_MAX_LIST	1000		/* entries of a list */
#define ITEM_MAX_PATH	4096
#define ITEM_MAX_MINUTES 1000000

struct item {
	char		 id[SESSION_ID_MAX];
	char		*title;
	char		*description;
	char		*acceptance;
	char		*agent_type;	/* persona, NULL = none; a valid item id, since it becomes a file name */
	int64_t		 priority;	/* 0 highest .. 4, default 2 */
	struct strings	 depends_on;
	struct strings	 allowed_paths;
	struct strings	 forbidden_paths;
	struct strings	 outputs;
	struct strings	 urls;		/* where it is described */
	int64_t		 estimate;	/* minutes, 0 = unknown */
	int64_t		 timeout;	/* minutes, 0 = settings */
	bool		 no_change;	/* that nothing needs to be changed may be its result, without a council too */
	struct parts	 parts;		/* done one after another; none = it is one thing */
	char		*worktree;	/* where: absolute, or below the repository; NULL = as the settings say */
	struct budget	 budget;	/* of its session, over that of the settings */
	struct session_limits	 limits;	/* over those of the settings and over timeout */
	struct json	*raw;
};
extern const struct record item_record;		/* member.h */
int item_parse(struct item *, const char *, size_t, char *err, size_t errlen);
/* Reads item.json of a session directory; errno is ENOENT when it is missing. */
int item_load(int sessionfd, struct item *, char *err, size_t errlen);
char *item_text(const struct item *, size_t *len);
void item_release(struct item *);
/* Is it printable ASCII without blanks? */
bool item_url_valid(const char *);
/* Is it a path below the repository that may hold a worktree: relative, without "..", not in .git? */
bool item_worktree_valid(const char *);
/* The members alone, for a record that contains items. */
struct field;
void item_read(struct item *, struct field *);
/* A member of a table that is a struct budget; it is not written when it has no limit. */
struct member;
#define MEMBER_BUDGET(type_, member_)	MEMBER(OTHER, type_, member_), .read = budget_read, .put = budget_put
void budget_read(struct field *, const struct member *, void *);
void budget_put(struct json *, const struct member *, const void *);

#endif
