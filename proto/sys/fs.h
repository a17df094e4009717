/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_FS_H
#define PROTO_FS_H

/* The file system of a path, and whether the protocol's assumptions hold there: events for every change, POSIX
 * record locks. */

#include <stdbool.h>

/* "ext4", "NFS", ...; "" when the type is unknown.  *remote = the assumptions do not hold.  NULL with errno
 * when path can't be examined. */
const char *fs_name(const char *path, bool *remote);

#endif
