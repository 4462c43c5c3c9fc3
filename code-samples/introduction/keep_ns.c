/*
 * keep_ns.c - keep a namespace alive by a descriptor alone
 *
 * usage: keep_ns
 * needs: CAP_SYS_ADMIN
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void say(const char *who, const char *what)
{
    char ns[64];
    ssize_t length = readlink("/proc/self/ns/net", ns, sizeof(ns));
    if (length == -1)
        err(EXIT_FAILURE, "readlink: /proc/self/ns/net");
    if (printf("%-7s in %.*s: %s\n", who, (int)length, ns, what) < 0)
        err(EXIT_FAILURE, "printf");
}

static int open_own(void)
{
    int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (fd == -1)
        err(EXIT_FAILURE, "open: /proc/self/ns/net");
    return fd;
}

/* The keeper waits until it is the only one who has the descriptor. */
static void keep(int ns, const int creator[2])
{
    char byte;
    if (close(creator[1]) == -1)
        err(EXIT_FAILURE, "close");
    if (read(creator[0], &byte, 1) == -1)
        err(EXIT_FAILURE, "read");
    say("keeper", "the creator is gone");
    if (setns(ns, CLONE_NEWNET) == -1)
        err(EXIT_FAILURE, "setns");
    say("keeper", "entered by the descriptor");
}

static _Noreturn void create(int done)
{
    int home = open_own();
    if (unshare(CLONE_NEWNET) == -1)
        err(EXIT_FAILURE, "unshare");
    int ns = open_own();
    say("creator", "a new namespace");
    /* Nobody stays inside: all that a child can inherit is ns. */
    if (setns(home, CLONE_NEWNET) == -1)
        err(EXIT_FAILURE, "setns");
    say("creator", "home again, nobody is inside");
    /* Nothing is ever written: our exit will end the pipe. */
    int creator[2];
    if (pipe2(creator, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    pid_t keeper = fork();
    if (keeper == -1)
        err(EXIT_FAILURE, "fork");
    if (keeper == 0) {
        keep(ns, creator);
        if (write(done, "", 1) != 1)
            err(EXIT_FAILURE, "write");
    }
    exit(EXIT_SUCCESS);
}

int main(int argc, char *argv[])
{
    (void)argv;
    if (argc > 1) {
        fputs("usage: keep_ns\n", stderr);
        exit(2);
    }
    /* Where stdout is closed, a pipe would take its number. */
    if (fcntl(STDOUT_FILENO, F_GETFD) == -1)
        err(EXIT_FAILURE, "fcntl: stdout");
    /* A line that waits in a buffer at fork would appear twice. */
    setlinebuf(stdout);
    int done[2];
    if (pipe2(done, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0)
        create(done[1]);
    /* The keeper is no child of ours: it sends its status, a zero. */
    char status = EXIT_FAILURE;
    if (close(done[1]) == -1)
        err(EXIT_FAILURE, "close");
    if (read(done[0], &status, 1) == -1)
        err(EXIT_FAILURE, "read");
    exit(status);
}
