/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/vfs.h>

#include <stddef.h>

#include "proto/sys/fs.h"

/* Magic numbers as in statfs(2). */
static const struct fs_type {
	unsigned long	 magic;
	const char	*name;
	bool		 remote;
} types[] = {
	{ 0x6969, "NFS", true }, { 0x01021997, "9p", true }, { 0xff534d42, "CIFS", true },
	{ 0xfe534d42, "SMB", true }, { 0x517b, "SMB", true }, { 0x00c36400, "Ceph", true },
	{ 0x65735546, "FUSE", true }, { 0x5346414f, "AFS", true }, { 0x786f4256, "vboxsf", true },
	{ 0x0bd00bd0, "Lustre", true }, { 0x01161970, "GFS2", true }, { 0x7461636f, "OCFS2", true },
	{ 0xef53, "ext4", false }, { 0x58465342, "xfs", false }, { 0x9123683e, "btrfs", false },
	{ 0x01021994, "tmpfs", false }, { 0x794c7630, "overlayfs", false },
	{ 0x2fc12fc1, "zfs", false }, { 0xf2f52010, "f2fs", false }, { 0xca451a4e, "bcachefs", false },
};

const char *
fs_name(const char *path, bool *remote)
{
	struct statfs st;
	size_t i;

	*remote = false;
	if (statfs(path, &st) == -1)
		return NULL;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].magic == ((unsigned long)st.f_type & 0xffffffffUL)) {
			*remote = types[i].remote;
			return types[i].name;
		}
	return "";
}
