/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_SECRET_H
#define WORKER_SECRET_H

/* Does a text hold a private key, or a token in the well-known form of a service?  Pure. */

#include <stddef.h>

/* "a private key", "a token of GitHub", ...; NULL when it holds none.  Made-up values (EXAMPLE, xxxx) are none. */
const char *secret_in(const char *text, size_t len);

#endif
