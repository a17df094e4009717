/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "proto/session/status.h"
#include "proto/settings/limits.h"
#include "worker/run/limit.h"

#define MOST_BY_WORDS	INT64_C(3600000)

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

enum limit
limit_reached(const struct session_limits *l, const struct limit_clocks *c)
{
	if (c->asking)
		return LIMIT_OK;
	if (l->time != 0 && c->spent >= l->time)
		return LIMIT_TIME;
	if (c->calling)
		return l->tool != 0 && c->quiet >= l->tool ? LIMIT_TOOL : LIMIT_OK;
	/* During sleep one clock stands still; when the time is set the other jumps. */
	if (l->stale != 0 && least(c->quiet, c->quiet_wall) >= l->stale)
		return LIMIT_STALE;
	if (l->stall != 0 && c->quiet >= l->stall)
		return LIMIT_STALL;
	return LIMIT_OK;
}

static void
sooner(int64_t *due, int64_t limit, int64_t used)
{
	int64_t left = limit > used ? limit - used : 1;

	if (limit != 0 && (*due == 0 || left < *due))
		*due = left;
}

int64_t
limit_due(const struct session_limits *l, const struct limit_clocks *c)
{
	int64_t due = 0;

	if (c->asking)
		return 0;
	sooner(&due, l->time, c->spent);
	if (c->calling) {
		sooner(&due, l->tool, c->quiet);
		return due;
	}
	sooner(&due, l->stale, least(c->quiet, c->quiet_wall));
	sooner(&due, l->stall, c->quiet);
	return due;
}

int64_t
limit_wait(const char *words)
{
	static const struct { const char *name; int64_t ms; } units[] = { { "second", 1000 }, { "minute", 60000 },
		{ "hour", 3600000 }, { "day", 86400000 } };
	const char *p = strcasestr(words, " in ");
	long long n;
	char *end;

	if (p == NULL || (n = strtoll(p + 4, &end, 10)) <= 0 || n > 100000 || *end != ' ')
		return 0;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strncasecmp(end + 1, units[i].name, strlen(units[i].name)) == 0)
			return least(n * units[i].ms, MOST_BY_WORDS);
	return 0;
}

int64_t
limit_pause(int64_t n)
{
	int64_t ms = 5000;

	while (--n > 0 && ms < 300000)
		ms *= 4;
	return least(ms, 300000);
}

enum escalation
limit_escalation(const struct session_limits *l, const struct trouble *t)
{
	if (t->attempts >= l->recoveries)
		return ESCALATION_GIVE_UP;
	return t->full || !t->resumable || (t->resumed && !t->broken) ? ESCALATION_FRESH : ESCALATION_RESUME;
}

static const struct {
	const char	*reason;
	enum status	 status;
	bool		 keeps;
} ends[] = {
	{ REASON_TIME, STATUS_FAILED_TIMEOUT, true },
	{ REASON_STALE, STATUS_STALE, true },
	{ REASON_STALL, STATUS_FAILED, true },
	{ REASON_FULL, STATUS_FAILED, true },
	{ REASON_BUDGET, STATUS_FAILED, true },
	{ REASON_KILLED, STATUS_UNKNOWN, false },
	{ REASON_CANCELLED, STATUS_CANCELLED, false },
};

#define NENDS	(sizeof(ends) / sizeof(ends[0]))

enum status
limit_status(const char *reason)
{
	for (size_t i = 0; i < NENDS; i++)
		if (strcmp(ends[i].reason, reason) == 0)
			return ends[i].status;
	return STATUS_FAILED;
}

bool
limit_keeps(const char *reason)
{
	for (size_t i = 0; i < NENDS; i++)
		if (strcmp(ends[i].reason, reason) == 0)
			return ends[i].keeps;
	return false;
}

int64_t
limit_minute(int64_t began)
{
	const int64_t minute = 60 * INT64_C(1000);

	return (began / minute + 1) * minute;
}
