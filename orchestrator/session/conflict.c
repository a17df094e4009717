/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/session/conflict.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/session/layout.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"

#define OTHERS_MAX	(128u << 10)	/* bytes of all summaries together */

/* "Merge ITEM: ..." is the subject of our merges. */
static bool
item_of(const char *subject, char item[SESSION_ID_MAX])
{
	size_t len;

	if (strncmp(subject, "Merge ", 6) != 0)
		return false;
	len = strcspn(subject + 6, ":");
	if (len >= SESSION_ID_MAX)
		return false;
	memcpy(item, subject + 6, len);
	item[len] = '\0';
	return item_id_valid(item);
}

/* The summary of the session if its merge is the commit, else NULL. */
static char *
summary_if(int archivefd, const char *session, const char *commit)
{
	char why[RECORD_ERR], *text = NULL;
	struct state s;
	size_t len;
	int fd;

	if ((fd = file_open_dir(archivefd, session)) == -1)
		return NULL;
	if (state_load(fd, &s, why, sizeof(why)) == 0) {
		if (strcmp(s.merged, commit) == 0 && file_read(fd, SESSION_FILE_SUMMARY,
		    SESSION_MAX_TEXT, &text, &len) == -1)
			text = NULL;
		state_release(&s);
	}
	close(fd);
	return text;
}

static char *
summary_of(const char *archive, const char *item, const char *commit)
{
	char other[SESSION_ID_MAX], *summary = NULL;
	const struct dirent *e;
	DIR *d = opendir(archive);

	while (summary == NULL && (e = dir_next(d)) != NULL)
		if (entry_item(e->d_name, other, sizeof(other)) && strcmp(other, item) == 0)
			summary = summary_if(dirfd(d), e->d_name, commit);
	dir_close(d);
	return summary;
}

static void
add_other(struct text *t, const char *archive, const struct git_touch *c)
{
	char item[SESSION_ID_MAX], *summary = NULL;

	if (item_of(c->subject, item))
		summary = summary_of(archive, item, c->oid);
	if (t->len > 0)
		text_puts(t, "\n");
	if (summary != NULL && t->len + strlen(summary) < OTHERS_MAX) {
		text_trim(summary, strlen(summary));
		text_printf(t, "- item %s, merged as %.12s:\n%s\n", item, c->oid, summary);
	} else
		text_printf(t, "- %.12s %s\n", c->oid, c->subject);
	free(summary);
}

char *
conflict_others(const struct git *g, const char *archive, const struct state *s,
    const char *target)
{
	struct git_touch *touches;
	struct text t = { 0 };
	char why[GIT_ERR];
	size_t i, n;

	if (git_touching(g, s->base, target, s->conflicts, s->nconflicts, &touches, &n, why,
	    sizeof(why)) == -1)
		n = 0;
	for (i = 0; i < n; i++)
		add_other(&t, archive, &touches[i]);
	git_touches_free(touches, n);
	return t.buf != NULL ? t.buf : text_format("%s", "(nothing that is known)");
}

void
conflict_give_back(const struct git *g, const char *archive, struct state *s, const char *target)
{
	strlcpy(s->resolving.target, target, sizeof(s->resolving.target));
	free(s->resolving.others);
	s->resolving.others = conflict_others(g, archive, s, target);
	state_again(s, STEP_RESOLVE);
}

/* Empty when git can't tell. */
static char *
others_now(struct orch *o, const struct state *s, const char *branch)
{
	char oid[OID_MAX], why[GIT_ERR], *text = NULL;
	struct git g;

	if (git_branch_read(&o->repo, branch, oid, why, sizeof(why)) == 0 && oid[0] != '\0' &&
	    orch_git(o, &g, why, sizeof(why)) == 0)
		text = conflict_others(&g, o->archive, s, oid);
	return text != NULL ? text : text_format("%s", "");
}

char *
conflict_findings(struct orch *o, int sessionfd, const struct state *s, const char *branch)
{
	char *others = others_now(o, s, branch), *summary = NULL;
	struct text t = { 0 };
	size_t len;

	text_printf(&t, "The former attempt was approved, but could not be merged into %s:",
	    branch);
	for (size_t i = 0; i < s->nconflicts; i++)
		text_printf(&t, "\n- conflict in %s (%s)", s->conflicts[i].path,
		    s->conflicts[i].kind);
	if (s->nconflicts == 0)
		text_printf(&t, "\n%s", s->feedback != NULL ? s->feedback : s->detail);
	if (file_read(sessionfd, SESSION_FILE_SUMMARY, SESSION_MAX_TEXT, &summary, &len) == 0)
		text_trim(summary, strlen(summary));
	text_printf(&t, "\n\nWhat it did (commit %.12s, of which you may take what still "
	    "fits):\n%s\n\nWhat was merged into %s meanwhile and changed these files:\n%s",
	    s->head, summary != NULL ? summary : "(no summary)", branch, others);
	free(summary);
	free(others);
	return t.buf;
}
