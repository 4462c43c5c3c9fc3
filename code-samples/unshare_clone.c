/*
 * unshare_clone.c - run a command in a new network namespace, by clone
 *
 * usage: unshare_clone COMMAND [ARG]...
 * needs: CAP_SYS_ADMIN
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* execvp() may copy the arguments there: they take 6 MiB at most. */
enum { STACK_SIZE = 8 * 1024 * 1024 };

/* The child works on a copy of our memory, and finds these there. */
static pid_t parent;
static sighandler_t callers; /* what our caller does about SIGCHLD */

/* The child starts here. */
static int run(void *arg)
{
    char **command = arg;

    signal(SIGCHLD, callers);

    /* The command does not outlive who reports its end. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
        err(EXIT_FAILURE, "prctl");
    if (getppid() != parent)
        exit(EXIT_FAILURE); /* it was killed before that */

    execvp(command[0], command);
    int status = errno == ENOENT ? 127 : 126;
    warn("%s", command[0]);
    return status;
}

int main(int argc, char *argv[])
{
    if (argc < 2 || argv[1][0] == '-') {
        fputs("usage: unshare_clone COMMAND [ARG]...\n", stderr);
        exit(2);
    }

    char *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");

    /* Ignored, SIGCHLD would take the child's status away. */
    callers = signal(SIGCHLD, SIG_DFL);
    parent = getpid();

    /* Stacks grow downwards: the child starts at the upper end. */
    pid_t child = clone(run, stack + STACK_SIZE, CLONE_NEWNET | SIGCHLD,
                        &argv[1]);
    if (child == -1)
        err(EXIT_FAILURE, "clone");

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
