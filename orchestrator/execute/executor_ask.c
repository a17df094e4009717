/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/execute/executor.h"
#include "orchestrator/execute/loop.h"
#include "orchestrator/execute/policy.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"
#include "proto/sys/watch.h"

#define NAMED	20	/* tasks named in the question */
#define AT_ONCE	"at once"

/* Streams of different phases never run at the same time anyway. */
bool
executor_ambiguous(const struct task *t)
{
	return t->parallelizable && t->item.allowed_paths.n == 0 &&
	    (t->phase[0] == '\0' || strcmp(t->phase, "parallel") == 0);
}

/* Names all such tasks of the list, even complete ones, so that it stays the same question as long as the list
 * is the same. */
static char *
make_text(const struct executor *f)
{
	struct text t = { 0 };
	uint32_t hash = 2166136261u;
	size_t n = 0;

	text_puts(&t, "Tasks ");
	for (size_t i = 0; i < f->list.n; i++) {
		const struct task *one = &f->list.v[i];

		if (!executor_ambiguous(one))
			continue;
		for (const char *p = one->item.id;; p++) {
			hash = (hash ^ (unsigned char)*p) * 16777619u;
			if (*p == '\0')
				break;
		}
		if (n++ < NAMED)
			text_printf(&t, "%s%s", n == 1 ? "" : ", ", one->item.id);
	}
	if (n > NAMED)
		text_printf(&t, " and %zu more (%08x)", n - NAMED, hash);
	text_printf(&t, " of list %s do not say which paths they change (allowed_paths). May they "
	    "be done at once, or one at a time?", f->id);
	return t.buf;
}

/* The number of tasks still to do. */
static size_t
count_left(const struct executor *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->list.n; i++)
		n += executor_ambiguous(&f->list.v[i]) && f->list.v[i].status != TASK_COMPLETE &&
		    !f->t[i].final;
	return n;
}

static void
take_in(struct executor *f, const struct question *q)
{
	f->look = true;
	f->limits.trust = q->status == QUESTION_ANSWERED && strcmp(q->answer, AT_ONCE) == 0;
}

static void
say(struct executor *f, const struct question *q)
{
	loop_say(f->loop, strrchr(f->o->instance, '/') + 1, "answered", "%s by %s: %s", q->id, q->by,
	    q->answer);
}

static void
try_later(struct executor *f)
{
	f->ask_again = clock_now() + POLICY_RETRY * CLOCK_MS;
}

/* Answers by a rule of the settings; the answer is dropped where people drop theirs. */
static void
ask_rules(struct executor *f, const struct question *q)
{
	struct entry e;
	bool failed = false;
	int fd;

	ask_entry(&e, f->o->instance, false);
	if ((fd = file_open_dir(AT_FDCWD, e.path)) != -1) {
		policy_rule(&e, fd, &f->settings, q, &failed);
		close(fd);
	}
	if (fd == -1 || failed)
		try_later(f);
	entry_release(&e);
}

static void
ask(struct executor *f)
{
	struct strings options = { 0 };
	const struct question *q;
	bool fresh, again = f->ask_again != 0;
	char *text;

	f->ask_again = 0;
	text = make_text(f);
	strings_add(&options, "one at a time");
	strings_add(&options, AT_ONCE);
	if (count_left(f) < 2)
		ask_withdraw(&f->ask, "the question is no longer needed");
	else if ((q = ask_question(&f->ask, text, &options, &fresh)) != NULL) {
		if (fresh)
			loop_say(f->loop, strrchr(f->o->instance, '/') + 1, "asked", "%s: %s", q->id,
			    q->text);
		if (q->status == QUESTION_OPEN && (fresh || again))
			ask_rules(f, q);
		take_in(f, q);
	}
	strings_free(&options);
	free(text);
}

static void
answers_event(void *executor, const struct watch_event *ev)
{
	struct executor *f = executor;

	(void)ev;
	f->ask_due = true;
}

void
executor_ask(struct executor *f)
{
	const struct question *q;
	char *path;

	if (f->settings.ambiguous != AMBIGUOUS_ASK || f->loop == NULL)
		return;
	if (f->ask.path == NULL) {
		if (ask_open(&f->ask, f->o->instance, true) == -1) {
			f->settings.ambiguous = AMBIGUOUS_SEQUENTIAL;
			return;
		}
		f->ask_again = clock_now();	/* an earlier question without an answer */
		path = text_format("%s/" SESSION_DIR_ANSWERS, f->ask.path);
		f->ask_watch = (struct watch){ .fire = answers_event, .arg = f };
		if (watch_dir(&f->ask_watch, path, false) == -1)
			log_warn("%s: can't be watched: execute sees an answer only when it starts again", path);
		free(path);
	} else if (!f->ask_due && (f->ask_again == 0 || f->ask_again > clock_now()) &&
	    memcmp(&f->asked, &f->seen.st_mtim, sizeof(f->asked)) == 0)
		return;
	f->ask_due = false;
	f->asked = f->seen.st_mtim;
	ask(f);
	if ((q = ask_take(&f->ask)) != NULL) {
		say(f, q);
		take_in(f, q);
	}
	if (f->ask.unsaved)
		try_later(f);
}

void
executor_ask_known(struct executor *f)
{
	struct ask a;
	char *text;

	if (f->settings.ambiguous != AMBIGUOUS_ASK || f->o->instance == NULL ||
	    ask_open(&a, f->o->instance, false) == -1)
		return;
	text = make_text(f);
	for (size_t i = 0; i < a.qs.n; i++)
		if (strcmp(a.qs.q[i].text, text) == 0)
			take_in(f, &a.qs.q[i]);
	free(text);
	ask_release(&a);
}
