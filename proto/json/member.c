/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "proto/json/member.h"
#include "proto/json/record.h"

static void *
at(const void *base, size_t offset)
{
	return (char *)(uintptr_t)base + offset;
}

static void
check(struct field *f, const struct member *m, const char *s)
{
	if (s != NULL && m->valid != NULL && !m->valid(s))
		field_fail(f, m->key, "%s", m->must != NULL ? m->must : "is not a valid id");
}

static void *
elements(const struct member *m, const void *base)
{
	void *p = at(base, m->offset);

	return m->flags & MEMBER_HERE ? p : *(void **)p;
}

static void
read_list(struct field *f, const struct member *m, void *base)
{
	size_t n = field_count(f, m->key, (size_t)m->max), *count = at(base, m->count);
	void **list = at(base, m->offset);
	struct field in;

	if (n > 0 && !(m->flags & MEMBER_HERE) && (*list = calloc(n, m->size)) == NULL)
		err(1, NULL);
	for (; *count < n && !field_bad(f); ++*count) {
		in = field_at(f, m->key, *count);
		members_read(&in, m->members, at(elements(m, base), *count * m->size));
	}
}

static void
read_member(struct field *f, const struct member *m, void *base)
{
	void *to = at(base, m->offset);
	struct strings *list = to;
	struct field in;

	switch (m->type) {
	case MEMBER_STR:
		field_str(f, m->key, to, m->size);
		check(f, m, *(char *)to == '\0' ? NULL : to);
		break;
	case MEMBER_TEXT:
		*(char **)to = field_text(f, m->key, (size_t)m->max);
		check(f, m, *(char **)to);
		break;
	case MEMBER_INT:
		*(int64_t *)to = field_int(f, m->key, m->min, m->max, m->otherwise);
		break;
	case MEMBER_PID:
		*(pid_t *)to = (pid_t)field_int(f, m->key, 0, INT32_MAX, 0);
		break;
	case MEMBER_BOOL:
		*(bool *)to = field_has(f, m->key) ? field_bool(f, m->key) : m->otherwise != 0;
		break;
	case MEMBER_TIME:
		*(int64_t *)to = field_time(f, m->key);
		break;
	case MEMBER_NAME:
		*(unsigned *)to = (unsigned)field_name(f, m->key, m->parse, (int)m->otherwise);
		break;
	case MEMBER_STRINGS:
		field_strings(f, m->key, (size_t)m->max, m->bytes, list);
		for (size_t i = 0; i < list->n; i++)
			check(f, m, list->v[i]);
		break;
	case MEMBER_OBJECT:
		if (field_has(f, m->key)) {
			in = field_in(f, m->key);
			members_read(&in, m->members, base);
		}
		break;
	case MEMBER_LIST:
		read_list(f, m, base);
		break;
	case MEMBER_OTHER:
		if (m->read != NULL)
			m->read(f, m, base);
	}
}

void
members_read(struct field *f, const struct member *m, void *base)
{
	for (const struct member *n = m; n->key != NULL; n++)
		if (n->flags & MEMBER_NEEDED)
			field_need(f, n->key);
	for (; m->key != NULL; m++)
		read_member(f, m, base);
}

/* Does the member have its default value? */
static bool
is_unsaid(const struct member *m, const void *base)
{
	const void *from = at(base, m->offset);

	switch (m->type) {
	case MEMBER_STR:
		return *(const char *)from == '\0';
	case MEMBER_TEXT:
		return *(char *const *)from == NULL || **(char *const *)from == '\0';
	case MEMBER_INT:
		return *(const int64_t *)from == m->otherwise;
	case MEMBER_BOOL:
		return *(const bool *)from == (m->otherwise != 0);
	case MEMBER_STRINGS:
		return ((const struct strings *)from)->n == 0;
	case MEMBER_LIST:
		return *(const size_t *)at(base, m->count) == 0;
	case MEMBER_OBJECT:
		return is_unsaid(m->members, base);
	case MEMBER_PID:
	case MEMBER_TIME:
	case MEMBER_NAME:
	case MEMBER_OTHER:
		break;
	}
	return false;
}

static void
put_string(struct json *o, const struct member *m, const char *s, size_t max)
{
	if ((s == NULL || s[0] == '\0') && m->flags & (MEMBER_NULL | MEMBER_EMPTY))
		s = m->flags & MEMBER_EMPTY ? "" : NULL;
	record_put(o, m->key, s, max);
}

static struct json *
list_json(const struct member *m, const void *base, const struct json *was)
{
	struct json *list = json_new_array();
	size_t *n = at(base, m->count);

	for (size_t i = 0; i < *n; i++)
		json_append(list, member_element(m, at(elements(m, base), i * m->size), json_at(was, i)));
	return list;
}

static void
put_member(struct json *o, const struct member *m, const void *base)
{
	const void *from = at(base, m->offset);
	int64_t n;

	if (m->flags & MEMBER_LEFT_OUT && is_unsaid(m, base)) {
		json_drop(o, m->key);
		return;
	}
	switch (m->type) {
	case MEMBER_STR:
		put_string(o, m, from, m->size - 1);
		break;
	case MEMBER_TEXT:
		put_string(o, m, *(char *const *)from, (size_t)m->max);
		break;
	case MEMBER_INT:
		n = *(const int64_t *)from;
		json_put_int(o, m->key, n < m->min ? m->otherwise : n);
		break;
	case MEMBER_PID:
		json_put_int(o, m->key, *(const pid_t *)from);
		break;
	case MEMBER_BOOL:
		json_put_bool(o, m->key, *(const bool *)from);
		break;
	case MEMBER_TIME:
		record_put_time(o, m->key, *(const int64_t *)from);
		break;
	case MEMBER_NAME:
		n = *(const unsigned *)from;
		json_put_str(o, m->key, m->flags & MEMBER_NULL && n == m->otherwise ? NULL : m->name((unsigned)n));
		break;
	case MEMBER_STRINGS:
		json_put(o, m->key, strings_json(from));
		break;
	case MEMBER_OBJECT:
		if (m->flags & MEMBER_NULL && is_unsaid(m, base))
			json_put(o, m->key, NULL);
		else
			members_put(record_sub(o, m->key), m->members, base);
		break;
	case MEMBER_LIST:
		json_put(o, m->key, list_json(m, base, json_get(o, m->key)));
		break;
	case MEMBER_OTHER:
		m->put(o, m, base);
	}
}

void
members_put(struct json *o, const struct member *m, const void *base)
{
	for (; m->key != NULL; m++)
		put_member(o, m, base);
}

void
members_put_said(struct json *o, const struct member *m, const void *base)
{
	for (; m->key != NULL; m++)
		if (is_unsaid(m, base))
			json_drop(o, m->key);
		else
			put_member(o, m, base);
}

struct json *
member_element(const struct member *m, const void *element, const struct json *was)
{
	struct json *o = json_new_object();
	const char *id, *first = m->members->key;

	if (m->flags & MEMBER_KEEPS && (id = json_str(was, first)) != NULL) {
		put_member(o, m->members, element);
		if (json_str(o, first) != NULL && strcmp(json_str(o, first), id) == 0) {
			json_free(o);
			o = json_copy(was);
		}
	}
	members_put(o, m->members, element);
	return o;
}

void
members_release(const struct member *m, void *base)
{
	for (; m->key != NULL; m++) {
		if (m->type == MEMBER_TEXT)
			free(*(char **)at(base, m->offset));
		else if (m->type == MEMBER_STRINGS)
			strings_free(at(base, m->offset));
		else if (m->type == MEMBER_OBJECT)
			members_release(m->members, base);
		else if (m->type == MEMBER_LIST) {
			/* the element at which reading stopped may be incomplete */
			for (size_t i = 0; i < *(size_t *)at(base, m->count); i++)
				members_release(m->members, at(elements(m, base), i * m->size));
			if (!(m->flags & MEMBER_HERE))
				free(elements(m, base));
		} else if (m->release != NULL)
			m->release(base);
	}
}

static struct json **
raw_of(const struct record *r, const void *base)
{
	return at(base, r->raw);
}

int
record_parse(const struct record *r, void *to, const char *buf, size_t len, char *err, size_t errlen)
{
	struct field f;

	memset(to, 0, r->size);
	if ((*raw_of(r, to) = record_open(r->file, buf, len, err, errlen)) == NULL)
		return -1;
	f = field_begin(*raw_of(r, to), r->file, err, errlen);
	members_read(&f, r->members, to);
	if (r->check != NULL)
		r->check(&f, to);
	if (!field_bad(&f))
		return 0;
	record_release(r, to);
	return -1;
}

int
record_load(const struct record *r, int dirfd, void *to, char *err, size_t errlen)
{
	char *buf;
	size_t len;
	int rc;

	memset(to, 0, r->size);
	if (record_read(dirfd, r->file, &buf, &len, err, errlen) == -1)
		return -1;
	if ((rc = record_parse(r, to, buf, len, err, errlen)) == -1)
		errno = EINVAL;
	free(buf);
	return rc;
}

struct json *
record_json(const struct record *r, const void *from)
{
	struct json *o = record_begin(*raw_of(r, from));

	members_put(o, r->members, from);
	return o;
}

void
record_release(const struct record *r, void *of)
{
	members_release(r->members, of);
	json_free(*raw_of(r, of));
	memset(of, 0, r->size);
}

int
record_save(int dirfd, const char *name, char *text, size_t len, enum file_flags flags)
{
	int rc = -1;

	if (len > RECORD_MAX)
		errno = EFBIG;
	else
		rc = file_replace(dirfd, name, text, len, flags);
	free(text);	/* which preserves errno */
	return rc;
}
