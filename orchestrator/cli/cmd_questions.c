/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/session/ask.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/view/look.h"
#include "orchestrator/view/page.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/sys/file.h"

/* Breaks the line, which it frees, at the width of the terminal. */
static void
print_line(char *line)
{
	show_item(&(struct page_item){ "", line, NULL }, 2);
	free(line);
}

static void
print_question(const struct entry *e, const struct question *q)
{
	bool instance = e->state.item[0] == '\0';

	print_line(text_format("%s  %s  %s  %s%s", e->id, q->id, show_age(q->asked_at),
	    instance ? "execute" : question_from(q), instance ? (e->alive ? "" :
	    "  (execute is not running: it takes the answer once it runs)") : entry_dead(e) ?
	    "  (no worker is running: orchestrator execute restarts it)" : ""));
	show_question(e, q);
}

/* Prints the open questions.  Returns how many. */
static size_t
print_questions(const struct entry *e)
{
	struct questions	qs = { 0 };
	char			why[RECORD_ERR];
	size_t			n = 0;
	int			fd;

	if ((fd = file_open_dir(AT_FDCWD, e->path)) == -1)
		return 0;
	if (questions_load(fd, &qs, why, sizeof(why)) == -1)
		log_warnx("%s: %s", e->id, why);
	for (size_t i = 0; i < qs.n; i++) {
		if (qs.q[i].status != QUESTION_OPEN)
			continue;
		print_question(e, &qs.q[i]);
		n++;
	}
	questions_release(&qs);
	close(fd);
	return n;
}

/* The reason of a blocked session that has ended: an answer lets it go on. */
static size_t
print_blocked(const struct entry *e)
{
	print_line(text_format("%s  blocked  %s  (orchestrator answer %s ANSWER continues it)", e->id,
	    show_age(e->state.ended_at), e->state.item));
	show_block(stdout, e->state.blocked);
	return 1;
}

/* Returns the number of open questions. */
static size_t
take(const struct entry *e, struct json *list)
{
	if (list != NULL)
		return show_questions_json(e, list);
	if (e->error != NULL)
		return 0;
	if (ask_blocked(e))
		return print_blocked(e);
	return e->state.item[0] == '\0' || status_live(e->state.status) ? print_questions(e) : 0;
}

static int
run(struct orch *o, void *arguments)
{
	struct entries	 es;
	struct json	*list = NULL, *j;
	struct entry	 e;
	size_t		 n = 0;
	int		 rv;

	(void)arguments;
	if ((rv = orch_open(o)) != 0)
		return rv;
	if (o->json)
		list = json_new_array();
	else
		look_page();
	registry_load(o, false, &es);
	for (size_t i = 0; i < es.n; i++)
		n += take(&es.v[i], list);
	entries_release(&es);
	if (o->instance != NULL) {
		ask_entry(&e, o->instance, true);
		n += take(&e, list);
		entry_release(&e);
	}
	if (o->json) {
		j = json_new_object();
		json_put_int(j, "version", 1);
		json_put(j, "questions", list);
		show_json(j);
	} else if (n == 0)
		puts("no open questions");
	else
		show_item(&(struct page_item){ "", "orchestrator answer SESSION QUESTION ANSWER answers one (with options: the text or "
		    "the number)", NULL }, 2);
	return 0;
}

const struct cmd cmd_questions = COMMAND("questions",
    "list the open questions with their ids, options and age", run, NO_ROWS);
