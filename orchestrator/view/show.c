/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/ioctl.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "orchestrator/view/show.h"
#include "orchestrator/view/yaml.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/json.h"

#define BAR	20	/* characters */

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

void
show_field(const char *name, const char *text)
{
	if (text == NULL || *text == '\0')
		return;
	printf("%-12s ", name);
	text_print(stdout, text, false);
	putchar('\n');
}

void
show_block(FILE *fp, const char *text)
{
	const char	*nl;
	char		*line;

	for (; *text != '\0'; text = *nl == '\0' ? nl : nl + 1) {
		nl = strchrnul(text, '\n');
		fputs("    ", fp);
		if ((line = strndup(text, (size_t)(nl - text))) != NULL)
			text_print(fp, line, false);
		free(line);
		putc('\n', fp);
	}
}

void
show_section(const char *name, const char *text)
{
	if (text == NULL || *text == '\0')
		return;
	puts(name);
	show_block(stdout, text);
}

const char *
show_age(int64_t ms)
{
	static char	buf[32];

	return ms == 0 ? "-" : clock_age(clock_wall() - ms, buf, sizeof(buf));
}

size_t
show_width(void)
{
	const char	*columns = getenv("COLUMNS"), *why = NULL;
	struct winsize	 w;
	long long	 n = columns != NULL ? strtonum(columns, 10, 10000, &why) : 0;

	if (n > 0 && why == NULL)
		return (size_t)n;
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col >= 10 ? w.ws_col : SIZE_MAX;
}

void
show_bar(struct text *t, int64_t done, int64_t total)
{
	for (int64_t i = 0; i < BAR; i++)
		text_puts(t, total > 0 && (i + 1) * total <= done * BAR ? "█" : "░");
}

/* The sign of a blocked stream is as wide; from the first of the wide scripts on a character may take two columns. */
void
show_cut(const char *line)
{
	size_t		width = show_width(), len = strlen(line), columns = 0, fits = 0, n;
	uint32_t	point;

	for (size_t i = 0; i < len; i += n) {
		if ((n = text_char(line + i, len - i, &point)) == 0) {
			n = 1;
			point = 0;
		}
		columns += point == 0x26ab || (point >= 0x1100 && (point < 0x2000 || point >= 0x2e80)) ? 2 : 1;
		if (columns + 3 <= width)
			fits = i + n;
		if (columns > width) {
			printf("%.*s...\n", (int)fits, line);
			return;
		}
	}
	puts(line);
}
