/*
 * uts-name.c - run a command under a host name of its own
 *
 * usage: uts-name NAME COMMAND [ARG]...
 * needs: CAP_SYS_ADMIN
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
        fputs("usage: uts-name NAME COMMAND [ARG]...\n", stderr);
        exit(2);
    }

#ifdef STARTER
    /* TODO: leave the uts namespace that you share with the machine,
     * and give the new one the host name in argv[1]. */
#else
    if (unshare(CLONE_NEWUTS) == -1)
        err(EXIT_FAILURE, "unshare");

    /* The kernel wants a length; the name is not a C string to it. */
    if (sethostname(argv[1], strlen(argv[1])) == -1)
        err(EXIT_FAILURE, "sethostname: %s", argv[1]);
#endif

    execvp(argv[2], &argv[2]);
    err(errno == ENOENT ? 127 : 126, "%s", argv[2]);
}
