/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "orchestrator/session/registry.h"
#include "orchestrator/session/room.h"
#include "orchestrator/workspace/orch.h"
#include "proto/settings/settings.h"

bool
room_taken(const struct entry *e)
{
	return e->error == NULL && e->alive && status_live(e->state.status);
}

int
room_count(struct orch *o, bool parked, size_t *live, size_t *max)
{
	struct settings s;
	struct entries es;
	int status;

	if ((status = orch_target_settings(o, &s)) != 0)
		return status;
	*max = (size_t)s.max_parallel;
	settings_release(&s);
	*live = 0;
	registry_load(o, false, &es);
	for (size_t i = 0; i < es.n; i++) {
		const struct entry *e = &es.v[i];

		*live += room_taken(e) || (parked && e->error == NULL && status_live(e->state.status) && e->state.parked);
	}
	entries_release(&es);
	return 0;
}
