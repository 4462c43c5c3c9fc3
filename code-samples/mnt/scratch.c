/*
 * scratch.c - run a command with an empty file system on a folder
 *
 * usage: scratch unchanged|private|slave FOLDER COMMAND [ARG]...
 * needs: CAP_SYS_ADMIN
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    unsigned long propagation = 0;
    if (argc > 1 && strcmp(argv[1], "private") == 0)
        propagation = MS_PRIVATE;
    else if (argc > 1 && strcmp(argv[1], "slave") == 0)
        propagation = MS_SLAVE;

    if (argc < 4 ||
        (propagation == 0 && strcmp(argv[1], "unchanged") != 0)) {
        fputs("usage: scratch unchanged|private|slave FOLDER COMMAND "
              "[ARG]...\n",
              stderr);
        exit(2);
    }

    if (unshare(CLONE_NEWNS) == -1)
        err(EXIT_FAILURE, "unshare");

    /* Our copies are tied to the originals. Cut that, for all of them;
     * of the five arguments the kernel reads two. */
    if (propagation != 0 &&
        mount(NULL, "/", NULL, MS_REC | propagation, NULL) == -1)
        err(EXIT_FAILURE, "mount: /");

    if (mount("scratch", argv[2], "tmpfs", 0, "size=1m") == -1)
        err(EXIT_FAILURE, "mount: %s", argv[2]);

    execvp(argv[3], &argv[3]);
    err(errno == ENOENT ? 127 : 126, "%s", argv[3]);
}
