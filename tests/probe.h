/*
 * probe.h - is a process that runs probe.c where it can be looked at?
 */
#ifndef PROBE_H
#define PROBE_H

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Tell, by the kernel's word, whether a process catches a signal; proc
 * is a descriptor of /proc. */
static inline bool catches(int proc, pid_t pid, int number)
{
    static const char field[] = "\nSigCgt:\t";
    char path[64], status[8192];
    snprintf(path, sizeof(path), "%d/status", (int)pid);
    int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
    if (fd == -1)
        return false;
    ssize_t length = read(fd, status, sizeof(status) - 1);
    close(fd);
    status[length > 0 ? length : 0] = '\0';
    const char *line = strstr(status, field);
    unsigned long long caught =
        line == NULL ? 0 : strtoull(line + strlen(field), NULL, 16);
    return (caught >> (number - 1) & 1) != 0;
}

static inline bool probe_is_ready(int proc, pid_t pid)
{
    return catches(proc, pid, SIGTERM);
}

#endif
