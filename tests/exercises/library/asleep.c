/*
 * asleep.c - what a program waits for that has come to nothing
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>

#include "sandbox.h"

static const struct {
    long number;
    const char *page; /* of the manual */
} CALLS[] = {
#ifdef SYS_clock_nanosleep_time64 /* where a long has 32 bits */
    {SYS_clock_nanosleep_time64, "nanosleep(2)"},
#endif
    {SYS_clock_nanosleep, "nanosleep(2)"},
    {SYS_connect, "connect(2)"},
    {SYS_fcntl, "fcntl(2)"},
    {SYS_flock, "flock(2)"},
    {SYS_futex, "futex(2)"},
    {SYS_nanosleep, "nanosleep(2)"},
    {SYS_open, "open(2)"},
    {SYS_openat, "open(2)"},
    {SYS_pause, "pause(2)"},
    {SYS_poll, "poll(2)"},
    {SYS_read, "read(2)"},
    {SYS_recvfrom, "recv(2)"},
    {SYS_recvmsg, "recv(2)"},
    {SYS_rt_sigsuspend, "sigsuspend(2)"},
    {SYS_rt_sigtimedwait, "sigwait(3)"},
    {SYS_wait4, "wait(2)"},
    {SYS_waitid, "wait(2)"},
    {SYS_write, "write(2)"},
};

/* The call that a process sleeps in, "" where it is in none. */
static const char *call_of(pid_t pid)
{
    const char *line = contents("/proc/%d/syscall", pid);
    char *end;
    long number = strtol(line, &end, 10);
    if (end == line || number == -1)
        return "";
    for (size_t i = 0; i < sizeof(CALLS) / sizeof(CALLS[0]); i++)
        if (CALLS[i].number == number)
            return CALLS[i].page;
    return text("system call %ld", number);
}

const char *who_sleeps(void)
{
    const char *who = "your program";
    if (program() != 0 && call_of(program())[0] != '\0')
        who = text("your program sleeps in %s", call_of(program()));
    const pid_t *list;
    for (size_t count = processes(&list); count > 0; count--) {
        const char *call = call_of(list[count - 1]);
        if (list[count - 1] != program() && call[0] != '\0')
            return text("%s, a child of its in %s", who, call);
    }
    return who;
}
