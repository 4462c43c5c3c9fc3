/*
 * nested.c - makes processes in pid namespaces of the grader's
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox.h"

pid_t own_number(void)
{
    return (pid_t)strtol(target("/proc/self"), NULL, 10);
}

/* More groups than a page has room for: a line in front of others. */
static void have_many_groups(void)
{
    enum { GROUPS = 1200 };
    gid_t groups[GROUPS];
    for (gid_t i = 0; i < GROUPS; i++)
        groups[i] = 100000 + i;
    if (setgroups(GROUPS, groups) == -1)
        err(3, "setgroups");
}

/* Whoever is stopped and goes on has got a signal, too. */
static void mark(int unused)
{
    (void)unused;
    signal(SIGUSR1, SIG_IGN);
}

static void mark_all_signals(void)
{
    for (int number = 1; number < SIGRTMAX; number++)
        if (number != SIGCHLD)
            signal(number, mark); /* two of them cannot be caught */
}

static _Noreturn void be_member(const struct member *member, int said)
{
    join_group("init/");
    pid_t self = own_number();
    if (member->bears_into != 0)
        bear_into(member->bears_into);
    enter_sandbox();
    if (member->name != NULL && prctl(PR_SET_NAME, member->name) == -1)
        err(3, "prctl");
    if (member->many_groups)
        have_many_groups();
    if (member->user != 0 && setuid(member->user) == -1)
        err(3, "setuid");
    if (member->counts)
        mark_all_signals();
    if (signal(SIGCHLD, SIG_IGN) == SIG_ERR)
        err(3, "signal");
    if (write(said, &self, sizeof(self)) != sizeof(self))
        err(3, "write");
    use_null();
    close_range(STDERR_FILENO + 1, ~0U, 0);
    for (;;)
        pause();
}

/* Fork a process that has the numbers of a member. */
static pid_t fork_member(const struct member *member)
{
    struct clone_args args = {
        .flags = member->first ? CLONE_NEWPID : 0,
        .exit_signal = SIGCHLD,
    };
    while (member->numbers[args.set_tid_size] != 0)
        args.set_tid_size++;
    if (args.set_tid_size > 0)
        args.set_tid = (uintptr_t)member->numbers;
    return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

/* Its parent ends at once: it becomes a child of the first process of
 * its namespace, as if that had made it. */
static _Noreturn void bear_and_end(const struct member *member,
                                   int said)
{
    pid_t child = fork_member(member);
    if (child == -1)
        err(3, "clone3");
    if (child == 0)
        be_member(member, said);
    _exit(0);
}

pid_t make_member(const struct member *member)
{
    int said[2];
    if (pipe2(said, O_CLOEXEC) == -1)
        err(3, "pipe");
    fflush(stdout);
    bear_into(member->whose);
    pid_t child = member->enters ? fork_member(member) : fork();
    if (child == -1 && errno == ENOMEM) {
        bear_into(getpid());
        close(said[0]);
        close(said[1]);
        return 0;
    }
    if (child == -1)
        err(3, "fork");
    if (child == 0 && member->enters)
        be_member(member, said[1]);
    if (child == 0)
        bear_and_end(member, said[1]);
    bear_into(getpid());
    close(said[1]);
    pid_t made;
    if (read(said[0], &made, sizeof(made)) != sizeof(made))
        errx(3, "a process in a pid namespace cannot be made");
    close(said[0]);
    if (!member->enters && waitpid(child, NULL, 0) == -1)
        err(3, "waitpid");
    return made;
}

pid_t number_at(pid_t pid, int level)
{
    const char *numbers = status_of(pid, "NSpid");
    for (; level > 0 && numbers != NULL; level--) {
        numbers = strchr(numbers, ' ');
        numbers = numbers == NULL ? NULL : numbers + 1;
    }
    return numbers == NULL ? 0 : (pid_t)strtol(numbers, NULL, 10);
}
