/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_REPORT_WRITE_H
#define ORCHESTRATOR_REPORT_WRITE_H

struct text;

/* Replaces the file as a whole; "-" is standard output.  A device or a link is refused.  0, or an exit status with the
 * error printed. */
int report_write(const char *path, const struct text *);

#endif
