/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "proto/settings/adapter.h"

const struct adapter_name adapter_names[] = {
	{ "command", NULL },
	{ "claude", "claude" },
};
const size_t nadapter_names = sizeof(adapter_names) / sizeof(adapter_names[0]);
