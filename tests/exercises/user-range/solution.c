/*
 * user-range.c - run a command as root over a range of ids
 *
 * usage: user-range FIRST COUNT COMMAND [ARG]...
 * needs: CAP_SETUID, CAP_SETGID
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef STARTER
#else
#include <signal.h>
#include <sys/prctl.h>

/* The kernel would cut what is larger: 4294967297 were 1 to it. */
static void check_id(const char *text)
{
    char *end;
    unsigned long id = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0')
        errx(2, "%s: not a number", text);
    if (id >= (uid_t)-1)
        errx(2, "%s: larger than any id", text);
}

/* Write a map of a process, in one write. */
static void put(pid_t target, const char *file, const char *line)
{
    char path[48];
    snprintf(path, sizeof(path), "/proc/%d/%s", target, file);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd == -1)
        err(EXIT_FAILURE, "open: %s", path);
    if (write(fd, line, strlen(line)) != (ssize_t)strlen(line))
        err(EXIT_FAILURE, "write: %s", path);
    if (close(fd) == -1)
        err(EXIT_FAILURE, "close: %s", path);
}

/* Stay outside, where the right to map the ids is. */
static pid_t fork_helper(const int gate[2], char *range[])
{
    pid_t target = getpid();
    pid_t helper = fork();
    if (helper == -1)
        err(EXIT_FAILURE, "fork");
    if (helper > 0)
        return helper;

    /* Who is to be mapped may have failed, and said why. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
        err(EXIT_FAILURE, "prctl");
    if (close(gate[1]) == -1)
        err(EXIT_FAILURE, "close");
    char byte;
    ssize_t got = read(gate[0], &byte, 1);
    if (got == -1)
        err(EXIT_FAILURE, "read");
    if (got == 0)
        exit(EXIT_FAILURE);
    char line[64];
    snprintf(line, sizeof(line), "0 %.20s %.20s\n", range[0], range[1]);
    put(target, "uid_map", line);
    put(target, "gid_map", line);
    exit(EXIT_SUCCESS);
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

#endif
int main(int argc, char *argv[])
{
    if (argc < 4 || argv[1][0] == '-') {
        fputs("usage: user-range FIRST COUNT COMMAND [ARG]...\n",
              stderr);
        exit(2);
    }

#ifdef STARTER
    /* TODO: be in a new user namespace, have somebody outside write
     * both maps, and become the root that is there then. */
#else
    check_id(argv[1]);
    check_id(argv[2]);

    /* Ignored, SIGCHLD would take the helper's status away. */
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

    /* Outside's root is nobody in here; be the one of the map. */
    if (setgroups(0, NULL) == -1)
        err(EXIT_FAILURE, "setgroups");
    if (setresgid(0, 0, 0) == -1)
        err(EXIT_FAILURE, "setresgid");
    if (setresuid(0, 0, 0) == -1)
        err(EXIT_FAILURE, "setresuid");
#endif

    execvp(argv[3], &argv[3]);
    err(errno == ENOENT ? 127 : 126, "%s", argv[3]);
}
