/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "orchestrator/serve/page.h"
#include "orchestrator/serve/server.h"
#include "proto/base/array.h"
#include "proto/base/id.h"

static const struct route {
	const char	*method, *path;	/* "*" matches a part between slashes */
	serve_fn	 serve;
} routes[] = {
	{ "GET", "/health", serve_health },
	{ "GET", "/api/streams", serve_streams },
	{ "GET", "/api/streams/*", serve_stream },
	{ "GET", "/api/tasks", serve_tasks },
	{ "GET", "/api/activity", serve_activity },
	{ "GET", "/api/questions", serve_questions },
	{ "GET", "/api/events", serve_events },
	{ "GET", "/api/sessions", serve_sessions },
	{ "GET", "/api/sessions/*", serve_session },
	{ "GET", "/api/sessions/*/log", serve_log },
	{ "GET", "/api/sessions/*/diff", serve_diff },
	{ "GET", "/api/sessions/*/council", serve_council },
	{ "POST", "/api/sessions/*/answer", serve_answer },
	{ "POST", "/api/sessions/*/tell", serve_tell },
	{ "POST", "/api/sessions/*/merge", serve_merge },
};

static const char *
type_of(const char *name)
{
	static const char *const types[][2] = { { ".html", "text/html; charset=utf-8" }, { ".js", "text/javascript; charset=utf-8" },
		{ ".css", "text/css; charset=utf-8" } };
	const char *end = strrchr(name, '.');

	for (size_t i = 0; end != NULL && i < ARRAY_LEN(types); i++)
		if (strcmp(end, types[i][0]) == 0)
			return types[i][1];
	return "text/plain; charset=utf-8";
}

/* Replies with a file of the page; false: the page has no file of this name. */
static bool
reply_page(struct request *r)
{
	const char *name = strcmp(r->path, "/") == 0 ? "index.html" : r->path + 1;
	struct text t = { 0 };

	for (const struct page_file *f = page_files; f->name != NULL; f++)
		if (strcmp(f->name, name) == 0) {
			for (size_t i = 0; f->lines[i] != NULL; i++)
				text_puts(&t, f->lines[i]);
			request_reply(r, 200, type_of(name), t.buf, t.len);
			return true;
		}
	return false;
}

/* Does the path match?  The matched part is copied. */
static bool
matches(const char *pattern, const char *path, char part[SESSION_ID_MAX])
{
	size_t before = strcspn(pattern, "*"), n;

	part[0] = '\0';
	if (strncmp(pattern, path, before) != 0)
		return false;
	if (pattern[before] == '\0')
		return path[before] == '\0';
	n = strcspn(path + before, "/");
	if (n == 0 || n >= SESSION_ID_MAX)
		return false;
	memcpy(part, path + before, n);
	part[n] = '\0';
	return strcmp(pattern + before + 1, path + before + n) == 0;
}

void
route_begin(struct server *s, struct request *r)
{
	const struct asked asked = { .method = r->method, .path = r->path, .host = request_header(r, "Host"),
		.origin = request_header(r, "Origin"), .site = request_header(r, "Sec-Fetch-Site"),
		.type = request_header(r, "Content-Type"), .authorization = request_header(r, "Authorization") };
	const char *length = request_header(r, "Content-Length");
	unsigned int status;
	const char *why = guard_refuses(&s->guard, &asked, &status);

	if (why != NULL)
		reply_error(r, status, "%s", why);
	else if (length != NULL && strtoull(length, NULL, 10) > HTTP_MAX_BODY)
		reply_error(r, 413, "the body has more than %u bytes", HTTP_MAX_BODY);
}

void
route_serve(struct server *s, struct request *r)
{
	const char *method = strcmp(r->method, "POST") == 0 ? "POST" : "GET";
	char part[SESSION_ID_MAX];
	bool known = false;

	if (r->body.len > HTTP_MAX_BODY) {
		reply_error(r, 413, "the body has more than %u bytes", HTTP_MAX_BODY);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
		if (!matches(routes[i].path, r->path, part))
			continue;
		known = true;
		if (strcmp(routes[i].method, method) == 0) {
			model_refresh(&s->model);
			routes[i].serve(s, r, part);
			return;
		}
	}
	if (!known && strcmp(method, "GET") == 0 && reply_page(r))
		return;
	reply_error(r, known ? 405 : 404, known ? "the path does not support this method" : "no such path");
}
