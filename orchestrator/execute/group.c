/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/execute/group.h"
#include "proto/base/glob.h"
#include "proto/base/text.h"
#include "proto/plan/tasklist.h"
#include "proto/record/item.h"
#include "proto/record/part.h"

struct bin {
	const struct task *v[GROUP_MAX];
	size_t	 n, first;	/* the lowest index */
	int64_t	 minutes;
};

static int64_t
minutes(const struct task *t)
{
	return t->item.estimate > 0 ? t->item.estimate : GROUP_UNKNOWN;
}

static bool
single(const struct task *t)
{
	static const struct session_limits none;
	static const struct budget unlimited;

	return t->item.priority == 0 || !t->parallelizable || t->item.no_change || t->item.parts.n > 0 ||
	    memcmp(&t->item.limits, &none, sizeof(none)) != 0 || memcmp(&t->item.budget, &unlimited, sizeof(unlimited)) != 0 ||
	    t->item.worktree != NULL || t->session[0] != '\0' || minutes(t) > GROUP_MINUTES;
}

/* The length of the first directory of the first path; 0 = the path is at the top, or unknown. */
static size_t
top(const struct item *item)
{
	const char *path = item->allowed_paths.v[0];
	size_t len = strcspn(path, "/*?[\\");

	return path[len] == '/' ? len : 0;
}

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool
related(const struct task *a, const struct task *b)
{
	size_t len;

	if (!same(a->item.agent_type, b->item.agent_type))
		return false;
	if (a->item.allowed_paths.n == 0 || b->item.allowed_paths.n == 0)
		return a->item.allowed_paths.n == b->item.allowed_paths.n;
	len = top(&a->item);
	return len == top(&b->item) && strncmp(a->item.allowed_paths.v[0],
	    b->item.allowed_paths.v[0], len) == 0;
}

static bool
fits(const struct bin *b, const struct task *t)
{
	if (b->n == GROUP_MAX || b->minutes + minutes(t) > GROUP_MINUTES)
		return false;
	for (size_t i = 0; i < b->n; i++)
		if (globs_overlap(&b->v[i]->item.forbidden_paths, &t->item.allowed_paths) ||
		    globs_overlap(&t->item.forbidden_paths, &b->v[i]->item.allowed_paths))
			return false;
	return true;
}

struct sorting { const struct task *t; size_t i; };

static int
longest_first(const void *a, const void *b)
{
	const struct sorting *x = a, *y = b;

	if (minutes(x->t) != minutes(y->t))
		return minutes(x->t) > minutes(y->t) ? -1 : 1;
	return x->i < y->i ? -1 : 1;
}

/* Distributes related tasks to as few sessions as possible. */
static void
share(struct sorting *s, size_t n, size_t *of)
{
	struct bin *bins = calloc(n, sizeof(*bins)), *b;
	size_t nbins = (n + GROUP_MAX - 1) / GROUP_MAX, *in = calloc(n, sizeof(*in)), need;
	int64_t all = 0;

	if (bins == NULL || in == NULL)
		err(1, NULL);
	for (size_t k = 0; k < n; k++)
		all += minutes(s[k].t);
	need = (size_t)((all + GROUP_MINUTES - 1) / GROUP_MINUTES);
	if (need > nbins)
		nbins = need < n ? need : n;
	qsort(s, n, sizeof(*s), longest_first);
	for (size_t k = 0; k < n; k++) {
		b = NULL;
		for (size_t i = 0; i < nbins; i++)
			if ((b == NULL || bins[i].minutes < b->minutes) && fits(&bins[i], s[k].t))
				b = &bins[i];
		if (b == NULL)
			b = &bins[nbins++];
		if (b->n == 0 || s[k].i < b->first)
			b->first = s[k].i;
		b->v[b->n++] = s[k].t;
		b->minutes += minutes(s[k].t);
		in[k] = (size_t)(b - bins);
	}
	for (size_t k = 0; k < n; k++)
		of[s[k].i] = bins[in[k]].first;
	free(bins);
	free(in);
}

void
group_make(const struct task *const v[], size_t n, size_t *of)
{
	struct sorting *s = calloc(n + 1, sizeof(*s));
	size_t m;

	if (s == NULL)
		err(1, NULL);
	for (size_t i = 0; i < n; i++)
		of[i] = single(v[i]) ? i : SIZE_MAX;
	for (size_t i = 0; i < n; i++) {
		if (of[i] != SIZE_MAX)
			continue;
		m = 0;
		for (size_t k = i; k < n; k++)
			if (of[k] == SIZE_MAX && related(v[i], v[k]))
				s[m++] = (struct sorting){ .t = v[k], .i = k };
		share(s, m, of);
	}
	free(s);
}

static void
join(struct strings *to, const struct strings *from)
{
	size_t k;

	for (size_t i = 0; i < from->n && to->n < ITEM_MAX_LIST; i++) {
		for (k = 0; k < to->n && strcmp(to->v[k], from->v[i]) != 0; k++)
			;
		if (k == to->n)
			strings_add(to, from->v[i]);
	}
}

void
group_item(struct item *g, const struct task *const v[], size_t n, const char *list)
{
	struct text title = { 0 };
	bool limited = true;
	char *cut;

	memset(g, 0, sizeof(*g));
	strlcpy(g->id, v[0]->item.id, sizeof(g->id));
	g->priority = v[0]->item.priority;
	if (v[0]->item.agent_type != NULL)
		g->agent_type = text_format("%s", v[0]->item.agent_type);
	for (size_t i = 0; i < n; i++) {
		const struct item *it = &v[i]->item;
		struct part *p = parts_add(&g->parts, it->id, it->title, it->description, it->acceptance);

		strlcpy(p->list, list, sizeof(p->list));
		text_printf(&title, "%s%s", i > 0 ? "; " : "", it->title);
		join(&g->depends_on, &it->depends_on);
		join(&g->allowed_paths, &it->allowed_paths);
		join(&g->forbidden_paths, &it->forbidden_paths);
		join(&g->outputs, &it->outputs);
		join(&g->urls, &it->urls);
		g->estimate += it->estimate;
		limited &= it->timeout > 0;
		g->timeout += it->timeout;
	}
	if (!limited)
		g->timeout = 0;
	cut = calloc(1, ITEM_MAX_TITLE + 1);
	if (cut == NULL)
		err(1, NULL);
	text_first_line(cut, ITEM_MAX_TITLE + 1, title.buf);
	g->title = cut;
	text_free(&title);
}
