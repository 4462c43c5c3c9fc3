/*
 * progress.c - will the program go on by itself?
 *
 * Who sleeps in a call with a time limit goes on, however slowly; who
 * sleeps in one without waits for somebody else.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox.h"

/* Where the limit of a call stands, counted from 0. */
static const struct {
    long call;
    int argument;
    enum { MILLISECONDS, POINTER, REQUEST } kind;
} LIMITS[] = {
    {SYS_nanosleep, 0, REQUEST},
    {SYS_clock_nanosleep, 2, REQUEST},
    {SYS_poll, 2, MILLISECONDS},
    {SYS_ppoll, 2, POINTER},
    {SYS_select, 4, POINTER},
    {SYS_pselect6, 4, POINTER},
    {SYS_epoll_wait, 3, MILLISECONDS},
    {SYS_epoll_pwait, 3, MILLISECONDS},
    {SYS_futex, 3, POINTER},
    {SYS_rt_sigtimedwait, 2, POINTER},
    {SYS_restart_syscall, 0, REQUEST},
#ifdef SYS_clock_nanosleep_time64 /* where a long has 32 bits */
    {SYS_clock_nanosleep_time64, 2, REQUEST},
    {SYS_ppoll_time64, 2, POINTER},
    {SYS_pselect6_time64, 4, POINTER},
    {SYS_futex_time64, 3, POINTER},
    {SYS_rt_sigtimedwait_time64, 2, POINTER},
    {SYS__newselect, 4, POINTER},
#endif
};

/* Does a sleep that was asked for end before we do? Who sleeps until a
 * time, and not for one, is taken at his word. */
static bool is_short(pid_t pid, unsigned long address)
{
    unsigned long seconds = 0;
    int fd = open(text("/proc/%d/mem", pid), O_RDONLY | O_CLOEXEC);
    if (fd != -1) {
        if (pread(fd, &seconds, sizeof(seconds), (off_t)address) == -1)
            seconds = 0;
        close(fd);
    }
    return seconds < BOUND || seconds > 1000000000;
}

/* Tell whether a thread sleeps in a call that ends by itself. */
static bool is_timed(pid_t pid, const char *thread)
{
    long call;
    unsigned long arguments[5];
    int read = sscanf(contents("/proc/%d/task/%s/syscall", pid, thread),
                      "%ld %lx %lx %lx %lx %lx", &call, &arguments[0],
                      &arguments[1], &arguments[2], &arguments[3],
                      &arguments[4]);
    if (read < 1)
        return true; /* "running": it has just been woken */
    if (read != 6)
        return false; /* it sleeps in no call */
    for (size_t i = 0; i < sizeof(LIMITS) / sizeof(LIMITS[0]); i++) {
        if (LIMITS[i].call != call)
            continue;
        unsigned long limit = arguments[LIMITS[i].argument];
        if (LIMITS[i].kind == REQUEST)
            return call == SYS_restart_syscall || is_short(pid, limit);
        return LIMITS[i].kind == POINTER ? limit != 0 : (int)limit >= 0;
    }
    return false;
}

/* Tell whether a process has a thread that runs, or soon will. */
bool goes_on(pid_t pid)
{
    bool moves = false;
    DIR *dir = opendir(text("/proc/%d/task", pid));
    if (dir == NULL)
        return true; /* it has just ended: look again */
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        const char *stat =
            contents("/proc/%d/task/%s/stat", pid, entry->d_name);
        /* The name before it may have brackets, too. */
        const char *end = strrchr(stat, ')');
        int state = end != NULL && end[1] == ' ' ? end[2] : '\0';
        /* A zombie of ours has not been waited for yet. */
        if (strchr("RDZX", state) != NULL ||
            is_timed(pid, entry->d_name))
            moves = true;
    }
    closedir(dir);
    return moves;
}
