/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <strings.h>

#include "proto/base/glob.h"
#include "proto/base/text.h"
#include "proto/plan/streams.h"
#include "proto/plan/taskgraph.h"

/* Its position in the plan of its phase; streams missing from the plan come last, in file order. */
static size_t
place(const struct streams *s, size_t i)
{
	const struct strings *plan = &s->plan[s->v[i].phase];

	for (size_t k = 0; k < plan->n; k++)
		if (strcmp(plan->v[k], s->v[i].id) == 0)
			return k;
	return plan->n + i;
}

bool
streams_before(const struct streams *s, size_t a, size_t b)
{
	if (s->v[a].phase != s->v[b].phase)
		return s->v[a].phase < s->v[b].phase;
	return s->v[a].phase != STREAM_PARALLEL && place(s, a) < place(s, b);
}

static void
check_ids(const struct streams *s, struct strings *problems)
{
	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 0; k < i; k++) {
			const struct stream *a = &s->v[i], *b = &s->v[k];

			if (strcasecmp(a->id, b->id) == 0)
				streams_problem(problems, "duplicate stream %s%s%s; give one of them another "
				    "streamId", a->id, strcmp(a->id, b->id) == 0 ? "" : " and ",
				    strcmp(a->id, b->id) == 0 ? "" : b->id);
			else if (a->worktree != NULL && b->worktree != NULL &&
			    strcmp(a->worktree, b->worktree) == 0)
				streams_problem(problems, "%s and %s have the same worktreePath %s; give each "
				    "its own, or null", b->id, a->id, a->worktree);
		}
}

static void
check_plan(const struct streams *s, struct strings *problems)
{
	size_t seen[STREAMS_MAX] = { 0 }, k;

	for (int p = 0; p < STREAM_PHASES; p++)
		for (size_t i = 0; i < s->plan[p].n; i++) {
			const char *id = s->plan[p].v[i], *phase = stream_phase_name((enum stream_phase)p);

			if ((k = streams_find(s, id)) == STREAMS_NONE)
				streams_problem(problems, "executionPlan: %s has %s, which is not in "
				    "\"streams\"; add it there, or remove it here", phase, id);
			else if (seen[k]++ > 0)
				streams_problem(problems, "executionPlan: %s is in it twice; remove one", id);
			else if ((int)s->v[k].phase != p)
				streams_problem(problems, "executionPlan: %s has %s, whose streamPhase is %s; "
				    "make them agree", phase, id, stream_phase_name(s->v[k].phase));
		}
	for (k = 0; s->planned && k < s->n; k++)
		if (seen[k] == 0 && item_id_valid(s->v[k].id) && streams_find(s, s->v[k].id) == k)
			streams_problem(problems, "%s is in \"streams\" and not in the executionPlan; add it "
			    "to %s there", s->v[k].id, stream_phase_name(s->v[k].phase));
}

static void
check_phases(const struct streams *s, int64_t max, struct strings *problems)
{
	size_t n[STREAM_PHASES] = { 0 };

	for (size_t i = 0; i < s->n; i++)
		n[s->v[i].phase]++;
	if (n[STREAM_FOUNDATION] == 0)
		streams_problem(problems, "No foundation stream: all streams are parallel or integration; "
		    "set the streamPhase of the stream that the others build upon to \"foundation\" (orchestrator "
		    "generate --foundation STREAM)");
	if (n[STREAM_PARALLEL] > (size_t)max)
		streams_problem(problems, "Too many parallel streams (>%lld): there are %zu; split the work "
		    "into several phases, or raise \"max_parallel_streams\" in the settings",
		    (long long)max, n[STREAM_PARALLEL]);
}

static void
check_tasks(const struct streams *s, struct strings *problems)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].n == 0 && !stream_complete(&s->v[i]) && item_id_valid(s->v[i].id) &&
		    streams_find(s, s->v[i].id) == i)
			streams_problem(problems, "%s has no tasks: no task of a list carries it, and it has no "
			    "\"tasks\"; orchestrator tasks edit --stream %s TASK gives it one", s->v[i].id,
			    s->v[i].id);
}

struct checked {
	const struct stream *v;
	struct strings	*problems;
	bool		 circle;
};

static void
say_circle(void *arg, const uint32_t *i, size_t n)
{
	struct checked *c = arg;
	struct text t = { 0 };

	for (size_t k = 0; k < n; k++)
		text_printf(&t, "%s%s depends on %s", k > 0 ? ", " : "", c->v[i[k]].id, c->v[i[(k + 1) % n]].id);
	streams_problem(c->problems, "Circular dependencies detected: %s; remove one of these dependencies", t.buf);
	text_free(&t);
	c->circle = true;
}

bool
streams_graph(const struct streams *s, struct taskgraph *g, struct strings *problems)
{
	struct checked c = { .v = s->v, .problems = problems };
	size_t j;

	taskgraph_begin(g, s->n);
	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 0; k < s->v[i].depends_on.n; k++)
			if ((j = streams_find(s, s->v[i].depends_on.v[k])) != STREAMS_NONE)
				taskgraph_edge(g, i, j);
			else if (problems != NULL)
				streams_problem(problems, "unknown dependency: %s depends on %s, which is not in "
				    "\"streams\"; add it, or remove the dependency", s->v[i].id, s->v[i].depends_on.v[k]);
	taskgraph_end(g, problems != NULL ? say_circle : NULL, &c);
	return !c.circle;
}

/* Checks the explicit dependencies among themselves first, without the order of the phases. */
static void
check_dependencies(const struct streams *s, struct strings *problems)
{
	struct taskgraph g;
	bool sound = streams_graph(s, &g, problems);

	for (size_t i = 0; sound && i < s->n; i++)
		for (size_t e = g.needs_at[i]; e < g.needs_at[i + 1]; e++) {
			size_t d = g.needs[e];

			if (!streams_before(s, i, d))
				continue;
			if (s->v[i].phase == s->v[d].phase)
				streams_problem(problems, "%s depends on %s, which comes after it in the executionPlan: swap "
				    "them", s->v[i].id, s->v[d].id);
			else
				streams_problem(problems, "%s (%s) depends on %s, which comes after it, as %s; "
				    "change the streamPhase of one, or remove the dependency", s->v[i].id,
				    stream_phase_name(s->v[i].phase), s->v[d].id,
				    stream_phase_name(s->v[d].phase));
		}
	taskgraph_release(&g);
}

void
streams_check(const struct streams *s, int64_t max_parallel, struct strings *problems)
{
	if (s->initiative == NULL || s->name == NULL)
		streams_problem(problems, "No active initiative: \"initiative\" must have \"id\" and \"name\"; "
		    "add them, or make a new file with orchestrator generate --force");
	if (s->n == 0) {
		streams_problem(problems, "No streams defined: give tasks their streams (orchestrator tasks "
		    "edit --stream STREAM TASK), then run orchestrator generate --force");
		return;
	}
	check_ids(s, problems);
	check_phases(s, max_parallel, problems);
	check_plan(s, problems);
	check_dependencies(s, problems);
	check_tasks(s, problems);
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].worktree != NULL && !item_worktree_valid(s->v[i].worktree))
			streams_problem(problems, "%s: worktreePath %s is not a path below the repository, without \"..\"; "
			    "correct it, or set it to null", s->v[i].id, s->v[i].worktree);
}

static bool
at_once(const struct streams *s, const struct taskgraph *g, size_t a, size_t b)
{
	return s->v[a].phase == STREAM_PARALLEL && s->v[b].phase == STREAM_PARALLEL &&
	    !stream_complete(&s->v[a]) && !stream_complete(&s->v[b]) &&
	    !taskgraph_depends(g, a, b) && !taskgraph_depends(g, b, a);
}

bool
streams_at_once(const struct streams *s, size_t a, size_t b)
{
	struct taskgraph g;
	bool yes;

	streams_graph(s, &g, NULL);
	yes = at_once(s, &g, a, b);
	taskgraph_release(&g);
	return yes;
}

static void
check_pair(const struct stream *a, const struct stream *b, struct strings *problems)
{
	const struct strings *pa = stream_paths(a), *pb = stream_paths(b);

	for (size_t i = 0; i < pa->n; i++)
		for (size_t k = 0; k < pb->n; k++) {
			if (!glob_overlap(pa->v[i], pb->v[k]))
				continue;
			streams_problem(problems, "overlapping paths: %s (%s) and %s (%s) run at the same time and may change "
			    "the same file; change their allowed_paths, or make one depend on the other", a->id, pa->v[i], b->id, pb->v[k]);
			return;
		}
}

void
streams_overlaps(const struct streams *s, struct strings *problems)
{
	struct taskgraph g;

	streams_graph(s, &g, NULL);
	for (size_t i = 0; i < s->n; i++)
		for (size_t k = i + 1; k < s->n; k++)
			if (at_once(s, &g, i, k))
				check_pair(&s->v[i], &s->v[k], problems);
	taskgraph_release(&g);
}
