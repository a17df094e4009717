/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/execute/job.h"
#include "proto/base/strings.h"
#include "proto/base/text.h"
#include "proto/sys/child.h"
#include "proto/sys/file.h"

#define OUTPUT_MAX	(64u << 20)	/* only what is written takes memory */

int
job_start(struct jobs *js, const struct job *what, const char *const *words)
{
	struct child_spec spec = { .in = -1, .session = true };	/* Ctrl-C is for the screen */
	struct strings all = { 0 };
	struct job *j = js->v;

	while (j < js->v + JOBS_MAX && j->pid != 0)
		j++;
	if (j == js->v + JOBS_MAX) {
		errno = EAGAIN;
		return -1;
	}
	*j = *what;
	j->fd = file_memory(OUTPUT_MAX);
	if (j->input != NULL)
		spec.in = file_input(j->input, strlen(j->input));
	j->input = NULL;
	strings_add(&all, js->program);
	for (; *words != NULL; words++)
		strings_add(&all, *words);
	spec.argv = strings_vector(&all);
	spec.out = spec.err = j->fd;
	if (j->fd == -1 || (what->input != NULL && spec.in == -1) || (j->pid = child_start(&spec, NULL)) == -1) {
		file_close(j->fd);
		j->pid = 0;
	}
	if (spec.in != -1)
		close(spec.in);
	free((void *)(uintptr_t)spec.argv);
	strings_free(&all);
	return j->pid == 0 ? -1 : 0;
}

/* What it wrote, up to most bytes: parent and child share the place in the file. */
static char *
output_of(int fd, size_t most)
{
	off_t len = lseek(fd, 0, SEEK_CUR), done = 0;
	struct text t = { 0 };
	char buf[32 << 10];
	ssize_t n;

	if (most > 0 && len > (off_t)most)
		len = (off_t)most;
	while (done < len && (n = pread(fd, buf, len - done < (off_t)sizeof(buf) ? (size_t)(len - done) : sizeof(buf), done)) > 0) {
		text_add_string(&t, buf, (size_t)n);
		done += n;
	}
	text_puts(&t, "");
	return t.buf;
}

bool
job_reaped(struct jobs *js, pid_t pid, struct job *ended)
{
	for (struct job *j = js->v; pid > 0 && j < js->v + JOBS_MAX; j++)
		if (j->pid == pid) {
			j->output = output_of(j->fd, j->most);
			close(j->fd);
			*ended = *j;
			memset(j, 0, sizeof(*j));
			return true;
		}
	return false;
}

bool
job_ended(struct jobs *js, struct job *ended, int *status)
{
	for (struct job *j = js->v; j < js->v + JOBS_MAX; j++)
		if (j->pid != 0 && waitpid(j->pid, status, WNOHANG) == j->pid)
			return job_reaped(js, j->pid, ended);
	return false;
}

const char *
job_running(const struct jobs *js)
{
	for (const struct job *j = js->v; j < js->v + JOBS_MAX; j++)
		if (j->pid != 0)
			return j->title;
	return NULL;
}
