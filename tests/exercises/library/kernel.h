/*
 * kernel.h - what the kernel says of a process
 */
#ifndef KERNEL_H
#define KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A text lives until some dozens were asked for. */

struct identity {
    dev_t device;
    ino_t inode;
};

bool same(struct identity one, struct identity other);

/* The identity of a file, {0, 0} where it is missing. */
struct identity identify(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* A namespace of a process, by the name of its link. */
struct identity namespace_of(pid_t pid, const char *type);

/* Text of a kind, the contents of a file, the target of a link. */
const char *text(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
const char *contents(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
const char *target(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* A line of /proc/PID/status, as in status_of(pid, "NSpid"); its blanks
 * are single spaces. */
const char *status_of(pid_t pid, const char *field);

/* The number of a process where the program runs. */
const char *number_inside(pid_t pid);

/* Blanks become single spaces, lines are joined by "; ". */
const char *one_line(const char *string);

struct mount {
    char root[256];    /* what of the file system is mounted */
    char point[256];   /* where */
    char options[256]; /* of this mount */
    char peers[256];   /* "shared:1 master:2", "" for private */
    char type[64];
    char source[256];
    unsigned device; /* as makedev(3) has it */
};

/* The mounts of a process's mount namespace, in order. */
size_t mounts_of(pid_t pid, const struct mount **list);

/* The topmost mount on a path, NULL where nothing is mounted. */
const struct mount *mounted_on(pid_t pid, const char *path);

/* "shared", "slave", "shared and slave", "unbindable" or "private". */
const char *propagation(const struct mount *mount);

/* The namespaces of a type, as in "net", that descriptors of a process
 * refer to; one for each descriptor. A socket keeps its own. */
size_t held_namespaces(pid_t pid, const char *type,
                       const struct identity **list);

#endif
