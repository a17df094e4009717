/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/fault.h"
#include "proto/sandbox/sandbox.h"
#include "proto/sys/child.h"
#include "worker/core/worker.h"
#include "worker/run/confine.h"
#include "worker/run/gitdir.h"
#include "worker/run/run.h"
#include "worker/run/start.h"

pid_t
run_start(struct worker *w, const struct run_spec *spec, const struct run_pipes *p, char *err, size_t len)
{
	const char *program = spec->argv->v[0], *step = "exec", **argv, **envp;
	const char *tree = run_tree(w, spec->actor);
	struct strings env = { 0 }, words = { 0 };
	char relative[PATH_MAX], path[PATH_MAX];
	struct sandbox_walls walls = SANDBOX_NO_WALLS;
	pid_t pid = -1;

	if (run_environment(w, spec, &env, err, len) == -1 ||
	    gitdir_lend(w, spec->actor, err, len) == -1 ||
	    confine_run(w, spec, &words, &walls, err, len) == -1) {
		strings_free(&env);
		strings_free(&words);
		return -1;
	}
	argv = strings_vector(&words);
	envp = strings_vector(&env);
	snprintf(relative, sizeof(relative), "%s/%s", tree, program);
	/* check first: bubblewrap could only report this where the command writes.  It starts at /, since a
	 * loader that searches the current directory would find what an agent put there */
	if (child_find(program[0] != '/' && strchr(program, '/') != NULL ? relative : program,
	    envp, path, sizeof(path)) == 0)
		pid = child_start(&(struct child_spec){ .argv = argv, .env = envp,
		    .dir = w->sandbox == SANDBOX_BWRAP ? "/" : tree, .in = p->in, .out = p->out, .err = p->out,
		    .session = true, .die_with_parent = true, .held = w->sandbox == SANDBOX_BWRAP,
		    .enter = sandbox_enter, .enter_arg = &walls,
		    .handed = walls.filter_fd != -1, .hand = walls.filter_fd, .grouped = p->cgroup != -1,
		    .cgroup = p->cgroup }, &step);
	if (pid == -1) {
		fault_set(errno);
		snprintf(err, len, "can't start %s (%s): %s", program,
		    step, strerror(errno));
	}
	sandbox_walls_close(&walls);
	free(argv);
	free(envp);
	strings_free(&env);
	strings_free(&words);
	return pid;
}
