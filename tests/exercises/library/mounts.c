/*
 * mounts.c - what a program in the sandbox finds on its paths
 *
 * All that the machine has can be read and nothing written, but for new
 * file systems of limited size. Mounts propagate as on a system that
 * systemd booted, among the mount namespaces of the sandbox.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox.h"

enum { ROOM = 8 << 20 }; /* in /run, beside the program */

/* The new ones, outer before inner. */
static const struct {
    const char *point, *type, *options;
} NEW[] = {
    {"/proc", "proc", NULL},
    {"/sys", "sysfs", NULL},
    {"/sys/fs/cgroup", "cgroup2", NULL},
    {"/run", "tmpfs", "mode=755"},
    {"/tmp", "tmpfs", "mode=1777,size=16m"},
    {"/dev/shm", "tmpfs", "mode=1777,size=16m"},
    {"/dev/mqueue", "mqueue", NULL},
};

static void must_mount(const char *source, const char *point,
                       const char *type, unsigned long flags,
                       const char *options)
{
    if (mount(source, point, type, flags, options) == -1)
        err(3, "mount: %s", point);
}

static void protect(const struct mount *mount)
{
    static const struct {
        const char *name;
        unsigned long flag;
    } KEPT[] = {
        {"nosuid", MS_NOSUID},
        {"nodev", MS_NODEV},
        {"noexec", MS_NOEXEC},
    };
    unsigned long flags = MS_REMOUNT | MS_BIND | MS_RDONLY;
    for (size_t i = 0; i < sizeof(KEPT) / sizeof(KEPT[0]); i++)
        if (strstr(mount->options, KEPT[i].name) != NULL)
            flags |= KEPT[i].flag;
    must_mount(NULL, mount->point, NULL, flags, NULL);
}

/* devpts makes a file for each terminal that is opened. */
static void protect_all(void)
{
    const struct mount *mounts;
    size_t count = mounts_of(getpid(), &mounts);
    for (size_t i = 0; i < count; i++)
        if (strcmp(mounts[i].type, "devpts") != 0)
            protect(&mounts[i]);
}

static int must_open(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0755);
    if (fd == -1)
        err(3, "open: %s", path);
    return fd;
}

static off_t size_of(int fd)
{
    struct stat file;
    if (fstat(fd, &file) == -1)
        err(3, "fstat");
    return file.st_size;
}

/* Write a file that is open to a new one, and close it. */
static void copy(int in, const char *to)
{
    int out = must_open(to, O_WRONLY | O_CREAT | O_EXCL);
    for (off_t left = size_of(in); left > 0;) {
        ssize_t count = sendfile(out, in, NULL, (size_t)left);
        if (count <= 0)
            err(3, "sendfile: %s", to);
        left -= count;
    }
    if (fchmod(out, 0755) == -1 || close(out) == -1)
        err(3, "close: %s", to);
    close(in);
}

/* What is easily missed: a name with a blank, and who is covered. */
static void make_pitfall(void)
{
    static const char POINT[] = "/run/a blank";
    if (mkdir(POINT, 0755) == -1)
        err(3, "mkdir: %s", POINT);
    for (int i = 0; i < 2; i++)
        must_mount("tmpfs", POINT, "tmpfs", 0, "size=64k");
}

void make_mounts(const char *program_file, const char *probe_file)
{
    /* They may lie where a new file system will cover them. */
    int program = must_open(program_file, O_RDONLY);
    int probe = must_open(probe_file, O_RDONLY);

    must_mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
    for (size_t i = 0; i < sizeof(NEW) / sizeof(NEW[0]); i++)
        if (umount2(NEW[i].point, MNT_DETACH) == -1 &&
            errno != EINVAL && errno != ENOENT)
            err(3, "umount: %s", NEW[i].point);
    must_mount("proc", "/proc", "proc", 0, NULL);
    protect_all();
    for (size_t i = 1; i < sizeof(NEW) / sizeof(NEW[0]); i++)
        if (access(NEW[i].point, F_OK) == 0)
            must_mount(NEW[i].type, NEW[i].point, NEW[i].type, 0,
                       NEW[i].options);
    must_mount(NULL, "/proc", NULL, MS_REMOUNT | MS_BIND, NULL);

    /* There must be room for the program, however large. */
    must_mount("tmpfs", "/run", "tmpfs", MS_REMOUNT,
               text("size=%jd", (intmax_t)size_of(program) + ROOM));
    if (mkdir(sandbox.folder, 0755) == -1)
        err(3, "mkdir: %s", sandbox.folder);
    copy(program, text("%s/%s", sandbox.folder, sandbox.program));
    copy(probe, text("%s/%s", sandbox.folder, sandbox.probe));
    make_pitfall();
    must_mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL);
}
