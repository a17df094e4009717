/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/record/message.h"
#include "proto/session/caps.h"
#include "proto/sys/file.h"
#include "worker/client/client.h"
#include "worker/core/cmd.h"

static char *
read_summary(const char *path)
{
	char *buf;
	size_t len;

	if (strcmp(path, "-") == 0)
		return client_text(path, SESSION_MAX_TEXT);
	if (file_read(AT_FDCWD, path, SESSION_MAX_TEXT, &buf, &len) == -1) {
		log_warn("%s", path);
		return NULL;
	}
	if (!text_utf8_valid(buf, len) || strlen(buf) != len) {
		log_warnx("%s: the text is not UTF-8", path);
		free(buf);
		return NULL;
	}
	return buf;
}

struct arguments { const char *file; };
static const struct option_row rows[] = {
	OPERAND_OPTIONAL(struct arguments, file, "FILE | -"),
};

static int
run(void *arguments)
{
	const struct arguments *a = arguments;
	struct message m = { .kind = MESSAGE_SUMMARY };
	int rc;

	m.text = read_summary(a->file != NULL ? a->file : "-");
	if (m.text == NULL)
		return EX_DATAERR;
	rc = client_send(&m);
	free(m.text);
	return rc;
}

const struct cmd cmd_summary = COMMAND("summary",
    "record the summary of the work (or, when presenting, the presentation)", run,
    OPTION_ROWS(rows, struct arguments));
