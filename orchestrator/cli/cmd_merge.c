/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <stdio.h>
#include <stdlib.h>

#include "orchestrator/merge/merging.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/source/source.h"
#include "orchestrator/source/task_link.h"
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

/* One after another: each merge starts from the target that the previous one made. */
static int
merge_all(struct orch *o, struct entry *const *v, size_t n, bool leave)
{
	struct json		*j, *list = o->json ? json_new_array() : NULL;
	char			 why[GIT_ERR], next[SESSION_ID_MAX];
	enum merge_outcome	 m;
	int			 rv = 0;

	for (size_t i = 0; i < n; i++) {
		next[0] = '\0';
		m = merging_run(o, v[i], leave, why, sizeof(why));
		if (m == MERGE_BUSY) {	/* the worker that has just recorded the approval */
			entry_await_holder(v[i]->path);
			m = merging_run(o, v[i], leave, why, sizeof(why));
		}
		if (m == MERGE_CONFLICT)
			m = after_conflict(o, v[i], next);
		report(o, v[i], m, why, next, list);
		if (!merging_done(m))
			rv = EX_NEGATIVE;
	}
	if (list != NULL) {
		j = json_new_object();
		json_put_int(j, "version", 1);
		json_put(j, "merges", list);
		show_json(j);
	} else if (n == 0)
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
	task_link_recover(o);
	if (a->session == NULL)
		return merge_approved(o, a->approved);
	if ((rv = show_operand(o, a->session, &e)) != 0)
		return rv;
	if (entry_mergeable(&e))
		rv = merge_all(o, &one, 1, a->approved);
	else {
		log_warnx("%s is %s, not approved: orchestrator review %s says why", e.id,
		    show_status(&e), e.id);
		rv = EX_NEGATIVE;
	}
	entry_release(&e);
	return rv;
}

const struct cmd cmd_merge = COMMAND("merge",
    "merge what is approved, oldest first, or one session", run,
    OPTION_ROWS(rows, struct arguments));
