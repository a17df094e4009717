/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/workspace/control.h"
#include "orchestrator/workspace/identity.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/id.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"

static bool
instance_valid(const char *name)
{
	if (!state_is_instance(name))
		return false;
	name += strlen(STATE_INSTANCE);
	return strlen(name) == UUID_LEN && strspn(name, "0123456789abcdef-") == UUID_LEN;
}

static void
set_instance(struct orch *o, const char *name)
{
	free(o->instance);
	free(o->sessions);
	free(o->archive);
	o->instance = text_format("%s/%s", o->workspace, name);
	o->sessions = text_format("%s/" STATE_SESSIONS, o->instance);
	o->archive = text_format("%s/" STATE_ARCHIVE, o->instance);
}

int
orch_instance(struct orch *o)
{
	char *link = text_format("%s/current", o->workspace), name[128];
	int status = 0;
	ssize_t n;

	if ((n = readlink(link, name, sizeof(name) - 1)) != -1) {
		name[n] = '\0';
		if (instance_valid(name))
			set_instance(o, name);
		else {
			log_warnx("%s: points to no instance; remove it and try again", link);
			status = EX_CONFIG;
		}
	} else if (errno != ENOENT && errno != ENOTDIR) {
		status = errno == EACCES ? EX_NOPERM : EX_CONFIG;
		log_warnx("%s: %s; make it readable, or set ORCHESTRATOR_HOME to another directory",
		    link, strerror(errno));
	}
	free(link);
	return status;
}

static int
make_dir(const char *path)
{
	if (file_make_dirs(path) == 0)
		return 0;
	log_warnx("%s: %s; make it writable or set ORCHESTRATOR_HOME to a directory that is",
	    path, strerror(errno));
	return orch_status(errno);
}

static int
make_instance_dirs(struct orch *o)
{
	int status;

	char *control = control_path(o);

	if ((status = make_dir(o->sessions)) == 0 && (status = make_dir(o->archive)) == 0)
		status = make_dir(control);
	free(control);
	return status;
}

static void
remove_control(const struct orch *o)
{
	char *control = control_path(o);

	rmdir(control);
	free(control);
}

/*
 * symlink(2) fails when the name exists: of two processes that make an
 * instance at the same time, the second uses the first one's, and removes its
 * own.
 */
static int
make_instance(struct orch *o)
{
	char name[128], *link;
	int fd, status;

	strlcpy(name, STATE_INSTANCE, sizeof(name));
	uuid_make(name + strlen(STATE_INSTANCE));
	set_instance(o, name);
	if ((status = make_instance_dirs(o)) != 0)
		return status;
	link = text_format("%s/current", o->workspace);
	if (symlink(name, link) == -1) {
		if (errno != EEXIST) {
			log_warn("%s", link);
			status = orch_status(errno);
		} else {
			rmdir(o->sessions);
			rmdir(o->archive);
			remove_control(o);
			rmdir(o->instance);
			status = orch_instance(o);
		}
	} else if ((fd = file_open_dir(AT_FDCWD, o->workspace)) != -1) {
		file_sync_dir(fd);
		close(fd);
	}
	free(link);
	return status;
}

int
orch_make(struct orch *o)
{
	char reason[GIT_ERR], *claims;
	struct git g;
	int status;

	identity_record(&o->repo, strrchr(o->workspace, '/') + 1);
	claims = text_format("%s/" STATE_CLAIMS, o->workspace);
	status = make_dir(claims);
	free(claims);
	if (status != 0)
		return status;
	if (o->instance == NULL && (status = orch_instance(o)) != 0)
		return status;
	status = o->instance != NULL ? make_instance_dirs(o) : make_instance(o);
	if (status != 0)
		return status;
	if (orch_git(o, &g, reason, sizeof(reason)) == -1) {
		log_warnx("%s", reason);
		return EX_CANTCREAT;
	}
	identity_note(&o->repo, o->workspace);
	return 0;
}
