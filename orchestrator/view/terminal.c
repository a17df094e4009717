/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "orchestrator/view/terminal.h"

static struct {
	bool		 guarded, controls;	/* controls: the program has had job control */
	pid_t		 pid;		/* only this process restores the modes */
	struct termios	 before;
	char		 leave[256];
	size_t		 len;
} t;

bool
terminal_ours(int fd)
{
	pid_t group = tcgetpgrp(fd);

	if (group == -1)	/* the shell has ended, unless there never was job control */
		return !t.controls;
	t.controls = true;
	return group == getpgrp();
}

int
terminal_save(void)
{
	return tcgetattr(STDIN_FILENO, &t.before);
}

void
terminal_restore(void)
{
	if (!t.guarded || t.pid != getpid())
		return;
	t.guarded = false;
	if (!terminal_ours(STDIN_FILENO))
		return;
	(void)!write(STDOUT_FILENO, t.leave, t.len);
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &t.before);
}

static void
crashed(int signo)
{
	terminal_restore();
	(void)raise(signo);	/* its handler is the default again */
}

void
terminal_guard(const char *leave, size_t len)
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT, SIGSYS };
	static char stack[64 << 10];
	static bool registered;
	struct sigaction act = { .sa_handler = crashed, .sa_flags = (int)SA_RESETHAND | SA_NODEFER | SA_ONSTACK };

	t.len = len < sizeof(t.leave) ? len : sizeof(t.leave);
	memcpy(t.leave, leave, t.len);
	t.pid = getpid();
	t.guarded = true;
	(void)sigaltstack(&(stack_t){ .ss_sp = stack, .ss_size = sizeof(stack) }, NULL);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		(void)sigaction(signals[i], &act, NULL);
	if (!registered)
		(void)atexit(terminal_restore);
	registered = true;
}

void
terminal_keys(void)
{
	struct termios keys;

	/* Modes of its own, or of the line editor of a shell, are not those to restore. */
	if (tcgetattr(STDIN_FILENO, &keys) == 0 && (keys.c_lflag & ICANON) != 0)
		t.before = keys;
	keys = t.before;
	keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	keys.c_cc[VMIN] = 1;
	keys.c_cc[VTIME] = 0;
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &keys);
}
