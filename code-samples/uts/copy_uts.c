/*
 * copy_uts.c - take a copy of the host name, change it, and go home
 *
 * usage: copy_uts NAME
 * needs: CAP_SYS_ADMIN
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static void show(const char *when)
{
    char ns[64];
    ssize_t length = readlink("/proc/self/ns/uts", ns, sizeof(ns));
    if (length == -1)
        err(EXIT_FAILURE, "readlink: /proc/self/ns/uts");

    struct utsname uts;
    if (uname(&uts) == -1)
        err(EXIT_FAILURE, "uname");
    printf("%-8s %.*s  %s  %s\n", when, (int)length, ns, uts.nodename,
           uts.domainname);
}

int main(int argc, char *argv[])
{
    if (argc != 2 || argv[1][0] == '-') {
        fputs("usage: copy_uts NAME\n", stderr);
        exit(2);
    }

    int home = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
    if (home == -1)
        err(EXIT_FAILURE, "open: /proc/self/ns/uts");
    show("home");

    if (unshare(CLONE_NEWUTS) == -1)
        err(EXIT_FAILURE, "unshare");
    show("copied");

    /* The kernel counts bytes, and wants no zero at the end. */
    if (sethostname(argv[1], strlen(argv[1])) == -1)
        err(EXIT_FAILURE, "sethostname: %s", argv[1]);
    show("changed");

    if (setns(home, CLONE_NEWUTS) == -1)
        err(EXIT_FAILURE, "setns");
    show("home");

    if (ferror(stdout) || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
}
