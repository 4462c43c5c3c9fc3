/*
 * other-call.c - wrong on purpose: names the next call
 *
 * usage: other-call FILE COMMAND [ARG]...
 * needs: CAP_SYS_ADMIN
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    if (argc < 3)
        errx(2, "usage: other-call FILE COMMAND [ARG]...");
    int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
    if (setns(fd, 0) == -1)
        err(1, "setns");
    execvp(argv[2], &argv[2]);
    err(127, "%s", argv[2]);
}
