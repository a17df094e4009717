/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "orchestrator/workspace/cmd.h"

const struct option_row session_rows[1] = { OPERAND(struct session_argument, session, "SESSION") };
