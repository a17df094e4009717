/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/settings/settings.h"

#define HEADS	"refs/heads/"

/* The branch checked out in the repository; "" with the error printed. */
static int
head_branch(struct orch *o, char *branch, size_t len)
{
	char ref[ORCH_REF_MAX], reason[GIT_ERR];

	if (git_head_branch(&o->repo, ref, sizeof(ref), reason, sizeof(reason)) == -1) {
		log_warnx("%s", reason);
		return EX_NOINPUT;
	}
	if (strncmp(ref, HEADS, strlen(HEADS)) != 0) {
		log_warnx("%s: no branch is checked out (detached HEAD), so there is no target; "
		    "check one out or set \"target\" in .orchestrator/config.json or %s",
		    o->repo.top != NULL ? o->repo.top : o->repo.common,
		    "~/.config/orchestrator/config.json");
		return EX_CONFIG;
	}
	strlcpy(branch, ref + strlen(HEADS), len);
	return 0;
}

static int
branch_commit(struct orch *o, const char *branch, char oid[OID_MAX])
{
	char *ref = text_format(HEADS "%s", branch), reason[GIT_ERR];
	int status = 0;

	if (git_ref_read(&o->repo, ref, oid, reason, sizeof(reason)) == -1) {
		log_warnx("target %s: %s", branch, reason);
		status = EX_NOINPUT;
	} else if (oid[0] == '\0') {
		log_warnx("target %s: there is no such branch, or it has no commit yet; create it, or set \"target\" to another "
		    "one", branch);
		status = EX_CONFIG;
	}
	free(ref);
	return status;
}

/*
 * The settings of the target decide which branch is the target: starts with the
 * user's, else with the branch checked out, and follows the name once.
 */
int
orch_target(struct orch *o, char *branch, size_t len, char base[OID_MAX], struct settings *s)
{
	struct settings user;
	int status;

	if ((status = orch_settings(o, NULL, &user)) != 0)
		return status;
	if (user.target != NULL)
		strlcpy(branch, user.target, len);
	else
		status = head_branch(o, branch, len);
	settings_release(&user);
	for (int tries = 0; status == 0; tries++) {
		if ((status = branch_commit(o, branch, base)) != 0 ||
		    (status = orch_settings(o, base, s)) != 0 ||
		    s->target == NULL || strcmp(s->target, branch) == 0)
			break;
		if (tries == 0)
			strlcpy(branch, s->target, len);
		else {
			log_warnx("the settings in target %s name another target, %s; make both branches name the same target",
			    branch, s->target);
			status = EX_CONFIG;
		}
		settings_release(s);
	}
	return status;
}

int
orch_target_settings(struct orch *o, struct settings *s)
{
	char branch[ORCH_REF_MAX], base[OID_MAX];

	return orch_target(o, branch, sizeof(branch), base, s);
}
