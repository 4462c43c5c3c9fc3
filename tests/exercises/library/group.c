/*
 * group.c - the control group of a sandbox: limits, and who is in it
 *
 * Below exercise.PID, named after the process that keeps it, are two:
 * "init" has no limits, "program" holds whatever the doer starts.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sandbox.h"

static const char ROOT[] = "/sys/fs/cgroup";
static const char NAME[] = "exercise.";
#define PROCESSES "64"
#define ALL_PROCESSES "160"
#define MEMORY "160M"

/* Write a word to a file of the group; returns errno, 0 if it went. */
static int put(const char *file, const char *word)
{
    int fd =
        open(text("%s/%s", sandbox.group, file), O_WRONLY | O_CLOEXEC);
    if (fd == -1)
        return errno;
    int wrong = 0;
    if (write(fd, word, strlen(word)) == -1)
        wrong = errno;
    close(fd);
    return wrong;
}

static void must_put(const char *file, const char *word)
{
    int wrong = put(file, word);
    if (wrong != 0)
        errx(3, "%s/%s: cannot write %s: %s", sandbox.group, file, word,
             strerror(wrong));
}

void make_group(void)
{
    const char *parents = text("%s/cgroup.subtree_control", ROOT);
    if (strstr(contents("%s", parents), "memory") == NULL ||
        strstr(contents("%s", parents), "pids") == NULL)
        errx(3, "%s has not both memory and pids", parents);
    snprintf(sandbox.group, sizeof(sandbox.group), "%s/%s%d", ROOT,
             NAME, getpid());
    const char *parts[] = {"", "/init", "/program"};
    for (size_t i = 0; i < 3; i++)
        if (mkdir(text("%s%s", sandbox.group, parts[i]), 0755) == -1)
            err(3, "mkdir: %s%s", sandbox.group, parts[i]);
}

void join_group(const char *part)
{
    must_put(text("%scgroup.procs", part), "0");
}

void limit_group(void)
{
    must_put("cgroup.subtree_control", "+memory +pids");
    must_put("program/pids.max", PROCESSES);
    must_put("pids.max",
             ALL_PROCESSES); /* who moves has a limit, too */
    must_put("program/memory.max", MEMORY);
    put("program/memory.swap.max", "0");
}

/* Read a number of a file such as "max 3". */
static long number(const char *file, const char *name)
{
    const char *events = contents("%s/program/%s", sandbox.group, file);
    const char *found = strstr(events, text("%s ", name));
    if (found == NULL)
        return 0;
    return strtol(found + strlen(name), NULL, 10);
}

const char *limit_reached(void)
{
    if (number("pids.events", "max") > 0)
        return "it wanted more than " PROCESSES " processes";
    if (number("memory.events", "oom_kill") > 0)
        return "it wanted more than " MEMORY "B of memory";
    return NULL;
}

long group_usage(void)
{
    return number("cpu.stat", "usage_usec");
}

/* Add the processes of a group, and of those below it, to a list. */
static size_t read_below(const char *group, pid_t *list, size_t most)
{
    size_t count = 0;
    const char *line = contents("%s/cgroup.procs", group);
    for (char *end; count < most; line = end) {
        long pid = strtol(line, &end, 10);
        if (end == line)
            break;
        if (pid > 0)
            list[count++] = (pid_t)pid;
    }
    DIR *dir = opendir(group);
    if (dir == NULL)
        return count;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
            count += read_below(text("%s/%s", group, entry->d_name),
                                list + count, most - count);
    closedir(dir);
    return count;
}

/* Who runs the grader is ours; whoever else there is comes from the
 * program, wherever in the group it has moved. */
size_t read_group(pid_t *list, size_t most)
{
    static struct identity grader;
    if (grader.inode == 0)
        grader = identify("/proc/self/exe");
    size_t all = read_below(sandbox.group, list, most);
    size_t count = 0;
    for (size_t i = 0; i < all; i++)
        if (!same(identify("/proc/%d/exe", list[i]), grader))
            list[count++] = list[i];
    return count;
}

void kill_group(void)
{
    enum { MOST = 256 };
    pid_t list[MOST];
    double began = now();
    put("program/pids.max", "0");
    for (size_t count; (count = read_group(list, MOST)) > 0;) {
        if (now() - began > DYING)
            errx(3, "%zu processes do not die", count);
        while (count > 0)
            kill(list[--count], SIGKILL);
        watch_program();
        wait_for_program();
    }
    put("program/pids.max", PROCESSES);
}

void remove_group(const char *group)
{
    DIR *dir = opendir(group);
    if (dir == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
            remove_group(text("%s/%s", group, entry->d_name));
    closedir(dir);
    double began = now();
    while (rmdir(group) == -1) {
        if (errno != EBUSY || now() - began > DYING) {
            warn("rmdir: %s", group);
            return;
        }
        /* Killed processes leave it in their own time. */
        nanosleep(&(struct timespec){0, 2000000}, NULL);
    }
}

void remove_stale_groups(void)
{
    DIR *dir = opendir(ROOT);
    if (dir == NULL)
        err(3, "opendir: %s", ROOT);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (strncmp(entry->d_name, NAME, strlen(NAME)) != 0)
            continue;
        long keeper = strtol(entry->d_name + strlen(NAME), NULL, 10);
        if (kill((pid_t)keeper, 0) == -1)
            remove_group(text("%s/%s", ROOT, entry->d_name));
    }
    closedir(dir);
}
