/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/json/field.h"
#include "proto/json/json.h"
#include "proto/json/record.h"
#include "proto/record/item.h"

static char *
copy(const char *s)
{
	return s == NULL || s[0] == '\0' ? NULL : text_format("%s", s);
}

static struct part *
grow(struct parts *p)
{
	if ((p->v = reallocarray(p->v, p->n + 1, sizeof(*p->v))) == NULL)
		err(1, NULL);
	memset(&p->v[p->n], 0, sizeof(*p->v));
	return &p->v[p->n++];
}

struct part *
parts_add(struct parts *p, const char *id, const char *title, const char *description,
    const char *acceptance)
{
	struct part *one = grow(p);

	strlcpy(one->id, id, sizeof(one->id));
	one->title = text_format("%s", title == NULL ? id : title);
	one->description = copy(description);
	one->acceptance = copy(acceptance);
	return one;
}

void
parts_free(struct parts *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->v[i].title);
		free(p->v[i].description);
		free(p->v[i].acceptance);
	}
	free(p->v);
	memset(p, 0, sizeof(*p));
}

void
parts_read(struct parts *p, struct field *f)
{
	size_t n = field_count(f, "tasks", PARTS_MAX);

	for (size_t i = 0; i < n && !field_bad(f); i++) {
		struct field in = field_at(f, "tasks", i);
		struct part *one = grow(p);

		field_need(&in, "id");
		field_id(&in, "id", one->id, sizeof(one->id), item_id_valid);
		one->title = field_text(&in, "title", ITEM_MAX_TITLE);
		one->description = field_text(&in, "description", ITEM_MAX_TEXT);
		one->acceptance = field_text(&in, "acceptance", ITEM_MAX_TEXT);
		field_id(&in, "list", one->list, sizeof(one->list), tasklist_id_valid);
		if (one->title == NULL)
			one->title = text_format("%s", one->id);
	}
}

struct json *
parts_json(const struct parts *p)
{
	struct json *list = json_new_array(), *o;

	for (size_t i = 0; i < p->n; i++) {
		const struct part *one = &p->v[i];

		o = json_new_object();
		json_put_str(o, "id", one->id);
		record_put(o, "title", one->title, ITEM_MAX_TITLE);
		if (one->description != NULL)
			record_put(o, "description", one->description, ITEM_MAX_TEXT);
		if (one->acceptance != NULL)
			record_put(o, "acceptance", one->acceptance, ITEM_MAX_TEXT);
		if (one->list[0] != '\0')
			json_put_str(o, "list", one->list);
		json_append(list, o);
	}
	return list;
}
