/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "orchestrator/source/issue.h"
#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/git/git.h"
#include "proto/json/json.h"
#include "proto/plan/tasklist.h"
#include "proto/record/answer.h"
#include "proto/record/question.h"
#include "proto/settings/settings.h"
#include "tests/fuzz/fuzz.h"

/* The same result as text_char(), from the table of RFC 3629, section 4. */
static size_t
utf8_char(const unsigned char *p, size_t left)
{
	unsigned lo = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : 0x80;
	unsigned hi = p[0] == 0xed ? 0x9f : p[0] == 0xf4 ? 0x8f : 0xbf;
	size_t n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4 || left < n || p[1] < lo || p[1] > hi)
		return 0;
	for (size_t i = 2; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

static bool
utf8(const char *s, size_t len)
{
	size_t n;

	for (; len > 0; s += n, len -= n)
		if ((n = utf8_char((const unsigned char *)s, len)) == 0)
			return false;
	return true;
}

static void
neutral(const char *buf, size_t len)
{
	struct text once = { 0 }, twice = { 0 };

	text_line(&once, buf, len);
	for (size_t i = 0; i < once.len; i++)
		if (((unsigned char)once.buf[i] < 0x20 && once.buf[i] != '\t') || once.buf[i] == 0x7f)
			fuzz_fail("a control character");
	if (!text_utf8_valid(once.buf, once.len))
		fuzz_fail("not UTF-8");
	text_line(&twice, once.buf, once.len);
	if (twice.len != once.len || memcmp(once.buf, twice.buf, once.len) != 0)
		fuzz_fail("not harmless at once");
	text_free(&once);
	text_free(&twice);
}

/* Stores arbitrary bytes as a string of a record. */
static void
store(const char *buf, size_t len)
{
	struct json *o = json_new_object(), *again;
	char *text, why[200];
	const char *s;

	json_put_strn(o, "s", buf, len);
	s = json_str(o, "s");
	if (!text_utf8_valid(s, strlen(s)))
		fuzz_fail("stored, but not UTF-8");
	if (text_utf8_valid(buf, len) && memchr(buf, '\0', len) == NULL &&
	    (strlen(s) != len || memcmp(s, buf, len) != 0))
		fuzz_fail("stored differently");
	text = json_text(o, false, NULL);
	if ((again = json_parse(text, strlen(text), 0, why, sizeof(why))) == NULL)
		fuzz_fail("%s: %s", why, text);
	if (strcmp(json_str(again, "s"), s) != 0)
		fuzz_fail("read differently");
	json_free(again);
	json_free(o);
	free(text);
}

void
fuzz_text(const char *buf, size_t len)
{
	static const char *const words[] = { "settings", "agents", "gates", "title", "a", "" };
	const struct text_var vars[] = { { "a", "{b}" }, { "b", NULL }, { "item", "x" } };
	struct text t = { 0 };
	char line[24], *first, *rest;
	size_t n;

	neutral(buf, len);
	store(buf, len);
	if (text_utf8_valid(buf, len) != utf8(buf, len))
		fuzz_fail("UTF-8 to one reader and not to the other");
	first = fuzz_field(&buf, &len);
	rest = fuzz_field(&buf, &len);
	text_first_line(line, sizeof(line), first);
	if (strlen(line) >= sizeof(line) || strpbrk(line, "\r\n") != NULL ||
	    strncmp(line, first + strspn(first, " \t\r\n"), strlen(line)) != 0 ||
	    (utf8(first, strlen(first)) && !utf8(line, strlen(line))))
		fuzz_fail("not the first line: %s", line);
	text_expand(&t, rest, vars, sizeof(vars) / sizeof(vars[0]));
	if (strchr(rest, '{') == NULL && strcmp(t.buf, rest) != 0)
		fuzz_fail("expanded without a reason: %s", t.buf);
	text_free(&t);
	(void)text_nearest(first, words, sizeof(words) / sizeof(words[0]));
	n = text_trim(first, strlen(first));
	if (n != strlen(first) || n != text_trim(first, n))
		fuzz_fail("trimmed to another length");
	free(first);
	free(rest);
}

/* Names that pass the checks for paths and arguments must have the documented form. */
void
fuzz_names(const char *buf, size_t len)
{
	char id[SESSION_ID_MAX], time[CLOCK_TEXT], *s = fuzz_field(&buf, &len);
	bool record, any;
	int64_t ms;

	any = item_id_valid(s) || session_id_valid(s) || message_id_valid(s) || tasklist_id_valid(s);
	if (any && (*s == '-' || *s == '.' || strpbrk(s, "/ \n\t\"'\\*?~^:") != NULL ||
	    strstr(s, "..") != NULL || strlen(s) >= SESSION_ID_MAX))
		fuzz_fail("an id: %s", s);
	if (message_id_valid(s) && message_slot(s) < 1)
		fuzz_fail("no slot: %s", s);
	if (answer_name(s, id, sizeof(id), &record) == 0 && (!message_id_valid(id) || id[0] != 'q'))
		fuzz_fail("an answer: %s", s);
	if ((branch_valid(s) || git_ref_valid(s)) && (*s == '-' || strstr(s, "..") != NULL ||
	    strpbrk(s, " \n\t~^:?*[\\\177") != NULL))
		fuzz_fail("a branch: %s", s);
	if (item_worktree_valid(s) && (*s == '/' || strcmp(s, "..") == 0 || strncmp(s, "../", 3) == 0 ||
	    strstr(s, "/../") != NULL))
		fuzz_fail("a worktree: %s", s);
	if (tasklist_name_valid(s) && (strpbrk(s, "\r\n") != NULL || strlen(s) > TASKLIST_MAX_NAME))
		fuzz_fail("a list's name: %s", s);
	if ((ms = clock_parse(s)) > 0 && clock_parse(clock_text(ms, time, sizeof(time))) != ms)
		fuzz_fail("a time: %s", s);
	if (issue_time(s) < 0)
		fuzz_fail("a time before 1970: %s", s);
	free(s);
}

/* A question with options, and its answer. */
void
fuzz_reply(const char *buf, size_t len)
{
	struct question q = { .text = NULL };
	char *s, *out, reason[256] = "", again[256] = "", *same;
	size_t n;

	if (len == 0)
		return;
	for (n = (unsigned char)buf[0] % 5, buf++, len--; n > 0; n--) {
		s = fuzz_field(&buf, &len);
		if (*s != '\0' && text_utf8_valid(s, strlen(s)))
			strings_add(&q.options, s);
		free(s);
	}
	if (question_answer_check(&q, buf, len, &out, reason, sizeof(reason)) == -1)
		fuzz_reason(reason);
	else {
		if (*out == '\0' || !text_utf8_valid(out, strlen(out)) || strlen(out) > len + 4096)
			fuzz_fail("an answer: %s", out);
		for (n = 0; n < q.options.n && strcmp(out, q.options.v[n]) != 0; n++)
			;
		if (n > 0 && n == q.options.n)
			fuzz_fail("none of the options: %s", out);
		if (n == 0 && q.options.n == 0) {
			if (question_answer_check(&q, out, strlen(out), &same, again, sizeof(again)) == -1)
				fuzz_fail("%s: accepted once", again);
			if (strcmp(same, out) != 0)
				fuzz_fail("another answer each time: %s", out);
			free(same);
		}
		free(out);
	}
	strings_free(&q.options);
}
