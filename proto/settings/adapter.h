/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_ADAPTER_H
#define PROTO_ADAPTER_H

/*
 * The names of the adapters: the one list of them that both programs share.
 * What an adapter does is the worker's business (its table has the same names);
 * program is the client that the orchestrator looks for on PATH, NULL when there
 * is none to look for.  The first whose program is found is chosen: add at the end.
 */

#include <stddef.h>

struct adapter_name { const char *name, *program; };
extern const struct adapter_name adapter_names[];
extern const size_t nadapter_names;

#endif
