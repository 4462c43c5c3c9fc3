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
#ifdef STARTER
#else
#include <fcntl.h>
#include <sys/prctl.h>
#endif

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

#ifdef STARTER
    /* TODO: who is process 1 of the new namespace, and who waits? */
    signal(SIGCHLD, callers);
    execvp(argv[1], &argv[1]);
    err(errno == ENOENT ? 127 : 126, "%s", argv[1]);
#else
    /* It ends with us, whom getppid() does not know inside. */
    int life[2];
    if (pipe2(life, O_CLOEXEC | O_NONBLOCK) == -1)
        err(EXIT_FAILURE, "pipe2");

    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        signal(SIGCHLD, callers);

        /* The command does not outlive who reports its end. */
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
            err(EXIT_FAILURE, "prctl");
        if (close(life[1]) == -1)
            err(EXIT_FAILURE, "close");
        char none;
        if (read(life[0], &none, 1) == 0)
            exit(EXIT_FAILURE); /* it was killed before that */
        execvp(argv[1], &argv[1]);
        err(errno == ENOENT ? 127 : 126, "%s", argv[1]);
    }

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
