/*
 * init-stop.c - run a command below process 1, which passes on SIGTERM
 *
 * usage: init-stop COMMAND [ARG]...
 * needs: nothing
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t child;

int main(int argc, char *argv[])
{
    if (argc < 2 || argv[1][0] == '-') {
        fputs("usage: init-stop COMMAND [ARG]...\n", stderr);
        exit(2);
    }

    /* TODO: SIGTERM is lost on process 1. Have the command get it. */

    /* Ignored, SIGCHLD would take the child's status away. */
    sighandler_t callers = signal(SIGCHLD, SIG_DFL);
    child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        signal(SIGCHLD, callers);
        execvp(argv[1], &argv[1]);
        err(errno == ENOENT ? 127 : 126, "%s", argv[1]);
    }

    /* TODO: and who waits for the children that you inherit? */
    int status;
    if (waitpid(child, &status, 0) == -1)
        err(EXIT_FAILURE, "waitpid");
    if (WIFSIGNALED(status))
        exit(128 + WTERMSIG(status));
    exit(WEXITSTATUS(status));
}
