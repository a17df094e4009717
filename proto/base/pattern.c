/* SPDX-License-Identifier: GPL-2.0-or-later */

#define PCRE2_CODE_UNIT_WIDTH 8

#include <err.h>
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/pattern.h"

struct pattern {
	pcre2_code		*code;
	pcre2_match_context	*limits;
	pcre2_match_data	*found;
};

struct pattern *
pattern_new(const char *expression, char *reason, size_t len)
{
	unsigned char why[128];
	struct pattern *p;
	pcre2_code *code;
	size_t where;
	int error;

	code = pcre2_compile((PCRE2_SPTR)expression, PCRE2_ZERO_TERMINATED,
	    PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOTALL |
	    PCRE2_DOLLAR_ENDONLY | PCRE2_AUTO_CALLOUT,
	    &error, &where, NULL);
	if (code == NULL) {
		pcre2_get_error_message(error, why, sizeof(why));
		snprintf(reason, len, "%s, at byte %zu", (char *)why, where);
		return (NULL);
	}
	if ((p = calloc(1, sizeof(*p))) == NULL ||
	    (p->limits = pcre2_match_context_create(NULL)) == NULL ||
	    (p->found = pcre2_match_data_create(1, NULL)) == NULL)
		err(1, NULL);
	p->code = code;
	pcre2_set_match_limit(p->limits, PATTERN_STEPS);
	pcre2_set_heap_limit(p->limits, PATTERN_MEMORY);
	return (p);
}

void
pattern_free(struct pattern *p)
{
	if (p == NULL)
		return;
	pcre2_match_data_free(p->found);
	pcre2_match_context_free(p->limits);
	pcre2_code_free(p->code);
	free(p);
}

/* PCRE2's own limits apply anew at each place where a match may begin. */
static int
count_step(pcre2_callout_block *b, void *steps)
{
	(void)b;
	return (++*(size_t *)steps > PATTERN_STEPS ? PCRE2_ERROR_MATCHLIMIT : 0);
}

int
pattern_found(const struct pattern *p, const char *text)
{
	size_t steps = 0;
	int n;

	pcre2_set_callout(p->limits, count_step, &steps);
	n = pcre2_match(p->code, (PCRE2_SPTR)text, strlen(text), 0, 0, p->found, p->limits);
	return (n >= 0 ? 1 : n == PCRE2_ERROR_NOMATCH ? 0 : -1);
}
