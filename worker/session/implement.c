/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/session/layout.h"
#include "proto/settings/commit_text.h"
#include "proto/settings/clients.h"
#include "proto/sys/file.h"
#include "worker/agent/agent.h"
#include "worker/agent/prompt.h"
#include "worker/agent/messages.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/limit.h"
#include "worker/session/gate.h"
#include "worker/session/resolve.h"
#include "worker/session/unfinished.h"
#include "worker/tree/audit.h"
#include "worker/tree/worktree.h"

/* The summary covers the whole work: an agent that resolved, or followed a message, describes only that part. */
static int
keep_result(struct worker *w, const char *text)
{
	if (w->summarised || worker_resolving(w) || text == NULL || *text == '\0' ||
	    (w->messages_only && file_exists(w->dirfd, SESSION_FILE_SUMMARY)))
		return 0;
	return file_replace(w->dirfd, SESSION_FILE_SUMMARY, text, strlen(text), FILE_SYNC);
}

enum event
step_implement(struct worker *w)
{
	char *prompt, *result;
	enum agent_outcome outcome;
	int rc;

	do {
		result = NULL;
		prompt = prompt_implement(w);
		outcome = agent_go(w, ROLE_IMPLEMENTER, prompt, false, &result);
		free(prompt);
		rc = outcome == AGENT_OK ? keep_result(w, result) : 0;
		free(result);
		if (rc == -1)
			return worker_broken(w, "%s/" SESSION_FILE_SUMMARY " could not be written", w->path);
		w->messages_only = outcome == AGENT_OK && messages_wait(w);
	} while (w->messages_only);
	if (outcome == AGENT_OK) {
		/* the agent will not run again: a power loss must not lose its work */
		if (worker_sync_tree(w) == -1)
			return EVENT_FAILED;
		return EVENT_DONE;
	}
	/* no commit follows that would check; a breach takes precedence over other failures */
	if (!w->gone && w->stop_signal == 0 && !w->disk_failed)
		(void)audit_repository_now(w);
	return EVENT_FAILED;
}

/* A client that did nothing could be a lazy one, so that without a council the item has to allow it. */
static bool
nothing_needed(const struct worker *w)
{
	const struct agent *agent = agent_of(w, ROLE_IMPLEMENTER);
	bool command = agent != NULL && strcmp(agent->adapter, adapter_command.name) == 0 &&
	    client_of(agent) == NULL;

	return command || w->item.no_change || (w->config.settings.review == REVIEW_COUNCIL &&
	    faccessat(w->dirfd, SESSION_FILE_SUMMARY, F_OK, 0) == 0);
}

/* Did the round begin with a person's remarks, or so long ago that the history does not say? */
static bool
is_reworked(const struct state *s)
{
	for (size_t i = s->nhistory; i-- > 0;)
		if (s->history[i].to == STATUS_RUNNING && !status_live(s->history[i].from))
			return strcmp(s->history[i].reason, "remarks") == 0;
	return true;
}

/* The implementer had findings to repair, and the commit is the one that a judge rejected last. */
static bool
is_rejected(const struct worker *w)
{
	const struct review *r = &w->review;

	/* a person's remarks were ignored: without a council nothing else would say so */
	if (w->config.settings.review != REVIEW_COUNCIL && w->state.feedback != NULL && is_reworked(&w->state) &&
	    strcmp(r->commit, w->state.head) == 0)
		return true;
	for (size_t i = r->nopinions; w->state.feedback != NULL && i > 0; i--)
		if (r->opinions[i - 1].role != ROLE_IMPLEMENTER)
			return r->opinions[i - 1].verdict == VERDICT_REJECTED &&
			    strcmp(r->opinions[i - 1].commit, w->state.head) == 0;
	return false;
}

/* By the setting commit_message. */
static char *
commit_message(const struct worker *w)
{
	const char *template = w->config.settings.commit_message == NULL ? "{item}: {title}" :
	    w->config.settings.commit_message;
	char *user = text_format("%s <%s>", w->repo.author_name, w->repo.author_email), *message;
	char *urls = strings_join(&w->item.urls, "\n");
	struct text title = { 0 };
	const char *text = w->item.title != NULL ? w->item.title : "work of the implementer";

	text_line(&title, text, strlen(text));
	message = commit_text(template, &(struct commit_text){
		.item = w->config.item, .title = title.buf, .subject = title.buf, .urls = urls,
		.session = w->config.session, .target = w->config.target, .user = user,
	});
	text_free(&title);
	free(user);
	free(urls);
	return message;
}

enum event
step_commit(struct worker *w)
{
	char line[256], *message;
	enum event event = EVENT_DONE;
	int rc = 0;

	if (worker_resolving(w) && audit_merged(w))
		return audit_repository_now(w) == -1 ? EVENT_FAILED : worker_fail(w, REASON_CANCELLED,
		    "its work was merged into %s by hand meanwhile", worker_target(w));
	if ((event = unfinished_git(w)) == EVENT_DONE && worker_resolving(w))
		event = resolve_commit(w);
	else if (event == EVENT_DONE) {
		rc = worktree_commit(w, message = commit_message(w));
		free(message);
	}
	/* an unconfined agent may have moved the target itself, which the audit must see */
	if (rc != -1 && event == EVENT_DONE && w->sandbox != SANDBOX_NONE)
		worktree_settle_base(w);
	if (audit_repository_now(w) == -1)
		return EVENT_FAILED;
	if (rc != -1 && event == EVENT_DONE)
		worktree_settle_base(w);
	if (rc == -1)
		return w->handed_back ? EVENT_GATE_FAILED : EVENT_FAILED;
	if (event != EVENT_DONE)
		return event;
	if (rc == 1 && w->state.blocked != NULL) {
		text_first_line(line, sizeof(line), w->state.blocked);
		return worker_fail(w, "blocked", "%s", line);
	}
	/* further work on commits that are there, which ends with none, has not come to a result */
	/* a summary after refused calls does not mean that nothing needs to be changed */
	if (rc == 1 && w->refused_tools[0] != '\0' && !w->item.no_change)
		return worker_fail(w, "no-change", "nothing was committed; the client refused %s", w->refused_tools);
	if (rc == 1 && (strcmp(w->state.head, w->state.base) != 0 || !nothing_needed(w)))
		return worker_fail(w, "no-change",
		    "the implementer ended without a commit and left nothing to commit");
	if (rc == 1)
		output_log("nothing was changed: that nothing needs to be is what is judged");
	if ((event = unfinished_commit(w)) != EVENT_DONE)
		return event;
	if (is_rejected(w)) {
		output_log("%.12s was rejected and is unchanged: it is not judged again", w->state.head);
		return EVENT_UNCHANGED;
	}
	free(w->state.feedback);
	w->state.feedback = NULL;
	return EVENT_DONE;
}

/* The summary when the agent gave none. */
static int
summary_from_commits(struct worker *w)
{
	struct text t = { 0 };
	char err[GIT_ERR], *log = NULL;
	int rc;

	text_printf(&t, "%s\n", w->item.title != NULL ? w->item.title : w->config.item);
	if (git_log_text(&w->git, w->state.base, w->state.head, SESSION_MAX_TEXT / 2, &log, err,
	    sizeof(err)) == 0 && log != NULL)
		text_printf(&t, "\n%s", log);
	free(log);
	rc = file_replace(w->dirfd, SESSION_FILE_SUMMARY, t.buf, t.len, FILE_SYNC);
	text_free(&t);
	return rc;
}

enum event
step_summary(struct worker *w)
{
	char *buf;
	size_t len;

	if (gate_needed(w) == -1)
		return EVENT_FAILED;
	if (w->state.status == STATUS_RUNNING && (w->messages_only = messages_wait(w))) {
		w->state.gate_tries = 0;
		return EVENT_TOLD;
	}
	if (file_read(w->dirfd, SESSION_FILE_SUMMARY, SESSION_MAX_TEXT * 2, &buf, &len) == 0)
		free(buf);
	else if (summary_from_commits(w) == -1)
		return worker_broken(w, "%s/" SESSION_FILE_SUMMARY " could not be written",
		    w->path);
	w->state.gate_tries = 0;
	if (w->state.status != STATUS_COMPLETED &&
	    worker_enter(w, STATUS_COMPLETED, NULL, NULL) == -1)
		return w->refused ? EVENT_FAILED : worker_broken(w, "%s/" SESSION_FILE_STATE " could not be written",
		    w->path);
	return EVENT_DONE;
}
