/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/session/registry.h"
#include "orchestrator/session/target_tell.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/strings.h"
#include "proto/base/text.h"
#include "proto/checkout/checkout.h"
#include "proto/git/git.h"
#include "proto/json/record.h"
#include "proto/record/config.h"
#include "proto/sys/file.h"

#define HEADS	"refs/heads/"

char *
target_of(const struct entry *e)
{
	char why[RECORD_ERR], *target = NULL;
	struct config c = { 0 };
	int fd = file_open_dir(AT_FDCWD, e->path);

	if (fd != -1 && config_load(fd, &c, why, sizeof(why)) == 0 && c.target != NULL)
		target = text_format("%s", c.target);
	config_release(&c);
	file_close(fd);
	return target;
}

static void
behind(struct orch *o, const char *target, struct text *t)
{
	char *upstream;
	long n = git_behind(&o->repo, target, &upstream);

	if (n > 0)
		text_printf(t, "; it is %ld commit%s behind %s, as last fetched: run git pull first, or the merge will diverge from it", n,
		    n == 1 ? "" : "s", upstream);
	free(upstream);
}

void
target_news(struct orch *o, const char *target, const char *base, struct text *t)
{
	char *ref = text_format(HEADS "%s", target), head[ORCH_REF_MAX], oid[OID_MAX];
	struct git g;

	if (git_ref_read(&o->repo, ref, oid, NULL, 0) == 0 && oid[0] == '\0')
		text_printf(t, "; the branch is gone: git branch %s %.12s restores it where the work began", target, base);
	else if (oid[0] != '\0') {
		if (git_head_branch(&o->repo, head, sizeof(head), NULL, 0) == 0 && head[0] != '\0' && strcmp(head, ref) != 0)
			text_printf(t, "; it is not the branch that is checked out here (%s)",
			    strncmp(head, HEADS, strlen(HEADS)) == 0 ? head + strlen(HEADS) : head);
		if (base[0] != '\0' && orch_git(o, &g, NULL, 0) == 0 && git_ancestor(&g, base, oid, NULL, 0) == 0)
			text_printf(t, "; it was rewritten, and no longer has %.12s, on which work is based: orchestrator retry begins "
			    "that again", base);
		behind(o, target, t);
	}
	free(ref);
}

bool
target_waits(struct orch *o, const char *target, char *why, size_t len)
{
	char *ref = text_format(HEADS "%s", target);
	struct git g;
	bool waits = orch_git(o, &g, why, len) == 0 && checkout_waits(&g, ref, why, len);

	free(ref);
	return waits;
}

void
orch_tell_behind(struct orch *o, const char *target)
{
	struct text t = { 0 };
	char why[GIT_ERR];

	if (o->told_behind)
		return;
	o->told_behind = true;
	behind(o, target, &t);
	if (t.len > 0)
		log_warnx("warning: target %s: %s", target, t.buf + 2);
	if (target_waits(o, target, why, sizeof(why)))
		log_warnx("warning: merges into %s will wait, as a checkout can't follow: %s", target, why);
	text_free(&t);
}

void
target_tell_merge(struct orch *o, const struct entry *e)
{
	char *target = target_of(e);
	struct text t = { 0 };

	if (target != NULL && (o->told_target == NULL || strcmp(o->told_target, target) != 0)) {
		target_news(o, target, "", &t);
		if (t.len > 0)
			log_warnx("warning: work is merged into %s: %s", target, t.buf + 2);
		text_free(&t);
		free(o->told_target);
		o->told_target = target;
	} else
		free(target);
}

void
target_print(struct orch *o, const struct entries *es)
{
	struct strings seen = { 0 };
	struct text t = { 0 };
	char *target, *key;

	for (size_t i = 0; i < es->n; i++) {
		const struct entry *e = &es->v[i];

		if (e->error != NULL || entry_group(e) == GROUP_ENDED || (target = target_of(e)) == NULL)
			continue;
		key = text_format("%s %s", target, e->state.base);
		if (!strings_has(&seen, key)) {		/* asks git once for each base */
			text_clear(&t);
			text_puts(&t, target);
			target_news(o, target, e->state.base, &t);
			if (t.len > strlen(target) && !strings_has(&seen, t.buf))
				show_note("target", t.buf);
			strings_add(&seen, t.buf);
			strings_add(&seen, key);
		}
		free(key);
		free(target);
	}
	text_free(&t);
	strings_free(&seen);
}
