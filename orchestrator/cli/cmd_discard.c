/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "orchestrator/merge/by_hand.h"
#include "orchestrator/session/discard.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/strings.h"
#include "proto/json/json.h"

struct arguments {
	bool		 failed, all;
	char	*const	*sessions;
};
static const struct option_row rows[] = {
	OPT_FLAG(struct arguments, failed, 0, "failed", "all items whose last session has failed"),
	OPT_FLAG(struct arguments, all, 0, "all-ended", "all ended attempts that were not merged"),
	OPERANDS_OPTIONAL(struct arguments, sessions, "SESSION ..."),
};

struct discarding {
	struct json	*done;		/* NULL: prints for people */
	size_t		 n, problems;
};

static void
report(struct orch *o, struct discarding *d, const struct entry *e)
{
	char ref[160], oid[OID_MAX] = "";
	struct json *j;

	snprintf(ref, sizeof(ref), "refs/salvage/%s", e->id);
	(void)git_ref_read(&o->repo, ref, oid, NULL, 0);
	if (d->done == NULL) {
		if (oid[0] != '\0')
			printf("%s: discarded; its work is saved in %s: orchestrator salvage restore %s\n", e->id, ref, e->id);
		else
			printf("%s: discarded; it had nothing to save\n", e->id);
		return;
	}
	j = json_new_object();
	json_put_str(j, "session", e->id);
	json_put_str(j, "item", e->state.item);
	json_put_str(j, "saved", oid[0] != '\0' ? ref : NULL);
	json_append(d->done, j);
}

/* All attempts of the item that were not merged, the oldest first. */
static void
discard_item(struct orch *o, struct discarding *d, struct entries *all, const char *item)
{
	char why[GIT_ERR];

	for (size_t i = 0; i < all->n; i++) {
		struct entry *e = &all->v[i];

		if (strcmp(e->state.item, item) != 0 || e->error != NULL || !status_undone(e->state.status))
			continue;
		d->n++;
		if (entry_discard(o, e, why, sizeof(why)) == 0)
			report(o, d, e);
		else {
			log_warnx("%s: not discarded: %s", e->id, why);
			d->problems++;
		}
	}
}

/* 0: no session of the item keeps it from being discarded. */
static int
check_item(const struct entries *all, const char *item)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct entry *e = &all->v[i];

		if (strcmp(e->state.item, item) != 0)
			continue;
		if (e->error != NULL) {
			log_warnx("session %s: %s", e->id, e->error);
			return EX_DATAERR;
		}
		if (e->state.merging.target[0] != '\0' && !status_done(e->state.status)) {
			log_warnx("session %s: its merge was interrupted; orchestrator merge %s completes it", e->id, e->id);
			return EX_USAGE;
		}
		if (!status_ended(e->state.status)) {
			log_warnx("session %s is %s: orchestrator cancel %s ends it first", e->id, show_status(e), e->id);
			return EX_USAGE;
		}
	}
	return 0;
}

static bool
has_undone(const struct entries *all, const char *item)
{
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->v[i].state.item, item) == 0 && all->v[i].error == NULL && status_undone(all->v[i].state.status))
			return true;
	return false;
}

static int
add_named(struct orch *o, const struct entries *all, char *const *names, struct strings *items)
{
	struct entry e;
	int rv = 0;

	for (; rv == 0 && *names != NULL; names++) {
		if ((rv = registry_find(o, *names, &e)) != 0)
			break;
		if (status_done(e.state.status) && !has_undone(all, e.state.item)) {
			log_warnx("%s is merged: its worktree and branch are gone, and its record stays in the archive", e.id);
			rv = EX_USAGE;
		} else
			rv = check_item(all, e.state.item);
		if (rv == 0 && !strings_has(items, e.state.item))
			strings_add(items, e.state.item);
		entry_release(&e);
	}
	return rv;
}

/* Items whose newest session has failed, or has ended and an attempt was not merged. */
static void
add_ended(const struct entries *all, bool failed, struct strings *items)
{
	for (size_t i = all->n; i-- > 0;) {
		const struct entry *e = &all->v[i];
		bool newest = true;

		for (size_t k = i + 1; newest && k < all->n; k++)
			newest = strcmp(all->v[k].state.item, e->state.item) != 0;
		if (newest && e->error == NULL && e->state.merging.target[0] == '\0' && status_ended(e->state.status) &&
		    (failed ? status_traits(e->state.status)->outcome == OUTCOME_FAILED : has_undone(all, e->state.item)))
			strings_add(items, e->state.item);
	}
}

static void
finish(const struct discarding *d)
{
	struct json *j;

	if (d->done == NULL) {
		if (d->n == 0)
			puts("nothing to discard");
		return;
	}
	j = json_new_object();
	json_put_int(j, "version", 1);
	json_put(j, "discarded", d->done);
	json_put_int(j, "problems", (int64_t)d->problems);
	show_json(j);
}

static int
run(struct orch *o, void *arguments)
{
	const struct arguments *a = arguments;
	struct discarding d = { 0 };
	struct strings items = { 0 };
	struct entries all;
	int rv;

	if (a->failed + a->all + (a->sessions != NULL) != 1)
		return option_error(&cmd_discard.syntax, "give the sessions, or --failed, or --all-ended");
	if ((rv = orch_open(o)) != 0)
		return rv;
	by_hand_recover(o);
	registry_load(o, true, &all);
	if (a->sessions != NULL)
		rv = add_named(o, &all, a->sessions, &items);
	else
		add_ended(&all, a->failed, &items);
	if (rv == 0) {
		d.done = o->json ? json_new_array() : NULL;
		for (size_t i = 0; i < items.n; i++)
			discard_item(o, &d, &all, items.v[i]);
		finish(&d);
		rv = d.problems > 0 ? EX_NEGATIVE : 0;
	}
	entries_release(&all);
	strings_free(&items);
	return rv;
}

const struct cmd cmd_discard = COMMAND("discard",
    "remove ended sessions with their worktrees and branches, and save their work", run, OPTION_ROWS(rows, struct arguments));
