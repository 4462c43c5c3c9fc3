/*
 * drop_map.c - give up root, and try to be root of a new namespace
 *
 * usage: drop_map [-d] UID
 * needs: CAP_SETUID
 *
 * With -d it makes itself dumpable again before it writes the map.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static void usage(void)
{
    fputs("usage: drop_map [-d] UID\n", stderr);
    exit(2);
}

int main(int argc, char *argv[])
{
    int again = argc > 1 && strcmp(argv[1], "-d") == 0;
    if (argc != 2 + again)
        usage();
    char *end;
    unsigned long uid = strtoul(argv[1 + again], &end, 10);
    if (end == argv[1 + again] || *end != '\0' || uid > 65535)
        usage();

    /* From here on, the files in /proc/self are root's. */
    if (setuid(uid) == -1)
        err(EXIT_FAILURE, "setuid");
    if (again && prctl(PR_SET_DUMPABLE, 1) == -1)
        err(EXIT_FAILURE, "prctl");

    if (unshare(CLONE_NEWUSER) == -1)
        err(EXIT_FAILURE, "unshare");
    int fd = open("/proc/self/uid_map", O_WRONLY | O_CLOEXEC);
    if (fd == -1)
        err(EXIT_FAILURE, "open: /proc/self/uid_map");
    if (dprintf(fd, "0 %lu 1\n", uid) < 0)
        err(EXIT_FAILURE, "write: /proc/self/uid_map");
    if (close(fd) == -1)
        err(EXIT_FAILURE, "close: /proc/self/uid_map");
    printf("uid %u inside, %lu outside\n", getuid(), uid);
    if (fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
}
