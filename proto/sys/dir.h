/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_DIR_H
#define PROTO_DIR_H

/*
 * The names in a directory.  It is opened by one of the two, or by opendir(3) where a link is
 * followed, read to its end by dir_next(), which takes NULL for an empty one, and closed by dir_close():
 *
 *	DIR *d = dir_open(dirfd, name);
 *	while ((e = dir_next(d)) != NULL)
 *		...
 *	dir_close(d);
 */

#include <dirent.h>

/* Of the descriptor of a directory, which is the directory's from now on; NULL with errno and fd closed. */
DIR *dir_take(int fd);
/* Not through a link: file_open_dir(). */
DIR *dir_open(int dirfd, const char *name);
/* The next one but "." and ".."; NULL at the end with errno 0, or when it can't be read with that of readdir(3). */
struct dirent *dir_next(DIR *);
/* Keeps errno. */
void dir_close(DIR *);

#endif
