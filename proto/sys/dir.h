/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_DIR_H
#define PROTO_DIR_H

/*
 * The names in a directory.  Open it with one of these two functions, or with opendir(3) to follow a
 * link; read it with dir_next(), which accepts NULL as an empty directory; close it with dir_close():
 *
 *	DIR *d = dir_open(dirfd, name);
 *	while ((e = dir_next(d)) != NULL)
 *		...
 *	dir_close(d);
 */

#include <dirent.h>

/* Takes over the descriptor of a directory; NULL with errno and fd closed. */
DIR *dir_take(int fd);
/* Does not follow a link: file_open_dir(). */
DIR *dir_open(int dirfd, const char *name);
/* The next entry except "." and ".."; NULL at the end with errno 0, or on a read error with the errno of readdir(3). */
struct dirent *dir_next(DIR *);
/* Keeps errno. */
void dir_close(DIR *);

#endif
