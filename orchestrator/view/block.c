/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/ioctl.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/view/block.h"
#include "orchestrator/view/look.h"
#include "orchestrator/view/page.h"
#include "orchestrator/view/terminal.h"
#include "proto/base/text.h"
#include "proto/sys/file.h"

#define HEIGHT		24	/* if the terminal does not say */
#define UP		"\033[%zuA"
#define END_OF_LINE	"\033[K"
#define BELOW		"\033[J"
#define LEAVE		"\033[m\r\n"

static struct {
	bool	 open, keys, taken;
	char	*shown;		/* NULL = it is not on the screen */
	size_t	 width;		/* ... for which it was drawn */
} b;

bool
block_open(bool keys)
{
	const char *term = getenv("TERM");

	if (!isatty(STDOUT_FILENO) || term == NULL || *term == '\0' || strcmp(term, "dumb") == 0)
		return false;
	(void)unsetenv("COLUMNS");
	b.keys = keys && isatty(STDIN_FILENO) && terminal_save() == 0;
	return b.open = true;
}

size_t
block_height(void)
{
	struct winsize w;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_row > 0 ? w.ws_row : HEIGHT;
}

/* A full line would leave the cursor beyond the edge, or on the next line: terminals differ. */
size_t
block_width(void)
{
	size_t width = look_width();

	return width == SIZE_MAX ? LOOK_PAGE : width - 1;
}

/* A terminal that got narrower has broken the lines that are wider than it is. */
static size_t
rows_shown(void)
{
	size_t rows = 0, columns, width = block_width() + 1, n;
	char *line;

	for (const char *p = b.shown; p != NULL; p = p[n] == '\0' ? NULL : p + n + 1) {
		n = strcspn(p, "\n");
		line = text_format("%.*s", (int)n, p);
		columns = page_columns(line);
		rows += columns == 0 ? 1 : (columns + width - 1) / width;
		free(line);
	}
	return rows;
}

static void
go_to_top(struct text *t)
{
	size_t rows = rows_shown();

	text_puts(t, "\r");
	if (rows > 1)
		text_printf(t, UP, rows - 1);
}

static void
forget(void)
{
	free(b.shown);
	b.shown = NULL;
}

static void
send(struct text *t)
{
	fflush(stdout);
	(void)file_write_all(STDOUT_FILENO, t->buf, t->len);
	text_free(t);
}

static char *
fitted(const char *lines)
{
	struct text t = { 0 }, ascii = { 0 };
	size_t width = block_width(), n;
	char *line;

	text_puts(&t, "");
	for (const char *p = lines; p != NULL; p = p[n] == '\0' ? NULL : p + n + 1) {
		n = strcspn(p, "\n");
		line = text_format("%.*s", (int)n, p);
		page_cut(&t, line, width);
		text_puts(&t, p[n] == '\0' ? "" : "\n");
		free(line);
	}
	if (look_utf8())
		return t.buf;
	text_puts(&ascii, "");
	page_ascii(&ascii, t.buf);
	text_free(&t);
	return ascii.buf;
}

bool
block_draw(const char *lines)
{
	struct text t = { 0 };
	char *now;
	size_t n;

	if (!b.open || !terminal_ours(STDOUT_FILENO))
		return false;
	if (b.keys && !b.taken) {
		terminal_guard(LEAVE, sizeof(LEAVE) - 1);
		terminal_keys();
		b.taken = true;
	}
	now = fitted(lines);
	if (b.shown != NULL && strcmp(now, b.shown) == 0) {
		free(now);
		return b.taken;
	}
	go_to_top(&t);
	if (b.width != block_width())	/* or the terminal joins the parts of a broken line again when it gets wider */
		text_puts(&t, BELOW);
	b.width = block_width();
	for (const char *p = now; p != NULL; p = p[n] == '\0' ? NULL : p + n + 1) {
		n = strcspn(p, "\n");
		text_printf(&t, "%.*s" END_OF_LINE "%s", (int)n, p, p[n] == '\0' ? "" : "\n");
	}
	text_puts(&t, BELOW);
	send(&t);
	forget();
	b.shown = now;
	return b.taken;
}

void
block_lift(void)
{
	struct text t = { 0 };

	if (b.shown == NULL)
		return;
	go_to_top(&t);
	text_puts(&t, BELOW);
	send(&t);
	forget();
}

static void
give_back(void)
{
	block_lift();
	if (b.taken) {
		terminal_guard("", 0);
		terminal_restore();
	}
	b.taken = false;
}

void
block_stop(void)
{
	sigset_t stop, before;

	give_back();
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	(void)sigprocmask(SIG_UNBLOCK, &stop, &before);
	(void)raise(SIGTSTP);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
}

void
block_continued(void)
{
	forget();
	b.taken = false;
}

void
block_close(void)
{
	if (b.open)
		give_back();
	b.open = b.keys = false;
}
