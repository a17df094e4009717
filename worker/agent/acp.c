/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "proto/base/strings.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/record/state.h"
#include "worker/agent/acp.h"

void
acp_error_text(const struct json *error, const char *what, char *text, size_t len)
{
	const struct json *data = json_get(error, "data");
	const char *message = json_words(error, "message"), *details = json_string(data);
	char *all;

	if (details == NULL)
		details = json_words(data, json_str(data, "details") != NULL ? "details" : "message");
	all = text_format("%s%s%s%s%s", what, *what != '\0' ? ": " : "", message,
	    *details != '\0' && *message != '\0' ? ": " : "", details);
	text_first_line(text, len, *all != '\0' ? all : "the client reported an error");
	free(all);
}

/* HTTP status 429 is how services say it, at whatever depth a client puts it. */
bool
acp_error_limit(const struct json *error)
{
	char *text;
	bool limit;

	if (error == NULL)
		return false;
	text = json_text(error, false, NULL);
	limit = strstr(text, "rate_limit") != NULL || strstr(text, "\"http_status_code\":429") != NULL ||
	    json_int(error, "code", 0) == 429;
	free(text);
	return limit;
}

const char *
acp_mode(const struct json *result, const char *wanted)
{
	static const char *const all[] = { "bypassPermissions", "full-access", "yolo", ACP_ALLOW_ALL };
	const struct json *modes = json_get(json_get(result, "modes"), "availableModes");
	const struct json *options = json_get(result, "configOptions");
	const char *id;

	if (wanted != NULL)
		return wanted;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		for (size_t j = 0; j < json_count(modes); j++)
			if ((id = json_str(json_at(modes, j), "id")) != NULL && strcmp(id, all[i]) == 0)
				return all[i];
		for (size_t j = 0; strcmp(all[i], ACP_ALLOW_ALL) == 0 && j < json_count(options); j++)
			if ((id = json_str(json_at(options, j), "id")) != NULL && strcmp(id, all[i]) == 0)
				return all[i];
	}
	return NULL;
}

bool
acp_steers(const struct json *result)
{
	return json_bool(json_get(json_get(result, "_meta"), "steering"), "supported", false) ||
	    json_bool(json_get(json_get(json_get(result, "agentCapabilities"), "_meta"), "steering"), "supported", false);
}

/* The first member of an object that is a number. */
static int64_t
number(const struct json *o, const char *const keys[])
{
	for (; *keys != NULL; keys++)
		if (json_kind(json_get(o, *keys)) == JSON_INT)
			return json_int(o, *keys, 0);
	return 0;
}

void
acp_usage(const struct json *o, int64_t *in, int64_t *out)
{
	static const char *const ins[] = { "inputTokens", "input_tokens", NULL };
	static const char *const cached[] = { "cachedReadTokens", NULL }, *const written[] = { "cachedWriteTokens", NULL };
	static const char *const outs[] = { "outputTokens", "output_tokens", NULL };
	const struct json *u = json_get(o, "usage");

	if (u == NULL)
		u = json_get(json_get(json_get(o, "_meta"), "quota"), "token_count");
	*in = state_usage(state_usage(number(u, ins), number(u, cached)), number(u, written));
	*out = state_usage(number(u, outs), 0);
}

bool
acp_asks(const char *method, const struct json *params)
{
	return strcmp(method, "elicitation/create") == 0 || (strcmp(method, "session/request_permission") == 0 &&
	    json_str(json_get(params, "_meta"), "qwenInteractionKind") != NULL);
}

static const char *
either(const struct json *o, const char *one, const char *other)
{
	return json_str(o, one) != NULL ? json_str(o, one) : json_words(o, other);
}

/* The choices of a form's member, or of a client's own question. */
static void
take_options(const struct json *member, struct strings *options)
{
	const struct json *list = json_get(member, "oneOf"), *one;
	const char *text;

	if (list == NULL)
		list = json_get(member, "options");
	if (list == NULL)
		list = json_get(member, "enum");
	for (size_t i = 0; i < json_count(list); i++) {
		one = json_at(list, i);
		text = json_string(one) != NULL ? json_string(one) : json_str(one, "label") != NULL ?
		    json_str(one, "label") : either(one, "const", "title");
		if (*text != '\0')
			strings_add(options, text);
	}
}

void
acp_question(const struct json *params, char **text, struct strings *options)
{
	const struct json *members = json_get(json_get(params, "requestedSchema"), "properties"), *one;
	const struct json *own = json_get(json_get(json_get(params, "toolCall"), "rawInput"), "questions");
	struct text t = { 0 };
	size_t with = 0;

	if (own == NULL)
		own = json_get(params, "questions");
	text_puts(&t, json_words(params, "message"));
	for (size_t i = 0; json_key(members, i, &one) != NULL; i++)
		if (json_get(one, "oneOf") != NULL || json_get(one, "enum") != NULL) {
			with++;
			if (strcmp(json_words(one, "title"), json_words(params, "message")) != 0)
				text_printf(&t, "%s%s", t.len > 0 ? "\n" : "", either(one, "description", "title"));
			take_options(one, options);
		}
	for (size_t i = 0; i < json_count(own); i++) {
		with++;
		text_printf(&t, "%s%s", t.len > 0 ? "\n" : "", json_words(json_at(own, i), "question"));
		take_options(json_at(own, i), options);
	}
	if (t.len == 0)
		text_puts(&t, either(json_get(params, "toolCall"), "title", "kind"));
	if (with > 1) {		/* one answer covers several questions */
		for (size_t i = 0; i < options->n; i++)
			text_printf(&t, "\n- %s", options->v[i]);
		strings_free(options);
	}
	free(*text);
	*text = t.len > 0 ? t.buf : text_format("The agent asks something, and its client does not say what.");
	if (t.len == 0)
		text_free(&t);
}

struct json *
acp_permit(const struct json *options)
{
	struct json *result = json_new_object(), *outcome = json_new_object();
	const struct json *one, *best = NULL;

	/* a client may offer a second one that changes its mode as well: the plain one has the shorter name */
	for (size_t i = 0; i < json_count(options); i++) {
		one = json_at(options, i);
		if (strcmp(json_words(one, "kind"), "allow_once") == 0 && (best == NULL ||
		    strlen(json_words(one, "name")) < strlen(json_words(best, "name"))))
			best = one;
	}
	json_put_str(outcome, "outcome", best != NULL ? "selected" : "cancelled");
	if (best != NULL)
		json_put_str(outcome, "optionId", json_words(best, "optionId"));
	json_put(result, "outcome", outcome);
	return result;
}
