/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_STATUS_HELD_H
#define ORCHESTRATOR_STATUS_HELD_H

struct json;
struct orch;

/* What holds back the tasks of lists that are being worked through: printed, or as a list of texts. */
void status_held(struct orch *);
struct json *status_held_json(struct orch *);

#endif
