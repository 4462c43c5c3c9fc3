/*
 * enter_folder.c - run a command with another folder as its root
 *
 * usage: enter_folder stay|go ROOT COMMAND [ARG]...
 * needs: CAP_SYS_CHROOT
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    bool go = argc > 3 && strcmp(argv[1], "go") == 0;
    bool stay = argc > 3 && strcmp(argv[1], "stay") == 0;
    if (!go && !stay) {
        fputs("usage: enter_folder stay|go ROOT COMMAND [ARG]...\n",
              stderr);
        exit(2);
    }

    if (chroot(argv[2]) == -1)
        err(EXIT_FAILURE, "chroot: %s", argv[2]);

    /* The folder that we are in stays what it was: go in. */
    if (go && chdir("/") == -1)
        err(EXIT_FAILURE, "chdir: /");

    execvp(argv[3], &argv[3]);
    err(errno == ENOENT ? 127 : 126, "%s", argv[3]);
}
