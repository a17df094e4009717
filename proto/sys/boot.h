/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_BOOT_H
#define PROTO_BOOT_H

/* Identifies the boot of the machine. */

#include <stddef.h>

/* Copies /proc/sys/kernel/random/boot_id (36 characters) or "". */
void boot_id(char *buf, size_t len);

#endif
