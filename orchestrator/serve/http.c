/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/socket.h>

#include <err.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "orchestrator/serve/http.h"
#include "proto/base/alloc.h"
#include "proto/base/array.h"
#include "proto/base/clock.h"
#include "proto/sys/file.h"
#include "proto/sys/watch.h"

#define UNREAD_MAX	(64u << 10)	/* bytes that the client of a stream has not read yet */
#define MEMORY		(32u << 10)	/* of a connection: headers are not larger */
#define TURNS		64		/* of libmicrohttpd without a look at other events */

/* A request and its reply. */
struct exchange {
	struct request	 request;
	struct MHD_Connection *connection;
	struct MHD_Response *response;
	unsigned int	 status;
	int64_t		 since;
	bool		 begun, held, suspended;
	/* Of a stream: */
	bool		 stream, ended;
	int		 fd;
	struct text	 unread;
	struct exchange	*next;
};

static struct {
	struct MHD_Daemon *daemon;
	const struct http_calls *calls;
	struct exchange	*all;
	size_t		 nstreams;
	int		 fd;
	bool		 running;
} h = { .fd = -1 };
static void again(void *);
static struct watch_timer later = { .fire = again };

/* Without outside resources, without HTML from texts (trusted types), in no frame, and for this page alone. */
static const char *const headers[][2] = {
	{ "Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
	    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "X-Frame-Options", "DENY" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Cache-Control", "no-store" },
};

static void
run(void)
{
	MHD_UNSIGNED_LONG_LONG wait = 0;
	int turns = 0;
	bool timed;

	if (h.running)		/* called by what MHD_run calls */
		return;
	h.running = true;
	do {
		MHD_run(h.daemon);
		timed = MHD_get_timeout(h.daemon, &wait) == MHD_YES;
	} while (timed && wait == 0 && ++turns < TURNS);
	h.running = false;
	watch_timer(&later, timed ? clock_now() + (int64_t)wait * CLOCK_MS : 0);
}

static void
again(void *arg)
{
	(void)arg;
	run();
}

static void
resume(struct exchange *x)
{
	if (x->suspended) {
		x->suspended = false;
		MHD_resume_connection(x->connection);
	}
}

void
http_ready(int fd)
{
	for (struct exchange *x = h.all; x != NULL; x = x->next)
		if (x->fd == fd) {	/* a client of a stream sends nothing, so it has closed */
			watch_unfd(fd);
			x->fd = -1;
			x->ended = true;
			resume(x);
		}
	run();
}

const char *
request_header(const struct request *r, const char *name)
{
	return MHD_lookup_connection_value(r->exchange->connection, MHD_HEADER_KIND, name);
}

const char *
request_query(const struct request *r, const char *name)
{
	return MHD_lookup_connection_value(r->exchange->connection, MHD_GET_ARGUMENT_KIND, name);
}

static void
set_response(struct exchange *x, unsigned int status, const char *type, struct MHD_Response *response)
{
	bool good = response != NULL && MHD_add_response_header(response, "Content-Type", type) == MHD_YES;

	for (size_t i = 0; i < ARRAY_LEN(headers); i++)
		good = good && MHD_add_response_header(response, headers[i][0], headers[i][1]) == MHD_YES;
	if (!good)
		errx(EX_OSERR, "libmicrohttpd: %s", strerror(ENOMEM));
	x->status = status;
	x->response = response;
}

void
request_reply(struct request *r, unsigned int status, const char *type, char *body, size_t len)
{
	struct exchange *x = r->exchange;

	set_response(x, status, type, MHD_create_response_from_buffer(len, body, MHD_RESPMEM_MUST_FREE));
	if (x->held) {
		x->held = false;
		resume(x);
		watch_timer(&later, clock_now());
	}
}

void
request_hold(struct request *r)
{
	r->exchange->held = true;
}

/* Gives libmicrohttpd the text for the client, or suspends the stream. */
static ssize_t
read_stream(void *arg, uint64_t pos, char *buf, size_t max)
{
	struct exchange *x = arg;
	size_t n = x->unread.len < max ? x->unread.len : max;

	(void)pos;
	if (x->ended)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (n == 0) {
		x->suspended = true;
		MHD_suspend_connection(x->connection);
		return 0;
	}
	memcpy(buf, x->unread.buf, n);
	memmove(x->unread.buf, x->unread.buf + n, x->unread.len - n);
	x->unread.len -= n;
	return (ssize_t)n;
}

bool
request_stream(struct request *r, const char *first)
{
	struct exchange *x = r->exchange;
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	int on = 1;

	if (h.nstreams >= HTTP_MAX_STREAMS || info == NULL || watch_fd(info->connect_fd) == -1)
		return false;
	x->stream = true;
	x->fd = info->connect_fd;
	(void)setsockopt(x->fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));	/* a computer may vanish without closing */
	h.nstreams++;
	text_puts(&x->unread, first);
	set_response(x, MHD_HTTP_OK, "text/event-stream", MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, read_stream, x, NULL));
	return true;
}

size_t
http_streams(void)
{
	return h.nstreams;
}

void
http_tell(const char *text)
{
	for (struct exchange *x = h.all; x != NULL; x = x->next) {
		if (!x->stream)
			continue;
		if (x->unread.len + strlen(text) > UNREAD_MAX)
			x->ended = true;
		else
			text_puts(&x->unread, text);
		resume(x);
	}
	run();
}

static enum MHD_Result
begin(struct exchange *x, const char *url, const char *method)
{
	x->begun = true;
	x->request.method = method;
	x->request.path = url;
	h.calls->begin(&x->request);
	return x->response == NULL ? MHD_YES : MHD_queue_response(x->connection, x->status, x->response);
}

static enum MHD_Result
add_body(struct exchange *x, const char *data, size_t *len)
{
	if (clock_now() > x->since + HTTP_TIMEOUT * CLOCK_S)	/* a byte now and then keeps no connection */
		return MHD_NO;
	if (x->request.body.len + *len <= HTTP_MAX_BODY)
		text_add(&x->request.body, data, *len);
	else
		x->request.body.len = HTTP_MAX_BODY + 1;	/* too much: the rest is read, and dropped */
	*len = 0;
	return MHD_YES;
}

static enum MHD_Result
handle(void *cls, struct MHD_Connection *c, const char *url, const char *method, const char *version, const char *data, size_t *len,
    void **state)
{
	struct exchange *x = *state;

	(void)cls;
	(void)version;
	if (x == NULL) {
		*state = x = alloc_array(1, sizeof(*x));
		*x = (struct exchange){ .connection = c, .fd = -1, .request.exchange = x, .since = clock_now(), .next = h.all };
		h.all = x;
	}
	if (!x->begun)
		return begin(x, url, method);
	if (*len > 0)
		return add_body(x, data, len);
	if (x->response == NULL)
		h.calls->serve(&x->request);
	if (x->held) {
		x->suspended = true;
		MHD_suspend_connection(c);
		return MHD_YES;
	}
	return MHD_queue_response(c, x->status, x->response);
}

static void
completed(void *cls, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why)
{
	struct exchange *x = *state, **p = &h.all;

	(void)cls;
	(void)c;
	(void)why;
	if (x == NULL)
		return;
	while (*p != x)
		p = &(*p)->next;
	*p = x->next;
	h.nstreams -= x->stream;
	if (x->fd != -1)
		watch_unfd(x->fd);
	if (x->response != NULL)
		MHD_destroy_response(x->response);
	text_free(&x->unread);
	text_free(&x->request.body);
	free(x);
	*state = NULL;
}

int
http_open(int socket, const struct http_calls *calls)
{
	const union MHD_DaemonInfo *info;

	h.calls = calls;
	h.daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, handle, NULL,
	    MHD_OPTION_LISTEN_SOCKET, socket, MHD_OPTION_CONNECTION_LIMIT, (unsigned int)HTTP_MAX_CONNECTIONS,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)HTTP_TIMEOUT, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY,
	    MHD_OPTION_NOTIFY_COMPLETED, completed, NULL, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
	if (h.daemon == NULL || (info = MHD_get_daemon_info(h.daemon, MHD_DAEMON_INFO_EPOLL_FD)) == NULL) {
		file_close(socket);
		return -1;
	}
	h.fd = info->epoll_fd;
	return watch_fd(h.fd);
}

void
http_close(void)
{
	if (h.daemon == NULL)
		return;
	for (struct exchange *x = h.all; x != NULL; x = x->next) {	/* none may be suspended at the end */
		x->ended = true;
		if (x->held)
			request_reply(&x->request, MHD_HTTP_SERVICE_UNAVAILABLE, "text/plain", NULL, 0);
		resume(x);
	}
	run();
	watch_unfd(h.fd);
	watch_timer(&later, 0);
	MHD_stop_daemon(h.daemon);
	h.daemon = NULL;
}
