/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "orchestrator/workspace/orch.h"
#include "proto/base/fault.h"
#include "proto/git/git.h"
#include "proto/sys/file.h"

int
orch_status(int error)
{
	fault_set(error);
	switch (error) {
	case EACCES:
	case EPERM:
		return EX_NOPERM;
	case EIO:
		return EX_IOERR;
	default:
		return EX_CANTCREAT;
	}
}

int
orch_git(struct orch *o, struct git *g, char *reason, size_t len)
{
	memset(g, 0, sizeof(*g));
	if (file_make_dirs(o->workspace) == -1) {
		snprintf(reason, len, "%s: %s; make it writable or set ORCHESTRATOR_HOME",
		    o->workspace, strerror(errno));
		return -1;
	}
	if (git_safe_make(&o->repo, o->safe, reason, len) == -1)
		return -1;
	g->repo = &o->repo;
	g->dir = o->safe;
	g->objects = o->repo.objects;
	return 0;
}
