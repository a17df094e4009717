/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "proto/base/glob.h"
#include "proto/base/text.h"
#include "proto/git/audit.h"
#include "proto/git/git.h"
#include "proto/record/item.h"
#include "proto/settings/clients.h"
#include "proto/settings/settings.h"

#define MODE_LINK	0120000u
#define NAMES_MAX	(64u << 20)

void
audit_free(struct audit *a)
{
	strings_free(&a->breaches);
	strings_free(&a->flagged);
	strings_free(&a->refused);
	strings_free(&a->notices);
}

static bool
any_match(const struct strings *globs, const char *path)
{
	for (size_t i = 0; i < globs->n; i++)
		if (glob_match(globs->v[i], path))
			return true;
	return false;
}

const char *
audit_path(const struct item *item, const char *path)
{
	if (any_match(&item->forbidden_paths, path))
		return "is in the item's forbidden_paths";
	if (item->allowed_paths.n > 0 && !any_match(&item->allowed_paths, path))
		return "is not in the item's allowed_paths";
	return NULL;
}

bool
audit_link_leaves(const char *path, const char *target)
{
	bool named = false;	/* the way up from a named directory is unknown, since that may be a link */
	long depth = 0;
	size_t n;

	for (; (path = strchr(path, '/')) != NULL; path++)
		depth++;
	if (target[0] == '/')
		return true;
	for (; *target != '\0'; target += n + strspn(target + n, "/")) {
		n = strcspn(target, "/");
		if (n == 2 && memcmp(target, "..", 2) == 0) {
			if (named || --depth < 0)
				return true;
		} else if (n == 4 && strncasecmp(target, ".git", 4) == 0)	/* which is not part of the tree */
			return true;
		else if (!(n == 1 && target[0] == '.'))
			named = true;
	}
	return false;
}

char *
audit_config(const char *text)
{
	struct text t = { 0 };
	bool branch = false;
	const char *p, *s;
	size_t n;

	/* A line that continues on the next line could make a header out of ordinary text. */
	if (strstr(text, "\\\n") != NULL || strstr(text, "\\\r\n") != NULL) {
		text_puts(&t, text);
		return t.buf;
	}
	text_puts(&t, "");
	for (p = text; *p != '\0'; p += n + (p[n] == '\n')) {
		n = strcspn(p, "\n");
		s = p + strspn(p, " \t");
		if (*s == '[')
			branch = strncmp(s, "[branch \"", 9) == 0;
		if (!branch)
			text_printf(&t, "%.*s\n", (int)n, p);
	}
	return t.buf;
}

/* Adds an entry in git's spelling, made harmless for terminals and prompts. */
static void
note(struct strings *list, const char *path, const char *why)
{
	struct text t = { 0 };
	size_t i;

	text_line(&t, path, strlen(path));
	text_printf(&t, ": %s", why);
	for (i = 0; i < list->n && strcmp(list->v[i], t.buf) != 0; i++)
		;
	if (i == list->n)
		strings_add(list, t.buf);
	text_free(&t);
}

static void
flag(struct audit *a, const struct settings *s, const char *path, const char *why)
{
	note(&a->flagged, path, why);
	if (!any_match(&s->allow_protected, path))
		note(&a->refused, path, why);
}

/* Reads the targets of the links in changes. */
static int
audit_links(const struct git *g, const struct settings *s, const struct git_change *c, size_t n,
    struct audit *a, char *err, size_t errlen)
{
	static const char *const argv[] = { "cat-file", "--batch", NULL };
	struct text in = { 0 };
	char *out = NULL, *target;
	struct git_blob b;
	size_t len = 0, i;
	const char *p;
	int rc = 0;

	for (i = 0; i < n; i++)
		if (c[i].new_mode == MODE_LINK)
			text_printf(&in, "%s\n", c[i].new_oid);
	if (in.len > 0)
		rc = git_run(g, argv, in.buf, in.len, &out, &len, NULL, err, errlen);
	p = out;
	for (i = 0; rc == 0 && i < n; i++) {
		if (c[i].new_mode != MODE_LINK)
			continue;
		if (git_blob_next(&p, out + len, &b) == -1 || b.text == NULL) {
			flag(a, s, c[i].path, "is a symbolic link that can't be read");
			break;
		}
		target = strndup(b.text, b.len);
		if (target == NULL || audit_link_leaves(c[i].path, target))
			flag(a, s, c[i].path, "is a symbolic link that leaves the tree");
		free(target);
	}
	text_free(&in);
	free(out);
	return rc;
}

int
audit_commits(const struct git *g, const struct item *item, const char *base, const char *head,
    struct audit *a, char *err, size_t errlen)
{
	char range[2 * OID_MAX + 2], *out = NULL;
	const char *argv[] = { "log", "-z", "-c", "--format=", "--name-only", "--no-renames",
		"--no-show-signature", "--no-notes", "--no-ext-diff", "--no-textconv", range, "--",
		NULL };
	const char *p, *why;
	size_t len = 0;

	if (item->allowed_paths.n == 0 && item->forbidden_paths.n == 0)
		return 0;
	snprintf(range, sizeof(range), "%s..%s", base, head);
	if (git_run(g, argv, NULL, 0, &out, &len, NULL, err, errlen) == -1)
		return -1;
	for (p = out; p != NULL && p < out + len; p += strlen(p) + 1) {
		const char *path = *p == '\n' ? p + 1 : p;

		if (*path != '\0' && (why = audit_path(item, path)) != NULL)
			note(&a->breaches, path, why);
	}
	free(out);
	return 0;
}

/* A merge can restore an old version of a file; then no commit of the work changes it. */
int
audit_changes(const struct git *g, const struct settings *s, const struct item *item, const struct git_change *c,
    size_t n, struct audit *a, char *err, size_t errlen)
{
	const char *why;

	for (size_t i = 0; i < n; i++) {
		if ((why = audit_path(item, c[i].path)) != NULL)
			note(&a->breaches, c[i].path, why);
		if (any_match(&s->protect, c[i].path))
			flag(a, s, c[i].path, "is protected");
		else if (client_steered_by(c[i].path))	/* flagged whatever the settings protect */
			note(&a->flagged, c[i].path, "steers an agent's client");
	}
	return audit_links(g, s, c, n, a, err, errlen);
}

void
audit_text(const struct strings *list, char *buf, size_t len)
{
	char more[48];
	size_t i;

	buf[0] = '\0';
	for (i = 0; i < list->n; i++) {
		if (strlen(buf) + strlen(list->v[i]) + sizeof(more) > len)
			break;
		strlcat(buf, i > 0 ? ", " : "", len);
		strlcat(buf, list->v[i], len);
	}
	if (i == list->n)
		return;
	snprintf(more, sizeof(more), "%s%zu more in review.json", i > 0 ? " and " : "",
	    list->n - i);
	strlcat(buf, more, len);
}
