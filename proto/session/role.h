/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_ROLE_H
#define PROTO_ROLE_H

/* The roles of agents, by the names that they have in files.  Everything here is pure. */

enum role { ROLE_NONE, ROLE_IMPLEMENTER, ROLE_REVIEWER, ROLE_TECH_LEAD, ROLE_COUNT };

const char *role_name(enum role);
int role_parse(const char *);	/* -1: unknown */

#endif
