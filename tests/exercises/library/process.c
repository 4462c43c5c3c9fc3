/*
 * process.c - makes processes: in the sandbox, and in namespaces of
 * others
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox.h"

/* Enter namespaces of a process. Their links are opened first: what is
 * entered can hide the others. */
static void enter(pid_t whose, int flags)
{
    static const struct {
        const char *name;
        int flag;
    } TYPES[] = {
        {"user", CLONE_NEWUSER}, {"cgroup", CLONE_NEWCGROUP},
        {"ipc", CLONE_NEWIPC},   {"uts", CLONE_NEWUTS},
        {"net", CLONE_NEWNET},   {"pid", CLONE_NEWPID},
        {"mnt", CLONE_NEWNS},
    };
    enum { COUNT = sizeof(TYPES) / sizeof(TYPES[0]) };
    int fds[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        fds[i] = open(text("/proc/%d/ns/%s", whose, TYPES[i].name),
                      O_RDONLY | O_CLOEXEC);
    for (size_t i = 0; i < COUNT; i++)
        if (flags & TYPES[i].flag && setns(fds[i], 0) == -1)
            err(125, "setns: %s", TYPES[i].name);
}

void enter_sandbox(void)
{
    enter(sandbox.init, CLONE_NEWCGROUP | CLONE_NEWIPC | CLONE_NEWUTS |
                            CLONE_NEWNET | CLONE_NEWNS);
}

pid_t fork_into_sandbox(void)
{
    fflush(stdout);
    bear_into(sandbox.init);
    pid_t child = fork();
    if (child == -1)
        err(3, "fork");
    if (child != 0)
        bear_into(getpid());
    return child;
}

/* Until a first child lives in it, a pid namespace cannot be seen. */
static void fill_pid_namespace(void)
{
    pid_t child = fork();
    if (child == -1)
        err(3, "fork");
    if (child > 0)
        return;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
        _exit(3);
    use_null();
    close_range(STDERR_FILENO + 1, ~0U, 0);
    for (;;)
        pause();
}

static _Noreturn void be_process(int flags, int said)
{
    join_group("init/");
    enter_sandbox();
    if (unshare(flags) == -1)
        err(3, "unshare");
    if (flags & CLONE_NEWPID)
        fill_pid_namespace();
    if (write(said, "", 1) != 1)
        err(3, "write");
    use_null();
    close_range(STDERR_FILENO + 1, ~0U, 0);
    for (;;)
        pause();
}

static pid_t made; /* for the program to look at */

pid_t make_process(int flags)
{
    if (made != 0) {
        kill(made, SIGKILL);
        waitpid(made, NULL, 0);
    }
    int said[2];
    if (pipe2(said, O_CLOEXEC) == -1)
        err(3, "pipe");
    made = fork_into_sandbox();
    if (made == 0)
        be_process(flags, said[1]);
    close(said[1]);
    char byte;
    if (read(said[0], &byte, 1) != 1)
        errx(3, "a process for the program to look at cannot be made");
    close(said[0]);
    return made;
}

bool made_process_is_gone(void)
{
    siginfo_t end = {0};
    return made != 0 &&
           waitid(P_PID, (id_t)made, &end,
                  WEXITED | WNOHANG | WNOWAIT) == 0 &&
           end.si_pid == made;
}

/* Read what a child prints until it ends. */
static const char *collect(int fd)
{
    enum { MOST = 4000 };
    char all[MOST + 1];
    size_t length = 0;
    ssize_t got;
    while (length < MOST &&
           (got = read(fd, all + length, MOST - length)) > 0)
        length += (size_t)got;
    close(fd);
    all[length] = '\0';
    return text("%s", all);
}

const char *inside(pid_t whose, int flags,
                   void (*function)(const char *arg), const char *arg)
{
    int ends[2];
    fflush(stdout);
    if (whose == 0)
        return "";
    if (pipe2(ends, O_CLOEXEC) == -1)
        err(3, "pipe");
    pid_t child = fork();
    if (child == -1)
        err(3, "fork");
    if (child == 0) {
        if (dup2(ends[1], STDOUT_FILENO) == -1)
            err(3, "dup2");
        enter(whose, flags);
        function(arg);
        fflush(stdout);
        _exit(0);
    }
    close(ends[1]);
    const char *said = collect(ends[0]);
    if (waitpid(child, NULL, 0) == -1)
        err(3, "waitpid");
    return said;
}
