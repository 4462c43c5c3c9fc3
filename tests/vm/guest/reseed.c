/*
 * reseed.c - mix bytes into the kernel's randomness
 *
 * A restored guest has the random numbers of every other guest that was
 * restored from the same state. Writing to /dev/urandom would mix new
 * bytes in, but older kernels go on with the old key for minutes.
 * RNDRESEEDCRNG makes a new one at once.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/random.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { BYTES = 64 };

int main(int argc, char *argv[])
{
    if (argc != 2 || strlen(argv[1]) != BYTES) {
        fputs("usage: reseed BYTES, 64 of them\n", stderr);
        exit(2);
    }

    int fd = open("/dev/urandom", O_RDWR | O_CLOEXEC);
    if (fd == -1)
        err(EXIT_FAILURE, "open: /dev/urandom");

    union {
        struct rand_pool_info info;
        char space[sizeof(struct rand_pool_info) + BYTES];
    } pool = {.info = {.entropy_count = BYTES * 4, .buf_size = BYTES}};
    memcpy(pool.info.buf, argv[1], BYTES);
    if (ioctl(fd, RNDADDENTROPY, &pool.info) == -1)
        err(EXIT_FAILURE, "ioctl: RNDADDENTROPY");
    if (ioctl(fd, RNDRESEEDCRNG) == -1)
        err(EXIT_FAILURE, "ioctl: RNDRESEEDCRNG");
}
