/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_CMD_WATCH_H
#define ORCHESTRATOR_CMD_WATCH_H

/* The arguments of orchestrator watch, which orchestrator-watch reads by the same table. */

#include "proto/base/option.h"

struct watch_arguments {
	struct option_number refresh;	/* seconds between two frames that no key asked for */
	bool		 no_color, once;
};

#endif
