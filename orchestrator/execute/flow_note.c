/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <unistd.h>

#include "orchestrator/execute/flow.h"
#include "proto/base/log.h"

static struct flow_note *noted;	/* log_to takes no argument */

static void
take_note(const char *line)
{
	if (noted->why[0] != '\0')
		strlcat(noted->why, "; ", sizeof(noted->why));
	strlcat(noted->why, line, sizeof(noted->why));
}

/* Ctrl-C is for execute, which may let this child finish. */
void
flow_note_begin(struct flow *f)
{
	setpgid(0, 0);
	noted = f->note;
	log_to(take_note);
}
