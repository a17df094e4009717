/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "orchestrator/cli/deadline.h"
#include "orchestrator/cli/log_reader.h"
#include "orchestrator/cli/logs_follow.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/view/pager.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/alloc.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/session/layout.h"

#define LAST	10	/* lines of each session that -f --all begins with */

struct arguments {
	bool		 follow, all;
	struct option_number lines;
	const char	*since;
	char *const	*sessions;
};
static const struct option_row rows[] = {
	OPT_FLAG(struct arguments, follow, 'f', NULL, "follow them until the sessions end"),
	OPT_FLAG(struct arguments, all, 0, "all", "take all sessions that are not archived"),
	OPT_NUMBER(struct arguments, lines, 'n', NULL, "N", 0, 1000000000, "begin with the last N lines of each"),
	OPT_STRING(struct arguments, since, 0, "since", "TIME", "begin at TIME, or this long ago"),
	OPERANDS_OPTIONAL(struct arguments, sessions, "SESSION ..."),
};

static int
print_log(const struct entry *e, const struct log_from *from)
{
	struct log_reader r;
	int rv = 0;

	if (log_reader_open(&r, e) == -1) {
		log_warn("%s", e->path);
		return EX_IOERR;
	}
	if (log_reader_seek(&r, from) == -1 || log_reader_print(&r) == -1) {
		log_warn("%s/" SESSION_FILE_LOG, e->path);
		rv = EX_IOERR;
	}
	log_reader_close(&r);
	return rv;
}

/* Prints logs, of several sessions below their names; on a terminal in a pager. */
static int
print_logs(const struct entries *es, const struct log_from *from)
{
	bool terminal = isatty(STDOUT_FILENO);
	struct pager pager;
	int rv = 0, one;

	if (terminal) {
		(void)signal(SIGPIPE, SIG_IGN);
		pager_begin(&pager);
	}
	for (size_t i = 0; i < es->n && !ferror(stdout); i++) {
		if (es->n > 1)
			printf("%s==> %s <==\n", i == 0 ? "" : "\n", es->v[i].id);
		one = print_log(&es->v[i], from);
		rv = rv != 0 ? rv : one;
	}
	if (terminal)
		pager_end(&pager);
	return rv;
}

/* Sessions that can't be found are reported; the others are printed. */
static int
find(struct orch *o, char *const *names, struct entries *es)
{
	int rv = 0, one;

	for (char *const *name = names; name != NULL && *name != NULL; name++) {
		struct entry e;

		if ((one = show_operand(o, *name, &e)) == 0)
			*(struct entry *)array_add(&es->v, &es->n, sizeof(*es->v)) = e;
		rv = rv != 0 ? rv : one;
	}
	return rv;
}

static int
check(const struct arguments *a, struct log_from *from)
{
	from->lines = a->lines.given ? a->lines.value : a->follow && a->all && a->since == NULL ? LAST : -1;
	from->since = a->since == NULL ? 0 : deadline_since(a->since, clock_wall());
	if (from->since == -1)
		return option_error(&cmd_logs.syntax, "--since \"%s\": neither a past time such as 09:00 or "
		    "2026-01-31T09:00 nor a duration such as 10m", a->since);
	if (a->all == (a->sessions != NULL))
		return option_error(&cmd_logs.syntax, a->all ? "--all excludes SESSION" : "give a SESSION, or --all");
	return 0;
}

static int
run(struct orch *o, void *arguments)
{
	const struct arguments *a = arguments;
	struct entries es = { 0 };
	struct log_from from;
	int rv, one = 0;

	if ((rv = check(a, &from)) != 0 || (rv = orch_open(o)) != 0)
		return rv;
	if (a->all && a->follow)
		return (rv = orch_make(o)) != 0 ? rv : logs_follow_all(o, &from);
	if (a->all)
		registry_load(o, false, &es);
	else
		rv = find(o, a->sessions, &es);
	if (es.n > 0)
		one = a->follow ? logs_follow(es.v, es.n, &from) : print_logs(&es, &from);
	entries_release(&es);
	return rv != 0 ? rv : one;
}

const struct cmd cmd_logs = COMMAND("logs", "print the logs of sessions, or follow them", run,
    OPTION_ROWS(rows, struct arguments));
