/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/serve/server.h"
#include "orchestrator/session/ask.h"
#include "orchestrator/session/registry.h"
#include "proto/json/json.h"
#include "proto/session/caps.h"
#include "proto/sys/child.h"

#define OUTPUT_MAX	(1u << 20)	/* bytes of a command's output in a reply */
#define READING_MAX	4		/* commands at a time that only read */

/* Commands that only read leave places for those that act. */
static bool
is_full(const struct jobs *jobs, bool reads)
{
	size_t n = 0;

	for (const struct job *j = jobs->v; reads && j < jobs->v + JOBS_MAX; j++)
		n += j->pid != 0 && j->shown;
	return n >= READING_MAX;
}

/* Runs a command, with a text for "-"; the reply follows when it has ended. */
static void
act(struct server *s, struct request *r, const struct job *what, const char *const *words)
{
	struct job j = *what;

	j.title = text_format("%s %s", words[0], j.about);
	j.arg = r;
	j.most = OUTPUT_MAX + 1;
	errno = EAGAIN;
	if (is_full(&s->jobs, j.shown) || job_start(&s->jobs, &j, words) == -1) {
		reply_error(r, errno == EAGAIN ? 503 : 500, "%s: %s", j.title,
		    errno == EAGAIN ? "too many commands are running; try again" : strerror(errno));
		free(j.title);
	} else
		request_hold(r);
}

void
acts_reap(struct server *s)
{
	struct job ended;
	struct json *j;
	char how[128];
	size_t len, shown;
	int status;

	while (job_ended(&s->jobs, &ended, &status)) {
		len = strlen(ended.output);
		shown = len > OUTPUT_MAX ? text_cut(ended.output, OUTPUT_MAX) : len;
		j = json_new_object();
		json_put_str(j, "session", ended.about);
		json_put_bool(j, "ok", child_status_text(status, how, sizeof(how)) == 0);
		json_put_int(j, "status", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
		json_put_strn(j, "text", ended.output, shown);
		json_put_bool(j, "cut", shown < len);
		if (ended.shown)
			json_put_str(j, "head", ended.commit[0] != '\0' ? ended.commit : NULL);
		reply_json(ended.arg, status == 0 ? 200 : 409, j);
		free(ended.output);
		free(ended.title);
	}
}

/* Commands whose server ends go on without it. */
void
acts_end(struct server *s)
{
	for (struct job *j = s->jobs.v; j < s->jobs.v + JOBS_MAX; j++)
		if (j->pid != 0)
			reply_error(j->arg, 503, "%s goes on, but the server ends; orchestrator status shows what came of it", j->title);
}

/* The commit is the one before the command: a newer one may be shown, and then is refused as changed. */
void
serve_diff(struct server *s, struct request *r, const char *id)
{
	const struct entry *e = server_find(s, r, id);
	struct job j = { .shown = true };

	if (e == NULL)
		return;
	strlcpy(j.about, e->id, sizeof(j.about));
	strlcpy(j.commit, e->state.head, sizeof(j.commit));
	act(s, r, &j, (const char *const[]){ "diff", "--", j.about, NULL });
}

/* Has the object these members alone, each a text or null?  false: it replied that it has not. */
static bool
members_are(struct request *r, const struct json *j, const char *const *names)
{
	const struct json *value;
	const char *key, *const *n;

	for (size_t i = 0; (key = json_key(j, i, &value)) != NULL; i++) {
		for (n = names; *n != NULL && strcmp(*n, key) != 0; n++)
			;
		if (*n != NULL && (json_kind(value) == JSON_STRING || json_kind(value) == JSON_NULL))
			continue;
		reply_error(r, 400, *n == NULL ? "the body has an unknown member \"%s\"" : "%s is no text", key);
		return false;
	}
	return true;
}

/* The body as an object with these members only; NULL: the body is no such object, and the reply says why. */
static struct json *
body(struct request *r, const char *const *names)
{
	char why[256] = "not an object";
	struct json *j = json_parse(r->body.len > 0 ? r->body.buf : "", r->body.len, 0, why, sizeof(why));
	bool object = j != NULL && json_kind(j) == JSON_OBJECT;

	if (object && members_are(r, j, names))
		return j;
	json_free(j);
	if (!object)
		reply_error(r, 400, "the body: %s", why);
	return NULL;
}

/* The session as it is now, and the body: an action is decided by what is, not by what events have told of. */
static struct json *
begin(struct server *s, struct request *r, const char *id, const char *const *names, struct entry *now)
{
	const struct entry *e = server_find(s, r, id);
	struct json *j = e == NULL ? NULL : body(r, names);

	memset(now, 0, sizeof(*now));
	if (j != NULL && e->state.item[0] == '\0')	/* the instance */
		strlcpy(now->id, e->id, sizeof(now->id));
	else if (j != NULL && entry_load(now, e->path, e->archived) == -1) {
		reply_error(r, 404, "there is no session %s", id);
		json_free(j);
		memset(now, 0, sizeof(*now));
		return NULL;
	}
	return j;
}

/* A required text of the body; NULL: it is absent, and the reply says so. */
static const char *
need(struct request *r, const struct json *j, const char *key)
{
	const char *text = json_words(j, key);

	if (*text != '\0' && strlen(text) <= SESSION_MAX_TEXT)
		return text;
	reply_error(r, 400, "the body needs %s, a text of 1 to %d bytes", key, (int)SESSION_MAX_TEXT);
	return NULL;
}

/* A text goes over standard input: arguments are shown to all users. */
static void
act_with(struct server *s, struct request *r, const struct entry *e, const char *text, const char *const *words)
{
	struct job j = { .input = text };

	strlcpy(j.about, e->id, sizeof(j.about));
	act(s, r, &j, words);
}

/* Without a question, is it a blocked agent, and with what the client has read?  false: it replied that it is not. */
static bool
is_blocked(struct request *r, const struct entry *e, const char *blocked)
{
	if (e->path == NULL || !ask_blocked(e))
		reply_error(r, 409, "%s is not blocked: question has to name what is answered", e->id);
	else if (blocked != NULL && strcmp(blocked, e->state.blocked) != 0)
		reply_error(r, 409, "%s is blocked by something else now: read it again", e->id);
	else
		return true;
	return false;
}

/*
 * {"question": "q-...", "answer": "..."}; without a question it answers the blocked agent, which must be blocked by the
 * text "blocked", if that is given.
 */
void
serve_answer(struct server *s, struct request *r, const char *id)
{
	struct entry e;
	struct json *j = begin(s, r, id, (const char *const[]){ "question", "blocked", "answer", NULL }, &e);
	const char *question = json_str(j, "question"), *answer = j == NULL ? NULL : need(r, j, "answer");

	if (answer != NULL && question != NULL && !message_id_valid(question))
		reply_error(r, 400, "question: not the id of a question");
	else if (answer != NULL && question != NULL)
		act_with(s, r, &e, answer, (const char *const[]){ "answer", "--", e.id, question, "-", NULL });
	else if (answer != NULL && is_blocked(r, &e, json_str(j, "blocked")))
		act_with(s, r, &e, answer, (const char *const[]){ "answer", "--", e.id, "-", NULL });
	json_free(j);
	entry_release(&e);
}

/* {"text": "..."} */
void
serve_tell(struct server *s, struct request *r, const char *id)
{
	struct entry e;
	struct json *j = begin(s, r, id, (const char *const[]){ "text", NULL }, &e);
	const char *text = j == NULL ? NULL : need(r, j, "text");

	if (text != NULL)
		act_with(s, r, &e, text, (const char *const[]){ "tell", "--", e.id, "-", NULL });
	json_free(j);
	entry_release(&e);
}

/* {"head": "..."}: merges if that is the commit still; {} merges what there is. */
void
serve_merge(struct server *s, struct request *r, const char *id)
{
	struct entry e;
	struct json *j = begin(s, r, id, (const char *const[]){ "head", NULL }, &e);
	const char *head = json_str(j, "head");

	if (head != NULL && strcmp(head, e.state.head) != 0)
		reply_error(r, 409, "the work has changed since it was read: read its change again");
	else if (j != NULL)
		act_with(s, r, &e, NULL, (const char *const[]){ "merge", "--", e.id, NULL });
	json_free(j);
	entry_release(&e);
}
