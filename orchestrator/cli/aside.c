/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "orchestrator/cli/aside.h"
#include "orchestrator/session/await.h"
#include "orchestrator/session/discard.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/spawn.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/record/item.h"

/* An id in use gets a number: a failed or interrupted session stays for a person to look at. */
static void
choose_id(struct orch *o, char id[SESSION_ID_MAX])
{
	char wanted[SESSION_ID_MAX];
	struct entry e;

	strlcpy(wanted, id, sizeof(wanted));
	for (unsigned n = 2; registry_newest(o, id, &e) == 0; n++) {
		entry_release(&e);
		snprintf(id, SESSION_ID_MAX, "%.40s-%u", wanted, n);
	}
}

int
aside_run(struct orch *o, struct item *item, const char *agent, struct entry *e)
{
	const struct dispatch what = { .item = item, .agent = agent, .review = "none", .alone = true };
	struct dispatched d;
	enum status end;
	int rv, found;

	choose_id(o, item->id);
	item->priority = 2;
	item->no_change = true;
	strings_add(&item->forbidden_paths, "**");
	if ((rv = dispatch_item(o, &what, &d)) != 0)
		return rv;
	log_info("session %s works; orchestrator logs -f %s follows it", d.session, d.session);
	rv = await_end(d.path, &end);
	if (rv != 0 && rv != EX_NEGATIVE)
		log_warnx("session %s continues; orchestrator cancel %s ends it", d.session, item->id);
	else if ((found = registry_find(o, d.session, e)) != 0)
		rv = found;
	dispatched_release(&d);
	return rv;
}

void
aside_discard(struct orch *o, struct entry *e)
{
	char why[GIT_ERR] = "";

	if (entry_declare(e, STATUS_CANCELLED, "cancelled", "its answer was read") == -1 ||
	    entry_discard(o, e, why, sizeof(why)) == -1)
		log_warnx("session %s was not discarded: %s", e->id, why);
}
