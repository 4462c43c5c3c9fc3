/*
 * pid-proc.c - run a command with a /proc of its own processes
 *
 * usage: pid-proc COMMAND [ARG]...
 * needs: CAP_SYS_ADMIN
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    if (argc < 2 || argv[1][0] == '-') {
        fputs("usage: pid-proc COMMAND [ARG]...\n", stderr);
        exit(2);
    }

    if (unshare(CLONE_NEWPID) == -1)
        err(EXIT_FAILURE, "unshare");

    /* It ends with us, whom getppid() does not know inside. */
    int life[2];
    if (pipe2(life, O_CLOEXEC | O_NONBLOCK) == -1)
        err(EXIT_FAILURE, "pipe2");

    /* Ignored, SIGCHLD would take the child's status away. */
    sighandler_t callers = signal(SIGCHLD, SIG_DFL);
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        signal(SIGCHLD, callers);

        /* TODO: whose processes are on /proc? Have another one
         * there, and nobody else see it. */

        /* The command does not outlive who reports its end. */
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
            err(EXIT_FAILURE, "prctl");
        if (close(life[1]) == -1)
            err(EXIT_FAILURE, "close");
        char none; /* to be read: where that ends, it was killed */
        if (read(life[0], &none, 1) == 0)
            exit(EXIT_FAILURE);

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
}
