/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/random.h>

#include <stdio.h>
#include <string.h>

#include "proto/base/id.h"

#define RANDOM_LEN	6
#define RANDOM_VALUES	2176782336L	/* 36 to the power of RANDOM_LEN */
#define ITEM_ID_LEN	64
#define TASKLIST_PREFIX	"tl-"

static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz0123456789";

static bool
is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool
item_id_ok(const char *id, size_t len)
{
	size_t i;

	if (len == 0 || len > ITEM_ID_LEN || !is_alnum(id[0]) || id[len - 1] == '.')
		return false;
	for (i = 1; i < len; i++) {
		if (!is_alnum(id[i]) && id[i] != '.' && id[i] != '_' && id[i] != '-')
			return false;
		if (id[i] == '.' && id[i - 1] == '.')
			return false;
	}
	return len < 5 || memcmp(id + len - 5, ".lock", 5) != 0;
}

bool
item_id_valid(const char *id)
{
	return id != NULL && item_id_ok(id, strlen(id));
}

/* Is s exactly RANDOM_LEN characters of the alphabet? */
static bool
random_part_ok(const char *s)
{
	return strspn(s, alphabet) == RANDOM_LEN && s[RANDOM_LEN] == '\0';
}

bool
session_id_valid(const char *id)
{
	const char *item, *dash;

	if (id == NULL || strlen(id) >= SESSION_ID_MAX || strncmp(id, "session-", 8) != 0)
		return false;
	item = id + 8;
	dash = strrchr(item, '-');
	return dash != NULL && item_id_ok(item, (size_t)(dash - item)) && random_part_ok(dash + 1);
}

bool
message_id_valid(const char *id)
{
	return id != NULL && (id[0] == 'q' || id[0] == 'm') && id[1] == '-' &&
	    random_part_ok(id + 2);
}

void
id_random(char *buf, size_t n)
{
	unsigned char byte;

	for (size_t i = 0; i < n;) {
		if (getrandom(&byte, 1, 0) != 1)
			continue;
		/* 252 is the largest multiple of 36 that fits, so all characters are equally likely */
		if (byte < 252)
			buf[i++] = alphabet[byte % 36];
	}
	buf[n] = '\0';
}

void
uuid_make(char *buf)
{
	unsigned char b[16];
	int n = 0;

	while (getrandom(b, sizeof(b), 0) != sizeof(b))
		;
	b[6] = (b[6] & 0x0f) | 0x40;
	b[8] = (b[8] & 0x3f) | 0x80;
	for (int i = 0; i < 16; i++)
		n += snprintf(buf + n, 4, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", b[i]);
}

size_t
branch_item_len(const char *branch)
{
	const char *last = strrchr(branch, '/');

	return last == NULL || last[1] == '\0' || last[1 + strspn(last + 1, "0123456789")] != '\0' ? 0 :
	    (size_t)(last + 1 - branch);
}

size_t
branch_prefix_len(const char *branch)
{
	size_t n = branch_item_len(branch);

	for (n = n > 0 ? n - 1 : 0; n > 0 && branch[n - 1] != '/'; n--)
		;
	return n;
}

void
session_id_make(char *buf, size_t len, const char *item_id)
{
	char tail[RANDOM_LEN + 1];

	id_random(tail, RANDOM_LEN);
	snprintf(buf, len, "session-%s-%s", item_id, tail);
}

void
message_id_make(char *buf, size_t len, char kind)
{
	char tail[RANDOM_LEN + 1];

	id_random(tail, RANDOM_LEN);
	snprintf(buf, len, "%c-%s", kind, tail);
}

void
tasklist_id_make(char *buf)
{
	size_t prefix = strlen(TASKLIST_PREFIX);

	memcpy(buf, TASKLIST_PREFIX, prefix);
	id_random(buf + prefix, TASKLIST_ID_MAX - 1 - prefix);
}

long
message_slot(const char *id)
{
	long value = 0;
	size_t i;

	_Static_assert(sizeof(long) >= 8, "a slot is a 64-bit file offset");
	if (!message_id_valid(id))
		return 1;
	for (i = 2; i < 2 + RANDOM_LEN; i++)
		value = value * 36 + (strchr(alphabet, id[i]) - alphabet);
	return 1 + value + (id[0] == 'q' ? RANDOM_VALUES : 0);
}

bool
tasklist_id_valid(const char *id)
{
	size_t prefix = strlen(TASKLIST_PREFIX);

	return strncmp(id, TASKLIST_PREFIX, prefix) == 0 && strlen(id) == TASKLIST_ID_MAX - 1 &&
	    strspn(id + prefix, alphabet) == TASKLIST_ID_MAX - 1 - prefix;
}

bool
run_valid(const char *s)
{
	return item_id_valid(s);
}

bool
oid_valid(const char *s)
{
	size_t n = strspn(s, "0123456789abcdef");

	return s[n] == '\0' && (n == 40 || n == 64);
}
