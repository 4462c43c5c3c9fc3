/*
 * introduction-keep.c - run a command that holds a net namespace
 *
 * usage: introduction-keep COMMAND [ARG]...
 * needs: CAP_SYS_ADMIN
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    if (argc < 2 || argv[1][0] == '-') {
        fputs("usage: introduction-keep COMMAND [ARG]...\n", stderr);
        exit(2);
    }

#ifdef STARTER
    /* TODO: hold the new namespace, and go back to where you came
     * from, so that the command runs there. */
    if (unshare(CLONE_NEWNET) == -1)
        err(EXIT_FAILURE, "unshare");
#else
    /* The way back: it closes when the command is executed. */
    int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (home == -1)
        err(EXIT_FAILURE, "open: /proc/self/ns/net");
    if (unshare(CLONE_NEWNET) == -1)
        err(EXIT_FAILURE, "unshare");

    int ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (ns == -1)
        err(EXIT_FAILURE, "open: /proc/self/ns/net");

    /* This one is meant for the command, so it stays open. No stream
     * has its number, not even a closed one. */
    int kept = fcntl(ns, F_DUPFD, 10);
    if (kept == -1)
        err(EXIT_FAILURE, "fcntl");
    if (setns(home, CLONE_NEWNET) == -1)
        err(EXIT_FAILURE, "setns");
#endif

    execvp(argv[1], &argv[1]);
    err(errno == ENOENT ? 127 : 126, "%s", argv[1]);
}
