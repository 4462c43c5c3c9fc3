/*
 * try_propagation.c - try what reaches a copied mount, and leaves it
 *
 * usage: try_propagation
 * needs: CAP_SYS_ADMIN
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static void must_mount(const char *source, const char *target,
                       const char *type, unsigned long flags)
{
    if (mount(source, target, type, flags, NULL) == -1)
        err(EXIT_FAILURE, "mount: %s", target);
}

static void must_umount(const char *target)
{
    if (umount(target) == -1)
        err(EXIT_FAILURE, "umount: %s", target);
}

static dev_t device(const char *path)
{
    struct stat file;
    if (stat(path, &file) == -1)
        err(EXIT_FAILURE, "stat: %s", path);
    return file.st_dev;
}

/* Does a mount at one path appear at the other as well? */
static const char *reaches(const char *here, const char *there)
{
    must_mount("trial", here, "tmpfs", 0);
    const char *answer = device(here) == device(there) ? "yes" : "no";
    must_umount(here);
    return answer;
}

/* EINVAL has many causes: it is an answer for one type only. */
static const char *can_be_bound(const char *path, unsigned long type)
{
    if (mount(path, "third", NULL, MS_BIND, NULL) == -1) {
        if (errno != EINVAL || type != MS_UNBINDABLE)
            err(EXIT_FAILURE, "mount: third");
        return "no";
    }
    must_umount("third");
    return "yes";
}

static void try_copy(const char *name, unsigned long type)
{
    must_mount("original", "copy", NULL, MS_BIND);
    must_mount(NULL, "copy", NULL, type);
    const char *in = reaches("original/sub", "copy/sub");
    const char *out = reaches("copy/sub", "original/sub");
    const char *bound = can_be_bound("copy", type);
    printf("%-12s %-18s %-18s %s\n", name, in, out, bound);
    must_umount("copy");
}

int main(int argc, char *argv[])
{
    (void)argv;
    if (argc > 1) {
        fputs("usage: try_propagation\n", stderr);
        exit(2);
    }

    /* A stage of our own: an empty /tmp that nobody else sees. */
    if (unshare(CLONE_NEWNS) == -1)
        err(EXIT_FAILURE, "unshare");
    must_mount(NULL, "/", NULL, MS_REC | MS_PRIVATE);
    must_mount("stage", "/tmp", "tmpfs", 0);
    if (chdir("/tmp") == -1)
        err(EXIT_FAILURE, "chdir: /tmp");
    if (mkdir("original", 0755) == -1 || mkdir("copy", 0755) == -1 ||
        mkdir("original/sub", 0755) == -1 || mkdir("third", 0755) == -1)
        err(EXIT_FAILURE, "mkdir");
    /* Only a mount can be shared, and a folder becomes one by this. */
    must_mount("original", "original", NULL, MS_BIND);
    must_mount(NULL, "original", NULL, MS_SHARED);
    puts("the copy is  original -> copy   copy -> original   bindable");
    try_copy("shared", MS_SHARED);
    try_copy("slave", MS_SLAVE);
    try_copy("private", MS_PRIVATE);
    try_copy("unbindable", MS_UNBINDABLE);

    if (ferror(stdout) || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
}
