/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/session/discard.h"
#include "orchestrator/session/unjudged.h"
#include "orchestrator/source/task_link.h"
#include "orchestrator/workspace/claim.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/fault.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/checkout/checkout.h"
#include "proto/json/record.h"
#include "proto/record/config.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"

#define TIPS_MAX	100		/* branches of a git directory that are saved */
#define STASH_MAX	(1u << 20)	/* bytes of the list of what was stashed */

/* 1: the target, or the saved work, has the commit; 0; -1. */
static int
is_kept(struct orch *o, const struct git *g, const char *id, const char *target, const char *commit, char *err,
    size_t errlen)
{
	char *ref[] = { text_format("refs/salvage/%s", id), text_format("refs/heads/%s", target) }, oid[OID_MAX];
	int rc = 0;

	for (size_t i = 0; i < 2; i++) {
		if (rc == 0 && (rc = git_ref_read(&o->repo, ref[i], oid, err, errlen)) == 0 && oid[0] != '\0')
			rc = git_ancestor(g, commit, oid, err, errlen);
		free(ref[i]);
	}
	return rc;
}

/* The commits of HEAD, the branches and the stash of a git directory. */
static int
tips_of(struct orch *o, const char *dir, struct strings *tips, char *err, size_t errlen)
{
	int fd = file_open_dir(AT_FDCWD, dir), rc;
	struct git_refs refs = { 0 };
	char oid[OID_MAX], *log = NULL;
	size_t len;

	if (fd == -1 && errno == ENOENT)
		return 0;
	if (fd == -1) {
		snprintf(err, errlen, "%s: %s", dir, strerror(errno));
		return -1;
	}
	if ((rc = git_private_head(&o->repo, dir, oid, err, errlen)) == 0)
		strings_add(tips, oid);
	else if (!fault_undecided())	/* it names no commit */
		rc = 0;
	if (rc == 0)
		rc = git_refs_list(fd, "refs/heads/", o->repo.hexlen, true, &refs, err, errlen);
	for (size_t i = 0; i < refs.n; i++)
		strings_add(tips, refs.v[i].oid);
	git_refs_free(&refs);
	if (rc == 0 && (rc = git_private_stash(&o->repo, dir, oid, err, errlen)) == 0 && oid[0] != '\0') {
		strings_add(tips, oid);
		(void)file_read(fd, "logs/refs/stash", STASH_MAX, &log, &len);	/* "OLD NEW NAME ...": those below it */
		for (char *p = log; p != NULL && strlen(p) > 2 * o->repo.hexlen + 1; p = strchr(p, '\n') + 1) {
			snprintf(oid, sizeof(oid), "%.*s", (int)o->repo.hexlen, p + o->repo.hexlen + 1);
			if (git_oid_valid(&o->repo, oid))
				strings_add(tips, oid);
			if (strchr(p, '\n') == NULL)
				break;
		}
		free(log);
	}
	close(fd);
	return rc;
}

/* 1: the commit is in the repository, and nothing else has it; 0; -1. */
static int
take_tip(struct orch *o, const struct git *g, const struct entry *e, const char *objects, const char *target,
    const char *commit, char *err, size_t errlen)
{
	const char *head = e->state.head[0] != '\0' ? e->state.head : e->state.base;
	bool descends;
	int rc;

	if (strcmp(commit, head) == 0 || strcmp(commit, e->state.base) == 0)
		return 0;
	if (git_import_any(g, objects, e->state.base, commit, &descends, err, errlen) == -1)
		return -1;
	if ((rc = git_ancestor(g, commit, head, err, errlen)) == 0)
		rc = is_kept(o, g, e->id, target, commit, err, errlen);
	return rc == -1 ? -1 : rc == 0;
}

/* Saves the commits of a git directory of the session that no branch has: those of a person's or an agent's own branches,
 * what they stashed, and commits that were not imported. */
static int
commits_save(struct orch *o, const struct git *g, const struct entry *e, const char *name, const char *target, char *err,
    size_t errlen)
{
	char *dir = text_format("%s/%s", e->path, name), *objects = text_format("%s/objects", dir);
	struct strings all = { 0 }, tips = { 0 }, some;
	int rc = e->state.base[0] != '\0' ? tips_of(o, dir, &all, err, errlen) : 0, one = 0;

	if (all.n > TIPS_MAX) {
		snprintf(err, errlen, "%s has %zu branches: delete those that you don't need, or %s", dir, all.n, dir);
		rc = -1;
	}
	for (size_t i = 0; rc == 0 && i < all.n; i++) {
		if (strings_has(&tips, all.v[i]))
			continue;
		if ((one = take_tip(o, g, e, objects, target, all.v[i], err, errlen)) == 1)
			strings_add(&tips, all.v[i]);
		else if (one == -1 && (fault_undecided() || strcmp(name, SESSION_DIR_AGENT_GIT) != 0))
			rc = -1;
		else if (one == -1)
			log_warnx("%s: commit %.12s in %s is left out: %s", e->id, all.v[i], name, err);
	}
	for (size_t i = 0; rc == 0 && i < tips.n; i += some.n) {
		some = (struct strings){ .v = tips.v + i, .n = tips.n - i };
		if (some.n > GIT_SALVAGE_TIPS)
			some.n = GIT_SALVAGE_TIPS;
		rc = git_salvage_commits(g, e->id, e->state.head[0] != '\0' ? e->state.head : e->state.base, &some, err, errlen);
	}
	strings_free(&all);
	strings_free(&tips);
	free(objects);
	free(dir);
	return rc;
}

/* Its commits are saved first, on top of where they began. */
static int
branch_drop(struct orch *o, const struct git *g, const struct entry *e, const char *target, const char *ref, char *err,
    size_t errlen)
{
	struct strings tips = { 0 };
	struct checkout *c = NULL;
	char tip[OID_MAX];
	size_t n = 0;
	int rc;

	if (git_ref_read(&o->repo, ref, tip, err, errlen) == -1 ||
	    (tip[0] != '\0' && checkout_find(&o->repo, ref, &c, &n, err, errlen) == -1))
		return -1;
	if (tip[0] == '\0')
		return 0;
	if (n > 0) {
		log_warnx("%s: %s stays: it is checked out in %s", e->id, ref, c[0].path);
		checkout_free(c, n);
		return 0;
	}
	if ((rc = is_kept(o, g, e->id, target, tip, err, errlen)) == 0) {
		strings_add(&tips, tip);
		rc = git_salvage_commits(g, e->id, e->state.base[0] != '\0' ? e->state.base : tip, &tips, err, errlen);
		strings_free(&tips);
	}
	return rc == -1 ? -1 : git_ref_move(&o->repo, ref, "", tip, "orchestrator: discarded", err, errlen);
}

static bool
is_number(const char *s)
{
	return *s != '\0' && s[strspn(s, "0123456789")] == '\0';
}

/* The branches of attempts without a session, beside that of the session. */
static int
branches_drop(struct orch *o, const struct git *g, const struct entry *e, const struct strings *kept, const char *target,
    char *err, size_t errlen)
{
	char *prefix = text_format("refs/heads/%s", e->state.branch), *slash = strrchr(prefix, '/');
	struct git_refs refs = { 0 };
	int fd, rc = branch_drop(o, g, e, target, prefix, err, errlen);

	slash[1] = '\0';
	if (rc == 0 && (fd = file_open_path(AT_FDCWD, o->repo.common, O_RDONLY | O_DIRECTORY)) != -1) {
		rc = git_refs_list(fd, prefix, o->repo.hexlen, false, &refs, err, errlen);
		close(fd);
	}
	for (size_t i = 0; rc == 0 && i < refs.n; i++)
		if (strncmp(refs.v[i].name, prefix, strlen(prefix)) == 0 && is_number(refs.v[i].name + strlen(prefix)) &&
		    !strings_has(kept, refs.v[i].name + strlen("refs/heads/")))
			rc = branch_drop(o, g, e, target, refs.v[i].name, err, errlen);
	git_refs_free(&refs);
	free(prefix);
	return rc;
}

/* The branches that other sessions of the item have. */
static void
find_others(struct orch *o, const struct entry *e, struct strings *kept)
{
	struct entries all;

	registry_load(o, true, &all);
	for (size_t i = 0; i < all.n; i++)
		if (strcmp(all.v[i].state.item, e->state.item) == 0 && all.v[i].state.branch != NULL &&
		    strcmp(all.v[i].id, e->id) != 0)
			strings_add(kept, all.v[i].state.branch);
	entries_release(&all);
}

static char *
target_of(int fd)
{
	char why[RECORD_ERR], *target;
	struct config c = { 0 };

	target = text_format("%s", config_load(fd, &c, why, sizeof(why)) == 0 && c.target != NULL ? c.target : "");
	config_release(&c);
	return target;
}

static int
clear_git(struct orch *o, struct entry *e, const struct strings *kept, int fd, char *err, size_t errlen)
{
	struct unjudged u;
	struct git g;
	char *target;
	int rc;

	if (orch_git(o, &g, err, errlen) == -1)
		return -1;
	target = target_of(fd);
	if (commits_save(o, &g, e, SESSION_DIR_AGENT_GIT, target, err, errlen) == -1 ||
	    commits_save(o, &g, e, SESSION_DIR_GIT, target, err, errlen) == -1) {
		free(target);
		return -1;
	}
	rc = unjudged_find(&u, &g, e->path, &e->state, false, err, errlen);
	if (rc == 1)
		rc = unjudged_save(&u, &g, &e->state, err, errlen);
	unjudged_release(&u);
	if (rc != -1 && (rc = entry_worktree_clear(o, e, true, err, errlen)) == 0 && e->state.branch != NULL &&
	    strchr(e->state.branch, '/') != NULL)
		rc = branches_drop(o, &g, e, kept, target, err, errlen);
	free(target);
	return rc == -1 ? -1 : 0;
}

/* Keeps the records of its cost and its end for the report of its day. */
static int
records_keep(struct orch *o, const struct entry *e, int fd, char *err, size_t errlen)
{
	static const char *const records[] = { SESSION_FILE_CONFIG, SESSION_FILE_ITEM, SESSION_FILE_REVIEW, SESSION_FILE_STATE };
	char *dir = text_format("%s/" DISCARDED "/%s", o->instance, e->id), *buf;
	int to = file_make_dirs(dir) == -1 ? -1 : file_open_dir(AT_FDCWD, dir), rc = to == -1 ? -1 : 0;
	size_t len;

	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]) && rc == 0; i++) {
		if (file_read(fd, records[i], RECORD_MAX, &buf, &len) == -1) {
			rc = errno == ENOENT ? 0 : -1;
			continue;
		}
		rc = file_replace(to, records[i], buf, len, 0);
		free(buf);
	}
	if (rc == -1)
		snprintf(err, errlen, "%s: %s", dir, strerror(errno));
	file_close(to);
	free(dir);
	return rc;
}

static int
directory_drop(struct orch *o, const struct entry *e, char *err, size_t errlen)
{
	char *gone = text_format("%s/" DISCARD_GONE "%s", o->sessions, e->id);
	int rc = file_shift(AT_FDCWD, e->path, AT_FDCWD, gone);

	if (rc == -1)
		snprintf(err, errlen, "%s: %s", e->path, strerror(errno));
	else if (file_remove_tree(AT_FDCWD, gone) == -1)
		log_warn("%s: orchestrator cleanup removes it", gone);
	free(gone);
	return rc;
}

static int
discard_locked(struct orch *o, struct entry *e, const struct strings *kept, int fd, char *err, size_t errlen)
{
	struct state s;

	if (state_load(fd, &s, err, errlen) == -1)
		return -1;
	state_release(&e->state);
	e->state = s;
	if (!status_undone(s.status) || s.merging.target[0] != '\0') {
		snprintf(err, errlen, "it is %s now", s.merging.target[0] != '\0' ? "being merged" : status_name(s.status));
		return -1;
	}
	if (entry_kill_tree(e, false) == -1) {
		snprintf(err, errlen, "some of its processes can't be ended; end them, then try again");
		return -1;
	}
	task_link_close(e->path, e->id, s.status);
	if (clear_git(o, e, kept, fd, err, errlen) == -1 || records_keep(o, e, fd, err, errlen) == -1 ||
	    directory_drop(o, e, err, errlen) == -1)
		return -1;
	claim_drop(o, e->state.item, e->id);
	return 0;
}

int
entry_discard(struct orch *o, struct entry *e, char *err, size_t errlen)
{
	struct strings kept = { 0 };
	int fd, lock, rc;

	find_others(o, e, &kept);	/* before the lock: it looks at the locks of all */
	if ((lock = entry_lock_ended(e->path, &fd)) == -1) {
		snprintf(err, errlen, SESSION_FILE_LOCK ": %s", errno == EAGAIN ? "held by another process" : strerror(errno));
		strings_free(&kept);
		return -1;
	}
	rc = discard_locked(o, e, &kept, fd, err, errlen);
	close(lock);
	close(fd);
	strings_free(&kept);
	return rc;
}
