/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/session/facts.h"
#include "orchestrator/session/work.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/session/caps.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"

void
facts_records(const struct entry *e, struct facts *f)
{
	char why[RECORD_ERR];
	size_t len;
	int fd = file_open_dir(AT_FDCWD, e->path);

	memset(f, 0, sizeof(*f));
	f->e = e;
	if (fd == -1) {
		strings_add(&f->problems, strerror(errno));
		return;
	}
	if (item_load(fd, &f->item, why, sizeof(why)) == -1)
		strings_add(&f->problems, why);
	if (config_load(fd, &f->config, why, sizeof(why)) == -1)
		strings_add(&f->problems, why);
	if (questions_load(fd, &f->questions, why, sizeof(why)) == -1)
		strings_add(&f->problems, why);
	if (review_load(fd, &f->review, why, sizeof(why)) == -1)
		strings_add(&f->problems, why);
	if (file_read(fd, SESSION_FILE_SUMMARY, SESSION_MAX_TEXT * 2, &f->summary, &len) == 0)
		text_trim(f->summary, len);
	close(fd);
}

static void
read_change(struct orch *o, struct facts *f)
{
	char why[GIT_ERR] = "";
	struct work w;

	if (work_open(o, f->e, &w, why, sizeof(why)) == -1 || (w.tip[0] != '\0' &&
	    git_sizes(&w.git, w.base, w.tip, NULL, &f->files, &f->nfiles, why, sizeof(why)) == -1))
		strings_add(&f->problems, why);
	for (size_t i = 0; i < f->nfiles; i++) {
		f->added += f->files[i].added;
		f->removed += f->files[i].removed;
	}
	if (w.note != NULL)
		strings_add(&f->problems, w.note);
	strlcpy(f->base, w.base, sizeof(f->base));
	f->worktree = w.worktree;
	f->surplus = unjudged_text(&w.unjudged);
	f->target = w.target;
	w.target = NULL;
	work_release(&w);
}

void
facts_read(struct orch *o, const struct entry *e, struct facts *f)
{
	char oid[OID_MAX] = "", *surplus;
	struct entry newest;

	facts_records(e, f);
	f->name = e->id;
	if (registry_newest(o, e->state.item, &newest) == 0) {
		if (strcmp(newest.id, e->id) == 0)
			f->name = e->state.item;
		else if (!status_done(e->state.status)) {
			strlcpy(f->later, newest.id, sizeof(f->later));
			surplus = work_surplus(o, &newest);
			f->next = next_of(&newest, surplus != NULL);
			free(surplus);
		}
		entry_release(&newest);
	}
	if (e->error == NULL)
		read_change(o, f);
	snprintf(f->salvage, sizeof(f->salvage), "refs/salvage/%s", e->id);
	if (git_ref_read(&o->repo, f->salvage, oid, NULL, 0) == -1 || oid[0] == '\0')
		f->salvage[0] = '\0';
	if (f->later[0] == '\0')
		f->next = next_of(e, f->surplus != NULL);
}

const char *
facts_agent(const struct facts *f, const char *role)
{
	int r = role_parse(role);

	return r == -1 ? NULL : f->config.settings.role[r];
}

char *
facts_verdict(const struct facts *f)
{
	static const char *const after[][2] = { { "unchanged", ", unchanged since" }, { "rounds", ", no round left" } };
	const char *by = f->review.decided_by, *more = "", *agent, *verdict = verdict_name(f->review.verdict);

	for (size_t i = 0; i < sizeof(after) / sizeof(after[0]); i++)
		if (strcmp(by, after[i][0]) == 0) {
			by = role_name(ROLE_REVIEWER);
			more = after[i][1];
		}
	agent = facts_agent(f, by);
	return agent == NULL ? text_format("%s by %s%s", verdict, by, more) : text_format("%s by %s (%s)%s", verdict, by, agent, more);
}

struct json *
facts_agents_json(const struct facts *f)
{
	struct json *j = json_new_object();

	for (int r = ROLE_IMPLEMENTER; r < ROLE_COUNT; r++)
		json_put_str(j, role_name((enum role)r), facts_agent(f, role_name((enum role)r)));
	return j;
}

void
facts_release(struct facts *f)
{
	item_release(&f->item);
	config_release(&f->config);
	questions_release(&f->questions);
	review_release(&f->review);
	git_sizes_free(f->files, f->nfiles);
	strings_free(&f->problems);
	free(f->target);
	free(f->summary);
	free(f->surplus);
	memset(f, 0, sizeof(*f));
}
