/*
 * marker.c - linked to a sample, it shows in a trace where main starts
 *
 * The marker is a call that no sample makes. strace counts the calls of
 * each process from 1: with PAD=NUMBER:COUNT we first make COUNT calls
 * of that number, which fail, and COUNT more after each fork. Then
 * processes of one program reach no count in common, and a fault hits
 * one of them.
 *
 * With ORPHAN, a process that has made a child is killed, and the child
 * goes on when it has another parent. Linked with --wrap=fork,clone.
 *
 * With STDOUT=lines, what is printed is written line by line, and not
 * when the program ends, as it is on a terminal.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/personality.h>
#include <unistd.h>

static long number;
static long calls;
static long generation;

static void pad(void)
{
    generation++;
    for (long i = 0; i < generation * calls; i++)
        syscall(number, -1, -1, -1, -1, -1, -1);
}

__attribute__((constructor)) static void mark(void)
{
    if (getenv("STDOUT") != NULL) {
        setlinebuf(stdout);
        unsetenv("STDOUT"); /* it is not for what we execute */
    }
    const char *wanted = getenv("PAD");
    char *end;
    if (wanted != NULL) {
        number = strtol(wanted, &end, 10);
        calls = strtol(end + 1, NULL, 10);
        pthread_atfork(NULL, NULL, pad);
        pad();
    }
    personality(0xffffffff); /* which changes nothing */
}

typedef int Start(void *arg);
pid_t __real_fork(void);
pid_t __wrap_fork(void);
int __real_clone(Start *start, void *stack, int flags, void *arg, ...);
int __wrap_clone(Start *start, void *stack, int flags, void *arg, ...);

/* Return who our parent is outside, where getppid() may be 0. */
static long parent_outside(void)
{
    char parent[16] = "";
    FILE *file = fopen("/proc/self/stat", "re");
    if (file == NULL ||
        fscanf(file, "%*s (%*[^)]) %*c %15s", parent) != 1)
        abort();
    fclose(file);
    return strtol(parent, NULL, 10);
}

static void await_death(pid_t parent)
{
    while (parent_outside() == parent)
        sched_yield();
}

pid_t __wrap_fork(void)
{
    pid_t parent = getpid();
    pid_t child = __real_fork();
    if (child == 0 && getenv("ORPHAN") != NULL)
        await_death(parent);
    if (child > 0 && getenv("ORPHAN") != NULL)
        raise(SIGKILL);
    return child;
}

static pid_t cloner;
static Start *cloned;

static int start(void *arg)
{
    pad();
    if (getenv("ORPHAN") != NULL)
        await_death(cloner);
    return cloned(arg);
}

/* What pthread_atfork() is told of is fork() alone. */
int __wrap_clone(Start *first, void *stack, int flags, void *arg, ...)
{
    cloner = getpid();
    cloned = first;
    int child = __real_clone(start, stack, flags, arg);
    if (child > 0 && getenv("ORPHAN") != NULL)
        raise(SIGKILL);
    return child;
}
