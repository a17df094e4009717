/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_HTTP_H
#define ORCHESTRATOR_HTTP_H

/*
 * HTTP/1.1 through libmicrohttpd, which no other file uses: no thread, and no clock while no request is under way.
 * watch.h must be open.
 *
 *	http_open(socket, &calls);
 *	for (;;) { watch_next(&ev); if (ev.kind == WATCH_FD) http_ready(ev.fd); ... }
 *	http_close();
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/base/text.h"

#define HTTP_MAX_BODY		(64u << 10)	/* bytes of a request's body */
#define HTTP_MAX_CONNECTIONS	64
#define HTTP_MAX_STREAMS	32
#define HTTP_TIMEOUT		30		/* seconds that a client may be silent in a request */

struct request {
	const char	*method, *path;
	struct text	 body;
	struct exchange	*exchange;
};
struct http_calls {
	/* The headers have arrived.  A reply refuses the request, and its body is not read. */
	void		(*begin)(struct request *);
	/* The request has arrived: replies, or makes it a stream, or holds it. */
	void		(*serve)(struct request *);
};

/* Takes the listening socket.  0, or -1 with errno. */
int http_open(int socket, const struct http_calls *);
void http_close(void);
/* Handles a descriptor that watch_next reported: of libmicrohttpd, or of a client.  It does not wait. */
void http_ready(int fd);

/* NULL = absent. */
const char *request_header(const struct request *, const char *name);
const char *request_query(const struct request *, const char *name);
/* Takes the malloced body.  type is not copied. */
void request_reply(struct request *, unsigned int status, const char *type, char *body, size_t len);
/* The reply follows later, by request_reply(); the request is valid until then. */
void request_hold(struct request *);
/* Replies with a stream of events, which begins with this text.  false: there are too many. */
bool request_stream(struct request *, const char *first);

/* The number of streams. */
size_t http_streams(void);
/* Sends a text to all streams; a client that does not read loses its stream. */
void http_tell(const char *);

#endif
