/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "orchestrator/cli/status_sort.h"
#include "orchestrator/cli/wait_goal.h"
#include "orchestrator/session/registry.h"
#include "proto/base/array.h"
#include "proto/plan/tasklist.h"

const char *const goal_words[] = { "approved", "merged", "question", "ended", NULL };
ARRAY_WHOLE(goal_words, GOALS + 1);

enum goal
goal_of(const char *word)
{
	int i = 0;

	while (word != NULL && goal_words[i] != NULL && strcmp(goal_words[i], word) != 0)
		i++;
	return word != NULL ? (enum goal)i : GOAL_ATTENTION;
}

/* How far a session is from each goal: merged, ended in another way, approved, with an open question. */
static const enum reach merged[] = { REACH_DONE, REACH_DONE, REACH_NEVER, REACH_DONE };
static const enum reach otherwise[] = { REACH_NEVER, REACH_NEVER, REACH_NEVER, REACH_DONE };
static const enum reach approved[] = { REACH_DONE, REACH_LATER, REACH_NEVER, REACH_LATER };
static const enum reach asks[] = { REACH_PERSON, REACH_PERSON, REACH_DONE, REACH_PERSON };
ARRAY_WHOLE(merged, GOALS);
ARRAY_WHOLE(otherwise, GOALS);
ARRAY_WHOLE(approved, GOALS);
ARRAY_WHOLE(asks, GOALS);

/* The session stays as it is until a person or a command acts. */
static bool
waits_for_you(const struct entry *e, bool answered)
{
	return e == NULL || e->error != NULL || !status_live(e->state.status) || (!answered && e->state.questions_open > 0) ||
	    e->paused || entry_dead(e);
}

enum reach
goal_session(enum goal goal, const struct entry *e, const struct goal_course *course)
{
	if (e != NULL && course->changing && entry_dead(e))
		return REACH_LATER;
	if (goal == GOAL_ATTENTION)
		return waits_for_you(e, course->answered) ? REACH_DONE : REACH_LATER;
	if (e == NULL)
		return otherwise[goal];
	switch (section_of(e, course->executing)) {
	case SECTION_QUESTIONS:
		return course->answered ? REACH_LATER : asks[goal];
	case SECTION_RUNNING:
		return REACH_LATER;
	case SECTION_READY:	/* execute merges it */
		return goal == GOAL_ENDED && !course->executing ? REACH_DONE : approved[goal];
	case SECTION_OVER:
		return e->error == NULL && status_done(e->state.status) ? merged[goal] : otherwise[goal];
	case SECTION_STOPPED:
	case SECTION_STUCK:
	case SECTIONS:
		break;
	}
	return REACH_PERSON;
}

enum reach
goal_task(enum goal goal, const struct task *t, const struct entry *e, const struct goal_course *course)
{
	if (course->again)
		return REACH_LATER;
	if (t->status == TASK_COMPLETE)
		return merged[goal];
	if (t->status == TASK_FAILED || course->hopeless)
		return otherwise[goal];
	return e == NULL || section_of(e, course->executing) == SECTION_OVER ? REACH_LATER : goal_session(goal, e, course);
}

enum reach
goal_all(enum goal goal, const size_t n[REACHES])
{
	static const enum reach any[] = { REACH_DONE, REACH_LATER, REACH_PERSON, REACH_NEVER };
	static const enum reach every[] = { REACH_NEVER, REACH_PERSON, REACH_LATER, REACH_DONE };
	ARRAY_WHOLE(any, REACHES);
	ARRAY_WHOLE(every, REACHES);
	const enum reach *order = goal == GOAL_ATTENTION || goal == GOAL_QUESTION ? any : every;
	int i = 0;

	while (i + 1 < REACHES && n[order[i]] == 0)
		i++;
	return order[i];
}
