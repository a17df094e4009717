/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "worker/tree/secret.h"

/* In parts, so that this file holds none. */
static const struct {
	const char *text, *more;
	const char *what;
} rows[] = {
	{ "key = AK", "IAQ7ZK3MNP2WXR5TBL\n", "an access key of AWS" },
	{ "key = AK", "IAIOSFODNN7EXAMPLE\n", NULL },
	{ "key = AK", "IAQ7ZK3MNP2WXR5TBLL\n", NULL },		/* too long */
	{ "XAK", "IAQ7ZK3MNP2WXR5TBL", NULL },			/* in the midst of a word */
	{ "gh", "p_aB3dE5gH7jK9mN1pQ2sT4vW6yZ8bC0dF2hJ4", "a token of GitHub" },
	{ "gh", "p_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", NULL },
	{ "gh", "p_aaaaaaaaaaaaaaaaaa1111111111111111111", NULL },
	{ "gh", "p_short", NULL },
	{ "token: gl", "pat-aB3dE5gH7jK9mN1pQ2sT", "a token of GitLab" },
	{ "\"AI", "zaSyD3kF8mQ2vR7wX1zB5nC9pT4jL6hG0yEkW\"", "a key of Google" },
	{ "-----BEGIN PRIVATE", " KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ7d0Y5kq8Zr3XwT2LhGm4NbVc6PsRfUyE1oAiQjDtKx\n"
	    "-----END PRIVATE KEY-----\n", "a private key" },
	{ "-----BEGIN OPENSSH PRIVATE", " KEY-----\r\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\r\n",
	    "a private key" },
	{ "-----BEGIN RSA PRIVATE", " KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0F1E2D3C\n\n"
	    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gt\n", "a private key" },
	{ "if (strstr(p, \"-----BEGIN PRIVATE", " KEY-----\") != NULL)\n\treturn key(p);\n", NULL },
	{ "-----BEGIN PRIVATE", " KEY-----\n...\n-----END PRIVATE KEY-----\n", NULL },
	{ "-----BEGIN PUBLIC", " KEY-----\nMCowBQYDK2VwAyEAJ7d0Y5kq8Zr3XwT2LhGm4NbVc6PsRfUyE1oAiQjDtKxM9aB1\n", NULL },
	{ "", "", NULL },
};

static void
keys_and_tokens_are_found_and_made_up_ones_are_not(void **state)
{
	char text[1024];
	const char *what;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		strlcpy(text, rows[i].text, sizeof(text));
		strlcat(text, rows[i].more, sizeof(text));
		what = secret_in(text, strlen(text));
		if (rows[i].what == NULL ? what != NULL : what == NULL || strcmp(what, rows[i].what) != 0)
			fail_msg("row %zu: %s", i, what != NULL ? what : "none");
	}
}

static void
a_text_that_is_cut_off_anywhere_is_read_to_its_end_only(void **state)
{
	char text[1024], *cut;
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		strlcpy(text, rows[i].text, sizeof(text));
		n = strlcat(text, rows[i].more, sizeof(text));
		for (size_t len = 0; len <= n; len++) {
			cut = test_malloc(len + 1);	/* a byte beyond it is seen by a sanitizer */
			memcpy(cut + 1, text, len);
			(void)secret_in(cut + 1, len);
			test_free(cut);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_and_tokens_are_found_and_made_up_ones_are_not),
		cmocka_unit_test(a_text_that_is_cut_off_anywhere_is_read_to_its_end_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
