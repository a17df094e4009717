/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <errno.h>
#include <string.h>

#include "proto/json/member.h"
#include "proto/record/review.h"
#include "proto/session/layout.h"

int
review_parse(struct review *r, const char *buf, size_t len, char *err, size_t errlen)
{
	return (record_parse(&review_record, r, buf, len, err, errlen));
}

void
review_release(struct review *r)
{
	record_release(&review_record, r);
}

int
review_load(int sessionfd, struct review *r, char *err, size_t errlen)
{
	int rv = record_load(&review_record, sessionfd, r, err, errlen);

	return (rv == -1 && errno == ENOENT ? 0 : rv);
}

int
review_save(int sessionfd, const struct review *r)
{
	size_t len;
	char *text = review_text(r, &len);

	return (record_save(sessionfd, SESSION_FILE_REVIEW, text, len, FILE_SYNC));
}
