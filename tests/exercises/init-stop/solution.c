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
#ifdef STARTER
#else
#include <sys/prctl.h>
#endif

static pid_t child;

#ifdef STARTER
#else
/* Whoever stops us means the command. */
static void pass_on(int number)
{
    int before = errno;
    kill(child, number);
    errno = before;
}

/* From now on SIGTERM is passed on; what came earlier has waited. */
static void begin_to_pass_on(const sigset_t *term)
{
    struct sigaction passing = {.sa_handler = pass_on,
                                .sa_flags = SA_RESTART};
    if (sigaction(SIGTERM, &passing, NULL) == -1)
        err(EXIT_FAILURE, "sigaction");
    if (sigprocmask(SIG_UNBLOCK, term, NULL) == -1)
        err(EXIT_FAILURE, "sigprocmask");
}

#endif
int main(int argc, char *argv[])
{
    if (argc < 2 || argv[1][0] == '-') {
        fputs("usage: init-stop COMMAND [ARG]...\n", stderr);
        exit(2);
    }

#ifdef STARTER
    /* TODO: SIGTERM is lost on process 1. Have the command get it. */
#else
    /* Until there is somebody to pass it on to, SIGTERM waits. */
    pid_t self = getpid();
    sigset_t term, callers_mask;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    if (sigprocmask(SIG_BLOCK, &term, &callers_mask) == -1)
        err(EXIT_FAILURE, "sigprocmask");
#endif

    /* Ignored, SIGCHLD would take the child's status away. */
    sighandler_t callers = signal(SIGCHLD, SIG_DFL);
    child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        signal(SIGCHLD, callers);
#ifdef STARTER
#else
        if (sigprocmask(SIG_SETMASK, &callers_mask, NULL) == -1)
            err(EXIT_FAILURE, "sigprocmask");

        /* Where we are not process 1, it is to end with us as well. */
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
            err(EXIT_FAILURE, "prctl");
        if (getppid() != self)
            exit(EXIT_FAILURE); /* we were killed before that */
#endif
        execvp(argv[1], &argv[1]);
        err(errno == ENOENT ? 127 : 126, "%s", argv[1]);
    }

#ifdef STARTER
    /* TODO: and who waits for the children that you inherit? */
    int status;
    if (waitpid(child, &status, 0) == -1)
        err(EXIT_FAILURE, "waitpid");
#else
    begin_to_pass_on(&term);

    /* ^C is for the command: we stay, and report what came of it. */
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);

    /* Any child that ends is waited for; the command's end is ours. */
    int status;
    pid_t ended;
    do {
        ended = wait(&status);
        if (ended == -1)
            err(EXIT_FAILURE, "wait");
    } while (ended != child);
#endif
    if (WIFSIGNALED(status))
        exit(128 + WTERMSIG(status));
    exit(WEXITSTATUS(status));
}
