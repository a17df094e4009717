/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/cli/doctor.h"
#include "orchestrator/session/place.h"
#include "orchestrator/session/plan.h"
#include "orchestrator/session/spawn.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "orchestrator/workspace/program.h"
#include "proto/base/array.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/git/pool.h"
#include "proto/json/json.h"
#include "proto/record/config.h"
#include "proto/settings/clients.h"

static void
check_worker(struct report *r, const struct orch *o)
{
	if (access(o->worker, X_OK) == 0)
		report_add(r, "worker", HEALTH_GOOD, "%s", o->worker);
	else
		report_add(r, "worker", HEALTH_BAD, "%s: %s; install the worker program there, or "
		    "set ORCHESTRATOR_WORKER", o->worker, strerror(errno));
}

static void
check_clients(struct report *r)
{
	const char *path = getenv("PATH");
	bool found = false;

	for (const struct client *c = clients; c < clients + nclients; c++) {
		if (!c->adapter || !program_exists(c->name, path))
			continue;
		found = true;
		report_add(r, "agent", HEALTH_GOOD, "%s is on PATH", c->name);
	}
	if (!found)
		report_add(r, "agent", HEALTH_NOTE, "no agent client on PATH; install one (claude), "
		    "set \"agents\", or give a command: dispatch ITEM -- COMMAND");
}

static void
check_hooks(struct report *r, const struct orch *o)
{
	char *path = text_format("%s/hooks", o->repo.common);
	const struct dirent *e;
	struct stat st;
	size_t n = 0, len;
	DIR *d;

	if ((d = opendir(path)) != NULL) {
		while ((e = readdir(d)) != NULL) {
			len = strlen(e->d_name);
			if ((len < 7 || strcmp(e->d_name + len - 7, ".sample") != 0) &&
			    fstatat(dirfd(d), e->d_name, &st, 0) == 0 && S_ISREG(st.st_mode) &&
			    (st.st_mode & 0111) != 0)
				n++;
		}
		closedir(d);
	}
	if (n > 0)
		report_add(r, "hooks", HEALTH_NOTE, "%s holds %zu: git hooks run neither for the agents' commits nor for "
		    "merges; make gates of the checks that must pass", path, n);
	free(path);
}

static void
check_pool(struct report *r, const struct orch *o)
{
	char *x = place_path(o, "x", NULL), *pool = pool_dir(x);
	size_t n = pool_count(pool);

	if (n > 0)
		report_add(r, "pool", HEALTH_GOOD, "%zu worktree%s kept for the next items in %s; "
		    "orchestrator cleanup removes %s", n, n == 1 ? " is" : "s are", pool,
		    n == 1 ? "it" : "them");
	free(pool);
	free(x);
}

static void
check_repository(struct report *r, struct orch *o)
{
	const char *place = o->repo.top != NULL ? o->repo.top : o->repo.common;

	report_add(r, "repository", HEALTH_GOOD, "%s", place);
	doctor_file_system(r, "tree-fs", place);
	check_pool(r, o);
	if (access(o->repo.common, W_OK | X_OK) == -1)
		report_add(r, "writing", HEALTH_BAD, "%s: %s; make it writable", o->repo.common,
		    strerror(errno));
	if (access(place, W_OK | X_OK) == -1)
		report_add(r, "writing", HEALTH_BAD, "%s: %s; make it writable: .worktrees/ is made "
		    "there", place, strerror(errno));
	if (o->repo.shallow)
		report_add(r, "history", HEALTH_NOTE, "the repository is shallow: a merge may lack "
		    "the common ancestor; git fetch --unshallow helps");
	if (o->repo.author_fallback)
		report_add(r, "identity", HEALTH_NOTE, "user.name or user.email is not set: merges "
		    "are made as %s <%s>", o->repo.author_name, o->repo.author_email);
	check_hooks(r, o);
}

static struct text said;	/* log_to takes no argument */

static void
take_line(const char *line)
{
	text_printf(&said, "%s%s", said.len > 0 ? "; " : "", line);
}

static void
check_settings(struct report *r, struct orch *o)
{
	static const char *const by[] = {
		[REVIEW_COUNCIL] = "the council approves",
		[REVIEW_GATES] = "the gates alone approve",
		[REVIEW_NONE] = "all work is approved without a review",
	};
	ARRAY_WHOLE(by, REVIEW_MODES);
	const struct dispatch d = { 0 };
	struct config c;

	int status;

	log_to(take_line);
	status = plan_make(o, &d, &c);
	log_to(NULL);
	if (status != 0)
		report_add(r, "settings", HEALTH_BAD, "a plain dispatch would fail: %s", said.buf);
	else {
		report_add(r, "settings", HEALTH_GOOD, "target %s, implementer %s, %s", c.target,
		    c.settings.role[ROLE_IMPLEMENTER], by[c.settings.review]);
		config_release(&c);
		if (said.len > 0)
			log_warnx("%s", said.buf);
	}
	text_free(&said);
}

static void
check_all(struct report *r, struct orch *o)
{
	char reason[GIT_ERR];
	struct git_repo repo;

	orch_home(o);
	doctor_git(r);
	check_worker(r, o);
	check_clients(r);
	doctor_home(r, o->home);
	doctor_inotify(r);
	doctor_proc(r);
	doctor_cgroup(r);
	doctor_confine(r, o->worker, o->home);
	if (git_repo_open(&repo, o->dir, reason, sizeof(reason)) == -1) {
		report_add(r, "repository", HEALTH_BAD, "%s", reason);
		return;
	}
	git_repo_release(&repo);
	if (orch_open(o) == 0) {
		check_repository(r, o);
		if (access(o->home, W_OK) == 0)
			check_settings(r, o);
	}
}

static int
run(struct orch *o, void *arguments)
{
	struct report r = { .json = o->json };
	struct json *j;
	char *text;

	(void)arguments;
	if (o->json)
		r.checks = json_new_array();
	check_all(&r, o);
	if (o->json) {
		j = json_new_object();
		json_put_int(j, "version", 1);
		json_put_bool(j, "ok", !r.bad);
		json_put(j, "checks", r.checks);
		text = json_text(j, true, NULL);
		fputs(text, stdout);
		free(text);
		json_free(j);
	}
	return r.bad ? EX_NEGATIVE : 0;
}

const struct cmd cmd_doctor = COMMAND("doctor",
    "report what is missing or will not work on this machine", run, NO_ROWS);
