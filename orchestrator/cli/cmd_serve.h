/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_CMD_SERVE_H
#define ORCHESTRATOR_CMD_SERVE_H

/* The arguments of orchestrator serve, which orchestrator-serve reads by the same table. */

#include <stdbool.h>

#include "proto/base/option.h"

struct serve_arguments {
	struct option_number port;
	bool		 closed;	/* --private */
	const char	*listen;	/* ADDRESS or ADDRESS:PORT; NULL = loopback */
};

#endif
