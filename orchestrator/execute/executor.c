/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "orchestrator/execute/executor.h"
#include "orchestrator/execute/loop.h"
#include "orchestrator/execute/manifest.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/clock.h"
#include "proto/base/text.h"

int
executor_open(struct executor *f, struct orch *o, const char *list, const struct executor_options *opts)
{
	struct settings *s = &f->settings;
	int rv;

	memset(f, 0, sizeof(*f));
	f->o = o;
	f->opts = *opts;
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
	f->max_name = opts->max > 0 ? "--max-parallel" : "max_parallel";
	f->capacity = capacity_of(&f->machine, (size_t)(opts->max > 0 ? opts->max : s->max_parallel), s->session_memory_mb);
	f->limits.max = f->capacity.at_once;
	f->by_load = SIZE_MAX;
	f->limits.trust = s->ambiguous == AMBIGUOUS_PARALLEL;
	f->attempts = s->attempts;
	f->breaker.many = s->breaker;
	return 0;
}

void
executor_clear(struct executor *f)
{
	taskgraph_release(&f->graph);
	tasklist_release(&f->list);
	memset(&f->list, 0, sizeof(f->list));
	f->nactive = 0;
}

void
executor_release(struct executor *f)
{
	executor_clear(f);
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

void
executor_stop(struct executor *f, const char *why)
{
	if (f->stopped != NULL)
		return;
	f->stopped = text_format("%s", why);
	f->wake = 0;
	if (f->loop != NULL)
		loop_say(f->loop, f->id, "stopping", "%s; waiting for the running sessions", why);
}
