/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/serve/listen.h"
#include "proto/base/log.h"
#include "proto/sys/file.h"

#define PORT	9090
#define WAITING	64	/* connections */

union address {
	struct sockaddr	 any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* Fills in the address; false: it is invalid. */
static bool
parse(const char *where, int port, char *name, size_t len, union address *a)
{
	const char *end, *digits, *wrong = NULL;
	size_t n;

	memset(a, 0, sizeof(*a));
	if (*where == '[') {
		end = strchr(where++, ']');
		digits = end == NULL ? NULL : end + 1;
	} else {
		digits = strchr(where, ':');
		if (digits != NULL && strchr(digits + 1, ':') != NULL)	/* IPv6 without brackets */
			digits = NULL;
		end = digits != NULL ? digits : where + strlen(where);
	}
	if (end == NULL || (n = (size_t)(end - where)) >= len)
		return false;
	memcpy(name, where, n);
	name[n] = '\0';
	if (digits != NULL && *digits == ':' && (port != -1 || !isdigit((unsigned char)digits[1])))
		return false;
	if (digits != NULL && *digits == ':')
		port = (int)strtonum(digits + 1, 0, 65535, &wrong);
	else if (digits != NULL && *digits != '\0')
		return false;
	if (strcmp(name, "localhost") == 0)
		strlcpy(name, "127.0.0.1", len);
	a->v6.sin6_port = a->v4.sin_port = htons((uint16_t)(port == -1 ? PORT : port));
	a->any.sa_family = inet_pton(AF_INET, name, &a->v4.sin_addr) == 1 ? AF_INET : AF_INET6;
	return wrong == NULL && (a->any.sa_family == AF_INET || inet_pton(AF_INET6, name, &a->v6.sin6_addr) == 1);
}

int
listen_on(const char *where, int port, char *address, size_t len, int *bound)
{
	union address a;
	socklen_t size;
	int fd, on = 1;

	if (!parse(where, port, address, len, &a)) {
		log_warnx("--listen %s: not an address such as 127.0.0.1, 0.0.0.0:8080 or [::1]:8080, without a port if --port "
		    "has it", where);
		return -1;
	}
	size = a.any.sa_family == AF_INET ? sizeof(a.v4) : sizeof(a.v6);
	fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == -1 || bind(fd, &a.any, size) == -1 ||
	    listen(fd, WAITING) == -1 || getsockname(fd, &a.any, &size) == -1) {
		log_warnx("can't listen on %s port %d: %s%s", address, ntohs(a.v4.sin_port), strerror(errno),
		    errno == EADDRINUSE ? "; choose another port with --port" : "");
		return file_close(fd);
	}
	*bound = ntohs(a.v4.sin_port);
	if (inet_ntop(a.any.sa_family, a.any.sa_family == AF_INET ? (const void *)&a.v4.sin_addr : &a.v6.sin6_addr, address,
	    (socklen_t)len) == NULL)
		return file_close(fd);
	return fd;
}
