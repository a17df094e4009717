/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "orchestrator/execute/policy.h"
#include "orchestrator/session/show_entry.h"
#include "proto/base/fault.h"
#include "proto/base/log.h"
#include "proto/json/record.h"
#include "proto/record/config.h"
#include "proto/record/question.h"
#include "proto/sys/child.h"
#include "proto/sys/file.h"

static bool
still_open(int fd, const char *id)
{
	const struct question	*q;
	struct questions	 qs = { 0 };
	char			 why[RECORD_ERR];
	bool			 open;

	/* if this can't be determined, assume it is open */
	open = questions_load(fd, &qs, why, sizeof(why)) == -1 ||
	    ((q = questions_find(&qs, id)) != NULL && q->status == QUESTION_OPEN);
	questions_release(&qs);
	return open;
}

/* In the child: waits a while, if the caller still exists. */
static bool
once_more(const struct policy_job *j, int fd)
{
	(void)poll(NULL, 0, POLICY_RETRY);
	return getppid() == j->parent && (fd == -1 || still_open(fd, j->question));
}

/* A command's answer is not asked for again: it is kept until it can be written, as long as the parent lives. */
static void
write_answer(const struct policy_job *j, int fd, const struct question *q, const char *text,
    size_t len)
{
	bool	failed = false;

	while (!policy_answered(&j->e, fd, q, text, len, "policy: command", &failed) && failed &&
	    fault_passes(errno) && once_more(j, fd))
		failed = false;
}

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
	/* One string with blanks goes to the shell, as with the command adapter. */
	const struct child_spec spec = {
		.argv = command->n == 1 && strpbrk(command->v[0], " \t") != NULL ? shell : argv,
		.in = -1, .out = -1, .err = STDERR_FILENO, .die_with_parent = true, .session = true,
	};
	const struct child_io io = {
		.in = in, .inlen = inlen, .max = SESSION_MAX_TEXT, .out = &out,
		.outlen = &outlen, .timeout_ms = POLICY_TIMEOUT,
	};
	while ((status = child_run(&spec, &io)) == -1 && fault_passes(errno)) {
		log_warn("%s: %s: policy command %s: trying again", e->id, q->id, command->v[0]);
		if (!once_more(job, fd))
			goto done;
	}
	if (status == -1 && (errno == E2BIG || errno == ETIMEDOUT))
		log_warnx("%s: %s: policy command %s: %s; the question is left to a person", e->id, q->id,
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

int
policy_command(void *arg)
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
		file_close(fd);
	} while (again && once_more(j, -1));
	return 0;
}
