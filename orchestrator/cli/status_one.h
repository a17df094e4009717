/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_STATUS_ONE_H
#define ORCHESTRATOR_STATUS_ONE_H

/* Everything known about a session, for people and as JSON. */

struct entry;
struct orch;

void status_one(struct orch *, const struct entry *);
void status_one_json(struct orch *, const struct entry *);
/* The object that it prints. */
struct json *status_one_object(struct orch *, const struct entry *);

#endif
