/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/ioctl.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/view/look.h"
#include "proto/base/array.h"
#include "proto/base/text.h"

static const char *const tones[] = {
	[TONE_PLAIN] = "",
	[TONE_HEAD] = "1",
	[TONE_ASK] = "1;33",
	[TONE_BUSY] = "36",
	[TONE_GOOD] = "32",
	[TONE_BAD] = "31",
	[TONE_QUIET] = "2",
};
ARRAY_WHOLE(tones, TONES);

static const char *color_when;
static bool page;

void
look_color(const char *when)
{
	color_when = when;
}

bool
look_color_default(bool otherwise)
{
	const char *no = getenv("NO_COLOR");

	if (color_when != NULL && strcmp(color_when, "always") == 0)
		return true;
	if (color_when != NULL && strcmp(color_when, "never") == 0)
		return false;
	return otherwise && (no == NULL || *no == '\0');
}

bool
look_colored(void)
{
	const char *term = getenv("TERM");

	return look_color_default(isatty(STDOUT_FILENO) && term != NULL && *term != '\0' && strcmp(term, "dumb") != 0);
}

/* The first of these that is set names the locale of characters (locale(7)). */
bool
look_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	const char *v;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((v = getenv(names[i])) != NULL && *v != '\0')
			return strcasestr(v, "UTF-8") != NULL || strcasestr(v, "UTF8") != NULL;
	return false;
}

void
look_page(void)
{
	page = true;
}

size_t
look_width(void)
{
	const char *columns = getenv("COLUMNS"), *why = NULL;
	struct winsize w;
	long long n = columns != NULL ? strtonum(columns, 10, 10000, &why) : 0;

	if (n > 0 && why == NULL)
		return (size_t)n;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col >= 10)
		return w.ws_col;
	return page ? LOOK_PAGE : SIZE_MAX;
}

void
look_mark(struct text *t, size_t source, const char *s)
{
	static const char *const marks[] = { "36", "33", "32", "35", "34", "1;36" };

	if (look_colored())
		text_printf(t, "\033[%sm%s\033[m", marks[source % ARRAY_LEN(marks)], s);
	else
		text_puts(t, s);
}

void
look_puts(struct text *t, enum tone tone, const char *s)
{
	if (*s == '\0')
		return;
	if (tone != TONE_PLAIN && look_colored())
		text_printf(t, "\033[%sm%s\033[m", tones[tone], s);
	else
		text_puts(t, s);
}
