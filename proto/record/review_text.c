/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <stdlib.h>
#include <string.h>

#include "proto/base/alloc.h"
#include "proto/json/member.h"
#include "proto/json/record.h"
#include "proto/record/review.h"
#include "proto/session/caps.h"

/* The last max bytes of s, from the start of a line or at least of a character. */
static const char *
tail(const char *s, size_t max)
{
	size_t n;
	const char *line;

	if (s == NULL || (n = strlen(s)) <= max)
		return (s);
	s += n - max;
	if ((line = strchr(s, '\n')) != NULL && line[1] != '\0')
		return (line + 1);
	while (((unsigned char)*s & 0xc0) == 0x80)
		s++;
	return (s);
}

/* Keeps the end of the output; each bad byte becomes three when replaced. */
static void
put_output(struct json *o, const char *s, size_t max)
{
	struct json *clean = json_new_string(tail(s, max));

	record_put(o, "output", tail(json_string(clean), max), max);
	json_free(clean);
}

static struct json *
gate_json(const struct gate_result *g, size_t cut)
{
	struct json *o = member_element(review_gates, g, NULL);

	put_output(o, g->output, SESSION_MAX_EVIDENCE / cut);
	return (o);
}

struct json *
gate_result_json(const struct gate_result *g)
{
	return (gate_json(g, 1));
}

/* The first gate result to keep: the last two rounds, at most REVIEW_MAX_GATES. */
static size_t
first_gate(const struct review *r)
{
	int64_t last = 0;
	size_t i;

	for (i = 0; i < r->ngates; i++)
		if (r->gates[i].round > last)
			last = r->gates[i].round;
	i = r->ngates > REVIEW_MAX_GATES ? r->ngates - REVIEW_MAX_GATES : 0;
	while (i < r->ngates && r->gates[i].round <= last - GATE_ROUNDS)
		i++;
	return (i);
}

static char *
text(const struct review *r, size_t cut, size_t *len)
{
	const struct json *was = json_get(r->raw, "opinions");
	struct json *o = record_json(&review_record, r), *list, *one;
	size_t i;

	list = json_new_array();
	for (i = 0; i < r->flagged.n && i < REVIEW_MAX_FLAGGED / cut; i++)
		json_append(list, json_new_string(tail(r->flagged.v[i], REVIEW_MAX_COMMAND)));
	json_put(o, "flagged", list);
	list = json_new_array();
	i = r->nopinions > REVIEW_MAX_OPINIONS ? r->nopinions - REVIEW_MAX_OPINIONS : 0;
	for (; i < r->nopinions; i++) {
		one = member_element(review_opinions, &r->opinions[i], json_at(was, i));
		record_put(one, "findings", r->opinions[i].findings, SESSION_MAX_TEXT / cut);
		json_append(list, one);
	}
	json_put(o, "opinions", list);
	list = json_new_array();
	for (i = first_gate(r); i < r->ngates; i++)
		json_append(list, gate_json(&r->gates[i], cut));
	json_put(o, "gates", list);
	return (record_end(o, len));
}

/* Escapes can expand a byte to six; when the text gets too long, less of each is kept. */
char *
review_text(const struct review *r, size_t *len)
{
	char *s;
	size_t n;

	for (size_t cut = 1;; cut *= 4) {
		s = text(r, cut, &n);
		if (n <= RECORD_MAX || cut >= 1024)
			break;
		free(s);
	}
	if (len != NULL)
		*len = n;
	return (s);
}

struct opinion *
review_add_opinion(struct review *r)
{
	return (array_add(&r->opinions, &r->nopinions, sizeof(*r->opinions)));
}

struct gate_result *
review_add_gate(struct review *r)
{
	size_t first;

	for (;;) {
		first = first_gate(r);
		if (first == 0 && r->ngates < REVIEW_MAX_GATES)
			break;
		gate_result_release(&r->gates[0]);
		memmove(&r->gates[0], &r->gates[1], --r->ngates * sizeof(*r->gates));
	}
	return (array_add(&r->gates, &r->ngates, sizeof(*r->gates)));
}
