/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/serve/server.h"
#include "orchestrator/session/registry.h"
#include "proto/json/json.h"
#include "proto/session/caps.h"
#include "proto/sys/child.h"

#define OUTPUT_MAX	(1u << 20)	/* bytes of a command's output in a reply */

/* Runs a command; the reply follows when it has ended. */
static void
act(struct server *s, struct request *r, const struct entry *e, const char *const *words)
{
	struct job j = { .title = text_format("%s %s", words[0], e->id), .arg = r };

	strlcpy(j.about, e->id, sizeof(j.about));
	if (job_start(&s->jobs, &j, words) == -1) {
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
		reply_json(ended.arg, status == 0 ? 200 : 409, j);
		free(ended.output);
		free(ended.title);
	}
}

void
serve_diff(struct server *s, struct request *r, const char *id)
{
	const struct entry *e = server_find(s, r, id);

	if (e != NULL)
		act(s, r, e, (const char *const[]){ "diff", "--", e->id, NULL });
}

/* The body as an object; NULL: it is none, and the reply says why. */
static struct json *
body(struct request *r)
{
	char why[256] = "not an object";
	struct json *j = json_parse(r->body.len > 0 ? r->body.buf : "", r->body.len, 0, why, sizeof(why));

	if (j != NULL && json_kind(j) == JSON_OBJECT)
		return j;
	json_free(j);
	reply_error(r, 400, "the body: %s", why);
	return NULL;
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

/* {"question": "q-...", "answer": "..."}; without a question it answers the blocked agent. */
void
serve_answer(struct server *s, struct request *r, const char *id)
{
	const struct entry *e = server_find(s, r, id);
	struct json *j = e == NULL ? NULL : body(r);
	const char *question = json_str(j, "question"), *answer = j == NULL ? NULL : need(r, j, "answer");

	if (answer != NULL && question != NULL && !message_id_valid(question))
		reply_error(r, 400, "question: not the id of a question");
	else if (answer != NULL && question != NULL)
		act(s, r, e, (const char *const[]){ "answer", "--", e->id, question, answer, NULL });
	else if (answer != NULL)
		act(s, r, e, (const char *const[]){ "answer", "--", e->id, answer, NULL });
	json_free(j);
}

/* {"text": "..."} */
void
serve_tell(struct server *s, struct request *r, const char *id)
{
	const struct entry *e = server_find(s, r, id);
	struct json *j = e == NULL ? NULL : body(r);
	const char *text = j == NULL ? NULL : need(r, j, "text");

	if (text != NULL)
		act(s, r, e, (const char *const[]){ "tell", "--", e->id, text, NULL });
	json_free(j);
}

/* {} */
void
serve_merge(struct server *s, struct request *r, const char *id)
{
	const struct entry *e = server_find(s, r, id);
	struct json *j = e == NULL ? NULL : body(r);

	if (j != NULL)
		act(s, r, e, (const char *const[]){ "merge", "--", e->id, NULL });
	json_free(j);
}
