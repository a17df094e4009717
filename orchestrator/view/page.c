/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdint.h>
#include <string.h>

#include "orchestrator/view/page.h"
#include "proto/base/text.h"

#define DOTS	"..."
#define RESET	"\033[m"
#define TAB	8	/* columns, at most */

/* Characters of two columns below the wide scripts. */
static const struct { uint32_t first, last; } wide[] = {
	{ 0x231a, 0x231b }, { 0x2329, 0x232a }, { 0x23e9, 0x23ec }, { 0x23f0, 0x23f0 }, { 0x23f3, 0x23f3 }, { 0x25fd, 0x25fe },
	{ 0x2614, 0x2615 }, { 0x2648, 0x2653 }, { 0x267f, 0x267f }, { 0x2693, 0x2693 }, { 0x26a1, 0x26a1 }, { 0x26aa, 0x26ab },
	{ 0x26bd, 0x26be }, { 0x26c4, 0x26c5 }, { 0x26ce, 0x26ce }, { 0x26d4, 0x26d4 }, { 0x26ea, 0x26ea }, { 0x26f2, 0x26f3 },
	{ 0x26f5, 0x26f5 }, { 0x26fa, 0x26fa }, { 0x26fd, 0x26fd }, { 0x2705, 0x2705 }, { 0x270a, 0x270b }, { 0x2728, 0x2728 },
	{ 0x274c, 0x274c }, { 0x274e, 0x274e }, { 0x2753, 0x2755 }, { 0x2757, 0x2757 }, { 0x2795, 0x2797 }, { 0x27b0, 0x27b0 },
	{ 0x27bf, 0x27bf }, { 0x2b1b, 0x2b1c }, { 0x2b50, 0x2b50 }, { 0x2b55, 0x2b55 },
};

/* The signs of the product, and what stands for them. */
static const struct { uint32_t point; const char *ascii; } signs[] = {
	{ 0x00b7, "-" }, { 0x2014, "-" }, { 0x2026, DOTS }, { 0x2192, ">" }, { 0x23f8, "=" }, { 0x2500, "-" }, { 0x2514, "`" },
	{ 0x251c, "|" }, { 0x2588, "#" }, { 0x2591, "." }, { 0x26a0, "!" }, { 0x26ab, "o" }, { 0x2713, "+" }, { 0x2717, "x" },
};

/* From the first of the wide scripts on, a character may take two columns. */
static size_t
columns_of(uint32_t point)
{
	if (point >= 0x1100 && (point < 0x2000 || point >= 0x2e80))
		return 2;
	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (point >= wide[i].first && point <= wide[i].last)
			return 2;
	return 1;
}

/* The length of the character, or of the colour, at s; *columns is what it takes. */
static size_t
next(const char *s, size_t *columns)
{
	uint32_t point;
	size_t n;

	if (s[0] == '\033' && s[1] == '[') {
		*columns = 0;
		n = strcspn(s, "m");
		return s[n] == '\0' ? n : n + 1;
	}
	if ((n = text_char(s, strnlen(s, 4), &point)) == 0) {
		*columns = 1;
		return 1;
	}
	*columns = point == '\t' ? TAB : columns_of(point);
	return n;
}

size_t
page_columns(const char *s)
{
	size_t sum = 0, columns;

	for (; *s != '\0'; sum += columns)
		s += next(s, &columns);
	return sum;
}

void
page_cut(struct text *t, const char *line, size_t width)
{
	size_t sum = 0, columns, fits = 0, n;
	bool colored = false;

	for (size_t i = 0; line[i] != '\0'; i += n) {
		n = next(line + i, &columns);
		sum += columns;
		if (sum > width) {
			text_printf(t, "%.*s%.*s%s", (int)fits, line, (int)(width < strlen(DOTS) ? width : strlen(DOTS)), DOTS,
			    colored ? RESET : "");
			return;
		}
		if (sum + strlen(DOTS) <= width) {
			fits = i + n;
			colored |= columns == 0;
		}
	}
	text_puts(t, line);
}

void
page_column(struct text *t, const char *s, size_t columns)
{
	size_t n = page_columns(s);

	page_cut(t, s, columns);
	if (n < columns)
		text_printf(t, "%*s", (int)(columns - n), "");
}

static void
new_line(struct text *t, size_t indent)
{
	text_printf(t, "\n%*s", (int)indent, "");
}

/* The bytes of s until the next blank, but no more than fit into the columns; *taken = their columns. */
static size_t
word(const char *s, size_t columns, size_t *taken)
{
	size_t n = 0, one, width;

	*taken = 0;
	while (s[n] != '\0' && s[n] != ' ') {
		one = next(s + n, &width);
		if (*taken + width > columns && n > 0)
			break;
		*taken += width;
		n += one;
	}
	return n;
}

/* Appends words from column at on; returns the column where the last line ends. */
static size_t
put_words(struct text *t, const char *s, size_t at, size_t indent, size_t width)
{
	size_t room = width > indent ? width - indent : 1, n, taken, gap = 0;

	for (; *s != '\0'; s += n) {
		for (; *s == ' '; s++)
			gap++;
		if ((n = word(s, room, &taken)) == 0)
			break;
		if (at + gap + taken > width && at > indent) {
			new_line(t, indent);
			at = indent;
		} else {
			text_printf(t, "%*s", (int)gap, "");
			at += gap;
		}
		text_add(t, s, n);
		at += taken;
		gap = 0;
	}
	return at;
}

static void
put_command(struct text *t, const char *command, size_t at, size_t indent, size_t width)
{
	size_t n = page_columns(command);

	if (at + 2 + n <= width)
		text_puts(t, "  ");
	else
		new_line(t, indent + n <= width ? indent : n < width ? width - n : 0);
	page_cut(t, command, width);
}

void
page_item(struct text *t, const struct page_item *i, size_t indent, size_t width)
{
	size_t lead = page_columns(i->lead), at = lead;

	if (lead + width / 2 <= width)
		indent = lead;
	page_cut(t, i->lead, width);
	if (i->text != NULL && *i->text != '\0')
		at = put_words(t, i->text, at, indent, width);
	if (i->command != NULL)
		put_command(t, i->command, at, indent, width);
	text_puts(t, "\n");
}

static const char *
ascii_of(uint32_t point)
{
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (signs[i].point == point)
			return signs[i].ascii;
	return "?";
}

void
page_ascii(struct text *t, const char *s)
{
	uint32_t point;
	size_t n;

	for (; *s != '\0'; s += n) {
		if ((n = text_char(s, strnlen(s, 4), &point)) == 0)
			point = 0x80;
		if (n > 0 && point < 0x80)
			text_add(t, s, n);
		else
			text_puts(t, ascii_of(point));
		n = n == 0 ? 1 : n;
	}
}

char *
page_path(const char *path, const char *home)
{
	size_t n = home == NULL ? 0 : strlen(home);

	if (n > 1 && strncmp(path, home, n) == 0 && (path[n] == '/' || path[n] == '\0'))
		return text_format("~%s", path + n);
	return text_format("%s", path);
}
