/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/json/field.h"
#include "proto/json/json.h"
#include "proto/json/record.h"
#include "proto/record/review.h"
#include "proto/settings/settings.h"
#include "proto/sys/file.h"

static void
read_opinion(struct opinion *p, struct field *f)
{
	field_need(f, "role");
	field_need(f, "verdict");
	p->role = (enum role)field_name(f, "role", role_parse, ROLE_NONE);
	field_id(f, "run", p->run, sizeof(p->run), run_valid);
	p->round = field_int(f, "round", 0, INT32_MAX, 0);
	p->verdict = (enum verdict)field_name(f, "verdict", verdict_parse, VERDICT_NONE);
	field_oid(f, "commit", p->commit);
	p->findings = field_text(f, "findings", SESSION_MAX_TEXT);
	field_str(f, "how", p->how, sizeof(p->how));
	p->at = field_time(f, "at");
}

static void
read_gate(struct gate_result *g, struct field *f)
{
	field_need(f, "name");
	field_need(f, "passed");
	g->name = field_text(f, "name", REVIEW_MAX_NAME);
	g->command = field_text(f, "command", REVIEW_MAX_COMMAND);
	field_oid(f, "commit", g->commit);
	g->round = field_int(f, "round", 0, INT32_MAX, 0);
	g->passed = field_bool(f, "passed");
	g->exit_status = field_int(f, "exit_status", -1, 255, -1);
	field_str(f, "outcome", g->outcome, sizeof(g->outcome));
	g->duration_ms = field_int(f, "duration_ms", 0, INT64_C(1) << 40, 0);
	g->output = field_text(f, "output", SESSION_MAX_EVIDENCE);
	g->at = field_time(f, "at");
}

int
gate_result_parse(struct gate_result *g, const struct json *o, char *err, size_t errlen)
{
	struct field f = field_begin(o, "gate result", err, errlen);

	memset(g, 0, sizeof(*g));
	read_gate(g, &f);
	if (!field_bad(&f))
		return (0);
	gate_result_release(g);
	return (-1);
}

static void
read_review(struct review *r, struct field *f)
{
	struct field in;
	size_t n;

	field_id(f, "session", r->session, sizeof(r->session), session_id_valid);
	field_id(f, "item", r->item, sizeof(r->item), item_id_valid);
	field_name(f, "mode", review_mode_parse, 0);
	field_str(f, "mode", r->mode, sizeof(r->mode));
	field_oid(f, "base", r->base);
	field_oid(f, "commit", r->commit);
	r->verdict = (enum verdict)field_name(f, "verdict", verdict_parse, VERDICT_NONE);
	field_str(f, "decided_by", r->decided_by, sizeof(r->decided_by));
	r->findings = field_text(f, "findings", SESSION_MAX_TEXT);
	r->rounds = field_int(f, "rounds", 0, INT32_MAX, 0);
	r->decided_at = field_time(f, "decided_at");
	field_strings(f, "flagged", REVIEW_MAX_FLAGGED, REVIEW_MAX_COMMAND, &r->flagged);
	n = field_count(f, "opinions", REVIEW_MAX_OPINIONS);
	if (n > 0 && (r->opinions = calloc(n, sizeof(*r->opinions))) == NULL)
		err(1, NULL);
	for (; r->nopinions < n && !field_bad(f); r->nopinions++) {
		in = field_at(f, "opinions", r->nopinions);
		read_opinion(&r->opinions[r->nopinions], &in);
	}
	n = field_count(f, "gates", REVIEW_MAX_GATES);
	if (n > 0 && (r->gates = calloc(n, sizeof(*r->gates))) == NULL)
		err(1, NULL);
	for (; r->ngates < n && !field_bad(f); r->ngates++) {
		in = field_at(f, "gates", r->ngates);
		read_gate(&r->gates[r->ngates], &in);
	}
	if (r->verdict == VERDICT_APPROVED && r->commit[0] == '\0')
		field_fail(f, "commit", "is missing although the verdict is approved");
}

int
review_parse(struct review *r, const char *buf, size_t len, char *err, size_t errlen)
{
	struct field f;

	memset(r, 0, sizeof(*r));
	if ((r->raw = record_open(SESSION_FILE_REVIEW, buf, len, err, errlen)) == NULL)
		return (-1);
	f = field_begin(r->raw, SESSION_FILE_REVIEW, err, errlen);
	read_review(r, &f);
	if (!field_bad(&f))
		return (0);
	review_release(r);
	return (-1);
}

void
review_release(struct review *r)
{
	for (size_t i = 0; i < r->nopinions; i++)
		free(r->opinions[i].findings);
	for (size_t i = 0; i < r->ngates; i++)
		gate_result_release(&r->gates[i]);
	strings_free(&r->flagged);
	free(r->opinions);
	free(r->gates);
	free(r->findings);
	json_free(r->raw);
	memset(r, 0, sizeof(*r));
}

int
review_load(int sessionfd, struct review *r, char *err, size_t errlen)
{
	char *buf;
	size_t len;
	int rv;

	memset(r, 0, sizeof(*r));
	if (record_read(sessionfd, SESSION_FILE_REVIEW, &buf, &len, err, errlen) == -1)
		return (errno == ENOENT ? 0 : -1);
	if ((rv = review_parse(r, buf, len, err, errlen)) == -1)
		errno = EINVAL;
	free(buf);
	return (rv);
}

int
review_save(int sessionfd, const struct review *r)
{
	char *text;
	size_t len;
	int e, rv;

	text = review_text(r, &len);
	rv = file_replace(sessionfd, SESSION_FILE_REVIEW, text, len, FILE_SYNC);
	e = errno;
	free(text);
	errno = e;
	return (rv);
}
