/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <unistd.h>

#include "orchestrator/execute/executor.h"
#include "proto/base/log.h"

static struct executor_note *noted;	/* log_to takes no argument */

static void
take_note(const char *line)
{
	if (noted->why[0] != '\0')
		strlcat(noted->why, "; ", sizeof(noted->why));
	strlcat(noted->why, line, sizeof(noted->why));
}

/* Ctrl-C is for execute, which may let this child finish. */
void
executor_note_begin(struct executor *f)
{
	setpgid(0, 0);
	noted = f->note;
	log_to(take_note);
}
