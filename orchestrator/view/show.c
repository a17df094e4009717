/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "orchestrator/view/block.h"
#include "orchestrator/view/look.h"
#include "orchestrator/view/page.h"
#include "orchestrator/view/show.h"
#include "orchestrator/view/yaml.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/json.h"

/* JSON may contain raw DEL, C1 and bidirectional controls, which must not reach a terminal.  They occur only in
 * strings, where text_line escapes all but DEL as JSON does. */
/* Nearly all characters are plain, so a megabyte need not be copied for the others. */
static bool
is_plain(char c)
{
	return (c >= ' ' && c <= '~') || c == '\n' || c == '\t';
}

void
show_json_text(const char *text)
{
	struct text	t = { 0 };
	size_t		n;

	for (; *text != '\0'; text += n) {
		for (n = 0; is_plain(text[n]); n++)
			;
		if (n > 0) {
			fwrite(text, 1, n, stdout);
			continue;
		}
		if (*text == '\177') {
			fputs("\\u007f", stdout);
			n = 1;
			continue;
		}
		while (text[n] != '\0' && text[n] != '\177' && !is_plain(text[n]))
			n++;
		text_clear(&t);
		text_line(&t, text, n);
		fwrite(t.buf, 1, t.len, stdout);
	}
	text_free(&t);
}

void
show_json(struct json *j)
{
	char	*text = json_text(j, true, NULL);

	show_json_text(text);
	free(text);
	json_free(j);
}

int
show_yaml(struct json *j)
{
	char	*text = yaml_text(j);

	json_free(j);
	if (text == NULL) {
		log_warnx("libyaml does not accept it; use --json");
		return EX_SOFTWARE;
	}
	fputs(text, stdout);
	free(text);
	return 0;
}

const char *
show_age(int64_t ms)
{
	static char	buf[32];

	return ms == 0 ? "-" : clock_age(clock_wall() - ms, buf, sizeof(buf));
}

const char *
show_minutes(int64_t ms)
{
	int64_t		age = clock_wall() - ms;

	return ms != 0 && age < 60000 ? "<1m" : show_age(ms);
}

void
show_bar(struct text *t, int64_t done, int64_t total, int columns)
{
	for (int64_t i = 0; i < columns; i++)
		text_puts(t, total > 0 && (i + 1) * total <= done * columns ? "█" : "░");
}

/* Prints lines that fit, as ASCII where the locale has no more. */
static void
put(const struct text *lines)
{
	struct text ascii = { 0 };

	if (lines->buf == NULL)
		return;
	if (!look_utf8())
		page_ascii(&ascii, lines->buf);
	fputs(ascii.buf != NULL ? ascii.buf : lines->buf, stdout);
	text_free(&ascii);
}

void
show_cut(const char *line)
{
	struct text t = { 0 };

	page_cut(&t, line, look_width());
	text_puts(&t, "\n");
	put(&t);
	text_free(&t);
}

void
show_item(const struct page_item *i, size_t indent)
{
	struct text t = { 0 };

	page_item(&t, i, indent, look_width());
	put(&t);
	text_free(&t);
}

void
show_note(const char *name, const char *text)
{
	char *lead = text_format("%-10s ", name);

	show_item(&(struct page_item){ lead, text, NULL }, 2);
	free(lead);
}

void
show_event(int64_t at, enum tone tone, const char *text)
{
	struct text lead = { 0 }, t = { 0 };
	char now[16];

	block_lift();
	clock_time(at, now, sizeof(now));
	if (isatty(STDOUT_FILENO)) {
		look_puts(&lead, TONE_QUIET, now);
		text_puts(&lead, " ");
		look_puts(&t, tone, text);
		show_item(&(struct page_item){ lead.buf, t.buf, NULL }, 2);
	} else
		printf("%s %s\n", now, text);
	fflush(stdout);
	text_free(&lead);
	text_free(&t);
}

void
show_field(const char *name, const char *text)
{
	char *lead = text_format("%-12s ", name);
	struct text t = { 0 };

	if (text != NULL && *text != '\0') {
		text_line(&t, text, strlen(text));
		show_item(&(struct page_item){ lead, t.buf, NULL }, 4);
	}
	text_free(&t);
	free(lead);
}

void
show_format(const char *name, const char *format, ...)
{
	va_list ap;
	char *text;

	va_start(ap, format);
	if (vasprintf(&text, format, ap) == -1)
		err(EX_OSERR, NULL);
	va_end(ap);
	show_field(name, text);
	free(text);
}

void
show_toned(const char *name, enum tone tone, const char *word)
{
	char *lead = text_format("%-12s ", name);
	struct text t = { 0 }, safe = { 0 };

	text_line(&safe, word, strlen(word));
	look_puts(&t, tone, safe.buf != NULL ? safe.buf : "");
	show_item(&(struct page_item){ lead, t.buf, NULL }, 4);
	text_free(&safe);
	text_free(&t);
	free(lead);
}

void
show_path(const char *name, const char *path, const char *command)
{
	char *text = path == NULL ? NULL : page_path(path, getenv("HOME"));
	size_t width = look_width();

	show_field(name, text == NULL || width == SIZE_MAX || page_columns(text) + 13 <= width ? text : command);
	free(text);
}

void
show_head(const char *s)
{
	struct text t = { 0 };

	look_puts(&t, TONE_HEAD, s);
	show_cut(t.buf);
	text_free(&t);
}

void
show_step(const char *command, const char *what)
{
	char *lead = text_format("    %-44s  ", command);

	show_item(&(struct page_item){ lead, what, NULL }, 6);
	free(lead);
}

void
show_block(FILE *fp, const char *text)
{
	const char	*nl;
	struct text	 line = { 0 };

	for (; *text != '\0'; text = *nl == '\0' ? nl : nl + 1) {
		nl = strchrnul(text, '\n');
		text_clear(&line);
		text_line(&line, text, (size_t)(nl - text));
		if (fp == stdout)
			show_item(&(struct page_item){ "    ", line.buf, NULL }, 4);
		else
			fprintf(fp, "    %s\n", line.buf != NULL ? line.buf : "");
	}
	text_free(&line);
}

void
show_section(const char *name, const char *text)
{
	if (text == NULL || *text == '\0')
		return;
	show_head(name);
	show_block(stdout, text);
}
