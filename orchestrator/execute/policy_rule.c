/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "orchestrator/execute/policy.h"
#include "orchestrator/session/answer.h"
#include "orchestrator/session/rule.h"
#include "proto/base/log.h"
#include "proto/json/record.h"
#include "proto/record/question.h"
#include "proto/settings/settings.h"

bool
policy_answered(const struct entry *e, int fd, const struct question *q, const char *text, size_t len,
    const char *by, bool *failed)
{
	char	why[RECORD_ERR];
	int	error;

	switch (answer_give(fd, q, text, len, by, why, sizeof(why))) {
	case ANSWER_GIVEN:
	case ANSWER_TAKEN:
		return true;
	case ANSWER_INVALID:
		log_warnx("%s: %s: %s gives an invalid answer: %s", e->id, q->id, by, why);
		return false;
	case ANSWER_ERROR:
		break;
	}
	error = errno;
	log_warnx("%s: %s: %s", e->id, q->id, why);
	*failed = true;
	errno = error;
	return false;
}

bool
policy_rule(const struct entry *e, int fd, const struct settings *s, const struct question *q,
    bool *failed)
{
	char	by[64];

	for (size_t i = 0; i < s->nrules; i++) {
		if (!rule_matches(e, q, &s->rules[i]))
			continue;
		snprintf(by, sizeof(by), "policy: rule %zu", i + 1);
		if (policy_answered(e, fd, q, s->rules[i].answer, strlen(s->rules[i].answer), by,
		    failed))
			return true;
		if (*failed)	/* later rules must not answer this question */
			return false;
	}
	return false;
}
