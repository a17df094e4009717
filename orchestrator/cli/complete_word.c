/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "orchestrator/cli/complete.h"
#include "proto/base/text.h"

#define WORD_MAX 200 /* bytes; longer words are texts, which are not completed */
#define WHAT_MAX 100

/* A text that text_line() would change can't be typed back. */
static bool
is_plain(const char *word)
{
	struct text t = { 0 };
	size_t len = strlen(word);
	bool plain;

	text_line(&t, word, len);
	plain = len > 0 && len <= WORD_MAX && strchr(word, '\t') == NULL && t.len == len && memcmp(t.buf, word, len) == 0;
	text_free(&t);
	return plain;
}

void
complete_word(const struct place *p, const char *word, const char *what)
{
	struct text t = { 0 };

	if (strncmp(word, p->word, strlen(p->word)) != 0 || !is_plain(word))
		return;
	text_line(&t, what, text_cut(what, strcspn(what, "\n\t") < WHAT_MAX ? strcspn(what, "\n\t") : WHAT_MAX));
	printf("%.*s%s\t%s\n", p->nattached, p->attached == NULL ? "" : p->attached, word, t.buf == NULL ? "" : t.buf);
	text_free(&t);
}
