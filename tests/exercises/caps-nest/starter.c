/*
 * caps-nest.c - run a command as root who can make nobody else root
 *
 * usage: caps-nest COMMAND [ARG]...
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

/* What /proc/sys/user shows is the user namespace of who opens it. */
static const char limit[] = "/proc/sys/user/max_user_namespaces";

static void put(const char *path, const char *line)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd == -1)
        err(EXIT_FAILURE, "open: %s", path);
    if (write(fd, line, strlen(line)) != (ssize_t)strlen(line))
        err(EXIT_FAILURE, "write: %s", path);
    if (close(fd) == -1)
        err(EXIT_FAILURE, "close: %s", path);
}

/* Be root of a new user namespace, who is that user outside. */
static void be_root_inside(uid_t uid, gid_t gid)
{
    if (unshare(CLONE_NEWUSER) == -1)
        err(EXIT_FAILURE, "unshare");

    char line[64];
    snprintf(line, sizeof(line), "0 %u 1\n", uid);
    put("/proc/self/uid_map", line);
    put("/proc/self/setgroups", "deny");
    snprintf(line, sizeof(line), "0 %u 1\n", gid);
    put("/proc/self/gid_map", line);
}

int main(int argc, char *argv[])
{
    if (argc < 2 || argv[1][0] == '-') {
        fputs("usage: caps-nest COMMAND [ARG]...\n", stderr);
        exit(2);
    }

    be_root_inside(getuid(), getgid());
    /* TODO: the command is root here, and may raise this again. */
    put(limit, "0\n");

    execvp(argv[1], &argv[1]);
    err(errno == ENOENT ? 127 : 126, "%s", argv[1]);
}
