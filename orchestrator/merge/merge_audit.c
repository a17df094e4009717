/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "orchestrator/merge/merge_internal.h"
#include "proto/base/log.h"
#include "proto/git/audit.h"
#include "proto/record/item.h"

static enum merge_outcome
judge(struct merge *m, const struct audit *a)
{
	const struct strings *list = a->breaches.n > 0 ? &a->breaches : &a->refused;
	const char *reason = a->breaches.n > 0 ? "isolation-breach" : "protected";
	char text[400];

	if (list->n == 0)
		return MERGE_MERGED;
	for (size_t i = 0; i < list->n; i++)
		log_warnx("%s: %s: %s", m->id, reason, list->v[i]);
	audit_text(list, text, sizeof(text));
	if (merge_enter(m, STATUS_FAILED, reason, text) == -1)
		return MERGE_ERROR;
	return merge_result(m, MERGE_GATE, "%s: %s: %s", m->id, reason, text);
}

enum merge_outcome
merge_audit(struct merge *m)
{
	enum merge_outcome rv = MERGE_ERROR;
	struct item item = { 0 };
	struct audit a = { 0 };

	if (item_load(m->session, &item, m->err, m->errlen) == 0 &&
	    audit_commits(&m->git, &item, m->state.base, m->state.head, &a, m->err,
	    m->errlen) == 0 &&
	    audit_changes(&m->git, &m->config.settings, &item, m->changes, m->nchanges, &a, m->err,
	    m->errlen) == 0)
		rv = judge(m, &a);
	item_release(&item);
	audit_free(&a);
	return rv;
}
