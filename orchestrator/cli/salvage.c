/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "orchestrator/cli/salvage.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"

#define PREFIX	"session-"

enum match { MATCH_ID, MATCH_ITEM, MATCH_PREFIX, MATCH_COUNT };

static bool
matches(const char *session, const char *name, enum match how)
{
	char item[SESSION_ID_MAX];
	size_t len = strlen(name);

	switch (how) {
	case MATCH_ID:
		return strcmp(session, name) == 0;
	case MATCH_ITEM:
		return entry_item(session, item, sizeof(item)) && strcmp(item, name) == 0;
	case MATCH_PREFIX:
	case MATCH_COUNT:
		break;
	}
	return strncmp(session, name, len) == 0 ||
	    strncmp(session + strlen(PREFIX), name, len) == 0;
}

/* Of several sessions of an item the last one counts; an ambiguous prefix is an error. */
static int
choose(struct salvage *s, const struct strings *all, const char *name, enum match how, size_t *n)
{
	struct git_salvaged one;
	char why[GIT_ERR];

	for (size_t i = 0; i < all->n; i++) {
		if (!matches(all->v[i], name, how))
			continue;
		if (git_salvage_read(&s->git, all->v[i], &one, why, sizeof(why)) == -1) {
			log_warnx("%s", why);
			return EX_DATAERR;
		}
		if (++*n == 1 || one.at >= s->what.at) {
			s->what = one;
			strlcpy(s->session, all->v[i], sizeof(s->session));
		}
	}
	return 0;
}

int
salvage_find(struct orch *o, const char *name, struct salvage *s)
{
	struct strings all = { 0 };
	char why[GIT_ERR];
	size_t n = 0;
	int rv = 0;

	memset(s, 0, sizeof(*s));
	if (orch_git(o, &s->git, why, sizeof(why)) == -1 ||
	    git_salvage_list(&s->git, &all, why, sizeof(why)) == -1) {
		log_warnx("%s", why);
		return EX_UNAVAILABLE;
	}
	for (enum match how = MATCH_ID; how < MATCH_COUNT && n == 0 && rv == 0 && *name != '\0'; how++) {
		rv = choose(s, &all, name, how, &n);
		if (how == MATCH_PREFIX && n > 1) {
			log_warnx("more than one session with saved work has an id that begins with "
			    "\"%s\"; give more of the id", name);
			rv = EX_USAGE;
		}
	}
	strings_free(&all);
	if (rv == 0 && n == 0) {
		log_warnx("no work of \"%s\" is saved; orchestrator salvage list shows what is saved", name);
		rv = EX_NOINPUT;
	}
	return rv;
}
