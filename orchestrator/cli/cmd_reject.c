/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/cli/input.h"
#include "orchestrator/session/answer.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/source/task_link.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/json/record.h"
#include "proto/record/review.h"

static int
save(struct entry *e, int fd, const char *text)
{
	char why[RECORD_ERR], line[256];
	struct review r = { 0 };
	struct opinion *o;
	int rc;

	if (review_load(fd, &r, why, sizeof(why)) == -1) {
		log_warnx("session %s: %s", e->id, why);
		return EX_DATAERR;
	}
	o = review_add_opinion(&r);
	o->role = ROLE_REVIEWER;
	o->round = e->state.round;
	o->verdict = VERDICT_REJECTED;
	strlcpy(o->commit, e->state.head, sizeof(o->commit));
	o->findings = text_format("%s", text);
	strlcpy(o->how, BY_PERSON, sizeof(o->how));
	o->at = clock_wall();
	r.verdict = VERDICT_REJECTED;
	strlcpy(r.decided_by, "person", sizeof(r.decided_by));
	r.decided_at = clock_wall();
	free(r.findings);
	r.findings = text_format("%s", text);
	text_first_line(line, sizeof(line), text);
	strlcpy(e->state.holder, "orchestrator", sizeof(e->state.holder));
	rc = review_save(fd, &r) == -1 || state_enter(&e->state, STATUS_REJECTED, "person", line) == -1 ||
	    state_save(fd, &e->state, true) == -1;
	review_release(&r);
	if (rc == 0)
		return 0;
	log_warn("%s", e->path);
	return EX_IOERR;
}

static int
reject(struct entry *e, const char *text)
{
	char why[RECORD_ERR];
	int fd, lock, rv;

	if ((lock = entry_lock_ended(e->path, &fd)) == -1) {
		log_warnx("session %s: %s", e->id, errno == EAGAIN ?
		    "another process has it just now; try again" : strerror(errno));
		return errno == EAGAIN ? EX_TEMPFAIL : EX_NOINPUT;
	}
	state_release(&e->state);
	memset(&e->state, 0, sizeof(e->state));
	if (state_load(fd, &e->state, why, sizeof(why)) == -1) {
		log_warnx("session %s: %s", e->id, why);
		rv = EX_DATAERR;
	} else if (e->state.status != STATUS_APPROVED || e->state.merging.target[0] != '\0') {
		log_warnx("session %s is %s: only approved work that is not merged can be rejected", e->id,
		    status_name(e->state.status));
		rv = EX_USAGE;
	} else if ((rv = save(e, fd, text)) == 0)
		task_link_close(e->path, e->id, e->state.status);
	close(lock);
	close(fd);
	return rv;
}

static void
print_done(const struct orch *o, const struct entry *e)
{
	struct json *j;

	if (!o->json) {
		printf("%s: rejected; orchestrator retry %s begins again with these findings\n", e->id, e->state.item);
		return;
	}
	j = json_new_object();
	json_put_int(j, "version", 1);
	json_put_str(j, "session", e->id);
	json_put_str(j, "status", status_name(e->state.status));
	show_json(j);
}

struct arguments {
	bool		 edit;
	const char	*session, *text;
};
static const struct option_row rows[] = {
	OPT_FLAG(struct arguments, edit, 'e', NULL, "write the findings in $EDITOR"),
	OPERAND(struct arguments, session, "SESSION"),
	OPERAND_OPTIONAL(struct arguments, text, "TEXT"),
};

static int
run(struct orch *o, void *arguments)
{
	const struct arguments *a = arguments;
	struct entry e;
	char *text;
	int rv;

	if ((rv = input_text(&cmd_reject.syntax, a->text, a->edit, "Why is it rejected?", &text)) != 0)
		return rv;
	if ((rv = show_operand(o, a->session, &e)) == 0) {
		if ((rv = answer_judge(o, &e, JUDGEMENT_REJECT, text)) == 1)
			rv = reject(&e, text);
		if (rv == 0)
			print_done(o, &e);
		entry_release(&e);
	}
	free(text);
	return rv;
}

const struct cmd cmd_reject = COMMAND("reject", "reject approved work, with the reason", run,
    OPTION_ROWS(rows, struct arguments));
