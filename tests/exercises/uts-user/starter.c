/*
 * uts-user.c - run a command under a host name, as any user
 *
 * usage: uts-user NAME COMMAND [ARG]...
 * needs: nothing
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    if (argc < 3 || argv[1][0] == '-') {
        fputs("usage: uts-user NAME COMMAND [ARG]...\n", stderr);
        exit(2);
    }

    /* TODO: this is refused, and cuts names that are too long. */
    if (unshare(CLONE_NEWUTS) == -1)
        err(EXIT_FAILURE, "unshare: uts");
    if (unshare(CLONE_NEWUSER) == -1)
        err(EXIT_FAILURE, "unshare: user");

    if (sethostname(argv[1], strnlen(argv[1], 64)) == -1)
        err(EXIT_FAILURE, "sethostname: %s", argv[1]);

    execvp(argv[2], &argv[2]);
    err(errno == ENOENT ? 127 : 126, "%s", argv[2]);
}
