/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/source/issue.h"
#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/plan/tasklist.h"

static int
compare(const void *a, const void *b)
{
	return strcmp(((const struct issue *)a)->id, ((const struct issue *)b)->id);
}

static bool
read_one(const struct json *j, struct issue *is, struct strings *wrong)
{
	const char *id = json_str(j, "id");
	char *why;

	if (id == NULL || !item_id_valid(id)) {
		why = text_format("an issue %s%.80s%s", id == NULL ? "without an id" : "whose id \"",
		    id == NULL ? "" : id, id == NULL ? "" : "\" is not a valid task id");
		strings_add(wrong, why);
		free(why);
		return false;
	}
	strlcpy(is->id, id, sizeof(is->id));
	is->status = json_words(j, "status");
	is->assignee = json_words(j, "assignee");
	is->notes = json_words(j, "notes");
	is->raw = j;
	return true;
}

void
issues_read(struct issues *all, const struct json *array, struct strings *wrong)
{
	size_t n = json_count(array);

	all->n = 0;
	if ((all->v = calloc(n + 1, sizeof(*all->v))) == NULL)
		err(1, NULL);
	for (size_t i = 0; i < n; i++)
		if (read_one(json_at(array, i), &all->v[all->n], wrong))
			all->n++;
	qsort(all->v, all->n, sizeof(*all->v), compare);
}

void
issues_release(struct issues *all)
{
	free(all->v);
	memset(all, 0, sizeof(*all));
}

const struct issue *
issues_find(const struct issues *all, const char *id)
{
	struct issue key = { .raw = NULL };

	strlcpy(key.id, id, sizeof(key.id));
	return all->n == 0 ? NULL : bsearch(&key, all->v, all->n, sizeof(*all->v), compare);
}

bool
issue_is(const struct issue *is, const char *status)
{
	return strcmp(is->status, status) == 0;
}

bool
issue_has(const struct issue *is, const char *actor)
{
	return issue_is(is, "in_progress") && strcmp(is->assignee, actor) == 0;
}

bool
issue_heads(const struct issue *is)
{
	return strcmp(json_words(is->raw, "issue_type"), "epic") == 0;
}

bool
issue_labelled(const struct issue *is, const char *label)
{
	const struct json *labels = json_get(is->raw, "labels");

	for (size_t i = 0; i < json_count(labels); i++) {
		const char *s = json_string(json_at(labels, i));

		if (s != NULL && strcmp(s, label) == 0)
			return true;
	}
	return labels == NULL;
}

void
issue_label_rests(const struct issue *is, const char *prefix, struct strings *rests)
{
	const struct json *labels = json_get(is->raw, "labels");
	size_t len = strlen(prefix);

	for (size_t i = 0; i < json_count(labels); i++) {
		const char *s = json_string(json_at(labels, i));

		if (s != NULL && strncmp(s, prefix, len) == 0)
			strings_add(rests, s + len);
	}
}

/* bd ready and bd list print the edge, bd show the issue at its other end. */
void
issue_blockers(const struct issue *is, bool open, struct strings *ids)
{
	const struct json *deps = json_get(is->raw, "dependencies");

	for (size_t i = 0; i < json_count(deps) && ids->n < ITEM_MAX_LIST; i++) {
		const struct json *d = json_at(deps, i);
		const char *edge = json_str(d, "depends_on_id");
		const char *id = edge != NULL ? edge : json_str(d, "id");
		const char *type = json_str(d, edge != NULL ? "type" : "dependency_type");

		if (id == NULL || type == NULL || strcmp(type, "blocks") != 0 ||
		    !item_id_valid(id) || strcmp(id, is->id) == 0)
			continue;
		if (!open || (edge == NULL && strcmp(json_words(d, "status"), "closed") != 0))
			strings_add(ids, id);
	}
}

char *
issue_obstacle(const struct issue *is, const char *actor)
{
	struct strings waits = { 0 };
	struct text t = { 0 };

	if (is->assignee[0] != '\0' && strcmp(is->assignee, actor) != 0)
		return text_format("%s %.160s", issue_is(is, "open") ? "assigned to" : "claimed by",
		    is->assignee);
	if (!issue_is(is, "open"))
		return text_format("its issue is %.64s", is->status);
	issue_blockers(is, true, &waits);
	for (size_t i = 0; i < waits.n && t.len < 256; i++)
		text_printf(&t, "%s%s", i == 0 ? "waits for " : ", ", waits.v[i]);
	strings_free(&waits);
	return t.buf != NULL ? t.buf : text_format("not ready in Beads");
}

int64_t
issue_time(const char *s)
{
	char text[CLOCK_TEXT] = "", sign;
	int64_t ms, scale = 100, offset = 0;
	int hours, minutes;
	const char *p;

	if (s == NULL || strlen(s) < 20)
		return 0;
	snprintf(text, sizeof(text), "%.19s.000Z", s);
	if ((ms = clock_parse(text)) == -1)
		return 0;
	p = s + 19;
	if (*p == '.')
		for (p++; *p >= '0' && *p <= '9'; p++, scale /= 10)
			ms += (*p - '0') * scale;
	if (sscanf(p, "%c%2d:%2d", &sign, &hours, &minutes) == 3 && (sign == '+' || sign == '-'))
		offset = (hours * 60 + minutes) * (sign == '+' ? INT64_C(60000) : INT64_C(-60000));
	else if (strcmp(p, "Z") != 0)
		return 0;
	return ms > offset ? ms - offset : 0;
}

/* Combines the parts of an issue that an agent needs to know. */
static char *
describe(const struct issue *is)
{
	static const struct { const char *key, *head; } parts[] = {
		{ "description", "" }, { "design", "Design:\n" }, { "notes", "Notes:\n" },
	};
	struct text t = { 0 };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const char *s = json_words(is->raw, parts[i].key);

		if (s[0] != '\0')
			text_printf(&t, "%s%s%s", t.len > 0 ? "\n\n" : "", parts[i].head, s);
	}
	if (t.buf != NULL)
		t.buf[text_cut(t.buf, ITEM_MAX_TEXT)] = '\0';
	return t.buf;
}

/* Takes ownership of the new text. */
static bool
replace(char **field, char *s)
{
	bool same = strcmp(*field == NULL ? "" : *field, s == NULL ? "" : s) == 0;

	free(same ? s : *field);
	if (!same)
		*field = s;
	return !same;
}

static bool
replace_int(int64_t *field, int64_t v, int64_t min, int64_t max)
{
	int64_t before = *field;

	*field = v < min ? min : v > max ? max : v;
	return *field != before;
}

static bool
fill_dependencies(const struct issue *is, const struct tasklist *l, struct task *t)
{
	struct strings all = { 0 }, done = { 0 };
	bool same;
	size_t i;

	issue_blockers(is, false, &all);
	for (size_t k = 0; k < all.n; k++)
		if ((i = tasklist_find(l, all.v[k])) != TASK_NONE && l->v[i].status == TASK_COMPLETE)
			strings_add(&done, all.v[k]);
	strings_free(&all);
	same = done.n == t->item.depends_on.n;
	for (size_t k = 0; same && k < done.n; k++)
		same = strcmp(done.v[k], t->item.depends_on.v[k]) == 0;
	strings_free(same ? &done : &t->item.depends_on);
	if (!same)
		t->item.depends_on = done;
	return !same;
}

/* The label agent:TYPE names the persona; without it the task keeps its own. */
static bool
fill_agent_type(const struct issue *is, struct task *t)
{
	struct strings types = { 0 };
	bool any = false;

	issue_label_rests(is, ISSUE_AGENT, &types);
	if (types.n > 0 && item_id_valid(types.v[0]))
		any = replace(&t->item.agent_type, text_format("%s", types.v[0]));
	strings_free(&types);
	return any;
}

/* A reference that is no URL, such as "gh-9", is one, too. */
static bool
fill_url(struct task *t, const char *url)
{
	struct strings *urls = &t->item.urls;

	if (url[0] == '\0' || strlen(url) > ITEM_MAX_URL || !item_url_valid(url) || strings_has(urls, url))
		return false;
	strings_free(urls);
	strings_add(urls, url);
	return true;
}

bool
issue_fill(const struct issue *is, const struct tasklist *l, struct task *t)
{
	char title[ITEM_MAX_TITLE + 1], *acceptance;
	int64_t made = issue_time(json_str(is->raw, "created_at"));
	bool any = false;

	text_first_line(title, sizeof(title), json_words(is->raw, "title"));
	acceptance = text_format("%s", json_words(is->raw, "acceptance_criteria"));
	acceptance[text_cut(acceptance, ITEM_MAX_TEXT)] = '\0';
	any |= replace(&t->item.title, text_format("%s", title[0] != '\0' ? title : is->id));
	any |= replace(&t->item.description, describe(is));
	any |= replace(&t->item.acceptance, acceptance);
	any |= fill_url(t, json_words(is->raw, "external_ref"));
	any |= replace_int(&t->item.priority, json_int(is->raw, "priority", 2), 0, 4);
	any |= replace_int(&t->item.estimate, json_int(is->raw, "estimated_minutes", 0), 0,
	    ITEM_MAX_MINUTES);
	any |= replace_int(&t->unblocks, json_int(is->raw, "dependent_count", 0), 0, TASK_MAX_UNBLOCKS);
	if (made > 0)
		any |= replace_int(&t->created_at, made, 1, INT64_MAX);
	any |= fill_dependencies(is, l, t);
	any |= fill_agent_type(is, t);
	t->changed |= any;
	return any;
}
