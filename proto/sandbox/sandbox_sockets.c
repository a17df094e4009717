/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/sandbox/sandbox_names.h"

/* Places of a socket: RUN/ is the user's runtime directory, HOME/ the home, VALUE the value of the first
 * variable; others are absolute.  Separated by blanks. */
static const struct socket { const char *name, *variables, *paths; } sockets[] = {
	{ "dbus", "DBUS_SESSION_BUS_ADDRESS DBUS_SYSTEM_BUS_ADDRESS", "RUN/bus /run/dbus VALUE" },
	{ "docker", "DOCKER_HOST DOCKER_CONTEXT", "/run/docker.sock RUN/docker.sock "
	    "HOME/.docker/run HOME/.docker/desktop HOME/.colima VALUE" },
	{ "gpg-agent", "GPG_AGENT_INFO", "RUN/gnupg HOME/.gnupg/S.gpg-agent "
	    "HOME/.gnupg/S.gpg-agent.extra HOME/.gnupg/S.gpg-agent.browser "
	    "HOME/.gnupg/S.gpg-agent.ssh HOME/.gnupg/S.keyboxd HOME/.gnupg/S.scdaemon" },
	{ "podman", "CONTAINER_HOST", "/run/podman RUN/podman VALUE" },
	{ "ssh-agent", "SSH_AUTH_SOCK SSH_AGENT_PID", "VALUE RUN/keyring RUN/ssh-agent.socket "
	    "HOME/.ssh/agent" },
	{ "systemd", "NOTIFY_SOCKET LISTEN_FDS LISTEN_PID LISTEN_FDNAMES", "RUN/systemd "
	    "/run/systemd" },
	{ "tmux", "TMUX TMUX_PANE TMUX_TMPDIR STY WINDOW", "VALUE /run/screen" },
	{ "wayland", "WAYLAND_DISPLAY WAYLAND_SOCKET", "RUN/wayland-0 RUN/wayland-1" },
	{ "x11", "DISPLAY XAUTHORITY", "/tmp/.X11-unix RUN/.mutter-Xwaylandauth" },
};
#define NSOCKETS	(sizeof(sockets) / sizeof(sockets[0]))

/* Sockets outside /run that no variable names. */
static const char *const elsewhere[] = { "/var/lib/incus/unix.socket", "/var/lib/lxd/unix.socket",
	"/var/snap/lxd/common/lxd/unix.socket" };
/* Paths in /run that are harmless. */
static const char *const harmless[] = { "/run/systemd/resolve/resolv.conf",
	"/run/systemd/resolve/stub-resolv.conf", "/run/resolvconf", "/run/NetworkManager/resolv.conf",
	"/run/current-system", "/run/opengl-driver", "/run/wrappers", "/etc/resolv.conf" };

static bool
has_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (; *words != '\0'; words += strspn(words, " ")) {
		size_t n = strcspn(words, " ");

		if (n == len && memcmp(words, word, len) == 0)
			return true;
		words += n;
	}
	return false;
}

bool
sandbox_socket_known(const char *name)
{
	for (size_t i = 0; i < NSOCKETS; i++)
		if (strcmp(sockets[i].name, name) == 0)
			return true;
	return false;
}

int
sandbox_socket_variable(const char *name, const struct strings *allowed)
{
	for (size_t i = 0; i < NSOCKETS; i++)
		if (has_word(sockets[i].variables, name))
			return strings_has(allowed, sockets[i].name) ? 1 : -1;
	return 0;
}

/* The path in a variable such as "unix:path=/run/user/1000/bus,guid=..." or "/tmp/x,12,0". */
static char *
path_in(const char *value)
{
	const char *p = value != NULL ? strchr(value, '/') : NULL;

	while (p != NULL && p[0] == '/' && p[1] == '/')
		p++;
	return p != NULL ? text_format("%.*s", (int)strcspn(p, ",;"), p) : text_format("-");
}

static void
one(struct sandbox *sb, const struct socket *s, enum sandbox_access access)
{
	const char *home = getenv("HOME"), *run = getenv("XDG_RUNTIME_DIR"), *p;
	char *path, *variable = text_format("%.*s", (int)strcspn(s->variables, " "), s->variables);
	char *user = text_format("/run/user/%ld", (long)getuid());
	size_t n;

	for (p = s->paths; *p != '\0'; p += n + strspn(p + n, " ")) {
		n = strcspn(p, " ");
		if (strncmp(p, "RUN/", 4) == 0)
			path = text_format("%s%.*s", run != NULL ? run : user, (int)n - 3, p + 3);
		else if (strncmp(p, "HOME/", 5) == 0)
			path = text_format("%s%.*s", home != NULL ? home : "-", (int)n - 4, p + 4);
		else
			path = *p == '/' ? text_format("%.*s", (int)n, p) : path_in(getenv(variable));
		sandbox_add(sb, path, access);
		free(path);
	}
	free(user);
	free(variable);
}

void
sandbox_sockets(struct sandbox *sb, const struct strings *allowed)
{
	size_t i;

	sandbox_add(sb, "/run", SANDBOX_HIDE);
	sandbox_add(sb, "/var/run", SANDBOX_HIDE);
	sandbox_add(sb, getenv("XDG_RUNTIME_DIR"), SANDBOX_HIDE);
	for (i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
		sandbox_add(sb, elsewhere[i], SANDBOX_HIDE);
	for (i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
		sandbox_add(sb, harmless[i], SANDBOX_READ);
	for (i = 0; i < NSOCKETS; i++)
		one(sb, &sockets[i],
		    strings_has(allowed, sockets[i].name) ? SANDBOX_READ : SANDBOX_HIDE);
	for (i = 0; i < allowed->n; i++)
		sandbox_add(sb, allowed->v[i], SANDBOX_READ);
}
