/*
 * unshare.c - run a command in a new network namespace
 *
 * usage: unshare COMMAND [ARG]...
 * needs: CAP_SYS_ADMIN
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    if (argc < 2 || argv[1][0] == '-') {
        fputs("usage: unshare COMMAND [ARG]...\n", stderr);
        exit(2);
    }

    /* Leave the shared network namespace for a new one of our own. */
    if (unshare(CLONE_NEWNET) == -1)
        err(EXIT_FAILURE, "unshare");

    /* exec keeps our namespaces, and returns only when it fails. */
    execvp(argv[1], &argv[1]);
    err(errno == ENOENT ? 127 : 126, "%s", argv[1]);
}
