/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "orchestrator/session/headline.h"
#include "orchestrator/view/look.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/text.h"

#define HEADS	"refs/heads/"

void
headline_title(struct text *t, const struct orch *o)
{
	const char *name = orch_name(o);
	struct text title = { 0 };
	char head[ORCH_REF_MAX];

	text_line(&title, name, strlen(name));
	if (git_head_branch(&o->repo, head, sizeof(head), NULL, 0) == 0 && strncmp(head, HEADS, strlen(HEADS)) == 0) {
		text_puts(&title, " on ");
		text_line(&title, head + strlen(HEADS), strlen(head + strlen(HEADS)));
	}
	look_puts(t, TONE_HEAD, title.buf);
	text_free(&title);
}

void
headline_list(struct text *t, const char *name, size_t done, size_t total)
{
	text_line(t, name, strlen(name));
	text_printf(t, ": %zu/%zu", done, total);
}

void
headline_counts(struct text *t, size_t running, const char *age, int64_t cost)
{
	text_printf(t, ", %zu running", running);
	if (age != NULL)
		text_printf(t, ", %s", age);
	if (cost > 0)
		text_printf(t, ", %.2f USD", (double)cost / 1e6);
}
