/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/alloc.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/json/json.h"
#include "proto/sys/watch.h"

/* The session stays as it is until a person or a command acts. */
static bool
waits_for_you(const struct entry *e)
{
	return e->error != NULL || !status_live(e->state.status) || e->state.questions_open > 0 || e->paused || entry_dead(e);
}

static void
print(const struct orch *o, const struct entries *es)
{
	struct json *j = json_new_object(), *list = json_new_array();

	for (size_t i = 0; i < es->n; i++)
		if (!o->json)
			printf("%s: %s%s\n", es->v[i].id, show_status(&es->v[i]),
			    es->v[i].state.questions_open > 0 && !entry_dead(&es->v[i]) ? ", with an open question" : "");
		else
			json_append(list, show_entry_json(&es->v[i]));
	json_put_int(j, "version", 1);
	json_put(j, "sessions", list);
	if (o->json)
		show_json(j);
	else
		json_free(j);
}

/* Reads the sessions again and prints those that wait for you; false: none does. */
static bool
look(struct orch *o, const struct strings *ids)
{
	struct entries found = { .v = alloc_array(ids->n + 1, sizeof(struct entry)) };
	struct entry *e;
	bool any;

	for (size_t i = 0; i < ids->n; i++) {
		e = &found.v[found.n];
		if (registry_find_known(o, ids->v[i], e) != 0)
			continue;
		if (waits_for_you(e))
			found.n++;
		else
			entry_release(e);
	}
	if ((any = found.n > 0))
		print(o, &found);
	entries_release(&found);
	return any;
}

static int
wait_for(struct orch *o, const struct strings *ids, struct watch_timer *timer)
{
	struct watch_event ev;

	while (!look(o, ids)) {
		if (watch_next(&ev) == -1) {
			log_warn("can't wait for sessions");
			return EX_OSERR;
		}
		if (ev.kind == WATCH_SIGNAL && ev.signo != SIGCHLD)
			return 128 + ev.signo;
		if (ev.kind == WATCH_TIMER && ev.timer == timer) {
			print(o, &(struct entries){ 0 });
			log_info("no session waits for you yet; orchestrator status lists them");
			return EX_TEMPFAIL;
		}
	}
	return 0;
}

/* The sessions named, or all that have not ended. */
static int
choose(struct orch *o, char *const *names, struct entries *es)
{
	struct entry e;
	int rv = 0;

	if (names == NULL) {
		if ((rv = orch_open(o)) == 0)
			rv = registry_load(o, false, es) == 0 ? 0 : EX_IOERR;
		return rv;
	}
	for (; rv == 0 && *names != NULL; names++)
		if ((rv = show_operand(o, *names, &e)) == 0)
			*(struct entry *)array_add(&es->v, &es->n, sizeof(e)) = e;
	return rv;
}

struct arguments {
	struct option_number seconds;
	char *const *sessions;
};
static const struct option_row rows[] = {
	OPT_NUMBER(struct arguments, seconds, 't', NULL, "SECONDS", 1, 31536000, "wait no longer"),
	OPERANDS_OPTIONAL(struct arguments, sessions, "SESSION ..."),
};

static int
run(struct orch *o, void *arguments)
{
	const struct arguments *a = arguments;
	struct entries es = { 0 };
	struct strings ids = { 0 };
	struct watch_timer timer = { 0 };
	struct watch *watches;
	int rv;

	if (watch_open() == -1 && !watch_degraded()) {
		log_warn("inotify");
		return EX_OSERR;
	}
	rv = choose(o, a->sessions, &es);
	watches = alloc_array(es.n + 1, sizeof(*watches));
	for (size_t i = 0; rv == 0 && i < es.n; i++)
		if (a->sessions != NULL || !status_ended(es.v[i].state.status)) {
			strings_add(&ids, es.v[i].id);
			(void)watch_dir(&watches[i], es.v[i].path, false);
		}
	if (rv == 0 && ids.n == 0)
		print(o, &(struct entries){ 0 });
	else if (rv == 0) {
		watch_timer(&timer, a->seconds.given ? clock_now() + a->seconds.value * CLOCK_S : 0);
		rv = wait_for(o, &ids, &timer);
	}
	watch_close();
	free(watches);
	strings_free(&ids);
	entries_release(&es);
	return rv;
}

const struct cmd cmd_wait = COMMAND("wait", "wait until a session has ended, is approved, or waits for you", run,
    OPTION_ROWS(rows, struct arguments));
