/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/array.h"
#include "proto/base/fault.h"
#include "proto/json/record.h"
#include "proto/record/answer.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"
#include "worker/agent/park.h"
#include "worker/agent/recovery.h"
#include "worker/agent/messages.h"
#include "worker/client/tells.h"
#include "worker/core/cmd.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/confine.h"
#include "worker/tree/clean.h"

static enum event (*const actions[])(struct worker *) = {
	[STEP_SETUP] = step_setup,
	[STEP_RESOLVE] = step_resolve,
	[STEP_IMPLEMENT] = step_implement,
	[STEP_COMMIT] = step_commit,
	[STEP_GATES] = step_gates,
	[STEP_SUMMARY] = step_summary,
	[STEP_PRESENT] = step_present,
	[STEP_REVIEW] = step_review,
	[STEP_RESPOND] = step_respond,
	[STEP_DECIDE] = step_decide,
	[STEP_REGATE] = step_gates,
	[STEP_PERSON] = step_person,
	[STEP_VERDICT] = step_verdict,
	[STEP_END] = NULL,
};
ARRAY_WHOLE(actions, STEP_COUNT);

static void
say_verdict(enum status status)
{
	enum verdict v = status_traits(status)->verdict;

	if (v != VERDICT_NONE)
		output_verdict(v == VERDICT_APPROVED ? "APPROVED" : "REJECTED");
}

/* Publishes the end last: a reader of it finds the worker done with the session, and the verdict's line is the
 * last in the log. */
static void
finish(struct worker *w, const struct step_move *move)
{
	const char *reason = NULL, *detail = NULL;
	enum status to = move->status;

	if (move->status != STATUS_FAILED) {
		w->state.step = STEP_END;
		if (to == STATUS_APPROVED && strcmp(w->review.decided_by, "nobody") == 0) {
			reason = "not-reviewed";
			detail = "approved without a review (review: none)";
		}
	} else {	/* keep the step on record: the session failed there */
		reason = w->fail_reason[0] != '\0' ? w->fail_reason
		    : move->reason != NULL ? move->reason : "internal";
		detail = w->fail_detail;
		to = limit_status(reason);
		recovery_keep(w, reason);
	}
	if (to == STATUS_APPROVED)
		clean_keep(w);
	clean_drop(w);
	confine_clean(w, to, reason != NULL ? reason : "");
	if (worker_enter(w, to, reason, detail) == -1)
		return;
	say_verdict(to);
}

/*
 * Records decisions in the order that recovery relies on: a verdict in
 * review.json (step_verdict), then the status, then the line.  true = continue.
 */
static bool
proceed(struct worker *w, const struct step_move *move)
{
	bool committed = w->state.step == STEP_COMMIT;

	if (move->verdict != VERDICT_NONE) {
		w->review.verdict = move->verdict;
		strlcpy(w->review.decided_by, move->decided_by != NULL ? move->decided_by : "",
		    sizeof(w->review.decided_by));
		w->state.step = STEP_VERDICT;
		return true;
	}
	if (move->next == STEP_END) {
		finish(w, move);
		return false;
	}
	w->state.step = move->next;
	if (move->rework) {
		w->state.round++;
		w->state.gate_tries = 0;
		(void)unlinkat(w->dirfd, SESSION_FILE_SUMMARY, 0);	/* from the former round */
		output_log("rework: round %lld", (long long)w->state.round);
	}
	if (w->state.status != move->status)
		(void)worker_enter(w, move->status, NULL, NULL);
	else
		(void)worker_save(w, committed);
	return true;
}

static void
run_steps(struct worker *w)
{
	const struct settings *s = &w->config.settings;
	struct step_facts facts;
	struct step_move move;
	enum event event;
	bool more = w->state.step != STEP_END;

	while (more && park_pause(w)) {
		w->fail_reason[0] = w->fail_detail[0] = '\0';
		w->handed_back = false;
		/* setup asks itself, after making its checkout, since the trial of bubblewrap takes time */
		(void)tells_scan(w);
		event = w->state.step != STEP_SETUP && confine_ready(w) == -1 ? EVENT_FAILED
		    : actions[w->state.step](w);
		if (event == EVENT_FAILED && worker_interrupted(w))
			return;
		facts = (struct step_facts){ .review = s->review,
			.round = w->state.round, .rounds = s->rounds + w->state.given_back,
			.person = settings_person(s), .no_reviewer = settings_person_reviews(s),
			.gate_tries = w->state.gate_tries, .gate_tries_max = s->gate_tries };
		move = step_next(w->state.step, event, &facts);
		more = proceed(w, &move);
	}
}

/* Begins where the files say the session is. */
static void
begin(struct worker *w)
{
	if (status_live(w->state.status))
		w->state.step = step_recover(w->state.status, w->state.step);
	if (status_live(w->state.status) && w->review.verdict != VERDICT_NONE)
		w->state.step = STEP_VERDICT;
	if (w->state.status == STATUS_PENDING) {
		output_log("session %s, item %s: %s", w->config.session, w->config.item,
		    w->item.title != NULL ? w->item.title : "");
		w->state.tasks_total = (int64_t)w->item.parts.n;
		(void)worker_enter(w, STATUS_RUNNING, NULL, NULL);
	} else
		say_verdict(w->state.status);
}

static int
leave(struct worker *w)
{
	if (w->gone) {
		warnx("%s: the session directory was deleted; the worktree %s is left as it is",
		    w->path, w->state.worktree);
		return EX_IOERR;
	}
	if (w->disk_failed) {
		warnx("%s: can't be written; make room, then resume it with worker run", w->path);
		output_log("stopped; worker run %s resumes it", w->path);
		return EX_IOERR;
	}
	if (w->cancelled && status_live(w->state.status)) {
		(void)worker_enter(w, STATUS_CANCELLED, "cancelled", "cancelled on request");
		return EX_NEGATIVE;
	}
	if (w->stop_signal != 0) {
		output_log("stopped by signal %d; worker run %s resumes it", w->stop_signal, w->path);
		(void)worker_save(w, false);
		return 128 + w->stop_signal;
	}
	if (w->state.parked) {
		output_log("parked: no process waits for the answer; orchestrator answer, or execute, starts the worker again");
		return worker_save(w, false) == 0 ? EX_NEGATIVE : EX_IOERR;
	}
	return status_approved(w->state.status) ? 0 : EX_NEGATIVE;
}

struct arguments {
	bool detach;
	const char *dir;
};
static const struct option_row rows[] = {
	OPT_FLAG(struct arguments, detach, 'd', NULL, "close standard output and error once the lock is held"),
	OPERAND(struct arguments, dir, "DIR"),
};

/* Sets *parked if the worker ends to wait for an answer. */
static int
work(const struct arguments *a, bool *parked)
{
	struct worker w = { 0 };
	bool ended;
	int rc;

	rc = worker_open(&w, a->dir, a->detach);
	if (rc != 0 && rc != EX_TEMPFAIL && fault_passing())
		rc = EX_OSERR;	/* its starter tries again */
	if (rc == 0) {
		begin(&w);
		if (status_live(w.state.status)) {
			confine_begin(&w);
			(void)messages_remark(&w);
			run_steps(&w);
		}
		clean_drop(&w);
		ended = !status_live(w.state.status);
		rc = leave(&w);
		if (!w.gone && !status_live(w.state.status))
			(void)tells_scan(&w);	/* a later message finds the end in state.json */
		if (w.refused)
			finish(&w, &(struct step_move){ .next = STEP_END, .status = STATUS_FAILED });
		if (!ended)
			confine_clean(&w, w.state.status, w.state.reason);
		if (!a->detach)
			printf("%s: %s%s%s\n", w.config.session, status_name(w.state.status),
			    w.state.reason[0] != '\0' ? ": " : "", w.state.detail);
	}
	*parked = rc == EX_NEGATIVE && w.state.parked;
	worker_close(&w);
	return rc;
}

/* A command that gave an answer may have found the lock still held, and left the answer to this worker. */
static bool
is_answered(const char *dir)
{
	struct questions qs = { 0 };
	char why[RECORD_ERR];
	int fd = file_find_dir(AT_FDCWD, dir);
	bool answered = fd != -1 && questions_load(fd, &qs, why, sizeof(why)) == 0 && answers_wait(fd, &qs);

	questions_release(&qs);
	file_close(fd);
	return answered;
}

static int
run(void *arguments)
{
	const struct arguments *a = arguments;
	bool parked;
	int rc;

	do
		rc = work(a, &parked);
	while (parked && is_answered(a->dir));
	return rc;
}

const struct cmd cmd_run = COMMAND("run", "run the session in DIR to its end, from the step it is in",
    run, OPTION_ROWS(rows, struct arguments));
