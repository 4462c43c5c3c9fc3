/*
 * mnt-repair.c - run a command with an empty file system on a folder
 *
 * usage: mnt-repair FOLDER COMMAND [ARG]...
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
    if (argc < 3 || argv[1][0] == '-') {
        fputs("usage: mnt-repair FOLDER COMMAND [ARG]...\n", stderr);
        exit(2);
    }

    /* TODO: what is mounted after this is seen outside as well. */
    if (unshare(CLONE_NEWNS) == -1)
        err(EXIT_FAILURE, "unshare");

    if (mount("notes", argv[1], "tmpfs", 0, "size=1m") == -1)
        err(EXIT_FAILURE, "mount: %s", argv[1]);

    execvp(argv[2], &argv[2]);
    err(errno == ENOENT ? 127 : 126, "%s", argv[2]);
}
