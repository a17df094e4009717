/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "orchestrator/answer.h"
#include "orchestrator/loop.h"
#include "orchestrator/policy.h"
#include "orchestrator/show.h"
#include "proto/child.h"
#include "proto/clock.h"
#include "proto/fault.h"
#include "proto/file.h"
#include "proto/log.h"
#include "proto/pattern.h"
#include "proto/record.h"
#include "proto/watch.h"

struct policy_job {
	struct entry	 e;		/* id and path alone */
	char		 question[SESSION_ID_MAX];
	pid_t		 pid, parent;
	TAILQ_ENTRY(policy_job) entry;
};

void
policy_init(struct policy *p)
{
	TAILQ_INIT(&p->waiting);
	TAILQ_INIT(&p->running);
	p->nrunning = 0;
}

static void
job_free(struct policy_job *j)
{
	entry_release(&j->e);
	free(j);
}

static bool
rule_matches(const struct entry *e, const struct question *q, const struct rule *r)
{
	char		 why[160];
	struct pattern	*p = pattern_new(r->match, why, sizeof(why));
	int		 found = p == NULL ? 0 : pattern_found(p, q->text);

	pattern_free(p);
	if (found == -1)
		log_warnx("%s: %s: it can't be told in time whether the rule \"%s\" matches; it is passed over",
		    e->id, q->id, r->match);
	return found == 1;
}

/* Is nothing left to do: answered, by a rule or by somebody else?  failed: it could not be written
 * (errno). */
static bool
answered(const struct entry *e, int fd, const struct question *q, const char *text, size_t len,
    const char *by, bool *failed)
{
	char	why[RECORD_ERR];
	int	error;

	switch (answer_give(fd, q, text, len, by, why, sizeof(why))) {
	case ANSWER_GIVEN:
	case ANSWER_TAKEN:
		return true;
	case ANSWER_INVALID:
		log_warnx("%s: %s: %s gives no valid answer: %s", e->id, q->id, by, why);
		return false;
	case ANSWER_ERROR:
		break;
	}
	error = errno;
	log_warnx("%s: %s: %s", e->id, q->id, why);
	*failed = true;
	errno = error;
	return false;
}

static bool
still_open(int fd, const char *id)
{
	const struct question	*q;
	struct questions	 qs = { 0 };
	char			 why[RECORD_ERR];
	bool			 open;

	/* when that can't be told it may be */
	open = questions_load(fd, &qs, why, sizeof(why)) == -1 ||
	    ((q = questions_find(&qs, id)) != NULL && q->status == QUESTION_OPEN);
	questions_release(&qs);
	return open;
}

/* In the child: after a while, if there is somebody to do it for. */
static bool
once_more(const struct policy_job *j, int fd)
{
	(void)poll(NULL, 0, POLICY_RETRY);
	return getppid() == j->parent && (fd == -1 || still_open(fd, j->question));
}

/* What a command said is not asked for again: it waits until it can be written, with its parent. */
static void
write_answer(const struct policy_job *j, int fd, const struct question *q, const char *text,
    size_t len)
{
	bool	failed = false;

	while (!answered(&j->e, fd, q, text, len, "policy: command", &failed) && failed &&
	    fault_passes(errno) && once_more(j, fd))
		failed = false;
}

bool
policy_rule(const struct entry *e, int fd, const struct settings *s, const struct question *q,
    bool *failed)
{
	char	by[64];

	for (size_t i = 0; i < s->nrules; i++) {
		if (!rule_matches(e, q, &s->rules[i]))
			continue;
		snprintf(by, sizeof(by), "policy: rule %zu", i + 1);
		if (answered(e, fd, q, s->rules[i].answer, strlen(s->rules[i].answer), by,
		    failed))
			return true;
		if (*failed)	/* the rules behind it are for others */
			return false;
	}
	return false;
}

/* The rest runs in a child. */

static void
run_command(const struct policy_job *job, int fd, const struct config *c, const struct question *q)
{
	const struct entry	*e = &job->e;
	const struct strings	*command = &c->settings.answer_command;
	const char		*shell[] = { "/bin/sh", "-c", command->v[0], NULL }, **argv;
	struct json		*j = show_question_json(e, q);
	char			*in, *out = NULL, why[128];
	size_t			 inlen, outlen = 0;
	int			 status;

	if ((argv = calloc(command->n + 1, sizeof(*argv))) == NULL)
		err(EX_OSERR, NULL);
	for (size_t i = 0; i < command->n; i++)
		argv[i] = command->v[i];
	in = json_text(j, false, &inlen);
	/* One string with blanks is for the shell, as with the command adapter. */
	const struct child_spec spec = {
		.argv = command->n == 1 && strpbrk(command->v[0], " \t") != NULL ? shell : argv,
		.in = -1, .out = -1, .err = STDERR_FILENO, .die_with_parent = true, .session = true,
	};
	const struct child_io io = {
		.in = in, .inlen = inlen, .max = SESSION_MAX_TEXT, .out = &out,
		.outlen = &outlen, .timeout_ms = POLICY_TIMEOUT,
	};
	while ((status = child_run(&spec, &io)) == -1 && fault_passes(errno)) {
		log_warn("%s: %s: policy command %s: it is tried again", e->id, q->id, command->v[0]);
		if (!once_more(job, fd))
			goto done;
	}
	if (status == -1 && (errno == E2BIG || errno == ETIMEDOUT))
		log_warnx("%s: %s: policy command %s: %s; it is left to a person", e->id, q->id,
		    command->v[0], errno == E2BIG ? "prints too much" : "takes too long");
	else if (status == -1)
		log_warn("%s: %s: policy command %s", e->id, q->id, command->v[0]);
	else if (child_status_text(status, why, sizeof(why)) != 0)
		log_info("%s: %s: policy command leaves it to a person (%s)", e->id, q->id, why);
	else
		write_answer(job, fd, q, out, outlen);
done:
	free(out);
	free(in);
	free(argv);
	json_free(j);
}

/* 0, or -1 (errno) with the error in why. */
static int
load(const struct policy_job *j, int *fd, struct config *c, struct questions *qs, char *why, size_t len)
{
	memset(c, 0, sizeof(*c));
	memset(qs, 0, sizeof(*qs));
	if ((*fd = file_open_dir(AT_FDCWD, j->e.path)) == -1) {
		snprintf(why, len, "%s", strerror(errno));
		return -1;
	}
	if (config_load(*fd, c, why, len) == -1)
		return -1;
	return questions_load(*fd, qs, why, len);
}

static int
job_run(void *arg)
{
	const struct policy_job	*j = arg;
	struct questions	 qs;
	const struct question	*q;
	struct config		 c;
	char			 why[RECORD_ERR];
	bool			 loaded, again;
	int			 fd;

	do {
		loaded = load(j, &fd, &c, &qs, why, sizeof(why)) == 0;
		again = !loaded && fault_passes(errno);
		if (!loaded)
			log_warnx("%s: %s: policy command: %s", j->e.id, j->question, why);
		else if ((q = questions_find(&qs, j->question)) != NULL && q->status == QUESTION_OPEN)
			run_command(j, fd, &c, q);
		questions_release(&qs);
		config_release(&c);
		if (fd != -1)
			close(fd);
	} while (again && once_more(j, -1));
	return 0;
}

void
policy_start(struct policy *p)
{
	struct policy_job	*j;

	while (p->nrunning < POLICY_COMMANDS && (j = TAILQ_FIRST(&p->waiting)) != NULL) {
		TAILQ_REMOVE(&p->waiting, j, entry);
		j->parent = getpid();
		if ((j->pid = child_call(job_run, j)) == -1) {
			log_warn("%s: %s: policy command: it is tried again", j->e.id, j->question);
			TAILQ_INSERT_HEAD(&p->waiting, j, entry);
			watch_timer(LOOP_TIMER_POLICY, clock_now() + POLICY_RETRY * CLOCK_MS);
			return;
		}
		TAILQ_INSERT_TAIL(&p->running, j, entry);
		p->nrunning++;
	}
}

static void
by_command(struct policy *p, const struct entry *e, const struct question *q)
{
	struct policy_job	*j;

	if ((j = calloc(1, sizeof(*j))) == NULL || (j->e.path = strdup(e->path)) == NULL)
		err(EX_OSERR, NULL);
	strlcpy(j->e.id, e->id, sizeof(j->e.id));
	strlcpy(j->e.state.item, e->state.item, sizeof(j->e.state.item));
	strlcpy(j->question, q->id, sizeof(j->question));
	TAILQ_INSERT_TAIL(&p->waiting, j, entry);
}

void
policy_ask(struct policy *p, const struct entry *e, const struct question *const *q, size_t n,
    struct strings *unwritten)
{
	struct config	c;
	char		why[RECORD_ERR];
	bool		failed;
	int		fd;

	if ((fd = file_open_dir(AT_FDCWD, e->path)) == -1) {
		for (size_t i = 0; errno != ENOENT && i < n; i++)
			strings_add(unwritten, q[i]->id);
		return;
	}
	if (config_load(fd, &c, why, sizeof(why)) == -1) {
		failed = fault_passes(errno);
		log_warnx("%s: %s", e->id, why);
		for (size_t i = 0; failed && i < n; i++)
			strings_add(unwritten, q[i]->id);
	} else
		for (size_t i = 0; i < n; i++) {
			failed = false;
			if (policy_rule(e, fd, &c.settings, q[i], &failed))
				continue;
			if (failed)
				strings_add(unwritten, q[i]->id);
			else if (c.settings.answer_command.n > 0)
				by_command(p, e, q[i]);
		}
	config_release(&c);
	close(fd);
	policy_start(p);
}

bool
policy_reaped(struct policy *p, pid_t pid)
{
	struct policy_job	*j;

	TAILQ_FOREACH(j, &p->running, entry)
		if (j->pid == pid)
			break;
	if (j == NULL)
		return false;
	TAILQ_REMOVE(&p->running, j, entry);
	p->nrunning--;
	job_free(j);
	policy_start(p);
	return true;
}

void
policy_stop(struct policy *p)
{
	struct policy_job	*j;

	while ((j = TAILQ_FIRST(&p->running)) != NULL) {
		TAILQ_REMOVE(&p->running, j, entry);
		kill(j->pid, SIGKILL);
		waitpid(j->pid, NULL, 0);
		job_free(j);
	}
	while ((j = TAILQ_FIRST(&p->waiting)) != NULL) {
		TAILQ_REMOVE(&p->waiting, j, entry);
		job_free(j);
	}
	p->nrunning = 0;
}
