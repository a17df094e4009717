/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/cli/check_list.h"
#include "orchestrator/source/tasks.h"
#include "proto/base/strings.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/plan/tasklist.h"

/* The state of the reader. */
struct reading {
	struct json	*tasks;
	struct json	*task;		/* the last task; NULL = none since the last heading */
	size_t		 indent;	/* of the line of the task */
	struct text	 description;	/* of the task */
	struct text	 heading;	/* the last heading of the first or second level */
	struct strings	 phase;		/* for each task: the heading that it is below */
	bool		 numbered;	/* are the ids of all tasks T001, T002, ...? */
};

static const char *
skip_blanks(const char *s, const char *end)
{
	while (s < end && isblank((unsigned char)*s))
		s++;
	return s;
}

/* The text after "- [ ]" or "1. [x]"; NULL for any other line. */
static const char *
check_box(const char *s, const char *end, bool *done)
{
	s = skip_blanks(s, end);
	if (s < end && strchr("-*+", *s) != NULL)
		s++;
	else {
		if (s == end || !isdigit((unsigned char)*s))
			return NULL;
		while (s < end && isdigit((unsigned char)*s))
			s++;
		if (s == end || (*s != '.' && *s != ')'))
			return NULL;
		s++;
	}
	s = skip_blanks(s, end);
	if (end - s < 4 || s[0] != '[' || s[2] != ']' || !isblank((unsigned char)s[3]) || strchr(" xX", s[1]) == NULL)
		return NULL;
	*done = s[1] != ' ';
	s = skip_blanks(s + 4, end);
	return s < end ? s : NULL;
}

/* "a, b" as a list. */
static void
put_list(struct json *task, const char *key, const char *s, const char *end)
{
	struct json *list = json_new_array();
	const char *comma;
	char *word;

	for (; s < end; s = comma + 1) {
		s = skip_blanks(s, end);
		if ((comma = memchr(s, ',', (size_t)(end - s))) == NULL)
			comma = end;
		word = text_format("%.*s", (int)(comma - s), s);
		if (text_trim(word, strlen(word)) > 0)
			json_append(list, json_new_string(word));
		free(word);
	}
	json_put(task, key, list);
}

/* "T001": the form of ids in Spec Kit. */
static bool
is_number(const char *s, size_t n)
{
	if (n < 4 || *s != 'T')
		return false;
	for (size_t i = 1; i < n; i++)
		if (!isdigit((unsigned char)s[i]))
			return false;
	return true;
}

static void
end_task(struct reading *r)
{
	if (r->task != NULL && r->description.len > 0)
		json_put_strn(r->task, "description", r->description.buf, text_trim(r->description.buf,
		    r->description.len));
	text_clear(&r->description);
	r->task = NULL;
}

static void
begin_task(struct reading *r, const char *s, const char *end, size_t line, bool done)
{
	char *text = text_format("%.*s", (int)(end - s), s), *id;
	const char *title;
	size_t n;

	end_task(r);
	text_trim(text, strlen(text));
	r->task = json_new_object();
	if (is_number(text, n = strcspn(text, " \t")) && text[n] != '\0')
		title = skip_blanks(text + n, text + strlen(text));
	else {
		r->numbered = false;
		n = tasks_split(text, &title);
	}
	id = text_format("%.*s", (int)n, text);
	if (title != NULL && item_id_valid(id))
		json_put_str(r->task, "id", id);
	else {
		r->numbered = false;
		title = text;
	}
	json_put_str(r->task, "title", title);
	json_put_str(r->task, "status", task_status_name(done ? TASK_COMPLETE : TASK_PENDING));
	json_put_int(r->task, "line", (int64_t)line);
	json_append(r->tasks, r->task);
	strings_add(&r->phase, r->heading.buf == NULL ? "" : r->heading.buf);
	free(id);
	free(text);
}

/* A line below a task, indented more than it: one of its members, or a line of its description. */
static void
below_task(struct reading *r, const char *s, const char *end)
{
	static const struct { const char *name, *key; } members[] = {
		{ "depends on:", "depends_on" }, { "paths:", "allowed_paths" }, { "priority:", "priority" }, { "stream:", "stream" },
	};
	const char *begin = s;
	char *value, *rest;
	long number;

	if (end - s > 2 && strchr("-*+", *s) != NULL && isblank((unsigned char)s[1]))
		s = skip_blanks(s + 1, end);
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		size_t n = strlen(members[i].name);

		if ((size_t)(end - s) <= n || strncasecmp(s, members[i].name, n) != 0)
			continue;
		s = skip_blanks(s + n, end);
		if (strcmp(members[i].key, "priority") != 0 && strcmp(members[i].key, "stream") != 0) {
			put_list(r->task, members[i].key, s, end);
			return;
		}
		value = text_format("%.*s", (int)(end - s), s);
		text_trim(value, strlen(value));
		number = strtol(value, &rest, 10);
		if (strcmp(members[i].key, "priority") == 0 && *value != '\0' && *rest == '\0')
			json_put_int(r->task, "priority", number);
		else	/* the reader of tasks refuses a wrong one */
			json_put_str(r->task, members[i].key, value);
		free(value);
		return;
	}
	text_add(&r->description, begin, (size_t)(end - begin));
	text_puts(&r->description, "\n");
}

static void
read_line(struct reading *r, const char *s, const char *end, size_t line)
{
	const char *text = skip_blanks(s, end), *title;
	size_t indent = (size_t)(text - s);
	bool done;

	if (text < end && end[-1] == '\r')
		end--;
	if ((title = check_box(s, end, &done)) != NULL) {
		begin_task(r, title, end, line, done);
		r->indent = indent;
	} else if (indent == 0 && text < end && *text == '#') {
		end_task(r);
		while (text < end && *text == '#')
			text++;
		if (text - s <= 2) {
			text_clear(&r->heading);
			text = skip_blanks(text, end);
			text_add(&r->heading, text, (size_t)(end - text));
		}
	} else if (r->task != NULL && text == end) {
		if (r->description.len > 0)
			text_puts(&r->description, "\n");
	} else if (r->task != NULL && indent > r->indent)
		below_task(r, text, end);
	else
		end_task(r);
}

/* The ids of tasks that others wait for. */
static void
wait_for(struct json *task, const struct strings *ids)
{
	struct json *list;

	if (ids->n == 0 || json_get(task, "depends_on") != NULL)
		return;
	list = json_new_array();
	for (size_t i = 0; i < ids->n; i++)
		json_append(list, json_new_string(ids->v[i]));
	json_put(task, "depends_on", list);
}

static void
move(struct strings *to, struct strings *from)
{
	strings_free(to);
	*to = *from;
	*from = (struct strings){ 0 };
}

static void
append(struct strings *to, const struct strings *from)
{
	for (size_t i = 0; i < from->n; i++)
		strings_add(to, from->v[i]);
}

/* Takes "[P]", "[US1]" and "(depends on T001, T002)" from a title of Spec Kit. */
static void
take_labels(struct json *task, bool *parallel, bool *story)
{
	char *copy = text_format("%s", json_str(task, "title")), *s = copy, *end, *wait;

	*parallel = *story = false;
	for (;;) {
		if (strncmp(s, "[P]", 3) == 0) {
			*parallel = true;
			s += 3;
		} else if (strncmp(s, "[US", 3) == 0 && (end = strchr(s, ']')) != NULL) {
			*story = true;
			s = end + 1;
		} else
			break;
		s += strspn(s, " \t");
	}
	if ((wait = strstr(s, "(depends on ")) != NULL && (end = strchr(wait, ')')) != NULL && end[1] == '\0') {
		put_list(task, "depends_on", wait + strlen("(depends on "), end);
		*wait = '\0';
		text_trim(s, strlen(s));
	}
	if (*s != '\0')
		json_put_str(task, "title", s);
	free(copy);
}

/*
 * Spec Kit: a task waits for the one before it in its phase; those with [P] wait for the last one without it, and
 * the next one without it for them.  A phase waits for the one before it, but phases of user stories only for
 * the last phase before all stories.
 */
static void
order_phases(struct reading *r, const char *name)
{
	struct strings before = { 0 }, stories = { 0 }, last = { 0 }, beside = { 0 };
	bool in_story = false, parallel, story;
	const char *phase = NULL;
	char *text;

	for (size_t i = 0; i < r->phase.n; i++) {
		/* owned by r->tasks */
		struct json *task = json_ref_at(r->tasks, i);

		take_labels(task, &parallel, &story);
		if (phase == NULL || strcmp(phase, r->phase.v[i]) != 0) {
			struct strings *tail = beside.n > 0 ? &beside : &last;

			if (in_story)
				append(&stories, tail);
			else if (tail->n > 0)
				move(&before, tail);
			if (!story && stories.n > 0)
				move(&before, &stories);
			strings_free(&last);
			strings_free(&beside);
			phase = r->phase.v[i];
			in_story = story;
		}
		wait_for(task, !parallel && beside.n > 0 ? &beside : last.n > 0 ? &last : &before);
		if (!parallel) {
			strings_free(&last);
			strings_free(&beside);
		}
		strings_add(parallel ? &beside : &last, json_str(task, "id"));
		if (json_get(task, "description") == NULL && *phase != '\0') {
			text = text_format(name == NULL ? "Part of \"%s\"." : "Part of \"%s\" in %s.", phase, name);
			json_put_str(task, "description", text);
			free(text);
		}
		json_free(task);
	}
	strings_free(&before);
	strings_free(&stories);
	strings_free(&last);
	strings_free(&beside);
}

struct json *
check_list_parse(const char *text, size_t len, const char *name)
{
	struct reading r = { .tasks = json_new_array(), .numbered = true };
	const char *end = text + len, *eol;
	size_t line = 0;

	for (; text < end; text = eol + 1) {
		if ((eol = memchr(text, '\n', (size_t)(end - text))) == NULL)
			eol = end;
		read_line(&r, text, eol, ++line);
	}
	end_task(&r);
	if (r.numbered)
		order_phases(&r, name);
	if (json_count(r.tasks) == 0) {
		json_free(r.tasks);
		r.tasks = NULL;
	}
	strings_free(&r.phase);
	text_free(&r.description);
	text_free(&r.heading);
	return r.tasks;
}

static void
print_list(struct text *t, const char *name, const struct strings *list)
{
	for (size_t i = 0; i < list->n; i++) {
		text_puts(t, i == 0 ? name : ", ");
		text_line(t, list->v[i], strlen(list->v[i]));
	}
	if (list->n > 0)
		text_puts(t, "\n");
}

char *
check_list_text(const struct tasklist *l)
{
	struct text t = { 0 };

	text_puts(&t, "# ");
	text_line(&t, l->name, strlen(l->name));
	text_puts(&t, "\n\n");
	for (size_t i = 0; i < l->n; i++) {
		const struct task *k = &l->v[i];

		text_printf(&t, "- [%c] %s: ", k->status == TASK_COMPLETE ? 'x' : ' ', k->item.id);
		text_line(&t, k->item.title, strlen(k->item.title));
		text_puts(&t, "\n");
		print_list(&t, "  depends on: ", &k->item.depends_on);
		print_list(&t, "  paths: ", &k->item.allowed_paths);
		if (k->stream[0] != '\0')
			text_printf(&t, "  stream: %s\n", k->stream);
		if (k->item.priority != 2)
			text_printf(&t, "  priority: %" PRId64 "\n", k->item.priority);
	}
	return t.buf;
}
