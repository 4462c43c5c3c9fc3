/*
 * map_self.c - run a command as root of a new user namespace
 *
 * usage: map_self COMMAND [ARG]...
 * needs: nothing
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The kernel takes a map from one write, or not at all. */
static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd == -1)
        err(EXIT_FAILURE, "open: %s", path);
    if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
        err(EXIT_FAILURE, "write: %s", path);
    if (close(fd) == -1)
        err(EXIT_FAILURE, "close: %s", path);
}

int main(int argc, char *argv[])
{
    if (argc < 2 || argv[1][0] == '-') {
        fputs("usage: map_self COMMAND [ARG]...\n", stderr);
        exit(2);
    }

    /* Ask now: in the new namespace both answers are 65534. */
    uid_t uid = geteuid();
    gid_t gid = getegid();

    if (unshare(CLONE_NEWUSER) == -1)
        err(EXIT_FAILURE, "unshare");

    char map[32];
    snprintf(map, sizeof(map), "0 %u 1\n", uid);
    write_file("/proc/self/uid_map", map);

    /* Who could drop a group could get past a file that denies it. */
    write_file("/proc/self/setgroups", "deny");
    snprintf(map, sizeof(map), "0 %u 1\n", gid);
    write_file("/proc/self/gid_map", map);

    execvp(argv[1], &argv[1]);
    err(errno == ENOENT ? 127 : 126, "%s", argv[1]);
}
