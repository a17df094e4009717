/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "proto/base/array.h"
#include "proto/base/text.h"
#include "proto/settings/budget.h"
#include "proto/settings/settings_keys.h"

#define MICRO		INT64_C(1000000)
#define CENT		(MICRO / 100)
#define MAX_USD		(1000000 * MICRO)
#define MAX_TOKENS	INT64_C(1000000000000000)

const struct key budget_keys[] = {
	{ KEY("tokens", int), offsetof(struct budget, tokens), 0, MAX_TOKENS },
	{ KEY("usd", scaled), offsetof(struct budget, microusd), MICRO, MAX_USD },
	{ .name = NULL }
};

const struct key budgets_keys[] = {
	{ KEY("run", object), BUDGET_RUN * sizeof(struct budget), .below = budget_keys },
	{ KEY("session", object), BUDGET_SESSION * sizeof(struct budget), .below = budget_keys },
	{ KEY("list", object), BUDGET_LIST * sizeof(struct budget), .below = budget_keys },
	{ KEY("day", object), BUDGET_DAY * sizeof(struct budget), .below = budget_keys },
	{ KEY("account", object), BUDGET_ACCOUNT * sizeof(struct budget), .below = budget_keys },
	{ .name = NULL }
};
ARRAY_WHOLE(budgets_keys, BUDGET_SCOPES + 1);

const char *
budget_scope_name(enum budget_scope s)
{
	return budgets_keys[s].name;
}

/* Divides first, since a limit may be near the largest number. */
static enum budget_level
level_of(int64_t limit, int64_t used)
{
	if (limit == 0 || used < limit / 100 * BUDGET_NOTICE_PERCENT + limit % 100 * BUDGET_NOTICE_PERCENT / 100)
		return BUDGET_FREE;
	return used < limit ? BUDGET_NOTICE : BUDGET_SPENT;
}

enum budget_level
budget_level(const struct budget *limit, const struct budget *used)
{
	enum budget_level tokens = level_of(limit->tokens, used->tokens), usd = level_of(limit->microusd, used->microusd);

	return tokens > usd ? tokens : usd;
}

static int64_t
raised(int64_t limit, int64_t more, int64_t max)
{
	return limit == 0 ? 0 : limit + more < max ? limit + more : max;
}

struct budget
budget_raised(const struct budget *limit, const struct budget *more)
{
	return (struct budget){ raised(limit->tokens, more->tokens, MAX_TOKENS),
		raised(limit->microusd, more->microusd, MAX_USD) };
}

static bool
is_word(const char *s, const char *const words[])
{
	for (; *words != NULL; words++)
		if (strcasecmp(s, *words) == 0)
			return true;
	return false;
}

/* dollars: a number alone is dollars. */
static bool
amount(const char *s, bool dollars, struct budget *b)
{
	static const char *const usd[] = { "USD", "$", NULL }, *const tokens[] = { "tokens", "token", NULL };
	double n;
	char *end;

	if (*s == '$')
		s++, dollars = true;
	if (*s < '0' || *s > '9')
		return false;
	n = strtod(s, &end);
	end += strspn(end, " ");
	if (is_word(end, tokens))
		dollars = false;
	else if (is_word(end, usd))
		dollars = true;
	else if (*end != '\0')
		return false;
	if (!(n >= (dollars ? 0.01 : 1)) || n > (dollars ? 1e6 : 1e15))
		return false;
	if (dollars)
		b->microusd = (int64_t)(n * 1e6 + 0.5);
	else
		b->tokens = (int64_t)n;
	return true;
}

bool
budget_amount(const char *s, struct budget *b)
{
	return amount(s, true, b);
}

enum budget_reply
budget_reply(const char *answer, const struct budget *limit, struct budget *more)
{
	static const char *const yes[] = { "yes", "y", NULL }, *const no[] = { "no", "n", NULL };

	*more = *limit;
	if (is_word(answer, yes))
		return BUDGET_RAISE;
	if (is_word(answer, no))
		return BUDGET_REFUSE;
	*more = (struct budget){ 0 };
	if (!amount(answer, limit->microusd != 0, more) || (more->microusd != 0 ? limit->microusd : limit->tokens) == 0)
		return BUDGET_UNCLEAR;
	return BUDGET_RAISE;
}

char *
budget_text(const struct budget *amount, const struct budget *limit)
{
	struct text t = { 0 };

	if (limit->microusd != 0)
		text_printf(&t, "%.*f USD", limit->microusd % CENT == 0 ? 2 : 6, (double)amount->microusd / 1e6);
	if (limit->tokens != 0)
		text_printf(&t, "%s%lld tokens", t.len > 0 ? ", " : "", (long long)amount->tokens);
	return t.buf != NULL ? t.buf : text_format("%s", "");
}

struct budget
budget_limited(const char *question)
{
	const char *p = question != NULL ? strrchr(question, ':') : NULL;
	struct budget limit = { p != NULL && strstr(p, " tokens") != NULL, p != NULL && strstr(p, " USD") != NULL };

	return limit.tokens == 0 && limit.microusd == 0 ? (struct budget){ 1, 1 } : limit;
}
