/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>

#include <string.h>
#include <strings.h>

#include "orchestrator/serve/guard.h"

#define BEARER	"Bearer "

static bool
is_numeric(const char *address)
{
	struct in6_addr any;

	return inet_pton(AF_INET, address, &any) == 1 || inet_pton(AF_INET6, address, &any) == 1;
}

bool
guard_is_loopback(const char *address)
{
	struct in_addr v4;

	return inet_pton(AF_INET, address, &v4) == 1 ? ntohl(v4.s_addr) >> 24 == 127 :
	    strcmp(address, "::1") == 0;
}

/* The name or address of "HOST[:PORT]", without brackets; false: it is too long or empty. */
static bool
host_name(const char *host, char *name, size_t len)
{
	size_t n = host[0] == '[' ? strcspn(++host, "]") : strcspn(host, ":");

	if (n == 0 || n >= len)
		return false;
	memcpy(name, host, n);
	name[n] = '\0';
	return true;
}

/* DNS rebinding can point the name of a foreign page here, but not an address. */
static bool
host_is_ours(const struct guard *g, const char *host)
{
	bool any = strcmp(g->address, "0.0.0.0") == 0 || strcmp(g->address, "::") == 0;
	char name[64];

	if (host == NULL || !host_name(host, name, sizeof(name)))
		return false;
	return strcasecmp(name, "localhost") == 0 || guard_is_loopback(name) || strcasecmp(name, g->address) == 0 ||
	    (any && is_numeric(name));
}

static bool
origin_is_ours(const char *origin, const char *host)
{
	return origin == NULL || (strncasecmp(origin, "http://", 7) == 0 && strcasecmp(origin + 7, host) == 0);
}

/* Browsers send Sec-Fetch-Site even without Origin, such as for images.  "none": a person opened the address. */
static bool
site_is_ours(const char *site)
{
	return site == NULL || strcasecmp(site, "same-origin") == 0 || strcasecmp(site, "none") == 0;
}

/* Takes the same time for each wrong token of the right length. */
bool
guard_has_token(const struct guard *g, const char *authorization)
{
	const char *given = authorization;
	unsigned int differ = 0;

	if (given == NULL || strncasecmp(given, BEARER, strlen(BEARER)) != 0)
		return false;
	given += strlen(BEARER);
	if (strlen(given) != strlen(g->token))
		return false;
	for (size_t i = 0; g->token[i] != '\0'; i++)
		differ |= (unsigned int)(unsigned char)given[i] ^ (unsigned char)g->token[i];
	return differ == 0;
}

static bool
is_json(const char *type)
{
	static const char json[] = "application/json";

	return type != NULL && strncasecmp(type, json, strlen(json)) == 0 && strchr("; ", type[strlen(json)]) != NULL;
}

const char *
guard_refuses(const struct guard *g, const struct asked *a, unsigned int *status)
{
	bool post = strcmp(a->method, "POST") == 0, api = strncmp(a->path, "/api/", 5) == 0;

	*status = 403;
	if (!host_is_ours(g, a->host))
		return "the Host header does not name this server; use its address, or localhost";
	if (!origin_is_ours(a->origin, a->host) || (api && !site_is_ours(a->site)))
		return "requests from pages of other servers are refused; open the page of this server";
	*status = 405;
	if (!post && strcmp(a->method, "GET") != 0 && strcmp(a->method, "HEAD") != 0)
		return "only GET, HEAD and POST are supported";
	*status = 401;
	if ((post || (api && (g->closed || !guard_is_loopback(g->address)))) && !guard_has_token(g, a->authorization))
		return "the request needs the token that orchestrator serve printed, in the header Authorization: Bearer TOKEN";
	*status = 415;
	if (post && !is_json(a->type))
		return "the body must have the type application/json";
	*status = 200;
	return NULL;
}
