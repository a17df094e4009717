/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_REPORT_HANDOFF_H
#define ORCHESTRATOR_REPORT_HANDOFF_H

struct orch;

/* Prints a page about a list for the person who goes on with it: the summaries and outputs of what is done, what is
 * open and why, and a line that begins with "Next:".  0, or a sysexits status with the error printed. */
int report_handoff(struct orch *, const char *list);

#endif
