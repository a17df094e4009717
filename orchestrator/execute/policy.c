/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "orchestrator/execute/policy.h"
#include "orchestrator/session/rule.h"
#include "proto/base/clock.h"
#include "proto/base/fault.h"
#include "proto/base/log.h"
#include "proto/json/record.h"
#include "proto/record/config.h"
#include "proto/record/question.h"
#include "proto/sys/child.h"
#include "proto/sys/file.h"
#include "proto/sys/watch.h"

static void
start_again(void *p)
{
	policy_start(p);
}

void
policy_init(struct policy *p)
{
	TAILQ_INIT(&p->waiting);
	TAILQ_INIT(&p->running);
	p->nrunning = 0;
	p->again = (struct watch_timer){ .fire = start_again, .arg = p };
}

static void
job_free(struct policy_job *j)
{
	entry_release(&j->e);
	free(j);
}

void
policy_start(struct policy *p)
{
	struct policy_job	*j;

	while (p->nrunning < POLICY_COMMANDS && (j = TAILQ_FIRST(&p->waiting)) != NULL) {
		TAILQ_REMOVE(&p->waiting, j, entry);
		j->parent = getpid();
		if ((j->pid = child_call(policy_command, j)) == -1) {
			log_warn("%s: %s: policy command: trying again", j->e.id, j->question);
			TAILQ_INSERT_HEAD(&p->waiting, j, entry);
			watch_timer(&p->again, clock_now() + POLICY_RETRY * CLOCK_MS);
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
			if (q[i]->verdict)	/* for a person alone */
				continue;
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

int64_t
policy_defaults(const struct entry *e, const struct question *const *q, size_t n)
{
	int64_t			 next = 0, at = 0, now = clock_wall();
	struct config		 c = { 0 };
	const struct rule	*r;
	char			 why[RECORD_ERR], by[80];
	bool			 failed;
	int			 fd;

	if (n == 0 || (fd = file_open_dir(AT_FDCWD, e->path)) == -1)
		return 0;
	if (config_load(fd, &c, why, sizeof(why)) == -1)
		log_warnx("%s: %s", e->id, why);
	for (size_t i = 0; i < n; i++) {
		if ((r = rule_default(e, &c.settings, q[i], &at)) == NULL)
			continue;
		failed = false;
		snprintf(by, sizeof(by), "default %s", r->name);
		if (at <= now && !policy_answered(e, fd, q[i], r->answer, strlen(r->answer), by, &failed) && failed)
			at = now + POLICY_RETRY;
		if (at > now && (next == 0 || at < next))
			next = at;
	}
	config_release(&c);
	close(fd);
	return next;
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
	watch_timer(&p->again, 0);
}
