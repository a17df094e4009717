/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/fault.h"
#include "proto/base/log.h"
#include "proto/base/text.h"

static const char *log_program = "";
static void (*log_sink)(const char *);

void
log_init(const char *program)
{
	log_program = program;
}

const char *
log_name(void)
{
	return log_program;
}

void
log_to(void (*fn)(const char *line))
{
	log_sink = fn;
}

static void __attribute__((format(printf, 2, 0)))
log_line(int error, const char *fmt, va_list ap)
{
	struct text line = { 0 };
	char *message;
	int saved = errno;

	if (error != 0)
		fault_set(error);
	if (vasprintf(&message, fmt, ap) == -1)
		message = NULL;
	if (log_sink == NULL && log_program[0] != '\0')
		text_printf(&line, "%s: ", log_program);
	text_line(&line, message == NULL ? fmt : message, strlen(message == NULL ? fmt : message));
	if (error != 0)
		text_printf(&line, ": %s", strerror(error));
	free(message);
	if (log_sink != NULL) {
		log_sink(line.buf == NULL ? "" : line.buf);
	} else {
		/* one write, so that lines of several processes do not mix */
		text_puts(&line, "\n");
		if (write(STDERR_FILENO, line.buf, line.len) == -1)
			errno = saved;
	}
	text_free(&line);
	errno = saved;
}

void
log_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(0, fmt, ap);
	va_end(ap);
}

void
log_warn(const char *fmt, ...)
{
	int error = errno;
	va_list ap;

	va_start(ap, fmt);
	log_line(error, fmt, ap);
	va_end(ap);
}

void
log_warnx(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(0, fmt, ap);
	va_end(ap);
}
