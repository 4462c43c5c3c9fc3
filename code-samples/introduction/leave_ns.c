/*
 * leave_ns.c - leave a namespace, by going back to the old one
 *
 * usage: leave_ns
 * needs: CAP_SYS_ADMIN
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void show(const char *when)
{
    char ns[64];
    ssize_t length = readlink("/proc/self/ns/net", ns, sizeof(ns));
    if (length == -1)
        err(EXIT_FAILURE, "readlink: /proc/self/ns/net");
    printf("%-6s %.*s\n", when, (int)length, ns);
}

int main(int argc, char *argv[])
{
    (void)argv;
    if (argc > 1) {
        fputs("usage: leave_ns\n", stderr);
        exit(2);
    }

    /* Open it now: once we have left, the path leads elsewhere. */
    int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (home == -1)
        err(EXIT_FAILURE, "open: /proc/self/ns/net");
    show("home");

    if (unshare(CLONE_NEWNET) == -1)
        err(EXIT_FAILURE, "unshare");
    show("away");

    /* We were the only one there: with this step the namespace ends. */
    if (setns(home, CLONE_NEWNET) == -1)
        err(EXIT_FAILURE, "setns");
    show("back");

    if (ferror(stdout) || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
}
