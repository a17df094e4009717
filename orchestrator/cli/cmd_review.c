/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/record/review.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"

static void
print_opinion(const struct opinion *p)
{
	printf("\nround %jd: %s ", (intmax_t)p->round, role_name(p->role));
	if (p->run[0] == '\0')	/* the agent could not be resumed */
		printf("accepted the findings (");
	else
		printf("(run %s): %s, by ", p->run, verdict_name(p->verdict));
	text_print(stdout, p->how, false);
	printf("%s, of %.12s, %s ago\n", p->run[0] == '\0' ? ")" : "", p->commit, show_age(p->at));
	if (p->findings != NULL)
		show_block(stdout, p->findings);
}

static void
print_gate(const struct gate_result *g)
{
	printf("\nround %jd: gate ", (intmax_t)g->round);
	text_print(stdout, g->name == NULL ? "" : g->name, false);
	fputs(": ", stdout);
	text_print(stdout, g->outcome, false);
	printf(", %.1f s, of %.12s\n", (double)g->duration_ms / 1000, g->commit);
	if (!g->passed && g->output != NULL)
		show_block(stdout, g->output);
}

static void
print_review(const struct entry *e, const struct review *r)
{
	show_field("session", e->id);
	show_field("item", e->state.item);
	show_field("mode", r->mode);
	show_field("base", r->base);
	show_field("commit", r->commit);
	show_field("verdict", r->verdict == VERDICT_NONE ? "none yet" :
	    verdict_name(r->verdict));
	show_field("decided by", r->decided_by);
	printf("%-12s %jd\n", "rounds", (intmax_t)r->rounds);
	if (r->findings != NULL && r->verdict == VERDICT_REJECTED) {
		puts("findings");
		show_block(stdout, r->findings);
	}
	for (size_t i = 0; i < r->nopinions; i++)
		print_opinion(&r->opinions[i]);
	for (size_t i = 0; i < r->ngates; i++)
		print_gate(&r->gates[i]);
}

static int
review(const struct orch *o, const struct entry *e)
{
	struct review	 r = { 0 };
	struct json	*j;
	char		 why[RECORD_ERR];
	int		 fd, rv = 0;

	if (o->json) {
		if ((j = show_record_json(e, SESSION_FILE_REVIEW)) != NULL) {
			show_json(j);
			return 0;
		}
	}
	if ((fd = file_open_dir(AT_FDCWD, e->path)) == -1) {
		log_warn("%s", e->path);
		return EX_IOERR;
	}
	if (review_load(fd, &r, why, sizeof(why)) == -1) {
		log_warnx("%s: %s", e->id, why);
		rv = EX_DATAERR;
	} else if (r.session[0] == '\0') {
		log_warnx("%s is %s: it has not been reviewed yet", e->id, show_status(e));
		rv = EX_NOINPUT;
	} else
		print_review(e, &r);
	review_release(&r);
	close(fd);
	return rv;
}

static int
run(struct orch *o, void *arguments)
{
	const struct session_argument *a = arguments;
	struct entry	e;
	int		rv;

	if ((rv = show_operand(o, a->session, &e)) != 0)
		return rv;
	rv = review(o, &e);
	entry_release(&e);
	return rv;
}

const struct cmd cmd_review = COMMAND("review", "show the council's opinions, findings and verdict",
    run, SESSION_ROWS);
