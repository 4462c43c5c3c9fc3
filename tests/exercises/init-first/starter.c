/*
 * init-first.c - run a command as process 1 of a new pid namespace
 *
 * usage: init-first COMMAND [ARG]...
 * needs: CAP_SYS_ADMIN
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    if (argc < 2 || argv[1][0] == '-') {
        fputs("usage: init-first COMMAND [ARG]...\n", stderr);
        exit(2);
    }

    /* Ignored, SIGCHLD would take a child's status away. */
    sighandler_t callers = signal(SIGCHLD, SIG_DFL);

    /* Our own number stays: it is our children who will be inside. */
    if (unshare(CLONE_NEWPID) == -1)
        err(EXIT_FAILURE, "unshare");

    /* TODO: who is process 1 of the new namespace, and who waits? */
    signal(SIGCHLD, callers);
    execvp(argv[1], &argv[1]);
    err(errno == ENOENT ? 127 : 126, "%s", argv[1]);
}
