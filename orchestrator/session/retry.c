/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/session/conflict.h"
#include "orchestrator/session/plan.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/retry.h"
#include "orchestrator/session/spawn.h"
#include "orchestrator/source/task_link.h"
#include "orchestrator/workspace/claim.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/record/config.h"
#include "proto/record/review.h"
#include "proto/sys/file.h"

/* A former attempt, from its directory. */
struct former {
	struct item	 item;
	struct config	 config;
	char		*findings;
	char		**command;	/* command of dispatch ITEM -- COMMAND, or NULL */
	char		 list[TASKLIST_ID_MAX];	/* task list of the item, or "" */
};

static void
former_release(struct former *f)
{
	item_release(&f->item);
	config_release(&f->config);
	free(f->findings);
	free(f->command);
}

/* What must be repaired: the council's findings, else the reason of the end. */
static char *
find_findings(struct orch *o, int fd, const struct entry *e, const struct config *c)
{
	char reason[512];
	struct review review;
	struct text t = { 0 };

	if (status_traits(e->state.status)->outcome == OUTCOME_BLOCKED && c->target != NULL)
		return conflict_findings(o, fd, &e->state, c->target);
	if (review_load(fd, &review, reason, sizeof(reason)) == 0) {
		if (review.verdict != VERDICT_APPROVED && review.findings != NULL)
			text_puts(&t, review.findings);
		review_release(&review);
	}
	if (t.len == 0 && e->state.feedback != NULL)
		text_puts(&t, e->state.feedback);
	if (t.len == 0 && e->state.blocked != NULL)
		text_printf(&t, "The former attempt was blocked: %s", e->state.blocked);
	if (t.len == 0) {
		text_printf(&t, "The former attempt ended as \"%s\"", status_name(e->state.status));
		if (e->state.reason[0] != '\0')
			text_printf(&t, " (%s)", e->state.reason);
		text_printf(&t, "%s%s", e->state.detail[0] != '\0' ? ": " : ".", e->state.detail);
	}
	return t.buf;
}

static int
former_load(struct orch *o, struct former *f, const struct entry *e)
{
	char reason[1024];
	int fd, status = EX_DATAERR;

	memset(f, 0, sizeof(*f));
	if ((fd = file_open_dir(AT_FDCWD, e->path)) == -1) {
		log_warn("%s", e->path);
		return EX_NOINPUT;
	}
	if (item_load(fd, &f->item, reason, sizeof(reason)) == -1 ||
	    config_load(fd, &f->config, reason, sizeof(reason)) == -1)
		log_warnx("%s: %s", e->path, reason);
	else {
		f->findings = find_findings(o, fd, e, &f->config);
		status = 0;
	}
	close(fd);
	if (status != 0)
		former_release(f);
	return status;
}

char *
retry_findings(struct orch *o, const struct entry *e)
{
	char *findings = NULL;
	struct former f;

	if (former_load(o, &f, e) != 0)
		return NULL;
	findings = f.findings;
	f.findings = NULL;
	former_release(&f);
	return findings;
}

/* Only an ended session can be repeated.  First declares the death of a worker. */
static int
check_ended(struct entry *e)
{
	const char *id = e->id;

	if (e->error != NULL) {
		log_warnx("session %s: %s", id, e->error);
		return EX_DATAERR;
	}
	if (entry_dead(e) && entry_declare(e, STATUS_FAILED, "died", "the worker died") == -1)
		return EX_IOERR;
	if (status_live(e->state.status))
		log_warnx("session %s is %s; cancel it first: orchestrator cancel %s", id,
		    status_name(e->state.status), id);
	else if (!status_ended(e->state.status))
		log_warnx("session %s is approved; merge it (orchestrator merge %s), or cancel it "
		    "first", id, id);
	else if (status_done(e->state.status))
		log_warnx("session %s is merged: orchestrator tasks reopen %s does a task of a list again, and orchestrator dispatch "
		    "%s --title '...' other work", id, e->state.item, e->state.item);
	else
		return 0;
	return EX_USAGE;
}

/* A task may have been changed since; what several tasks made stays as it was. */
static void
take_task(struct orch *o, struct former *f, const struct entry *e)
{
	char list[TASKLIST_ID_MAX];

	task_link_list(o, f->item.id, e->id, f->list);
	if (f->list[0] != '\0' && f->item.parts.n == 0)
		(void)task_link_item(o, f->list, f->item.id, &f->item, list);
}

/* Tells the next attempt where the uncommitted work of this one is. */
static void
add_salvaged(struct orch *o, struct former *f, const struct entry *e, struct dispatch *d)
{
	char *ref = text_format("refs/salvage/%s", e->id), oid[OID_MAX], *more;

	if (git_ref_read(&o->repo, ref, oid, NULL, 0) == 0 && oid[0] != '\0') {
		more = text_format("%s\n\nThe uncommitted work of the former attempt is saved in %s: git show %s", f->findings,
		    ref, oid);
		free(f->findings);
		d->findings = f->findings = more;
	}
	free(ref);
}

/* The arguments for dispatching the item again. */
static struct dispatch
again(const struct entry *e, struct former *f, struct item *as, const char *of)
{
	const struct settings *s = &f->config.settings;
	struct dispatch d = {
		.item = as != NULL ? as : &f->item,
		.agent_type = (as != NULL ? as : &f->item)->agent_type,
		.review = f->config.review,
		.command = f->command = plan_command(s),
		.retry_of = e->id,
		.findings = f->findings,
		.attempt = f->config.attempt + 1,
	};

	d.agent = d.command == NULL ? f->config.agent : NULL;
	d.list = of != NULL ? of : f->list[0] == '\0' ? NULL : f->list;
	return d;
}

/* An item that can't be dispatched is not archived either. */
static int
put_away(struct orch *o, struct entry *e, const struct dispatch *d)
{
	struct config c;
	char reason[1024];
	int status;

	if ((status = plan_make(o, d, &c)) != 0)
		return status;
	config_release(&c);
	if (entry_put_away(o, e, true, reason, sizeof(reason)) == 0)
		return 0;
	log_warnx("session %s: cannot be archived: %s", e->id, reason);
	return EX_CANTCREAT;
}

int
retry_session(struct orch *o, struct entry *e, const char *of, struct item *as,
    struct item *item, struct dispatched *made)
{
	struct dispatch d;
	struct former f;
	int status;

	if ((status = check_ended(e)) != 0 || (status = former_load(o, &f, e)) != 0)
		return status;
	if (of == NULL)
		take_task(o, &f, e);
	d = again(e, &f, as, of);
	if ((status = put_away(o, e, &d)) == 0) {
		add_salvaged(o, &f, e, &d);
		status = dispatch_item(o, &d, made);
	}
	if (status != 0 && e->archived)
		claim_drop(o, e->state.item, e->id);
	if (status == 0 && item != NULL) {
		*item = f.item;
		memset(&f.item, 0, sizeof(f.item));
	}
	former_release(&f);
	return status;
}
