/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "orchestrator/execute/flow.h"
#include "orchestrator/execute/loop.h"
#include "orchestrator/session/plan.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/json/record.h"
#include "proto/plan/streams.h"

int
flow_open(struct flow *f, struct orch *o, const char *list)
{
	struct settings *s = &f->settings;
	int rv;

	memset(f, 0, sizeof(*f));
	f->o = o;
	f->began = clock_now();
	f->began_wall = clock_wall();
	f->note = mmap(NULL, sizeof(*f->note), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
	    -1, 0);
	if (f->note == MAP_FAILED)
		err(EX_OSERR, NULL);
	strlcpy(f->id, list, sizeof(f->id));
	if ((rv = orch_target_settings(o, s)) != 0) {
		munmap(f->note, sizeof(*f->note));
		return rv;
	}
	capacity_machine(&f->machine);
	f->capacity = capacity_of(&f->machine, (size_t)s->max_parallel, s->session_memory_mb);
	f->max_name = "max_parallel";
	f->limits.max = f->capacity.at_once;
	f->limits.trust = s->ambiguous == AMBIGUOUS_PARALLEL;
	f->attempts = s->attempts;
	f->breaker.many = s->breaker;
	return 0;
}

static void
forget_list(struct flow *f)
{
	taskgraph_release(&f->graph);
	tasklist_release(&f->list);
	memset(&f->list, 0, sizeof(f->list));
	f->nactive = 0;
}

void
flow_release(struct flow *f)
{
	forget_list(f);
	for (size_t i = 0; i < f->nt; i++)
		free(f->t[i].failed_as);
	free(f->t);
	free(f->active);
	free(f->stopped);
	manifest_free(f->manifest);
	ask_release(&f->ask);
	settings_release(&f->settings);
	munmap(f->note, sizeof(*f->note));
}

static void
take_in(struct flow *f)
{
	bool first = f->nt == 0;

	f->t = recallocarray(f->t, f->nt, f->list.n + 1, sizeof(*f->t));
	f->active = reallocarray(f->active, f->list.n + 1, sizeof(*f->active));
	if (f->t == NULL || f->active == NULL)
		err(EX_OSERR, NULL);
	f->nt = f->list.n + 1;
	for (size_t i = 0; i < f->list.n; i++) {
		flow_settle(f, i, first);
		if (f->list.v[i].status == TASK_IN_PROGRESS && f->list.v[i].session[0] != '\0')
			f->active[f->nactive++] = i;
	}
}

int
flow_load(struct flow *f)
{
	char *path = tasks_path(f->o->workspace, f->id), why[RECORD_ERR];
	struct stat st;
	int rv = 0;

	memset(&st, 0, sizeof(st));
	if (stat(path, &st) == 0 && st.st_ino == f->seen.st_ino && st.st_size == f->seen.st_size &&
	    memcmp(&st.st_mtim, &f->seen.st_mtim, sizeof(st.st_mtim)) == 0)
		goto done;
	forget_list(f);
	memset(&f->seen, 0, sizeof(f->seen));
	if ((rv = tasks_open(f->o, f->id, &f->list)) != 0)
		goto done;
	if (taskgraph_make(&f->graph, &f->list, why, sizeof(why)) == -1) {
		log_warnx("task list %s: %s", f->id, why);
		rv = EX_DATAERR;
		goto done;
	}
	taskgraph_rank(&f->graph);
	f->seen = st;
	f->source = source_of(&f->list);
	f->look = true;
	take_in(f);
done:
	free(path);
	return rv;
}

struct work
flow_work(const struct task *t)
{
	return (struct work){ .paths = &t->item.allowed_paths, .alone = !t->parallelizable,
		.trusted = t->phase[0] != '\0' && strcmp(t->phase, stream_phase_name(STREAM_PARALLEL)) == 0 };
}

void
flow_stop(struct flow *f, const char *why)
{
	if (f->stopped != NULL)
		return;
	f->stopped = text_format("%s", why);
	f->wake = 0;
	if (f->loop != NULL)
		loop_say(f->loop, f->id, "stopping", "%s; waiting for the sessions that run", why);
}
