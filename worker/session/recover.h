/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_RECOVER_H
#define WORKER_RECOVER_H

struct worker;

/* Reads item.json, config.json and the records of a session directory, without its lock and without changes.
 * 0, or a sysexits status with the error printed. */
int recover_read(struct worker *, const char *dir);

#endif
