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

#ifdef STARTER
        execl(argv[1], argv[1], NULL);
        return -1;
#else
        /* argv ends with NULL, so its rest is an argv, too. */
        execvp(argv[1], &argv[1]);
        err(errno == ENOENT ? 127 : 126, "%s", argv[1]);
#endif
    }

#ifdef STARTER
    waitpid(child, NULL, 0);
    return 0;
#else
    int status;
    if (waitpid(child, &status, 0) == -1)
        err(EXIT_FAILURE, "waitpid");
    if (WIFSIGNALED(status))
        exit(128 + WTERMSIG(status));
    exit(WEXITSTATUS(status));
#endif
}
