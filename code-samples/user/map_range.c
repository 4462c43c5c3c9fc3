/*
 * map_range.c - run a command as root, with more ids beside 0
 *
 * usage: map_range FIRST COUNT COMMAND [ARG]...
 * needs: nothing
 *
 * Maps 0 to the caller, and 1 to COUNT to the ids from FIRST on, by the
 * tools newuidmap and newgidmap: /etc/subuid and /etc/subgid must say
 * that these ids are the caller's.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NO_ID ((uid_t)-1) /* what is no id */

/* What is no number would make the tools print their own usage. */
static uid_t id_of(const char *text)
{
    char *end;
    unsigned long id = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0')
        errx(2, "%s: not a number", text);
    if (id >= NO_ID)
        errx(2, "%s: larger than any id", text);
    return id;
}

static void wait_for(pid_t child, const char *who)
{
    int status;
    if (waitpid(child, &status, 0) == -1)
        err(EXIT_FAILURE, "waitpid");
    if (WIFSIGNALED(status))
        errx(EXIT_FAILURE, "%s: %s", who, strsignal(WTERMSIG(status)));
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
    wait_for(child, tool);
}

static _Noreturn void help(pid_t target, const int gate[2],
                           char *range[])
{
    if (close(gate[1]) == -1)
        err(EXIT_FAILURE, "close");
    char byte;
    ssize_t got = read(gate[0], &byte, 1);
    if (got == -1)
        err(EXIT_FAILURE, "read");
    if (got == 0)
        exit(EXIT_FAILURE); /* the parent has ended, and said why */
    map("newuidmap", target, geteuid(), range);
    map("newgidmap", target, getegid(), range);
    exit(EXIT_SUCCESS);
}

/* It stays outside, where the right to map the ids is. */
static pid_t fork_helper(const int gate[2], char *range[])
{
    pid_t target = getpid();
    pid_t helper = fork();
    if (helper == -1)
        err(EXIT_FAILURE, "fork");
    if (helper == 0)
        help(target, gate, range);
    return helper;
}

int main(int argc, char *argv[])
{
    if (argc < 4 || argv[1][0] == '-') {
        fputs("usage: map_range FIRST COUNT COMMAND [ARG]...\n",
              stderr);
        exit(2);
    }
    uid_t first = id_of(argv[1]), count = id_of(argv[2]);
    if (count > NO_ID - first)
        errx(2, "%s from %s on: larger than any id", argv[2], argv[1]);

    /* Ignored, SIGCHLD would take the children's statuses away. */
    sighandler_t callers = signal(SIGCHLD, SIG_DFL);
    int gate[2];
    if (pipe2(gate, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    pid_t helper = fork_helper(gate, &argv[1]);

    if (unshare(CLONE_NEWUSER) == -1)
        err(EXIT_FAILURE, "unshare");
    if (write(gate[1], "!", 1) != 1)
        err(EXIT_FAILURE, "write");
    wait_for(helper, "helper");
    signal(SIGCHLD, callers);

    execvp(argv[3], &argv[3]);
    err(errno == ENOENT ? 127 : 126, "%s", argv[3]);
}
