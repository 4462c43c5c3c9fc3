/*
 * nsenter.c - run a command in the namespace that a file names
 *
 * usage: nsenter [-t TYPE] FILE COMMAND [ARG]...
 * needs: CAP_SYS_ADMIN
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
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080 /* since Linux 5.6 */
#endif

static const struct {
    const char *name;
    int flag;
} types[] = {
    {"cgroup", CLONE_NEWCGROUP}, {"ipc", CLONE_NEWIPC},
    {"mnt", CLONE_NEWNS},        {"net", CLONE_NEWNET},
    {"pid", CLONE_NEWPID},       {"time", CLONE_NEWTIME},
    {"user", CLONE_NEWUSER},     {"uts", CLONE_NEWUTS},
};

/* Find the flag of a type by its name: 0 if there is none. */
static int flag_of(const char *name)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(types[i].name, name) == 0)
            return types[i].flag;
    return 0;
}

/* Stay behind for the child, and end as it ends. */
static void wait_for(pid_t child)
{
    int status;

    if (waitpid(child, &status, 0) == -1)
        err(EXIT_FAILURE, "waitpid");
    if (WIFSIGNALED(status))
        exit(128 + WTERMSIG(status));
    exit(WEXITSTATUS(status));
}

int main(int argc, char *argv[])
{
    int expected = 0; /* which is any type */
    if (argc > 2 && strcmp(argv[1], "-t") == 0) {
        expected = flag_of(argv[2]);
        if (expected == 0)
            errx(2, "%s: no such type of namespace", argv[2]);
        argc -= 2;
        argv += 2;
    }
    if (argc < 3 || argv[1][0] == '-') {
        fputs("usage: nsenter [-t TYPE] FILE COMMAND [ARG]...\n",
              stderr);
        exit(2);
    }

    /*
     * A descriptor keeps its namespace alive: the command gets none.
     * O_NONBLOCK is for what is no namespace: a FIFO would let us wait.
     */
    int fd = open(argv[1], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd == -1)
        err(EXIT_FAILURE, "open: %s", argv[1]);
    if (setns(fd, expected) == -1)
        err(EXIT_FAILURE, "setns: %s", argv[1]);

    /* Nobody's PID ever changes: here our children enter, not we. */
    int type = ioctl(fd, NS_GET_NSTYPE);
    if (type == -1)
        err(EXIT_FAILURE, "ioctl: %s", argv[1]);
    if (type == CLONE_NEWPID) {
        pid_t child = fork();
        if (child == -1)
            err(EXIT_FAILURE, "fork");
        if (child > 0)
            wait_for(child);
    }

    execvp(argv[2], &argv[2]);
    err(errno == ENOENT ? 127 : 126, "%s", argv[2]);
}
