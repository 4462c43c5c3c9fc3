/*
 * program.c - follows the doer's program
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../probe.h"
#include "sandbox.h"

enum { PROCESSES = 256, OUTPUT = 16384 };

/* Who has not run for so many seconds sleeps. */
static const double QUIET = 0.1;

/* That long is a command stopped at most. */
static const double STOPPED = 2.0;

static pid_t pid; /* of the program, 0 before the first start */
static bool has_ended;
static int end_status;

/* What it prints, up to a limit; the rest is read and forgotten. */
static struct output {
    int fd;
    size_t length;
    char bytes[OUTPUT];
} outputs[2] = {{-1, 0, ""}, {-1, 0, ""}};

static pid_t list[PROCESSES];
static size_t count;
static char outlived[64];
static size_t commands; /* how many run the probe */
static pid_t probe;     /* one that is ready */

/* Take the end of a pipe for what is printed from now on. */
static void begin_output(struct output *output, int fd)
{
    if (output->fd != -1)
        close(output->fd);
    output->fd = fd;
    output->length = 0;
    output->bytes[0] = '\0';
}

void follow(pid_t child, int prints, int complains)
{
    pid = child;
    has_ended = false;
    outlived[0] = '\0';
    begin_output(&outputs[0], prints);
    begin_output(&outputs[1], complains);
}

void end_run(void)
{
    if (pid == 0)
        return;
    if (!has_ended)
        kill(pid, SIGKILL);
    kill_group();
    unlink(in_sandbox("/tmp/core"));
}

/* A zero would end the text before what follows it. */
static void mark_zeros(struct output *output, ssize_t got)
{
    enum { SUBSTITUTE = 0x1a };
    if (output->length == OUTPUT - 1)
        return;
    char *byte = output->bytes + output->length;
    for (; got > 0; got--, byte++)
        if (*byte == '\0')
            *byte = SUBSTITUTE;
}

/* Of complaints the last ones count: the older half goes. */
static void make_room(struct output *output)
{
    char *half = output->bytes + output->length / 2;
    output->length -= output->length / 2;
    memmove(output->bytes, half, output->length + 1);
}

static void read_output(struct output *output)
{
    char scrap[4096];
    while (output->fd != -1) {
        bool full = output->length == OUTPUT - 1;
        if (full && output == &outputs[1])
            make_room(output);
        size_t left = OUTPUT - 1 - output->length;
        ssize_t got =
            left > 0
                ? read(output->fd, output->bytes + output->length, left)
                : read(output->fd, scrap, sizeof(scrap));
        if (got == -1)
            return;
        mark_zeros(output, got);
        if (got == 0) {
            close(output->fd);
            output->fd = -1;
        } else if (left > 0) {
            output->length += (size_t)got;
            output->bytes[output->length] = '\0';
        }
        if (full)
            return; /* it prints without end: later */
    }
}

static void find_command(void)
{
    static int proc = -1;
    if (proc == -1)
        proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (proc == -1)
        err(3, "open: /proc");
    commands = 0;
    probe = 0;
    for (size_t i = 0; i < count; i++) {
        if (!same(identify("/proc/%d/exe", list[i]), sandbox.command))
            continue;
        commands++;
        if (probe_is_ready(proc, list[i]))
            probe = list[i];
    }
    if (commands != 1)
        probe = 0;
}

/* Whoever ends together with the program does not sleep: it has been
 * killed, or runs its last steps. */
static void note_who_outlives_it(void)
{
    for (size_t i = 0; i < count && outlived[0] == '\0'; i++)
        if (strchr("ST", status_of(list[i], "State")[0]) != NULL)
            snprintf(outlived, sizeof(outlived), "%s",
                     status_of(list[i], "Name"));
}

void watch_program(void)
{
    read_executions();
    read_output(&outputs[0]);
    read_output(&outputs[1]);
    if (pid != 0 && !has_ended)
        has_ended = waitpid(pid, &end_status, WNOHANG) == pid;
    if (has_ended) { /* what it wrote last */
        read_output(&outputs[0]);
        read_output(&outputs[1]);
    }
    count = read_group(list, PROCESSES);
    if (has_ended)
        note_who_outlives_it();
    find_command();
}

void wait_for_program(void)
{
    enum { MILLISECONDS = 3 };
    struct pollfd fds[] = {
        {executions(), POLLIN, 0},
        {outputs[0].fd, POLLIN, 0},
        {outputs[1].fd, POLLIN, 0},
    };
    if (poll(fds, 3, MILLISECONDS) == -1 && errno != EINTR)
        err(3, "poll");
}

bool nothing_runs(void)
{
    watch_program();
    return has_ended && count == 0;
}

/* A process that has been made since the list was read runs: whoever
 * sleeps now may have made it just before. */
static bool list_has_changed(void)
{
    pid_t again[PROCESSES];
    size_t many = read_group(again, PROCESSES);
    return many != count ||
           memcmp(again, list, many * sizeof(list[0])) != 0;
}

/* The program, before it is executed, is not in the list. */
bool nobody_goes_on(void)
{
    if (!has_ended && goes_on(pid))
        return false;
    for (size_t i = 0; i < count; i++)
        if (goes_on(list[i]))
            return false;
    return !list_has_changed();
}

bool everything_sleeps(void)
{
    static long used;
    static double since;
    long uses = group_usage();
    if (uses != used) {
        used = uses;
        since = now();
    }
    return now() - since >= QUIET && nobody_goes_on();
}

pid_t program(void)
{
    return has_ended ? 0 : pid;
}

pid_t started_program(void)
{
    return pid;
}

const char *outlived_it(void)
{
    return outlived;
}

pid_t command(void)
{
    return probe;
}

size_t commands_running(void)
{
    return commands;
}

size_t processes(const pid_t **processes)
{
    *processes = list;
    return count;
}

bool ended(int *status)
{
    *status = end_status;
    return has_ended;
}

const char *printed(void)
{
    return outputs[0].bytes;
}

const char *complained(void)
{
    return outputs[1].bytes;
}

/* Who waits for a command does not take it for ended when it stops. A
 * program that stops together with it goes on with it, too. */
static void stop_and_continue(void)
{
    kill(probe, SIGSTOP);
    double began = now();
    do {
        wait_for_program();
        watch_program();
    } while (!everything_sleeps() && now() - began < STOPPED);
    if (!has_ended)
        kill(pid, SIGCONT);
    kill(probe, SIGCONT);
}

void end_command(void)
{
    pid_t ending = probe;
    if (ending == 0)
        return;
    stop_and_continue();
    kill(ending, SIGTERM);
}

static int death_signal;

int death(void)
{
    return death_signal;
}

/* Each of them leaves a core file, and a status has a bit for that. No
 * signal but a fault of its own ends process 1 of a pid namespace. */
static const int SIGNALS[] = {SIGILL,  SIGFPE, SIGSEGV, SIGQUIT,
                              SIGABRT, SIGBUS, SIGSYS,  SIGTRAP,
                              SIGXCPU, SIGXFSZ};
enum { FAULTS = 3, ALL = sizeof(SIGNALS) / sizeof(SIGNALS[0]) };

void kill_command(void)
{
    bool first = probe != 0 && strcmp(number_inside(probe), "1") == 0;
    unsigned which = random_below(first ? FAULTS : ALL);
    death_signal = SIGNALS[which];
    union sigval number = {.sival_int = death_signal};
    if (probe != 0 && which < FAULTS)
        sigqueue(probe, SIGTERM, number);
    else if (probe != 0)
        kill(probe, death_signal);
}
