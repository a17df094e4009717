/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "proto/base/fault.h"
#include "proto/base/text.h"
#include "worker/core/worker.h"
#include "worker/tree/audit.h"
#include "worker/tree/import.h"

int
import_objects(struct worker *w, const char *dir, char *commit, char *err, size_t len)
{
	const char *target = w->state.resolving.target;
	char *objects;
	int rc;

	if (git_private_head(&w->repo, dir, commit, err, len) == -1)
		return -1;
	if (strcmp(commit, w->state.head) == 0)
		return 0;
	objects = text_format("%s/objects", dir);
	rc = git_import(&w->git, objects, w->state.base, target[0] != '\0' ? target : NULL, commit, err, len);
	if (rc == 0)
		rc = git_lfs_take(&w->git, dir, w->state.head, commit, err, len);
	free(objects);
	return rc;
}

int
import_work(struct worker *w, const char *dir, char *commit)
{
	char err[GIT_ERR];

	strlcpy(w->onto, w->state.base, sizeof(w->onto));
	if (import_objects(w, dir, commit, err, sizeof(err)) == 0 && (strcmp(commit, w->state.head) == 0 ||
	    git_history(&w->git, commit, w->state.branch, w->config.target, w->onto, err, sizeof(err)) == 0))
		return 0;
	if (fault_code() != FAULT_WORK)
		worker_failed(w, "import", "%s", err);
	/* the implementer can't repair a commit that another branch has gained meanwhile */
	else if (audit_repository_with(w, commit) == 0)
		worker_hand_back(w, "import", "%s", err);
	return -1;
}
