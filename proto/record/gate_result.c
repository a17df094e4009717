/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "proto/record/review.h"

void
gate_result_release(struct gate_result *g)
{
	free(g->name);
	free(g->command);
	free(g->output);
	memset(g, 0, sizeof(*g));
}
