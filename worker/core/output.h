/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_OUTPUT_H
#define WORKER_OUTPUT_H

/*
 * output.log has one writer.  Every line gets a prefix and is neutralised, so
 * that agent output can't look like a line of the worker.
 */

#include <stddef.h>

/* Opens output.log (or, for gates on the merged tree, merge.log) for appending and
 * sends log.h there. 0 or -1. */
int output_open(int dirfd, const char *name);
void output_close(void);
/* One or more lines (text may hold newlines) under "[label] ". */
void output_lines(const char *label, const char *text, size_t len);
/* Logs a line of the worker itself. */
void output_log(const char *, ...) __attribute__((format(printf, 1, 2)));
/* Appends "REVIEW_VERDICT: ..." unless it is already the last line.  0 or -1. */
int output_verdict(const char *verdict);

#endif
