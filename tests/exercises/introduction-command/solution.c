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
#ifdef STARTER
#else
#include <signal.h>
#include <sys/prctl.h>
#endif

int main(int argc, char *argv[])
{
    if (argc < 2 || argv[1][0] == '-') {
        fputs("usage: introduction-command COMMAND [ARG]...\n", stderr);
        exit(2);
    }

#ifdef STARTER
#else
    /* Ignored, SIGCHLD would take the child's status away. */
    sighandler_t callers = signal(SIGCHLD, SIG_DFL);
    pid_t parent = getpid();
#endif
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
#ifdef STARTER
#else
        signal(SIGCHLD, callers);

        /* The command does not outlive who reports its end. */
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
            err(EXIT_FAILURE, "prctl");
        if (getppid() != parent)
            exit(EXIT_FAILURE); /* it was killed before that */
#endif
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
    /* ^C is for the command: we stay, and report what came of it. */
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);

    int status;
    if (waitpid(child, &status, 0) == -1)
        err(EXIT_FAILURE, "waitpid");
    if (WIFSIGNALED(status))
        exit(128 + WTERMSIG(status));
    exit(WEXITSTATUS(status));
#endif
}
