/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "orchestrator/merge/merge_internal.h"
#include "proto/session/layout.h"

enum merge_outcome
merge_result(struct merge *m, enum merge_outcome outcome, const char *fmt, ...)
{
	va_list ap;

	if (m->err != NULL && m->errlen > 0) {
		va_start(ap, fmt);
		vsnprintf(m->err, m->errlen, fmt, ap);
		va_end(ap);
	}
	return outcome;
}

int
merge_save(struct merge *m)
{
	strlcpy(m->state.holder, "orchestrator", sizeof(m->state.holder));
	if (state_save(m->session, &m->state, true) == 0)
		return 0;
	merge_result(m, MERGE_ERROR, "%s/" SESSION_FILE_STATE ": %s", m->req->session_path,
	    strerror(errno));
	return -1;
}

int
merge_enter(struct merge *m, enum status to, const char *reason, const char *detail)
{
	if (state_enter(&m->state, to, reason, detail) == -1) {
		merge_result(m, MERGE_ERROR, "%s: cannot become %s from %s", m->id, status_name(to),
		    status_name(m->state.status));
		return -1;
	}
	return merge_save(m);
}
