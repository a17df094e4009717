/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <stdio.h>
#include <stdlib.h>

#include "orchestrator/cli/merge_show.h"
#include "orchestrator/merge/by_hand.h"
#include "orchestrator/merge/merging.h"
#include "orchestrator/session/conflict.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/session/target_tell.h"
#include "orchestrator/session/work.h"
#include "orchestrator/source/source.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/json.h"

static int
approval_compare(const void *a, const void *b)
{
	const struct entry *const	*x = a, *const *y = b;
	int64_t				 p = entry_approved_at(*x), q = entry_approved_at(*y);

	return p < q ? -1 : p > q;
}

static void
report(struct orch *o, const struct entry *e, enum merge_outcome m, const char *why,
    const char *next, struct json *list)
{
	struct json	*j;
	char		 oid[OID_MAX] = "";

	if (merging_done(m))
		merging_commit(o, e->id, oid);
	if (list != NULL) {
		j = json_new_object();
		json_put_str(j, "session", e->id);
		json_put_str(j, "item", e->state.item);
		json_put_str(j, "outcome", merging_word(m));
		json_put_str(j, "commit", oid[0] == '\0' ? NULL : oid);
		json_put_str(j, "reason", why[0] == '\0' ? NULL : why);
		json_put_str(j, "retried_as", next[0] == '\0' ? NULL : next);
		json_append(list, j);
		return;
	}
	printf("%s: %s", e->id, merging_word(m));
	if (oid[0] != '\0')
		printf(" as %.12s", oid);
	if (next[0] != '\0')
		printf(" as %s", next);
	if (why[0] != '\0') {
		fputs(": ", stdout);
		text_print(stdout, why, false);
	}
	if (m == MERGE_RESOLVE)
		printf("; orchestrator logs -f %s follows it", e->state.item);
	putchar('\n');
	fflush(stdout);
}

/* The settings may answer a conflict with another session of the item. */
static enum merge_outcome
after_conflict(struct orch *o, const struct entry *e, char next[SESSION_ID_MAX])
{
	enum merge_outcome	 m = MERGE_CONFLICT;
	struct entry		 now;

	if (entry_load(&now, e->path, false) == -1)
		return m;
	/* If the dispatch fails, the error was printed, and it stays a conflict. */
	if (merging_retry_due(&now) && merging_retry(o, &now, next) == MERGE_RETRIED)
		m = MERGE_RETRIED;
	entry_release(&now);
	return m;
}

static void
print_json(struct json *list)
{
	struct json	*j = json_new_object();

	json_put_int(j, "version", 1);
	json_put(j, "merges", list);
	show_json(j);
}

/* One after another: each merge starts from the target that the previous one made. */
static int
merge_all(struct orch *o, struct entry *const *v, size_t n, bool leave)
{
	struct json		*list = o->json ? json_new_array() : NULL;
	char			 why[GIT_ERR], next[SESSION_ID_MAX];
	struct merge_show	 show;
	enum merge_outcome	 m;
	int			 rv = 0;

	for (size_t i = 0; i < n; i++) {
		next[0] = '\0';
		target_tell_merge(o, v[i]);
		if (list == NULL)
			merge_show_begin(&show, v[i]);
		m = merging_run(o, v[i], leave, why, sizeof(why));
		if (m == MERGE_BUSY) {	/* the worker that has just recorded the approval */
			entry_await_holder(v[i]->path);
			m = merging_run(o, v[i], leave, why, sizeof(why));
		}
		if (list == NULL)
			merge_show_end(&show);
		if (m == MERGE_CONFLICT)
			m = after_conflict(o, v[i], next);
		report(o, v[i], m, why, next, list);
		if (!merging_done(m))
			rv = EX_NEGATIVE;
	}
	if (list != NULL)
		print_json(list);
	else if (n == 0)
		puts("nothing is ready to merge");
	source_settle(o);
	return rv;
}

static int
merge_approved(struct orch *o, bool leave)
{
	struct entries	 es;
	struct entry	**v;
	size_t		 n = 0;
	int		 rv;

	if ((rv = orch_open(o)) != 0)
		return rv;
	registry_load(o, false, &es);
	if ((v = calloc(es.n + 1, sizeof(struct entry *))) == NULL) {
		log_warn("calloc");
		rv = EX_OSERR;
	} else {
		for (size_t i = 0; i < es.n; i++)
			if (entry_mergeable(&es.v[i]))
				v[n++] = &es.v[i];
		qsort(v, n, sizeof(*v), approval_compare);
		rv = merge_all(o, v, n, leave);
	}
	free(v);
	entries_release(&es);
	return rv;
}

/* What to do about a session that merge can do nothing for: by what it is. */
static int
not_mergeable(struct orch *o, const struct entry *e)
{
	const char	*id = e->state.item;
	struct json	*list;
	char		*surplus;

	if (e->error == NULL && status_done(e->state.status)) {
		list = o->json ? json_new_array() : NULL;
		report(o, e, MERGE_NOTHING, "already merged", "", list);
		if (list != NULL)
			print_json(list);
		return 0;
	}
	if ((surplus = work_surplus(o, e)) != NULL)
		log_warnx("%s is %s, and its worktree has %s, not judged: orchestrator adopt %s has that reviewed", e->id,
		    show_status(e), surplus, id);
	else if (e->error == NULL && e->state.status == STATUS_CONFLICT)
		log_warnx("%s is in conflict: %s; " CONFLICT_ADVICE, e->id, e->state.detail,
		    CONFLICT_ADVICE_OF(&e->state, "the target"));
	else if (e->error == NULL && status_live(e->state.status) && e->state.questions_open > 0)
		log_warnx("%s waits for an answer, and is not approved yet: orchestrator show %s shows the question", e->id, id);
	else if (e->error == NULL && status_live(e->state.status))
		log_warnx("%s is %s, not approved yet: orchestrator logs -f %s follows it", e->id, show_status(e), id);
	else if (e->error == NULL && e->state.status == STATUS_REJECTED)
		log_warnx("%s was rejected: orchestrator review %s says why, orchestrator rework %s gives it back to its agent", e->id,
		    id, id);
	else
		log_warnx("%s is %s, not approved: orchestrator status %s says why, orchestrator retry %s begins again", e->id,
		    show_status(e), id, id);
	free(surplus);
	return EX_NEGATIVE;
}

struct arguments {
	bool		 approved;
	const char	*session;
};
static const struct option_row rows[] = {
	OPT_FLAG(struct arguments, approved, 0, "approved", "leave out changes that were not approved, and save them"),
	OPERAND_OPTIONAL(struct arguments, session, "SESSION"),
};

static int
run(struct orch *o, void *arguments)
{
	const struct arguments *a = arguments;
	struct entry	 e, *one = &e;
	int		 rv;

	if ((rv = orch_open(o)) != 0)
		return rv;
	by_hand_recover(o);
	if (a->session == NULL)
		return merge_approved(o, a->approved);
	if ((rv = show_operand(o, a->session, &e)) != 0)
		return rv;
	if (entry_mergeable(&e))
		rv = merge_all(o, &one, 1, a->approved);
	else
		rv = not_mergeable(o, &e);
	entry_release(&e);
	return rv;
}

const struct cmd cmd_merge = COMMAND("merge",
    "merge what is approved, oldest first, or one session", run,
    OPTION_ROWS(rows, struct arguments));
