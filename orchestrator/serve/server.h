/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_SERVER_H
#define ORCHESTRATOR_SERVER_H

/* What orchestrator serve knows, and how its functions reply. */

#include <stdint.h>

#include "orchestrator/execute/job.h"
#include "orchestrator/model/model.h"
#include "orchestrator/serve/guard.h"
#include "orchestrator/serve/http.h"
#include "orchestrator/workspace/orch.h"

struct json;

struct server {
	struct orch	 o;
	struct model	 model;
	struct guard	 guard;
	struct jobs	 jobs;
	struct entry	 found;		/* an archived session, read by server_find() */
	uint64_t	 told;		/* turn of the model that streams were told of */
};

/* A function for a path gets the part that "*" matches. */
typedef void (*serve_fn)(struct server *, struct request *, const char *part);

void serve_health(struct server *, struct request *, const char *);
void serve_sessions(struct server *, struct request *, const char *);
void serve_questions(struct server *, struct request *, const char *);
void serve_activity(struct server *, struct request *, const char *);
void serve_events(struct server *, struct request *, const char *);
void serve_streams(struct server *, struct request *, const char *);
void serve_stream(struct server *, struct request *, const char *id);
void serve_tasks(struct server *, struct request *, const char *);
void serve_session(struct server *, struct request *, const char *id);
void serve_log(struct server *, struct request *, const char *id);
void serve_diff(struct server *, struct request *, const char *id);
void serve_council(struct server *, struct request *, const char *id);
void serve_answer(struct server *, struct request *, const char *id);
void serve_tell(struct server *, struct request *, const char *id);
void serve_merge(struct server *, struct request *, const char *id);

/* The callbacks for http.h: they decide by method and path. */
void route_begin(struct server *, struct request *);
void route_serve(struct server *, struct request *);
/* Replies for commands that have ended. */
void acts_reap(struct server *);
/* Replies for commands that go on when the server ends. */
void acts_end(struct server *);
/* Tells streams what has changed since they were last told. */
void events_tell(struct server *);

/* Takes the object. */
void reply_json(struct request *, unsigned int status, struct json *);
void reply_error(struct request *, unsigned int status, const char *, ...) __attribute__((format(printf, 3, 4)));
/* The session with this id, or the newest of this item; NULL: there is none, and the reply says so. */
const struct entry *server_find(struct server *, struct request *, const char *id);

#endif
