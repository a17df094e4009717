/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "orchestrator/execute/admit.h"

/*
 * Works as words: "src" has that path, "-" none, "!" before it has to be alone,
 * "~" before it waits for its merge, "+" none but trusted.
 */
#define WORKS	6
#define NONE	((size_t)-1)
static const struct {
	const char	*what;
	const char	*running, *ready;
	size_t		 max;
	bool		 trust;
	size_t		 expected;
} rows[] = {
	{ "nothing is ready", "", "", 4, false, NONE },
	{ "the first one goes", "", "a b", 4, false, 0 },
	{ "the limit is kept", "a b", "c", 2, false, NONE },
	{ "below the limit one goes", "a b", "c", 3, false, 0 },
	{ "what waits for its merge takes no place", "a ~b", "c", 2, false, 0 },
	{ "but keeps its paths", "~src/**", "src/a.c", 2, false, NONE },
	{ "overlapping paths are not at once", "src/**", "src/a.c doc", 4, false, 1 },
	{ "what must be alone waits", "a", "!b", 4, false, NONE },
	{ "and goes when nothing runs", "", "!b c", 4, false, 0 },
	{ "and is not overtaken", "a", "!b c", 4, false, NONE },
	{ "nothing goes beside it", "!a", "b", 4, false, NONE },
	{ "one that is ambiguous goes beside those that are not", "a", "-", 4, false, 0 },
	{ "but not beside another one", "-", "- b", 4, false, 1 },
	{ "unless they are trusted", "-", "- b", 4, true, 0 },
	{ "or a person said that they may be", "+", "+", 4, false, 0 },
	{ "of both", "+", "-", 4, false, NONE },
	{ "what overlaps with one that waits does not overtake it", "src/a", "src/** src/b c", 4, false, 2 },
};

struct works {
	struct work	w[WORKS];
	struct strings	paths[WORKS];
	size_t		n;
};

static void
make(struct works *v, const char *words)
{
	char word[32];
	size_t len;

	memset(v, 0, sizeof(*v));
	for (; *words != '\0'; words += len + (words[len] == ' ')) {
		struct work *w = &v->w[v->n];
		const char *s = word;

		len = strcspn(words, " ");
		memcpy(word, words, len);
		word[len] = '\0';
		w->alone = *s == '!';
		w->idle = *s == '~';
		s += w->alone || w->idle;
		w->paths = &v->paths[v->n];
		w->trusted = *s == '+';
		if (*s != '-' && *s != '+')
			strings_add(&v->paths[v->n], s);
		v->n++;
	}
}

static void
release(struct works *v)
{
	for (size_t i = 0; i < v->n; i++)
		strings_free(&v->paths[i]);
}

/* The first task that may go out. */
static size_t
first(const struct works *ready, const struct works *running, const struct limits *l)
{
	if (!admit_room(running->w, running->n, l))
		return NONE;
	for (size_t i = 0; i < ready->n; i++)
		if (admit_may(ready->w, i, running->w, running->n, l))
			return i;
	return NONE;
}

static void
each_row_of_the_table_decides_as_written(void **state)
{
	struct works running, ready;
	struct limits l;
	size_t got;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		make(&running, rows[i].running);
		make(&ready, rows[i].ready);
		l = (struct limits){ .max = rows[i].max, .trust = rows[i].trust };
		got = first(&ready, &running, &l);
		release(&running);
		release(&ready);
		if (got != rows[i].expected)
			fail_msg("%s: %zd", rows[i].what, (ssize_t)got);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_of_the_table_decides_as_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
