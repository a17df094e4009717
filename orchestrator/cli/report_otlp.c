/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>
#include <sys/types.h>

#include <errno.h>
#include <fcntl.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "orchestrator/cli/report_day.h"
#include "orchestrator/cli/report_otlp.h"
#include "orchestrator/session/facts.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/settings/clients.h"
#include "proto/sys/file.h"

#define TRACE_ID	32	/* hexadecimal digits */
#define SPAN_ID		16
#define INTERNAL	1	/* SPAN_KIND_INTERNAL */
#define ERROR		2	/* STATUS_CODE_ERROR */
#define SCHEMA		"https://opentelemetry.io/schemas/" OTLP_CONVENTIONS

/* Writes the first digits of a SHA-256 sum to id, which has room for them. */
static void
make_id(char *id, size_t digits, const char *kind, const char *session, const char *of)
{
	char sum[SHA256_DIGEST_STRING_LENGTH], *text = text_format("%s\n%s\n%s", kind, session, of);

	SHA256Data((const uint8_t *)text, strlen(text), sum);
	strlcpy(id, sum, digits + 1);
	free(text);
}

static void
attribute(struct json *list, const char *key, const char *type, struct json *value)
{
	struct json *pair = json_new_object(), *typed = json_new_object();

	json_put(typed, type, value);
	json_put_str(pair, "key", key);
	json_put(pair, "value", typed);
	json_append(list, pair);
}

static void
put_words(struct json *list, const char *key, const char *s)
{
	if (s != NULL && *s != '\0')
		attribute(list, key, "stringValue", json_new_string(s));
}

/* 64-bit integers are strings in OTLP/JSON. */
static struct json *
integer(int64_t n)
{
	char buf[24];

	snprintf(buf, sizeof(buf), "%lld", (long long)n);
	return json_new_string(buf);
}

static void
put_integer(struct json *list, const char *key, int64_t n)
{
	attribute(list, key, "intValue", integer(n));
}

/* A time in wall ms, in nanoseconds. */
static struct json *
nanoseconds(int64_t ms)
{
	char buf[32];

	snprintf(buf, sizeof(buf), "%lld000000", (long long)(ms > 0 ? ms : 0));
	return json_new_string(buf);
}

struct span {
	const char	*session, *kind, *of;	/* what its id is made from */
	char		*name;			/* malloced */
	int64_t		 from, to;		/* wall ms */
	struct json	*attributes;
	const char	*error, *message;	/* error is "" for none */
};

static void
put_span(struct json *spans, const struct span *s)
{
	struct json *j = json_new_object(), *status = json_new_object();
	char trace[TRACE_ID + 1], id[SPAN_ID + 1];
	bool root = strcmp(s->kind, "session") == 0;

	make_id(trace, TRACE_ID, "trace", s->session, "");
	make_id(id, SPAN_ID, s->kind, s->session, s->of);
	json_put_str(j, "traceId", trace);
	json_put_str(j, "spanId", id);
	if (!root) {
		make_id(id, SPAN_ID, "session", s->session, "");
		json_put_str(j, "parentSpanId", id);
	}
	json_put_str(j, "name", s->name);
	json_put_int(j, "kind", INTERNAL);
	json_put(j, "startTimeUnixNano", nanoseconds(s->from));
	json_put(j, "endTimeUnixNano", nanoseconds(s->to > s->from ? s->to : s->from));
	put_words(s->attributes, "error.type", s->error);
	json_put(j, "attributes", s->attributes);
	if (*s->error != '\0') {
		json_put_int(status, "code", ERROR);
		json_put_str(status, "message", s->message);
	}
	json_put(j, "status", status);
	json_append(spans, j);
	free(s->name);
}

static void
put_session(struct json *spans, const struct facts *f)
{
	const struct state *s = &f->e->state;
	struct json *a = json_new_array();
	bool good = status_done(s->status);

	put_words(a, "gen_ai.operation.name", "invoke_workflow");
	put_words(a, "gen_ai.workflow.name", "session");
	put_words(a, "session.id", f->e->id);
	put_words(a, "orchestrator.item", s->item);
	put_words(a, "orchestrator.list", f->config.list);
	put_words(a, "orchestrator.status", status_name(s->status));
	put_integer(a, "orchestrator.attempt", s->attempt);
	put_span(spans, &(struct span){ .session = f->e->id, .kind = "session", .of = "",
	    .name = text_format("invoke_workflow session"), .from = s->created_at, .to = s->ended_at, .attributes = a,
	    .error = good ? "" : *s->reason != '\0' ? s->reason : status_name(s->status), .message = s->detail });
}

/* The provider of the agent's models; if it is unknown, the client, or else the agent. */
static const char *
provider(const struct settings *s, const char *name)
{
	const struct agent *a = settings_agent(s, name);
	const struct client *c = a != NULL ? client_of(a) : NULL;

	return c == NULL ? name : c->provider != NULL ? c->provider : c->name;
}

/* The worker of a run without an end died; the run lasted at most until the next one began. */
static void
put_run(struct json *spans, const struct facts *f, size_t i)
{
	const struct state *s = &f->e->state;
	const struct state_run *r = &s->agent_runs[i];
	int64_t end = r->ended_at != 0 ? r->ended_at : i + 1 < s->nagent_runs ? r[1].started_at : s->ended_at;
	struct json *a = json_new_array();

	put_words(a, "gen_ai.operation.name", "invoke_agent");
	put_words(a, "gen_ai.provider.name", provider(&f->config.settings, r->agent));
	put_words(a, "gen_ai.agent.name", role_name(r->role));
	put_words(a, "gen_ai.conversation.id", r->conversation);
	put_words(a, "gen_ai.request.model", r->model);
	if (r->input_tokens != 0 || r->output_tokens != 0) {
		put_integer(a, "gen_ai.usage.input_tokens", r->input_tokens);
		put_integer(a, "gen_ai.usage.output_tokens", r->output_tokens);
	}
	if (r->cost_microusd != 0)
		attribute(a, "orchestrator.usage.cost_usd", "doubleValue", json_new_real((double)r->cost_microusd / 1e6));
	if (r->estimated)
		attribute(a, "orchestrator.usage.estimated", "boolValue", json_new_bool(true));
	put_words(a, "session.id", f->e->id);
	put_words(a, "orchestrator.run", r->run);
	put_words(a, "orchestrator.agent", r->agent);
	put_span(spans, &(struct span){ .session = f->e->id, .kind = "run", .of = r->run,
	    .name = text_format("invoke_agent %s", role_name(r->role)), .from = r->started_at, .to = end, .attributes = a,
	    .error = r->ended_at == 0 ? "died" : r->error,
	    .message = r->ended_at == 0 ? "the worker died during the run" : r->detail });
}

static void
put_gate(struct json *spans, const struct facts *f, const struct gate_result *g)
{
	struct json *a = json_new_array();
	char *of = text_format("%s\n%lld", g->name, (long long)g->at);

	put_words(a, "cicd.pipeline.task.name", g->name);
	put_words(a, "cicd.pipeline.task.run.result", g->passed ? "success" : g->exit_status >= 0 ? "failure" : "error");
	if (g->exit_status >= 0)
		put_integer(a, "process.exit.code", g->exit_status);
	put_words(a, "vcs.ref.head.revision", g->commit);
	put_words(a, "session.id", f->e->id);
	put_integer(a, "orchestrator.round", g->round);
	put_span(spans, &(struct span){ .session = f->e->id, .kind = "gate", .of = of,
	    .name = text_format("gate %s", g->name), .from = g->at - g->duration_ms, .to = g->at, .attributes = a,
	    .error = g->passed ? "" : g->outcome, .message = g->outcome });
	free(of);
}

/* [{WHAT: whose, WITHIN: list, "schemaUrl"}] */
static struct json *
wrap(const char *what, struct json *whose, const char *within, struct json *list)
{
	struct json *one = json_new_object(), *all = json_new_array();

	json_put(one, what, whose);
	json_put(one, within, list);
	json_put_str(one, "schemaUrl", SCHEMA);
	json_append(all, one);
	return all;
}

static struct json *
request(struct json *spans)
{
	struct json *scope = json_new_object(), *resource = json_new_object(), *a = json_new_array(), *j = json_new_object();

	json_put_str(scope, "name", "orchestrator");
	json_put_str(scope, "version", VERSION);
	put_words(a, "service.name", "orchestrator");
	put_words(a, "service.version", VERSION);
	json_put(resource, "attributes", a);
	json_put(j, "resourceSpans", wrap("resource", resource, "scopeSpans", wrap("scope", scope, "spans", spans)));
	return j;
}

static void
add_session(const struct entry *e, struct text *t)
{
	struct json *spans = json_new_array(), *j;
	struct facts f;
	size_t len;
	char *line;

	facts_records(e, &f);
	put_session(spans, &f);
	for (size_t i = 0; i < e->state.nagent_runs; i++)
		put_run(spans, &f, i);
	for (size_t i = 0; i < f.review.ngates; i++)
		put_gate(spans, &f, &f.review.gates[i]);
	facts_release(&f);
	j = request(spans);
	line = json_text(j, false, &len);
	text_add(t, line, len);
	text_puts(t, "\n");
	free(line);
	json_free(j);
}

/* A device or a link is not replaced. */
static int
write_file(const char *path, const struct text *t)
{
	struct stat st;

	if (file_stat(AT_FDCWD, path, &st) == 0 && !S_ISREG(st.st_mode)) {
		log_warnx("%s: not a regular file, so it is not replaced; give - for standard output", path);
		return EX_CANTCREAT;
	}
	if (file_replace(AT_FDCWD, path, t->buf != NULL ? t->buf : "", t->len, FILE_DATA) == -1) {
		log_warn("%s", path);
		return EX_CANTCREAT;
	}
	return 0;
}

int
report_otlp(struct orch *o, int64_t from, int64_t to, const char *path)
{
	struct text t = { 0 };
	struct entries all;
	int rv = 0;

	report_load(o, &all);
	for (size_t i = 0; i < all.n; i++)
		if (report_ended(&all.v[i], from, to))
			add_session(&all.v[i], &t);
	entries_release(&all);
	if (strcmp(path, "-") != 0)
		rv = write_file(path, &t);
	else if (t.len > 0)
		fwrite(t.buf, 1, t.len, stdout);
	text_free(&t);
	return rv;
}
