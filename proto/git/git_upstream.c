/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/git/git_internal.h"

/* Runs git with this argument in the user's repository: its first line, malloced; NULL: none, or git can't tell. */
static char *
ask(const struct git_repo *r, const char *command, const char *option, const char *argument)
{
	char err[GIT_ERR], *gitdir = text_format("--git-dir=%s", r->common), *out = NULL;
	const char *argv[] = { gitdir, "-c", "core.fsmonitor=false", command, option, argument, "--", NULL };
	struct git_call c = { .argv = argv, .user_config = true, .out = &out };
	int rc = git_call(&c, err, sizeof(err));

	free(gitdir);
	if (out != NULL)
		out[strcspn(out, "\n")] = '\0';
	if (rc == 0 && out != NULL && *out != '\0')
		return out;
	free(out);
	return NULL;
}

long
git_behind(const struct git_repo *r, const char *branch, char **upstream)
{
	char *ref = text_format("%s@{upstream}", branch), *range, *count;
	long n = 0;

	*upstream = ask(r, "rev-parse", "--abbrev-ref", ref);
	free(ref);
	if (*upstream == NULL)
		return 0;
	range = text_format("refs/heads/%s..%s", branch, *upstream);
	if ((count = ask(r, "rev-list", "--count", range)) != NULL)
		n = strtol(count, NULL, 10);
	free(range);
	free(count);
	return n;
}
