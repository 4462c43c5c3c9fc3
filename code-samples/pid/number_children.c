/*
 * number_children.c - see whom a new pid namespace gives a number
 *
 * usage: number_children
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
#include <sys/wait.h>
#include <unistd.h>

/* A child's number to us, its own to itself, and that of its parent. */
struct numbers {
    pid_t ours, own, parent;
};

static void must_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
}

/* Tell our numbers, and live until the parent closes its end. */
static void live(int report, int until[2])
{
    struct numbers mine = {.own = getpid(), .parent = getppid()};
    if (write(report, &mine, sizeof(mine)) != sizeof(mine))
        err(EXIT_FAILURE, "write");
    char byte;
    if (close(until[1]) == -1)
        err(EXIT_FAILURE, "close");
    if (read(until[0], &byte, 1) == -1)
        err(EXIT_FAILURE, "read");
    _exit(EXIT_SUCCESS);
}

/* Without process 1 there is no fork, and it has said why it ended. */
static _Noreturn void fail_to_fork(int until[2])
{
    int error = errno, status;
    close(until[1]);
    while (wait(&status) != -1)
        if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
            exit(EXIT_FAILURE);
    errno = error;
    err(EXIT_FAILURE, "fork");
}

static struct numbers start_child(int until[2])
{
    int report[2];
    must_pipe(report);
    pid_t child = fork();
    if (child == -1)
        fail_to_fork(until);
    if (child == 0)
        live(report[1], until);

    struct numbers its;
    close(report[1]);
    ssize_t length = read(report[0], &its, sizeof(its));
    if (length == -1)
        err(EXIT_FAILURE, "read");
    if (length == 0)
        exit(EXIT_FAILURE); /* the child said why */
    if (length != sizeof(its))
        errx(EXIT_FAILURE, "read: a child said half of it");
    close(report[0]);
    its.ours = child;
    return its;
}

static void must_end(struct numbers its)
{
    int status;
    if (waitpid(its.ours, &status, 0) == -1)
        err(EXIT_FAILURE, "waitpid");
    /* The end of the first may have killed the second. */
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
        exit(EXIT_FAILURE); /* the child said why */
}

static void show(const char *child, struct numbers its)
{
    printf("%s child, to itself: pid %d\n", child, its.own);
    printf("%s child, its parent: pid %d\n", child, its.parent);
    printf("%s child, to me: pid %d\n", child, its.ours);
}

int main(int argc, char *argv[])
{
    (void)argv;
    if (argc > 1) {
        fputs("usage: number_children\n", stderr);
        exit(2);
    }

    /* What is in the buffer when we fork would be printed twice. */
    setlinebuf(stdout);
    printf("before: I am pid %d\n", getpid());
    if (unshare(CLONE_NEWPID) == -1)
        err(EXIT_FAILURE, "unshare");
    printf("after: I am pid %d\n", getpid());

    /* While the first child lives, others can join it. */
    signal(SIGCHLD, SIG_DFL);
    int until[2];
    must_pipe(until);
    struct numbers first = start_child(until);
    struct numbers second = start_child(until);

    /* Process 1 is not gone before its namespace is empty. */
    if (close(until[1]) == -1)
        err(EXIT_FAILURE, "close");
    must_end(second);
    must_end(first);

    show("first", first);
    show("second", second);
    if (ferror(stdout) || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
}
