/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/cli/status_one.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/session/target_tell.h"
#include "orchestrator/session/work.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/record/question.h"
#include "proto/record/review.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"

static void
salvage_ref(struct orch *o, const struct entry *e, char *ref, size_t len, char oid[OID_MAX])
{
	snprintf(ref, len, "refs/salvage/%s", e->id);
	oid[0] = '\0';
	git_ref_read(&o->repo, ref, oid, NULL, 0);
}

static void
print_path(const char *name, const char *path, const char *command, const struct entry *e)
{
	char	*line = text_format("orchestrator %s %s", command, e->archived ? e->id : e->state.item);

	show_path(name, path, line);
	free(line);
}

static void
print_time(const char *name, int64_t ms)
{
	char	buf[CLOCK_TEXT];

	if (ms != 0)
		show_format(name, "%s (%s ago)", clock_text(ms, buf, sizeof(buf)), show_age(ms));
}

static void
print_where(const struct entry *e)
{
	const struct state	*s = &e->state;

	show_field("session", e->id);
	show_field("item", s->item);
	show_toned("status", show_tone(e), show_status(e));
	if (e->error != NULL) {
		show_field("error", e->error);
		return;
	}
	if (entry_dead(e))
		show_format("", "%s: orchestrator execute starts it%s", status_name(s->status),
		    e->begun ? " again, orchestrator cleanup marks it failed" : "");
	show_reason(e);
	if (status_live(s->status))
		show_format("step", "%s, phase %d", step_name(s->step), step_phase(s->step));
	show_format("attempt", "%jd, review round %jd, %jd runs, started again %jd times",
	    (intmax_t)s->attempt, (intmax_t)s->round, (intmax_t)s->runs,
	    (intmax_t)s->recoveries);
	if (e->pid != 0)
		show_format(e->busy ? "held by" : "worker", "%jd%s", (intmax_t)e->pid,
		    e->busy ? " (orchestrator)" : "");
	if (s->parked)
		show_field("parked", "no process waits; the answer starts the worker again");
	if (s->tasks_total > 0)
		show_format("tasks", "%jd/%jd", (intmax_t)s->tasks_done, (intmax_t)s->tasks_total);
	if (e->paused)
		show_format("paused", "before the next step; orchestrator resume %s continues it", s->item);
	show_field("note", s->note);
	if (s->rescue.attempts > 0)
		show_format("recovered", "%jd times, last: %s%s", (intmax_t)s->rescue.attempts,
		    s->rescue.cause, s->rescue.under_way ? ", under way" : "");
}

static void
print_places(struct orch *o, const struct entry *e)
{
	char	ref[160], oid[OID_MAX], *surplus = work_surplus(o, e), *target = target_of(e);
	char	*log = text_format("%s/" SESSION_FILE_LOG, e->path);
	struct text t = { 0 };

	print_path("directory", e->path, "path", e);
	print_path("log", log, "logs", e);
	print_path("worktree", e->state.worktree, "path --worktree", e);
	free(log);
	if (target != NULL) {
		text_printf(&t, "%s", target);
		if (!status_done(e->state.status))
			target_news(o, target, e->state.base, &t);
		show_field("target", t.buf);
	}
	text_free(&t);
	free(target);
	show_field("branch", e->state.branch);
	show_field("base", e->state.base);
	show_field("head", e->state.head);
	show_field("merged", e->state.merged[0] != '\0' && strcmp(e->state.merged, e->state.base) == 0 ? "needed no change" :
	    e->state.merged);
	if (surplus != NULL)
		show_format("not judged", "%s: orchestrator adopt %s has that reviewed", surplus, e->id);
	free(surplus);
	salvage_ref(o, e, ref, sizeof(ref), oid);
	if (oid[0] != '\0')
		show_format("salvaged", "%s %s", ref, oid);
}

static void
print_work(const struct entry *e)
{
	const struct state	*s = &e->state;

	print_time("created", s->created_at);
	print_time("started", s->started_at);
	print_time("updated", s->updated_at);
	print_time("ended", s->ended_at);
	if (s->input_tokens > 0 || s->output_tokens > 0 || s->cost_microusd > 0)
		show_format("usage", "%jd tokens in, %jd out, %.4f USD",
		    (intmax_t)s->input_tokens, (intmax_t)s->output_tokens,
		    (double)s->cost_microusd / 1e6);
	if (s->merging.target[0] != '\0')
		show_format("merging", "into %s, %.12s -> %.12s: orchestrator merge completes it", s->merging.target,
		    s->merging.old, s->merging.new);
	for (size_t i = 0; i < s->nconflicts; i++)
		show_format("conflict", "%s (%s)", s->conflicts[i].path, s->conflicts[i].kind);
}

static void
print_questions(const struct entry *e, int fd)
{
	struct questions	 qs = { 0 };
	const struct question	*q;
	char			 why[RECORD_ERR];

	if (questions_load(fd, &qs, why, sizeof(why)) == -1) {
		show_field("questions", why);
		return;
	}
	for (q = qs.q; q < qs.q + qs.n; q++) {
		if (q->status != QUESTION_OPEN || !status_live(e->state.status))
			continue;
		show_format("question", "%s, %s, %s", q->id, question_from(q), show_age(q->asked_at));
		show_question(e, q);
	}
	questions_release(&qs);
}

static void
print_review(int fd)
{
	struct review	r = { 0 };
	char		why[RECORD_ERR];

	if (review_load(fd, &r, why, sizeof(why)) == -1) {
		show_field("review", why);
		return;
	}
	if (r.verdict != VERDICT_NONE)
		show_format("review", "%s by %s, commit %s, %zu opinions, %zu gates",
		    verdict_name(r.verdict), r.decided_by, r.commit, r.nopinions, r.ngates);
	if (r.verdict == VERDICT_REJECTED && r.findings != NULL)
		show_block(stdout, r.findings);
	review_release(&r);
}

static void
print_history(const struct state *s)
{
	char	buf[CLOCK_TEXT];

	for (size_t i = 0; i < s->nhistory; i++) {
		const char *reason = s->history[i].reason;

		show_format(i == 0 ? "history" : "", "%s  %s -> %s%s%s", clock_text(s->history[i].at, buf, sizeof(buf)),
		    status_name(s->history[i].from), status_name(s->history[i].to), reason[0] != '\0' ? ": " : "", reason);
	}
}

void
status_one(struct orch *o, const struct entry *e)
{
	int	fd;

	print_where(e);
	print_places(o, e);
	print_work(e);
	show_messages(e);
	if ((fd = file_open_dir(AT_FDCWD, e->path)) != -1) {
		print_questions(e, fd);
		print_review(fd);
		close(fd);
	}
	print_history(&e->state);
}

struct json *
status_one_object(struct orch *o, const struct entry *e)
{
	struct json	*j = show_entry_json(e);
	char		 ref[160], oid[OID_MAX], *path;

	json_put_int(j, "version", 1);
	path = text_format("%s/" SESSION_FILE_LOG, e->path);
	json_put_str(j, "log", path);
	free(path);
	salvage_ref(o, e, ref, sizeof(ref), oid);
	json_put_str(j, "salvage", oid[0] == '\0' ? NULL : ref);
	json_put(j, "state", show_record_json(e, SESSION_FILE_STATE));
	json_put(j, "questions", show_record_json(e, SESSION_FILE_QUESTIONS));
	json_put(j, "messages", show_record_json(e, SESSION_FILE_MESSAGES));
	json_put(j, "review", show_record_json(e, SESSION_FILE_REVIEW));
	return j;
}

void
status_one_json(struct orch *o, const struct entry *e)
{
	show_json(status_one_object(o, e));
}
