/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_CONFIG_H
#define PROTO_CONFIG_H

/* config.json: where a session works, and its copy of the settings: {"version":1, "session":{...}, "settings":{...}}. */

#include <stddef.h>
#include <stdint.h>

#include "proto/base/id.h"
#include "proto/settings/settings.h"

struct config {			/* config.json */
	char		 session[SESSION_ID_MAX];
	char		 item[SESSION_ID_MAX];
	int64_t		 attempt;
	char		*repository;	/* absolute path of the common git directory */
	char		*worktree;	/* absolute path; NULL = where worker run was started */
	char		*branch;	/* PREFIX/ITEM/ATTEMPT (id.h) */
	char		*target;	/* branch name */
	char		 base[OID_MAX];	/* commit the work starts from; "" = the worktree's HEAD */
	char		*agent;		/* as dispatch was told (--agent), NULL = as the settings say */
	char		*review;	/* the same of --review */
	char		*list;		/* the task list of the item, NULL = none */
	char		*retry_of;	/* session id of the former attempt, or NULL */
	char		*findings;	/* findings of the former attempt, or NULL */
	int64_t		 created_at;
	struct settings	 settings;
	struct json	*raw;
};
extern const struct record config_record;	/* member.h */
int config_parse(struct config *, const char *, size_t, char *err, size_t errlen);
/* Reads config.json of a session directory; errno is ENOENT when it is missing. */
int config_load(int sessionfd, struct config *, char *err, size_t errlen);
char *config_text(const struct config *, size_t *len);
void config_release(struct config *);

#endif
