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

    /* TODO: leave the uts namespace that you share with the machine,
     * and give the new one the host name in argv[1]. */

    execvp(argv[2], &argv[2]);
    err(errno == ENOENT ? 127 : 126, "%s", argv[2]);
}
