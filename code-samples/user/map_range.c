/*
 * map_range.c - run a command as root, with more ids beside 0
 *
 * usage: map_range FIRST COUNT COMMAND [ARG]...
 * needs: nothing
 *
 * Maps 0 to the caller, and 1 to COUNT to the ids from FIRST on, which
 * must be the caller's in /etc/subuid and /etc/subgid.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void wait_for(pid_t child)
{
    int status;
    if (waitpid(child, &status, 0) == -1)
        err(EXIT_FAILURE, "waitpid");
    if (status != 0)
        exit(EXIT_FAILURE); /* it has said why */
}

static void map(const char *tool, pid_t target, unsigned own,
                char *range[])
{
    char pid[16], id[16];
    snprintf(pid, sizeof(pid), "%d", target);
    snprintf(id, sizeof(id), "%u", own);

    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        execlp(tool, tool, pid, "0", id, "1", "1", range[0], range[1],
               NULL);
        err(EXIT_FAILURE, "%s", tool);
    }
    wait_for(child);
}

int main(int argc, char *argv[])
{
    if (argc < 4 || argv[1][0] == '-') {
        fputs("usage: map_range FIRST COUNT COMMAND [ARG]...\n",
              stderr);
        exit(2);
    }

    int gate[2];
    if (pipe2(gate, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");

    /* The helper stays outside, where the right to map the ids is. */
    pid_t target = getpid();
    pid_t helper = fork();
    if (helper == -1)
        err(EXIT_FAILURE, "fork");
    if (helper == 0) {
        if (close(gate[1]) == -1)
            err(EXIT_FAILURE, "close");
        char byte;
        ssize_t got = read(gate[0], &byte, 1);
        if (got == -1)
            err(EXIT_FAILURE, "read");
        if (got == 0)
            exit(EXIT_FAILURE); /* the parent has, and said why */
        map("newuidmap", target, geteuid(), &argv[1]);
        map("newgidmap", target, getegid(), &argv[1]);
        exit(EXIT_SUCCESS);
    }

    if (unshare(CLONE_NEWUSER) == -1)
        err(EXIT_FAILURE, "unshare");
    if (write(gate[1], "!", 1) != 1)
        err(EXIT_FAILURE, "write");
    wait_for(helper);

    execvp(argv[3], &argv[3]);
    err(errno == ENOENT ? 127 : 126, "%s", argv[3]);
}
