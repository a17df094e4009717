/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_ACCOUNT_H
#define PROTO_ACCOUNT_H

/*
 * Accounts with a service, each known by its name.  Agents of the same client with the same home share an account.
 * accounts/NAME.json of the state directory exists while an account is at its usage limit.  The worker whose run met
 * the limit writes it as a whole.  The worker that makes the first run after the reset holds accounts/NAME.lock, and
 * removes the file when the service has answered.  Both do so under the lock of the directory.  A person may remove the
 * file, too, which ends the wait.
 */

#include <stdint.h>

struct agent;
struct settings;

#define ACCOUNTS	"accounts"
#define ACCOUNT_PARKED	".json"
#define ACCOUNT_LOCK	".lock"

/* The account of an agent, malloced: the name in the settings; or the client with its home, from the settings or the
 * environment; or the agent's name.  Of a longer text, the last 128 bytes. */
char *account_name(const struct settings *, const struct agent *);
/* The name of an account's file, malloced. */
char *account_file(const char *account, const char *suffix);
/* Returns when its limit ends: wall ms, 0 = it is not at its limit. */
int64_t account_until(int accountsfd, const char *account);
/* Records this time, unless a later one is on record.  0, or -1 with errno. */
int account_park(int accountsfd, const char *account, int64_t until, const char *session);
/* Removes the record, unless its time is later than this.  0, or -1 with errno. */
int account_free(int accountsfd, const char *account, int64_t until);

#endif
