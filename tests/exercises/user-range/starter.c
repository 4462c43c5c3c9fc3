/*
 * user-range.c - run a command as root over a range of ids
 *
 * usage: user-range FIRST COUNT COMMAND [ARG]...
 * needs: CAP_SETUID, CAP_SETGID
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int argc, char *argv[])
{
    if (argc < 4 || argv[1][0] == '-') {
        fputs("usage: user-range FIRST COUNT COMMAND [ARG]...\n",
              stderr);
        exit(2);
    }

    /* TODO: be in a new user namespace, have somebody outside write
     * both maps, and become the root that is there then. */

    execvp(argv[3], &argv[3]);
    err(errno == ENOENT ? 127 : 126, "%s", argv[3]);
}
