/*
 * mnt-private.c - run a command with a tmpfs on /mnt of its own
 *
 * usage: mnt-private COMMAND [ARG]...
 * needs: CAP_SYS_ADMIN
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    if (argc < 2 || argv[1][0] == '-') {
        fputs("usage: mnt-private COMMAND [ARG]...\n", stderr);
        exit(2);
    }

    /* TODO: take a list of mounts of your own, cut what ties it to the
     * machine's, and mount a tmpfs on /mnt, with nosuid and nodev. */

    execvp(argv[1], &argv[1]);
    err(errno == ENOENT ? 127 : 126, "%s", argv[1]);
}
