/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_ADAPTER_H
#define PROTO_ADAPTER_H

/*
 * The names of the adapters, the one list that both programs share.  The worker
 * implements the adapters (its table has the same names); program is the client
 * that the orchestrator looks for on PATH, NULL for none.  The first adapter whose
 * program is found is chosen, so new ones go at the end.
 */

#include <stddef.h>

struct adapter_name { const char *name, *program; };
extern const struct adapter_name adapter_names[];
extern const size_t nadapter_names;

#endif
