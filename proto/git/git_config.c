/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/git/git_internal.h"

char *
git_url_plain(const char *url)
{
	const char *host = strstr(url, "://"), *end, *at, *colon;
	bool ssh, web;

	if (host == NULL)
		return text_format("%s", url);
	ssh = strncmp(url, "ssh:", 4) == 0 || strncmp(url, "git+ssh:", 8) == 0 || strncmp(url, "ssh+git:", 8) == 0;
	web = strncasecmp(url, "http", 4) == 0;
	host += 3;
	end = host + strcspn(host, web ? "/?#\\" : "/");
	for (at = end; at > host && at[-1] != '@'; at--)
		;
	colon = memchr(host, ':', (size_t)(at - host));
	/* the user of an ssh URL names the account, not the person: it is part of the address */
	return text_format("%.*s%.*s%s%.*s", (int)(host - url), url,
	    !ssh || at == host ? 0 : (int)((colon != NULL ? colon : at - 1) - host), host, ssh && at > host ? "@" : "",
	    (int)(web ? strcspn(at, "?#") : strlen(at)), at);
}

static void
add_quoted(struct text *t, const char *s)
{
	text_puts(t, "\"");
	for (; *s != '\0'; s++)
		if (*s == '\n')
			text_puts(t, "\\n");
		else {
			if (*s == '"' || *s == '\\')
				text_puts(t, "\\");
			text_add(t, *s == '\r' ? " " : s, 1);
		}
	text_puts(t, "\"");
}

void
git_config_add(struct text *t, const char *key, const char *value)
{
	text_printf(t, "\t%s = ", key);
	add_quoted(t, value);
	text_puts(t, "\n");
}

static bool
ends(const char *name, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(name, *list) == 0)
			return true;
	return false;
}

/* A URL without credentials.  A relative path is made relative to the repository, not to the current directory. */
static char *
plain_value(const char *value, const char *base)
{
	return strncmp(value, "./", 2) == 0 || strncmp(value, "../", 3) == 0 ? text_format("%s/%s", base, value)
	    : git_url_plain(value);
}

void
git_config_inherit(struct text *t, const char *key, const char *value, const char *base)
{
	static const char *const remote[] = { "url", "pushurl", "fetch", "gh-resolved", "promisor", "partialclonefilter", NULL };
	const char *dot = strchr(key, '.'), *last = strrchr(key, '.');
	char *sub, *name, *plain;

	if (dot == NULL || strchr(key, '\n') != NULL || (strncmp(key, "remote.", 7) == 0 && !ends(last + 1, remote)) ||
	    strcmp(key, "lfs.storage") == 0)
		return;
	text_printf(t, "[%.*s", (int)(dot - key), key);
	if (last > dot) {
		name = text_format("%.*s", (int)(last - dot - 1), dot + 1);
		sub = git_url_plain(name);
		text_puts(t, " ");
		add_quoted(t, sub);
		free(sub);
		free(name);
	}
	plain = strncmp(key, "filter.", 7) == 0 ? text_format("%s", value) : plain_value(value, base);
	text_puts(t, "]\n");
	git_config_add(t, last + 1, plain);
	free(plain);
}
