/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_MANUAL_H
#define PROTO_MANUAL_H

/*
 * The manual page of a topic, for "help TOPIC" of both programs: replaces this process with man(1) for the page
 * orchestrator-TOPIC or, where there is none and the topic is a command, for the page that
 * describes the commands.  Pages in the tree of a program that was not installed come first.
 * Returns only when there is no page, or no man(1): a sysexits status, with
 * the error printed.
 */

#include <stdbool.h>

/* The topics that are no commands, ended by NULL. */
extern const char *const manual_topics[];
int manual_open(const char *main_page, const char *topic, bool command);

#endif
