/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/session/registry.h"
#include "orchestrator/session/rule.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/pattern.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/record/config.h"
#include "proto/record/question.h"
#include "proto/sys/file.h"

bool
rule_matches(const struct entry *e, const struct question *q, const struct rule *r)
{
	char why[160];
	struct pattern *p = pattern_new(r->match, why, sizeof(why));
	int found = p == NULL ? 0 : pattern_found(p, q->text);

	pattern_free(p);
	if (found == -1)
		log_warnx("%s: %s: matching the rule \"%s\" takes too long; the rule is skipped",
		    e->id, q->id, r->match);
	return found == 1;
}

static bool
is_valid(const struct question *q, const struct rule *r)
{
	char *answer, why[256];

	if (question_answer_check(q, r->answer, strlen(r->answer), &answer, why, sizeof(why)) == -1)
		return false;
	free(answer);
	return true;
}

const struct rule *
rule_default(const struct entry *e, const struct settings *s, const struct question *q, int64_t *at)
{
	const struct rule *r;

	if (q->verdict || q->budget[0] != '\0')	/* for a person, or a rule of the settings that names it */
		return NULL;
	for (r = s->defaults; r < s->defaults + s->ndefaults; r++)
		if (rule_matches(e, q, r) && is_valid(q, r)) {
			*at = q->asked_at + r->after * 1000;
			return r;
		}
	return NULL;
}

char *
rule_default_text(const struct entry *e, const struct question *q)
{
	char why[RECORD_ERR], when[CLOCK_TEXT], in[CLOCK_TEXT], *text = NULL;
	int64_t at = 0, now = clock_wall();
	struct config c = { 0 };
	const struct rule *r;
	int fd;

	if (e->path == NULL || (fd = file_open_dir(AT_FDCWD, e->path)) == -1)
		return NULL;
	if (config_load(fd, &c, why, sizeof(why)) == 0 && (r = rule_default(e, &c.settings, q, &at)) != NULL)
		text = text_format("default %s: execute answers \"%s\" at %s (in %s)", r->name, r->answer,
		    clock_local(at, now, when, sizeof(when)), clock_age(at > now ? at - now : 0, in, sizeof(in)));
	config_release(&c);
	close(fd);
	return text;
}
