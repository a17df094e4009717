/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/git/git.h"
#include "proto/session/layout.h"
#include "proto/settings/clients.h"
#include "proto/sys/file.h"
#include "worker/agent/agent.h"
#include "worker/agent/instructions.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"

#define IMPORTS_MAX	50			/* imported files */
#define WORDS_MAX	500			/* words that may name an import */
#define BYTES_MAX	(SESSION_MAX_PROMPT / 2)	/* bytes of all of them */
#define PATH_LEN	1024

/* The contents of a file in a commit, following links in the commit; NULL when it is not a file. */
static char *
file_of(struct worker *w, const char *commit, const char *path)
{
	static const char *const argv[] = { "cat-file", "--batch", "--follow-symlinks", NULL };
	char err[GIT_ERR], *in = text_format("%s:%s\n", commit, path), *out = NULL, *text = NULL;
	struct git_blob b;
	size_t len = 0;
	const char *p;

	if (git_run(&w->git, argv, in, strlen(in), &out, &len, NULL, err, sizeof(err)) == -1)
		output_log("the instructions of the target can't be read: %s", err);
	p = out;
	if (git_blob_next(&p, out + len, &b) == 0 && b.len > 0)
		text = strndup(b.text, b.len);
	free(in);
	free(out);
	return text;
}

bool
instructions_path(const char *from, const char *path, char *to, size_t len)
{
	const char *slash = strrchr(from, '/');
	char *all, *next, *part, *last;
	bool inside = path[0] != '\0' && path[0] != '/' && path[0] != '~';

	all = text_format("%.*s/%s", slash != NULL ? (int)(slash - from) : 0, from, path);
	to[0] = '\0';
	for (next = all; inside && (part = strsep(&next, "/")) != NULL;) {
		if (part[0] == '\0' || strcmp(part, ".") == 0)
			continue;
		if (strcmp(part, "..") == 0) {
			inside = to[0] != '\0';
			if ((last = strrchr(to, '/')) == NULL)
				last = to;
			*last = '\0';
		} else if (strlcat(to, to[0] != '\0' ? "/" : "", len) >= len || strlcat(to, part, len) >= len)
			inside = false;
	}
	free(all);
	return inside && to[0] != '\0';
}

struct reading {
	struct worker	*w;
	struct text	 text;
	struct strings	 seen;		/* paths */
	size_t		 words, files;
};

static void take_imports(struct reading *, const char *from, const char *text, int depth);

static void
take(struct reading *r, const char *from, const char *word, int depth)
{
	char path[PATH_LEN], *text;

	if (!instructions_path(from, word, path, sizeof(path)) || strings_has(&r->seen, path) || r->words++ >= WORDS_MAX)
		return;
	strings_add(&r->seen, path);
	if (r->files >= IMPORTS_MAX || (text = file_of(r->w, r->w->state.base, path)) == NULL)
		return;
	if (r->text.len + strlen(text) > BYTES_MAX)
		output_log("%s is left out: with it the target's instructions would be too long", path);
	else {
		r->files++;
		text_printf(&r->text, "\n\nContents of %s:\n\n%s", path, text);
		take_imports(r, path, text, depth - 1);
	}
	free(text);
}

/* Takes words that begin with an @, except in blocks of code. */
static void
take_imports(struct reading *r, const char *from, const char *text, int depth)
{
	char *copy = strdup(text), *next = copy, *line, *word, *name;
	bool code = false;

	while (depth > 0 && (line = strsep(&next, "\n")) != NULL) {
		if (strncmp(line + strspn(line, " \t"), "```", 3) == 0)
			code = !code;
		for (word = line; !code && *(word += strspn(word, " \t\r")) != '\0'; word += strcspn(word, " \t\r"))
			if (*word == '@') {
				name = text_format("%.*s", (int)strcspn(word + 1, " \t\r"), word + 1);
				take(r, from, name, depth);
				free(name);
			}
	}
	free(copy);
}

struct finding { struct worker *w; char *path, *text; };

static void
find_first(void *arg, const char *path)
{
	struct finding *f = arg;

	if (f->text == NULL && (f->text = file_of(f->w, f->w->state.base, path)) != NULL)
		f->path = text_format("%s", path);
}

char *
instructions_of(struct worker *w, enum role role)
{
	const struct client *c = client_of(agent_of(w, role));
	struct finding f = { .w = w };
	struct reading r = { .w = w };

	if (c != NULL)
		client_words(c->instructions, find_first, &f);
	if (f.text == NULL)
		return NULL;
	text_puts(&r.text, f.text);
	strings_add(&r.seen, f.path);
	take_imports(&r, f.path, f.text, c->imports);
	strings_free(&r.seen);
	free(f.path);
	free(f.text);
	return r.text.buf;
}

bool
instructions_write(struct worker *w, enum role role, const char *name, char *path, size_t len)
{
	char *text = instructions_of(w, role);
	bool written = false;

	snprintf(path, len, SESSION_DIR_TRANSCRIPT "/%s.instructions", name);
	if (text != NULL && strlen(text) <= SESSION_MAX_PROMPT)
		written = file_replace(w->dirfd, path, text, strlen(text), 0) == 0;
	free(text);
	snprintf(path, len, "%s/" SESSION_DIR_TRANSCRIPT "/%s.instructions", w->path, name);
	return written;
}
