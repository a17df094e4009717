/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "proto/base/alloc.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/json/member.h"
#include "proto/record/item.h"

static char *
copy(const char *s)
{
	return s == NULL || s[0] == '\0' ? NULL : text_format("%s", s);
}

struct part *
parts_add(struct parts *p, const char *id, const char *title, const char *description,
    const char *acceptance)
{
	struct part *one = array_add(&p->v, &p->n, sizeof(*p->v));

	strlcpy(one->id, id, sizeof(one->id));
	one->title = text_format("%s", title == NULL ? id : title);
	one->description = copy(description);
	one->acceptance = copy(acceptance);
	return one;
}

static const struct member part[] = {
	{ "id", MEMBER(STR, struct part, id), .flags = MEMBER_NEEDED, .valid = item_id_valid },
	{ "title", MEMBER(TEXT, struct part, title), .max = ITEM_MAX_TITLE },
	{ "description", MEMBER(TEXT, struct part, description), .flags = MEMBER_LEFT_OUT, .max = ITEM_MAX_TEXT },
	{ "acceptance", MEMBER(TEXT, struct part, acceptance), .flags = MEMBER_LEFT_OUT, .max = ITEM_MAX_TEXT },
	{ "list", MEMBER(STR, struct part, list), .flags = MEMBER_LEFT_OUT, .valid = tasklist_id_valid },
	{ .key = NULL }
};

void
parts_free(struct parts *p)
{
	for (size_t i = 0; i < p->n; i++)
		members_release(part, &p->v[i]);
	free(p->v);
	memset(p, 0, sizeof(*p));
}

void
parts_read(struct parts *p, struct field *f)
{
	size_t n = field_count(f, "tasks", PARTS_MAX);

	for (size_t i = 0; i < n && !field_bad(f); i++) {
		struct field in = field_at(f, "tasks", i);
		struct part *one = array_add(&p->v, &p->n, sizeof(*p->v));

		members_read(&in, part, one);
		if (one->title == NULL)
			one->title = text_format("%s", one->id);
	}
}

struct json *
parts_json(const struct parts *p)
{
	struct json *list = json_new_array(), *o;

	for (size_t i = 0; i < p->n; i++) {
		members_put(o = json_new_object(), part, &p->v[i]);
		json_append(list, o);
	}
	return list;
}

void
parts_text(struct text *t, const struct parts *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct part *one = &p->v[i];

		text_printf(t, "%s%zu. [%s] %s", i > 0 ? "\n" : "", i + 1, one->id, one->title);
		if (one->description != NULL)
			text_printf(t, "\n%s", one->description);
		if (one->acceptance != NULL)
			text_printf(t, "\nAcceptance: %s", one->acceptance);
	}
}
