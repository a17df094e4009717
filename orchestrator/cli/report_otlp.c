/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/cli/report_day.h"
#include "orchestrator/cli/report_otlp.h"
#include "orchestrator/cli/report_write.h"
#include "orchestrator/session/facts.h"
#include "orchestrator/session/spans.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/settings/clients.h"

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

/* kind and of, with the session, make the id.  Takes the name, and the attributes. */
static void
put_span(struct json *spans, const struct facts *f, const struct span *s, const char *of, char *name, struct json *attributes)
{
	static const char *const kinds[] = { "session", "run", "gate" };
	struct json *j = json_new_object(), *status = json_new_object();
	char trace[TRACE_ID + 1], id[SPAN_ID + 1];

	make_id(trace, TRACE_ID, "trace", f->e->id, "");
	make_id(id, SPAN_ID, kinds[s->kind], f->e->id, of);
	json_put_str(j, "traceId", trace);
	json_put_str(j, "spanId", id);
	if (s->kind != SPAN_SESSION) {
		make_id(id, SPAN_ID, kinds[SPAN_SESSION], f->e->id, "");
		json_put_str(j, "parentSpanId", id);
	}
	json_put_str(j, "name", name);
	json_put_int(j, "kind", INTERNAL);
	json_put(j, "startTimeUnixNano", nanoseconds(s->from));
	json_put(j, "endTimeUnixNano", nanoseconds(s->to));
	put_words(attributes, "error.type", s->error);
	json_put(j, "attributes", attributes);
	if (*s->error != '\0') {
		json_put_int(status, "code", ERROR);
		json_put_str(status, "message", s->message);
	}
	json_put(j, "status", status);
	json_append(spans, j);
	free(name);
}

static void
put_session(struct json *spans, const struct facts *f, const struct span *span)
{
	const struct state *s = &f->e->state;
	struct json *a = json_new_array();

	put_words(a, "gen_ai.operation.name", "invoke_workflow");
	put_words(a, "gen_ai.workflow.name", "session");
	put_words(a, "session.id", f->e->id);
	put_words(a, "orchestrator.item", s->item);
	put_words(a, "orchestrator.list", f->config.list);
	put_words(a, "orchestrator.status", status_name(s->status));
	put_integer(a, "orchestrator.attempt", s->attempt);
	put_span(spans, f, span, "", text_format("invoke_workflow session"), a);
}

/* The provider of the agent's models; if it is unknown, the client, or else the agent. */
static const char *
provider(const struct settings *s, const char *name)
{
	const struct agent *a = settings_agent(s, name);
	const struct client *c = a != NULL ? client_of(a) : NULL;

	return c == NULL ? name : c->provider != NULL ? c->provider : c->name;
}

static void
put_run(struct json *spans, const struct facts *f, const struct span *span)
{
	const struct state_run *r = span->run;
	struct json *a = json_new_array();

	put_words(a, "gen_ai.operation.name", "invoke_agent");
	put_words(a, "gen_ai.provider.name", provider(&f->config.settings, r->agent));
	put_words(a, "gen_ai.agent.name", span->name);
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
	put_span(spans, f, span, r->run, text_format("invoke_agent %s", span->name), a);
}

static void
put_gate(struct json *spans, const struct facts *f, const struct span *span)
{
	const struct gate_result *g = span->gate;
	struct json *a = json_new_array();
	char *of = text_format("%s\n%lld", g->name, (long long)g->at);

	put_words(a, "cicd.pipeline.task.name", g->name);
	put_words(a, "cicd.pipeline.task.run.result", g->passed ? "success" : g->exit_status >= 0 ? "failure" : "error");
	if (g->exit_status >= 0)
		put_integer(a, "process.exit.code", g->exit_status);
	put_words(a, "vcs.ref.head.revision", g->commit);
	put_words(a, "session.id", f->e->id);
	put_integer(a, "orchestrator.round", g->round);
	put_span(spans, f, span, of, text_format("gate %s", g->name), a);
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
	struct spans all;
	struct facts f;
	size_t len;
	char *line;

	facts_records(e, &f);
	spans_of(&f, e->state.ended_at, &all);
	for (size_t i = 0; i < all.n; i++)
		switch (all.v[i].kind) {
		case SPAN_SESSION:
			put_session(spans, &f, &all.v[i]);
			break;
		case SPAN_RUN:
			put_run(spans, &f, &all.v[i]);
			break;
		case SPAN_GATE:
			put_gate(spans, &f, &all.v[i]);
			break;
		case SPAN_WAIT:
		case SPAN_READY:
		case SPAN_KINDS:
			break;
		}
	spans_free(&all);
	facts_release(&f);
	j = request(spans);
	line = json_text(j, false, &len);
	text_add(t, line, len);
	text_puts(t, "\n");
	free(line);
	json_free(j);
}

int
report_otlp(struct orch *o, int64_t from, int64_t to, const char *path)
{
	struct text t = { 0 };
	struct entries all;
	int rv;

	report_load(o, &all);
	for (size_t i = 0; i < all.n; i++)
		if (report_ended(&all.v[i], from, to))
			add_session(&all.v[i], &t);
	entries_release(&all);
	rv = report_write(path, &t);
	text_free(&t);
	return rv;
}
