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
#include <sys/wait.h>
#include <unistd.h>

/* Both are whole pages, whatever the size of a page. */
enum { STACK_SIZE = 1024 * 1024, GUARD_SIZE = 64 * 1024 };

/*
 * The child starts here, and ends with the status that we return. err()
 * is not for us: its exit() would flush the parent's stdio once more.
 */
static int run(void *arg)
{
    char **command = arg;

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

    /* A stack that overflows hits a guard, not the data below. */
    if (mprotect(stack, GUARD_SIZE, PROT_NONE) == -1)
        err(EXIT_FAILURE, "mprotect");

    /* Stacks grow downwards: the child starts at the upper end. */
    pid_t child = clone(run, stack + STACK_SIZE, CLONE_NEWNET | SIGCHLD,
                        &argv[1]);
    if (child == -1)
        err(EXIT_FAILURE, "clone");

    int status;
    if (waitpid(child, &status, 0) == -1)
        err(EXIT_FAILURE, "waitpid");
    if (WIFSIGNALED(status))
        exit(128 + WTERMSIG(status));
    exit(WEXITSTATUS(status));
}
