/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "worker/tree/secret.h"

#define KEY_RUN		60	/* a line of a key in base64 has 64 characters, the last one less */
#define KEY_NEAR	400	/* headers may come before it */
#define DISTINCT	10	/* different characters of a random value */

static const struct form {
	const char	*prefix;
	size_t		 min, max;	/* characters after the prefix */
	const char	*more;		/* characters beside letters and digits */
	const char	*what;
} forms[] = {
	{ "AKIA", 16, 16, "", "an access key of AWS" },
	{ "AIza", 35, 35, "_-", "a key of Google" },
	{ "ghp_", 36, 36, "", "a token of GitHub" },
	{ "gho_", 36, 36, "", "a token of GitHub" },
	{ "ghu_", 36, 36, "", "a token of GitHub" },
	{ "ghs_", 36, 36, "", "a token of GitHub" },
	{ "ghr_", 36, 76, "", "a token of GitHub" },
	{ "github_pat_", 82, 82, "_", "a token of GitHub" },
	{ "glpat-", 20, 20, "_-", "a token of GitLab" },
	{ "npm_", 36, 36, "", "a token of npm" },
	{ "sk-ant-", 80, 200, "_-", "a key of Anthropic" },
	{ "sk-proj-", 40, 200, "_-", "a key of OpenAI" },
	{ "sk_live_", 24, 99, "", "a key of Stripe" },
	{ "xoxb-", 40, 90, "-", "a token of Slack" },
	{ "xoxp-", 40, 90, "-", "a token of Slack" },
};

static size_t
run_of(const char *p, const char *end, const char *more)
{
	const char *q = p;

	while (q < end && *q != '\0' && (isalnum((unsigned char)*q) || strchr(more, *q) != NULL))
		q++;
	return (size_t)(q - p);
}

/* Letters and digits, many of them different, and no word that says that it is made up. */
static bool
is_random(const char *p, size_t len)
{
	bool seen[256] = { false };
	size_t distinct = 0, digits = 0;

	for (size_t i = 0; i < len; i++) {
		distinct += !seen[(unsigned char)p[i]];
		seen[(unsigned char)p[i]] = true;
		digits += isdigit((unsigned char)p[i]) != 0;
	}
	return distinct >= DISTINCT && digits > 0 && digits < len && memmem(p, len, "EXAMPLE", 7) == NULL &&
	    memmem(p, len, "xxxx", 4) == NULL && memmem(p, len, "1234567", 7) == NULL;
}

static bool
has_form(const char *text, const char *end, const struct form *f)
{
	size_t n = strlen(f->prefix), len;

	for (const char *p = text; (p = memmem(p, (size_t)(end - p), f->prefix, n)) != NULL; p += n) {
		len = run_of(p + n, end, f->more);
		if ((p == text || (!isalnum((unsigned char)p[-1]) && p[-1] != '_')) && len >= f->min && len <= f->max &&
		    is_random(p + n, len))
			return true;
	}
	return false;
}

/* The header of a key, and the key in base64 after it: code that only knows the header holds no key. */
static bool
has_key(const char *text, const char *end)
{
	static const char begin[] = "-----BEGIN ", tail[] = "PRIVATE KEY";
	const char *line, *near;
	size_t len;

	for (const char *p = text; (p = memmem(p, (size_t)(end - p), begin, sizeof(begin) - 1)) != NULL;) {
		p += sizeof(begin) - 1;
		len = (size_t)(end - p) < 40 ? (size_t)(end - p) : 40;
		if ((line = memmem(p, len, tail, sizeof(tail) - 1)) == NULL || memchr(p, '\n', (size_t)(line - p)) != NULL)
			continue;
		near = end - line < KEY_NEAR ? end : line + KEY_NEAR;
		while (line < near) {
			len = run_of(line, end, "+/=");
			if (len >= KEY_RUN && is_random(line, len))
				return true;
			line += len + 1;
		}
	}
	return false;
}

const char *
secret_in(const char *text, size_t len)
{
	const char *end = text + len;

	if (has_key(text, end))
		return "a private key";
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (has_form(text, end, &forms[i]))
			return forms[i].what;
	return NULL;
}
