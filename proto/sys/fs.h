/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_FS_H
#define PROTO_FS_H

/* Which file system a path lies on, and whether the protocol's assumptions hold
 * there: events of every change, POSIX record locks. */

#include <stdbool.h>

/* "ext4", "NFS", ...; "" when the type is not known. *remote = the assumptions do
 * not hold. NULL with errno when path can't be looked at. */
const char *fs_name(const char *path, bool *remote);

#endif
