/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/cli/doctor.h"
#include "orchestrator/session/clients_here.h"
#include "orchestrator/session/place.h"
#include "orchestrator/session/plan.h"
#include "orchestrator/session/spawn.h"
#include "orchestrator/session/target_tell.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/identity.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/array.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/git/pool.h"
#include "proto/json/json.h"
#include "proto/record/config.h"

static void
check_worker(struct report *r, const struct orch *o)
{
	if (access(o->worker, X_OK) == 0)
		report_add(r, "worker", HEALTH_GOOD, "%s", o->worker);
	else
		report_add(r, "worker", HEALTH_BAD, "%s: %s; install the worker program there, or "
		    "set ORCHESTRATOR_WORKER", o->worker, strerror(errno));
}

/* Do the user's own settings name an implementer? */
static bool
user_has_implementer(struct orch *o)
{
	struct settings s;
	bool has = false;

	if (orch_settings(o, NULL, &s) == 0) {
		has = s.role[ROLE_IMPLEMENTER] != NULL;
		settings_release(&s);
	}
	return has;
}

static void
check_clients(struct report *r, struct orch *o)
{
	const struct settings none = { 0 };
	struct strings here = { 0 };
	char *mix;

	clients_here(&none, &here);
	for (size_t i = 0; i < here.n; i++)
		report_add(r, "agent", HEALTH_GOOD, "%s is on PATH", here.v[i]);
	if (here.n > 1) {
		mix = clients_mix(&here);
		report_add(r, "roles", HEALTH_GOOD, "without settings %s takes all roles; to mix, set \"roles\": %s", here.v[0], mix);
		free(mix);
	}
	/* in a repository the check of the settings tells */
	if (here.n == 0 && o->repo.common == NULL && !user_has_implementer(o))
		report_add(r, "agent", HEALTH_NOTE, "no agent client on PATH; install one "
		    "(claude, codex, gemini, opencode), set \"agents\", or give a command: dispatch ITEM -- COMMAND");
	strings_free(&here);
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

/* Where the settings put the worktrees, and those kept for later. */
static void
check_worktrees(struct report *r, const struct orch *o)
{
	char *dir = place_dir(o), *pool = text_format("%s/" POOL_DIR, dir), *slash;
	size_t n = pool_ours(pool) ? pool_count(pool) : 0;

	if (n > 0)
		report_add(r, "pool", HEALTH_GOOD, "%zu worktree%s kept for the next items in %s; "
		    "orchestrator cleanup removes %s", n, n == 1 ? " is" : "s are", pool,
		    n == 1 ? "it" : "them");
	if (o->worktrees != NULL) {
		while (access(dir, F_OK) == -1 && (slash = strrchr(dir, '/')) != NULL && slash != dir)
			*slash = '\0';
		if (access(dir, W_OK | X_OK) == -1)
			report_add(r, "worktrees", HEALTH_BAD, "%s: %s; make it writable: %s is made there", dir, strerror(errno),
			    o->worktrees);
		else
			report_add(r, "worktrees", HEALTH_GOOD, "%s", o->worktrees);
	}
	free(pool);
	free(dir);
}

static void
check_repository(struct report *r, struct orch *o)
{
	const char *place = o->repo.top != NULL ? o->repo.top : o->repo.common;

	report_add(r, "repository", HEALTH_GOOD, "%s", place);
	doctor_file_system(r, "tree-fs", place);
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
	char why[GIT_ERR];
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
		if (target_waits(o, c.target, why, sizeof(why)))
			report_add(r, "checkout", HEALTH_NOTE, "merges into %s will wait, as a checkout can't follow: %s", c.target, why);
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
	char *name;

	orch_home(o);
	doctor_git(r);
	check_worker(r, o);
	doctor_home(r, o->home);
	doctor_inotify(r);
	doctor_proc(r);
	doctor_cgroup(r);
	doctor_confine(r, o->worker, o->home);
	if (orch_repository(o, &repo, reason, sizeof(reason)) == -1) {
		report_add(r, "repository", HEALTH_BAD, "%s", reason);
		return;
	}
	if ((name = identity_find(&repo, o->home, reason, sizeof(reason))) == NULL)
		report_add(r, "repository", HEALTH_BAD, "%s", reason);
	git_repo_release(&repo);
	if (name == NULL)
		return;
	free(name);
	if (orch_open(o) == 0) {
		check_repository(r, o);
		if (access(o->home, W_OK) == 0)
			check_settings(r, o);
		check_worktrees(r, o);
	}
}

struct arguments { bool agents; };
static const struct option_row rows[] = {
	OPT_FLAG(struct arguments, agents, 0, "agents", "ask each agent for one word, which costs some tokens"),
};

static int
run(struct orch *o, void *arguments)
{
	const struct arguments *a = arguments;
	struct report r = { .json = o->json };
	struct json *j;
	char *text;

	if (o->json)
		r.checks = json_new_array();
	check_all(&r, o);
	check_clients(&r, o);
	if (a->agents)
		doctor_agents(&r, o);
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
    "report what is missing or will not work on this machine", run, OPTION_ROWS(rows, struct arguments));
