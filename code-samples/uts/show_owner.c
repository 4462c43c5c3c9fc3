/*
 * show_owner.c - ask who owns a UTS namespace, and who may set its name
 *
 * usage: show_owner
 * needs: linux >= 4.9
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void show_link(const char *label, const char *path)
{
    char ns[64];
    ssize_t length = readlink(path, ns, sizeof(ns));
    if (length == -1)
        err(EXIT_FAILURE, "readlink: %s", path);
    printf("%-12s %.*s\n", label, (int)length, ns);
}

static void show_owner(void)
{
    int uts = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
    if (uts == -1)
        err(EXIT_FAILURE, "open: /proc/self/ns/uts");

    /* The owner is a namespace, so the answer is a descriptor. */
    int owner = ioctl(uts, NS_GET_USERNS);
    if (owner == -1) {
        printf("%-12s %s\n", "  its owner", strerror(errno));
    } else {
        char path[64];
        snprintf(path, sizeof(path), "/proc/self/fd/%d", owner);
        show_link("  its owner", path);
        if (close(owner) == -1)
            err(EXIT_FAILURE, "close");
    }
    if (close(uts) == -1)
        err(EXIT_FAILURE, "close: /proc/self/ns/uts");
}

/* Look at the UTS namespace we are in, and try to set its name. */
static void examine(void)
{
    show_link("in", "/proc/self/ns/uts");
    show_owner();
    int status = sethostname("paper", strlen("paper"));
    printf("%-12s %s\n", "  set name",
           status == -1 ? strerror(errno) : "done");
}

int main(int argc, char *argv[])
{
    (void)argv;
    if (argc > 1) {
        fputs("usage: show_owner\n", stderr);
        exit(2);
    }

    /* From here on we have every capability, and only in here. */
    if (unshare(CLONE_NEWUSER) == -1)
        err(EXIT_FAILURE, "unshare: CLONE_NEWUSER");
    show_link("in", "/proc/self/ns/user");
    examine();

    if (unshare(CLONE_NEWUTS) == -1)
        err(EXIT_FAILURE, "unshare: CLONE_NEWUTS");
    examine();

    if (ferror(stdout) || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
}
