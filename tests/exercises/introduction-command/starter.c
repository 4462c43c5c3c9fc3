/*
 * introduction-command.c - run a command in a new network namespace
 *
 * usage: introduction-command COMMAND [ARG]...
 * needs: CAP_SYS_ADMIN
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    if (argc < 2 || argv[1][0] == '-') {
        fputs("usage: introduction-command COMMAND [ARG]...\n", stderr);
        exit(2);
    }

    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        if (unshare(CLONE_NEWNET) == -1)
            err(EXIT_FAILURE, "unshare");

        execl(argv[1], argv[1], NULL);
        return -1;
    }

    waitpid(child, NULL, 0);
    return 0;
}
