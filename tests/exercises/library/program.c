/*
 * program.c - follows the doer's program
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../probe.h"
#include "sandbox.h"

enum { PROCESSES = 256, OUTPUT = 16384 };

/* Who has not run for so many seconds sleeps. */
static const double QUIET = 0.1;

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
    begin_output(&outputs[0], prints);
    begin_output(&outputs[1], complains);
}

void end_run(void)
{
    if (pid != 0)
        kill_group();
}

static void read_output(struct output *output)
{
    char scrap[4096];
    while (output->fd != -1) {
        size_t left = OUTPUT - 1 - output->length;
        ssize_t got =
            left > 0
                ? read(output->fd, output->bytes + output->length, left)
                : read(output->fd, scrap, sizeof(scrap));
        if (got == -1)
            return;
        if (got == 0) {
            close(output->fd);
            output->fd = -1;
        } else if (left > 0) {
            output->length += (size_t)got;
            output->bytes[output->length] = '\0';
        } else {
            return; /* it prints without end: later */
        }
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

bool everything_sleeps(void)
{
    static long used;
    static double since;
    long uses = group_usage();
    if (uses != used) {
        used = uses;
        since = now();
    }
    if (now() - since < QUIET)
        return false;
    for (size_t i = 0; i < count; i++) {
        char state = status_of(list[i], "State")[0];
        if (state == 'R' || state == 'D')
            return false;
    }
    return true;
}

pid_t program(void)
{
    return has_ended ? 0 : pid;
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

void end_command(void)
{
    if (probe != 0)
        kill(probe, SIGTERM);
}

void kill_command(void)
{
    if (probe != 0)
        kill(probe, SIGKILL);
}
