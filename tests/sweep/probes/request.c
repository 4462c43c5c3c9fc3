/*
 * request.c - make an ioctl by its number
 *
 * usage: request FILE|pidfd NUMBER [ARG]
 *
 * pidfd is one of this process. Without ARG, a request that passes a
 * structure gets one of zeros.
 */
#define _GNU_SOURCE
#include "answer.h"
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    static char zeros[4096];
    if (argc < 3 || argc > 4)
        usage("request FILE|pidfd NUMBER [ARG]");

    int fd = strcmp(argv[1], "pidfd") == 0
                 ? (int)syscall(SYS_pidfd_open, getpid(), 0)
                 : open(argv[1], O_RDONLY | O_CLOEXEC);
    must(fd, argv[1]);
    unsigned long number = strtoul(argv[2], NULL, 0);
    if (argc == 4)
        answer(ioctl(fd, number, strtoul(argv[3], NULL, 0)));
    else
        answer(ioctl(fd, number, _IOC_SIZE(number) ? zeros : NULL));
}
