/* SPDX-License-Identifier: GPL-2.0-or-later */

/* shutdown DIR: the file system of DIR loses its power, nothing more reaches the disk. */
#include <sys/ioctl.h>

#include <err.h>
#include <fcntl.h>
#include <stdint.h>

#define GOING_DOWN	_IOR('X', 125, uint32_t)	/* EXT4_IOC_SHUTDOWN */
#define NO_LOG_FLUSH	2

int
main(int argc, char **argv)
{
	uint32_t flags = NO_LOG_FLUSH;
	int fd;

	if (argc != 2)
		errx(64, "usage: shutdown DIR");
	if ((fd = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		err(1, "%s", argv[1]);
	if (ioctl(fd, GOING_DOWN, &flags) == -1)
		err(1, "%s: shutdown", argv[1]);
	return 0;
}
