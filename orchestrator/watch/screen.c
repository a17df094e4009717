/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/ioctl.h>
#include <sys/signalfd.h>

#include <ncurses.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/view/terminal.h"
#include "orchestrator/watch/frame.h"
#include "orchestrator/watch/screen.h"
#include "proto/base/array.h"
#include "proto/base/log.h"

#define PAIR(ink)	((short)((ink) + 1))

static struct {
	bool		 open, colored;
	int		 resized;
	char		 leave[256];	/* what the terminal is sent at the end */
	size_t		 length;
} s = { .resized = -1 };

/* Without the delays, "$<5>", of terminals that print on paper. */
static void
keep(const char *sequence)
{
	for (; *sequence != '\0' && s.length < sizeof(s.leave); sequence++)
		if (strncmp(sequence, "$<", 2) != 0)
			s.leave[s.length++] = *sequence;
		else if ((sequence = strchr(sequence, '>')) == NULL)
			break;
}

/* After a crash ncurses can't be called: keeps what restores the terminal. */
static void
prepare(void)
{
	static const char *const last[] = { "sgr0", "op", "rmkx", "cnorm", "rmcup" };

	for (size_t i = 0; i < sizeof(last) / sizeof(last[0]); i++) {
		const char *sequence = tigetstr(last[i]);

		if (sequence != NULL && sequence != (const char *)-1)
			keep(sequence);
	}
	terminal_guard(s.leave, s.length);
}

static void
open_colors(void)
{
	static const short of[] = {
		[INK_PLAIN] = -1,
		[INK_HEAD] = -1,
		[INK_ASK] = COLOR_YELLOW,
		[INK_BUSY] = COLOR_CYAN,
		[INK_GOOD] = COLOR_GREEN,
		[INK_BAD] = COLOR_RED,
		[INK_QUIET] = -1,
	};
	ARRAY_WHOLE(of, INKS);

	s.colored = has_colors() && start_color() == OK && use_default_colors() == OK;
	for (int i = 0; s.colored && i < INKS; i++)
		(void)init_pair(PAIR(i), of[i], -1);
}

int
screen_open(bool colored)
{
	const char *term = getenv("TERM");
	sigset_t set;
	SCREEN *terminal;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || terminal_save() == -1) {
		log_warnx("watch needs a terminal; orchestrator watch --once prints what it would show");
		return -1;
	}
	/* the terminal says how large it is */
	(void)unsetenv("LINES");
	(void)unsetenv("COLUMNS");
	sigemptyset(&set);
	sigaddset(&set, SIGWINCH);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	s.resized = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if ((terminal = newterm(term, stdout, stdin)) == NULL || tigetstr("cup") == NULL) {
		if (terminal != NULL)
			(void)endwin();
		log_warnx("the terminal \"%s\" is unknown, or can't move its cursor; orchestrator watch --once needs none",
		    term != NULL ? term : "");
		return -1;
	}
	prepare();
	s.open = true;
	if (colored)
		open_colors();
	(void)cbreak();
	(void)noecho();
	(void)nonl();
	(void)keypad(stdscr, TRUE);
	(void)nodelay(stdscr, TRUE);
	(void)set_escdelay(25);
	return 0;
}

void
screen_close(void)
{
	if (!s.open)
		return;
	(void)endwin();
	terminal_restore();
	s.open = false;
	(void)close(s.resized);
}

int
screen_resized(void)
{
	return s.resized;
}

void
screen_resize(void)
{
	struct signalfd_siginfo info;
	struct winsize w;

	while (read(s.resized, &info, sizeof(info)) == (ssize_t)sizeof(info))
		continue;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_row > 0 && w.ws_col > 0)
		(void)resizeterm(w.ws_row, w.ws_col);
	(void)clearok(stdscr, TRUE);
}

void
screen_size(size_t *lines, size_t *columns)
{
	*lines = (size_t)getmaxy(stdscr);
	*columns = (size_t)getmaxx(stdscr);
}

static attr_t
look_of(const struct frame_line *l)
{
	attr_t look = l->ink == INK_HEAD ? A_BOLD : l->ink == INK_QUIET ? A_DIM : A_NORMAL;

	return l->chosen ? look | A_REVERSE : look;
}

void
screen_draw(const struct frame *f, int cursor)
{
	int last = getmaxy(stdscr) - 1;

	(void)erase();
	for (int y = 0; y <= last && (size_t)y < f->n; y++) {
		const struct frame_line *l = &f->v[y];

		(void)attr_set(look_of(l), s.colored ? PAIR(l->ink) : 0, NULL);
		(void)mvaddstr(y, 0, l->text);
		/* the bar of the chosen line reaches the edge, and the last column is left alone */
		for (int x = getcurx(stdscr); l->chosen && getcury(stdscr) == y && x < getmaxx(stdscr) - 1; x++)
			(void)addch(' ');
	}
	(void)attr_set(A_NORMAL, 0, NULL);
	(void)curs_set(cursor >= 0);
	(void)move(last, cursor < 0 ? 0 : cursor);
	(void)refresh();
}

int
screen_key(void)
{
	static const struct { int code, key; } keys[] = {
		{ KEY_UP, SCREEN_UP },
		{ KEY_DOWN, SCREEN_DOWN },
		{ KEY_LEFT, SCREEN_LEFT },
		{ KEY_RIGHT, SCREEN_RIGHT },
		{ KEY_PPAGE, SCREEN_PAGE_UP },
		{ KEY_NPAGE, SCREEN_PAGE_DOWN },
		{ KEY_HOME, SCREEN_HOME },
		{ KEY_END, SCREEN_END },
		{ KEY_ENTER, SCREEN_ENTER },
		{ KEY_BACKSPACE, SCREEN_BACK },
	};
	wint_t c;
	int kind = get_wch(&c);

	if (kind == OK)
		return c == '\r' || c == '\n' ? SCREEN_ENTER : c == 27 ? SCREEN_ESCAPE : c == 127 || c == 8 ? SCREEN_BACK : (int)c;
	for (size_t i = 0; kind == KEY_CODE_YES && i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i].code == (int)c)
			return keys[i].key;
	return kind == KEY_CODE_YES ? screen_key() : SCREEN_NONE;
}

bool
screen_lost(void)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };

	return poll(&p, 1, 0) == 1 && (p.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}
