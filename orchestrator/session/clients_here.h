/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_CLIENTS_HERE_H
#define ORCHESTRATOR_CLIENTS_HERE_H

/* The agent clients that are installed. */

struct settings;
struct strings;

/* Names of the clients with an adapter whose program is on the PATH of the settings, in the order in which they are
 * chosen. */
void clients_here(const struct settings *, struct strings *);
/* A value of the setting "roles" that gives each role another client, and repeats them if they are too few; malloced. */
char *clients_mix(const struct strings *);

#endif
