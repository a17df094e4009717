/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/array.h"
#include "proto/base/strings.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/mcp/mcp.h"

static const struct { const char *name; enum json_kind kind; } types[] = {
	[MCP_STRING] = { "string", JSON_STRING },
	[MCP_TEXT] = { "string", JSON_STRING },
	[MCP_NUMBER] = { "integer", JSON_INT },
	[MCP_LIST] = { "array", JSON_ARRAY },
	[MCP_FLAG] = { "boolean", JSON_BOOL },
};
ARRAY_WHOLE(types, MCP_FLAG + 1);

static struct json *
argument_schema(const struct mcp_argument *a)
{
	struct json *o = json_new_object(), *sub;

	json_put_str(o, "type", types[a->type].name);
	json_put_str(o, "description", a->help);
	if (a->type == MCP_NUMBER)
		json_put_int(o, "minimum", 0);
	if (a->type == MCP_LIST) {
		sub = json_new_object();
		json_put_str(sub, "type", "string");
		json_put(o, "items", sub);
	}
	if (a->words != NULL) {
		sub = json_new_array();
		for (const char *const *w = a->words; *w != NULL; w++)
			json_append(sub, json_new_string(*w));
		json_put(o, "enum", sub);
	}
	return o;
}

struct json *
mcp_schema(const struct mcp_tool *t)
{
	struct json *o = json_new_object(), *members = json_new_object(), *needed = json_new_array();

	for (const struct mcp_argument *a = t->arguments; a->name != NULL; a++) {
		json_put(members, a->name, argument_schema(a));
		if (a->needed)
			json_append(needed, json_new_string(a->name));
	}
	json_put_str(o, "type", "object");
	json_put(o, "properties", members);
	json_put(o, "required", needed);
	json_put_bool(o, "additionalProperties", false);
	return o;
}

static const struct mcp_argument *
find(const struct mcp_tool *t, const char *name)
{
	for (const struct mcp_argument *a = t->arguments; a->name != NULL; a++)
		if (strcmp(a->name, name) == 0)
			return a;
	return NULL;
}

static const char none_of[] = "must be one of";	/* before the words */

/* An operand with a dash would be an option. */
static const char *
string_wrong(const struct mcp_argument *a, const char *s)
{
	size_t n = 0;

	if (s == NULL)
		return "must be strings";
	if (s[strspn(s, " \t\r\n")] == '\0')
		return "is empty";
	if (a->type != MCP_TEXT && a->option == NULL && *s == '-')
		return "must not begin with a dash";
	while (a->words != NULL && a->words[n] != NULL)
		n++;
	return a->words != NULL && name_index(a->words, n, s) == -1 ? none_of : NULL;
}

/* What is wrong with a value, or NULL. */
static const char *
value_wrong(const struct mcp_argument *a, const struct json *value)
{
	const char *why = NULL;

	if (json_kind(value) != types[a->type].kind)
		return a->type == MCP_LIST ? "must be a list of strings" : a->type == MCP_NUMBER ? "must be an integer" :
		    a->type == MCP_FLAG ? "must be true or false" : "must be a string";
	if (a->type == MCP_NUMBER && json_integer(value, -1) < 0)
		return "must not be negative";
	if (a->type == MCP_STRING || a->type == MCP_TEXT)
		return string_wrong(a, json_string(value));
	for (size_t i = 0; a->type == MCP_LIST && why == NULL && i < json_count(value); i++)
		why = string_wrong(a, json_string(json_at(value, i)));
	return why;
}

static void
add(struct strings *argv, const struct mcp_argument *a, const char *value)
{
	char *word = a->joined ? text_format("%s/%s", argv->v[argv->n - 1], value) :
	    text_format("%s%s", a->option != NULL ? a->option : "", value);

	if (a->joined) {
		free(argv->v[argv->n - 1]);
		argv->v[argv->n - 1] = word;
		return;
	}
	strings_add(argv, word);
	free(word);
}

static void
add_value(struct strings *argv, const struct mcp_argument *a, const struct json *value, const char **input)
{
	char number[24];

	switch (a->type) {
	case MCP_STRING:
		add(argv, a, json_string(value));
		break;
	case MCP_TEXT:
		*input = json_string(value);
		add(argv, a, "-");
		break;
	case MCP_NUMBER:
		snprintf(number, sizeof(number), "%lld", (long long)json_integer(value, 0));
		add(argv, a, number);
		break;
	case MCP_LIST:
		for (size_t i = 0; i < json_count(value); i++)
			add(argv, a, json_string(json_at(value, i)));
		break;
	case MCP_FLAG:
		if (json_true(value))
			strings_add(argv, a->option);
		break;
	}
}

int
mcp_arguments(const struct mcp_tool *t, const struct json *arguments, struct strings *argv, const char **input,
    char *why, size_t len)
{
	const struct json *value;
	const char *name, *wrong, *gap = NULL;

	*input = NULL;
	for (size_t i = 0; (name = json_key(arguments, i, &value)) != NULL; i++)
		if (find(t, name) == NULL) {
			snprintf(why, len, "%s has no argument \"%.64s\"", t->name, name);
			return -1;
		}
	for (const struct mcp_argument *a = t->arguments; a->name != NULL; a++) {
		value = json_get(arguments, a->name);
		if (json_kind(value) == JSON_NULL) {
			if (a->needed) {
				snprintf(why, len, "%s: \"%s\" is missing", t->name, a->name);
				return -1;
			}
			gap = a->option == NULL ? a->name : gap;
			if (a->otherwise != NULL)
				add(argv, a, a->otherwise);
			continue;
		}
		wrong = value_wrong(a, value);
		if (wrong == NULL && gap != NULL && a->option == NULL && a->needed == false)
			wrong = "needs the argument before it as well";
		if (wrong != NULL) {
			snprintf(why, len, "%s: \"%s\" %s", t->name, a->name, wrong);
			for (size_t i = 0; wrong == none_of && a->words[i] != NULL; i++) {
				strlcat(why, i > 0 ? ", " : " ", len);
				strlcat(why, a->words[i], len);
			}
			return -1;
		}
		add_value(argv, a, value, input);
	}
	return 0;
}
