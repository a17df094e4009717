/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include "orchestrator/execute/schedule.h"
#include "orchestrator/merge/by_hand.h"
#include "orchestrator/merge/merging.h"
#include "orchestrator/session/answer.h"
#include "orchestrator/session/next.h"
#include "orchestrator/session/orphans.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/room.h"
#include "orchestrator/session/spawn.h"
#include "orchestrator/session/work.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/text.h"
#include "proto/json/json.h"

struct recovery {
	struct orch	*o;
	struct json	*sessions;
	size_t		 persons;	/* sessions that wait for a person */
};

static void
say(struct recovery *r, const struct entry *e, const char *outcome, const char *why)
{
	struct json *j;

	if (r->o->json) {
		j = json_new_object();
		json_put_str(j, "session", e->id);
		json_put_str(j, "item", e->state.item);
		json_put_str(j, "outcome", outcome);
		json_put_str(j, "reason", why == NULL || why[0] == '\0' ? NULL : why);
		json_append(r->sessions, j);
		return;
	}
	printf("%s: %s", e->id, outcome);
	if (why != NULL && why[0] != '\0') {
		fputs(": ", stdout);
		text_print(stdout, why, false);
	}
	putchar('\n');
	fflush(stdout);
}

static void
person(struct recovery *r, const struct entry *e, const char *why)
{
	r->persons++;
	say(r, e, "waits for you", why);
}

static void
start(struct recovery *r, struct entry *e)
{
	char why[1024] = "";

	if (worker_spawn(r->o, e->path, why, sizeof(why)) != -1)
		say(r, e, e->begun ? "resumed" : "started", e->begun ? step_name(e->state.step) : NULL);
	else
		person(r, e, why);
}

static void
give_up(struct recovery *r, struct entry *e)
{
	char *why;

	entry_declare(e, STATUS_FAILED, "died", "its worker was started again too often");
	why = text_format("its worker died %d times; orchestrator logs %s says where, orchestrator retry %s starts over",
	    SCHEDULE_RESTARTS + 1, e->id, e->id);
	person(r, e, why);
	free(why);
}

static void
complete(struct recovery *r, struct entry *e)
{
	char why[GIT_ERR] = "";
	enum merge_outcome m = merging_run(r->o, e, false, why, sizeof(why));

	if (merging_done(m) || m == MERGE_RESOLVE)
		say(r, e, merging_word(m), why);
	else
		person(r, e, why);
}

static void
ended(struct recovery *r, const struct entry *e)
{
	const char *reason = e->state.detail[0] != '\0' ? e->state.detail : e->state.reason;
	const struct next_row *next;
	char *why, *surplus, *command;

	if (e->error != NULL)
		person(r, e, e->error);
	else if (!status_done(e->state.status)) {
		surplus = work_surplus(r->o, e);
		next = next_rows(next_of(e, surplus != NULL));
		command = next_command(next, e->id);
		why = text_format("%s%s%s; %s %s", status_name(e->state.status), reason[0] != '\0' ? ": " : "", reason, command,
		    next->what);
		person(r, e, why);
		free(why);
		free(command);
		free(surplus);
	}
}

/* May no more workers of parked sessions be started? */
static bool
is_full(struct orch *o)
{
	size_t live, max;

	return room_count(o, false, &live, &max) == 0 && live >= max;
}

/* As when execute starts, but begins nothing new: no merge and no dispatch. */
static void
recover(struct recovery *r, struct entry *e)
{
	bool answered = e->state.parked && answer_waits(e);
	const struct situation w = {
		.readable = e->error == NULL, .status = e->state.status, .alive = e->alive,
		.busy = e->busy, .parked = e->state.parked, .answered = answered,
		.full = answered && is_full(r->o), .begun = e->begun, .recoveries = e->state.recoveries,
		.merging = e->state.merging.target[0] != '\0', .starting = true,
		.given_back = state_given_back(&e->state),
	};

	switch (schedule(&w)) {
	case ACTION_START:
		start(r, e);
		break;
	case ACTION_DIED:
	case ACTION_GIVE_UP:
		give_up(r, e);
		break;
	case ACTION_FULL:
		say(r, e, "answered", "orchestrator execute starts it once fewer sessions run than max_parallel");
		break;
	case ACTION_QUEUE:
	case ACTION_MERGE:
		if (e->state.status == STATUS_APPROVED && !w.merging)
			say(r, e, "approved", "orchestrator merge or execute merges it");
		else
			complete(r, e);
		break;
	case ACTION_NONE:
	case ACTION_GRACE:
	case ACTION_ANSWER:
		say(r, e, e->state.status == STATUS_WAITING ? "waits for an answer" : "goes on", NULL);
		break;
	case ACTION_HELD:
	case ACTION_OVER:
	case ACTION_COUNT:
		ended(r, e);
		break;
	}
}

static int
run(struct orch *o, void *arguments)
{
	struct recovery r = { .o = o };
	struct entries es;
	struct json *j;
	size_t orphans;
	int rv;

	(void)arguments;
	if ((rv = orch_open(o)) != 0)
		return rv;
	r.sessions = json_new_array();
	registry_load(o, false, &es);
	for (size_t i = 0; i < es.n; i++)
		recover(&r, &es.v[i]);
	orphans = orphans_remove(o);
	by_hand_recover(o);
	if (o->json) {
		j = json_new_object();
		json_put_int(j, "version", 1);
		json_put(j, "sessions", r.sessions);
		json_put_int(j, "orphans", (int64_t)orphans);
		show_json(j);
	} else {
		if (es.n + orphans == 0)
			puts("nothing to recover");
		json_free(r.sessions);
	}
	entries_release(&es);
	return r.persons > 0 ? EX_NEGATIVE : 0;
}

const struct cmd cmd_recover = COMMAND("recover",
    "after a crash or a reboot, resume every session or say what it waits for", run,
    NO_ROWS);
