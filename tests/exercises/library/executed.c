/*
 * executed.c - who executes what
 *
 * A program that is executed for a moment leaves no trace in /proc. The
 * kernel asks us before it opens one; we note it and say yes.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox.h"

static int events = -1;
static char tool[256];
static size_t
    commands; /* how often the command, since the last start */

/* File systems without files that can be executed. */
static bool pseudo(const char *type)
{
    return strstr(" proc sysfs cgroup cgroup2 devpts mqueue nsfs "
                  "securityfs debugfs tracefs bpf pstore efivarfs ",
                  text(" %s ", type)) != NULL;
}

void watch_executions(void)
{
    events =
        fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC | FAN_NONBLOCK,
                      O_RDONLY | O_CLOEXEC);
    if (events == -1)
        err(3, "fanotify_init");

    const struct mount *mounts;
    size_t count = mounts_at_first(&mounts);
    for (size_t i = 0; i < count; i++) {
        const char *path = in_sandbox(mounts[i].point);
        if (pseudo(mounts[i].type))
            continue;
        if (fanotify_mark(events, FAN_MARK_ADD | FAN_MARK_FILESYSTEM,
                          FAN_OPEN_EXEC_PERM, AT_FDCWD, path) == -1 &&
            strcmp(mounts[i].point, "/") == 0)
            err(3, "fanotify_mark: %s", path);
    }
}

int executions(void)
{
    return events;
}

#ifndef LOADER
/* Programs are static: the kernel opens no loader. */
#define LOADER ""
#endif

/* The kernel opens the loader that a program names right after the
 * program. Called by itself, with a program to run, it is a tool like
 * others. */
static bool is_loader(pid_t pid, struct identity opened)
{
    static pid_t linking;
    bool ours =
        same(opened, sandbox.binary) || same(opened, sandbox.command);
    bool loader = LOADER[0] != '\0' && linking == pid &&
                  same(opened, identify("%s", in_sandbox(LOADER)));
    linking = ours ? pid : 0;
    return loader;
}

/* Other programs than ours and theirs, from a process of the sandbox,
 * are remembered: the first of them. */
static void note(const struct fanotify_event_metadata *event)
{
    struct stat file;
    if (fstat(event->fd, &file) == -1)
        return;
    struct identity opened = {file.st_dev, file.st_ino};
    if (same(opened, sandbox.command))
        commands++;
    if (is_loader(event->pid, opened) || same(opened, sandbox.binary) ||
        same(opened, sandbox.command))
        return;
    if (tool[0] != '\0')
        return;
    const char *group = contents("/proc/%d/cgroup", event->pid);
    if (strstr(group, strrchr(sandbox.group, '/')) == NULL)
        return;
    snprintf(tool, sizeof(tool), "%s",
             target("/proc/self/fd/%d", event->fd));
}

static void answer(int fd)
{
    struct fanotify_response response = {fd, FAN_ALLOW};
    if (write(events, &response, sizeof(response)) == -1)
        warn("fanotify");
    close(fd);
}

void read_executions(void)
{
    union {
        struct fanotify_event_metadata first;
        char bytes[4096];
    } buffer;
    for (;;) {
        ssize_t length = read(events, &buffer, sizeof(buffer));
        if (length <= 0)
            return;
        const struct fanotify_event_metadata *event = &buffer.first;
        for (; FAN_EVENT_OK(event, length);
             event = FAN_EVENT_NEXT(event, length)) {
            if (event->fd < 0)
                continue;
            note(event);
            answer(event->fd);
        }
    }
}

void count_executions_anew(void)
{
    read_executions();
    commands = 0;
}

size_t command_executions(void)
{
    return commands;
}

const char *executed_tool(void)
{
    return tool[0] != '\0' ? tool : NULL;
}
