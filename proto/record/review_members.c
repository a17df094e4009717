/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <string.h>

#include "proto/json/member.h"
#include "proto/record/review.h"
#include "proto/session/caps.h"
#include "proto/session/layout.h"
#include "proto/settings/settings.h"

static bool
mode_known(const char *name)
{
	return (review_mode_parse(name) != -1);
}

static const struct member opinion[] = {
	{ "role", MEMBER(NAME, struct opinion, role), .flags = MEMBER_NEEDED, .parse = role_parse, .name = role_name },
	{ "run", MEMBER(STR, struct opinion, run), .flags = MEMBER_NULL, .valid = run_valid },
	{ "round", MEMBER(INT, struct opinion, round), .max = INT32_MAX },
	{ "verdict", MEMBER(NAME, struct opinion, verdict), .flags = MEMBER_NEEDED, .parse = verdict_parse,
	    .name = verdict_name },
	{ "commit", MEMBER_OID(struct opinion, commit) },
	{ "findings", MEMBER(TEXT, struct opinion, findings), .max = SESSION_MAX_TEXT },
	{ "how", MEMBER(STR, struct opinion, how) },
	{ "at", MEMBER(TIME, struct opinion, at) },
	{ .key = NULL }
}, gate[] = {
	{ "name", MEMBER(TEXT, struct gate_result, name), .flags = MEMBER_NEEDED | MEMBER_EMPTY,
	    .max = REVIEW_MAX_NAME },
	{ "command", MEMBER(TEXT, struct gate_result, command), .max = REVIEW_MAX_COMMAND },
	{ "commit", MEMBER_OID(struct gate_result, commit) },
	{ "round", MEMBER(INT, struct gate_result, round), .max = INT32_MAX },
	{ "passed", MEMBER(BOOL, struct gate_result, passed), .flags = MEMBER_NEEDED },
	{ "exit_status", MEMBER(INT, struct gate_result, exit_status), .min = -1, .max = 255, .otherwise = -1 },
	{ "outcome", MEMBER(STR, struct gate_result, outcome) },
	{ "duration_ms", MEMBER(INT, struct gate_result, duration_ms), .max = INT64_C(1) << 40 },
	{ "output", MEMBER(TEXT, struct gate_result, output), .max = SESSION_MAX_EVIDENCE },
	{ "at", MEMBER(TIME, struct gate_result, at) },
	{ .key = NULL }
}, members[] = {
	{ "session", MEMBER(STR, struct review, session), .valid = session_id_valid },
	{ "item", MEMBER(STR, struct review, item), .valid = item_id_valid },
	{ "mode", MEMBER(STR, struct review, mode), .flags = MEMBER_NULL, .valid = mode_known,
	    .must = "has an unknown value" },
	{ "base", MEMBER_OID(struct review, base) },
	{ "commit", MEMBER_OID(struct review, commit) },
	{ "verdict", MEMBER(NAME, struct review, verdict), .parse = verdict_parse, .name = verdict_name },
	{ "decided_by", MEMBER(STR, struct review, decided_by), .flags = MEMBER_NULL },
	{ "findings", MEMBER(TEXT, struct review, findings), .max = SESSION_MAX_TEXT },
	{ "rounds", MEMBER(INT, struct review, rounds), .max = INT32_MAX },
	{ "decided_at", MEMBER(TIME, struct review, decided_at) },
	{ "flagged", MEMBER(STRINGS, struct review, flagged), .max = REVIEW_MAX_FLAGGED,
	    .bytes = REVIEW_MAX_COMMAND },
	/* Opinions are only appended; the oldest beyond the cap are dropped. */
	{ "opinions", MEMBER_OF(struct review, opinions, nopinions), .flags = MEMBER_KEEPS,
	    .max = REVIEW_MAX_OPINIONS, .members = opinion },
	{ "gates", MEMBER_OF(struct review, gates, ngates), .max = REVIEW_MAX_GATES, .members = gate },
	{ .key = NULL }
};
const struct member *const review_opinions = &members[11], *const review_gates = &members[12];

static void
check_review(struct field *f, const void *record)
{
	const struct review *r = record;

	if (r->verdict == VERDICT_APPROVED && r->commit[0] == '\0')
		field_fail(f, "commit", "is missing although the verdict is approved");
}

const struct record review_record = { SESSION_FILE_REVIEW, members, sizeof(struct review), offsetof(struct review, raw),
	check_review };

int
gate_result_parse(struct gate_result *g, const struct json *o, char *err, size_t errlen)
{
	struct field f = field_begin(o, "gate result", err, errlen);

	memset(g, 0, sizeof(*g));
	members_read(&f, gate, g);
	if (!field_bad(&f))
		return (0);
	gate_result_release(g);
	return (-1);
}

void
gate_result_release(struct gate_result *g)
{
	members_release(gate, g);
	memset(g, 0, sizeof(*g));
}
