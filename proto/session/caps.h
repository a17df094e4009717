/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_CAPS_H
#define PROTO_CAPS_H

/* Caps that writers of session files keep within and readers enforce, in bytes or entries. */

#define SESSION_MAX_TEXT	(64u << 10)	/* a question, an answer, a summary */
#define SESSION_MAX_MESSAGE	(128u << 10)	/* one inbox message */
#define SESSION_MAX_PROMPT	(1u << 20)
#define SESSION_MAX_QUESTIONS	1000
#define SESSION_MAX_OPTIONS	64
#define SESSION_MAX_HISTORY	64
#define SESSION_MAX_SEEN	256		/* message ids other than questions */
#define SESSION_MAX_EVIDENCE	(16u << 10)	/* bytes of a gate's output in review.json */


#endif
