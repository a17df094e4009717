/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/session/busy.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/model/note.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/record/question.h"
#include "proto/sys/file.h"

char *
note_question(const struct entry *e)
{
	struct questions qs = { 0 };
	struct text t = { 0 };
	char why[RECORD_ERR];
	int fd = file_open_dir(AT_FDCWD, e->path);

	if (fd != -1 && questions_load(fd, &qs, why, sizeof(why)) == 0)
		for (const struct question *q = qs.q; q < qs.q + qs.n && t.len == 0; q++) {
			if (q->status != QUESTION_OPEN)
				continue;
			text_puts(&t, q->text);
			for (size_t i = 0; i < q->options.n; i++)
				text_printf(&t, "  %zu) %s", i + 1, q->options.v[i]);
		}
	for (size_t i = 0; i < t.len; i++)
		if (t.buf[i] == '\n')
			t.buf[i] = ' ';
	questions_release(&qs);
	file_close(fd);
	return t.buf;
}

char *
note_make(const struct entry *e)
{
	const struct state *s = &e->state;
	char *note = NULL;

	if (e->error != NULL || !status_live(s->status))
		return NULL;
	if (s->questions_open > 0)
		note = note_question(e);
	if (note == NULL)
		note = show_limit(e);
	return note != NULL || !e->alive || e->paused || s->notice[0] != '\0' ? note : busy_tool(e);
}
