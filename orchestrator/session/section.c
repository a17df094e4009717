/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "orchestrator/session/ask.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/section.h"

enum section
section_of(const struct entry *e, bool executing)
{
	enum status status = e->state.status;

	if (e->error != NULL)
		return e->archived ? SECTION_OVER : SECTION_STUCK;
	if (e->archived)
		return SECTION_OVER;
	if (e->state.merging.target[0] != '\0')
		return e->busy ? SECTION_RUNNING : SECTION_STUCK;
	if (status_traits(status)->outcome == OUTCOME_BLOCKED || ask_blocked(e))
		return SECTION_STOPPED;
	if (entry_dead(e))
		return executing ? SECTION_RUNNING : SECTION_STUCK;
	if (status_live(status) && e->paused)
		return SECTION_STUCK;
	if (entry_group(e) == GROUP_QUESTIONS)
		return SECTION_QUESTIONS;
	if (status_live(status))
		return SECTION_RUNNING;
	return status_ended(status) ? SECTION_OVER : SECTION_READY;
}
