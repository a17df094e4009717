/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_LOG_H
#define PROTO_LOG_H

/*
 * One line per message; errno is preserved.  By default messages go to
 * standard error as "program: message"; a worker sends them to output.log
 * through log_to().  log_warn appends ": strerror(errno)".  All output passes
 * text_line().
 */

void log_init(const char *program);
const char *log_name(void);	/* the name of the program */
/* From now on every line goes through fn instead of standard error; NULL resets. */
void log_to(void (*fn)(const char *line));
void log_info(const char *, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *, ...) __attribute__((format(printf, 1, 2)));
void log_warnx(const char *, ...) __attribute__((format(printf, 1, 2)));

#endif
