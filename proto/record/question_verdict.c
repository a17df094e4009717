/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "proto/base/array.h"
#include "proto/record/question.h"

static const char *const words[] = {
	[JUDGEMENT_NONE] = "",
	[JUDGEMENT_APPROVE] = "approve",
	[JUDGEMENT_REWORK] = "rework",
	[JUDGEMENT_REJECT] = "reject",
};
ARRAY_WHOLE(words, JUDGEMENTS);

const char *
judgement_name(enum judgement j)
{
	return words[j];
}

/* "approve", "approve: remarks", "reject because ..." */
enum judgement
judgement_of(const char *answer, const char **remarks)
{
	size_t len;
	bool colon;

	answer += strspn(answer, " \t\r\n");
	for (size_t i = JUDGEMENT_APPROVE; i < JUDGEMENTS; i++) {
		len = strlen(words[i]);
		if (strncasecmp(answer, words[i], len) != 0)
			continue;
		len += strncasecmp(answer + len, "ed", 2) == 0 ? 2 : (answer[len] | ' ') == 'd';	/* "approved", "rejected" */
		if (isalnum((unsigned char)answer[len]) || answer[len] == '-')
			continue;
		*remarks = answer + len + strspn(answer + len, " \t\r\n");
		colon = **remarks == ':';
		*remarks += colon + strspn(*remarks + colon, " \t\r\n");
		/* "approve if ..." approves nothing */
		if (i == JUDGEMENT_APPROVE ? **remarks != '\0' && !colon : **remarks == '\0')
			return JUDGEMENT_NONE;
		return (enum judgement)i;
	}
	return JUDGEMENT_NONE;
}
