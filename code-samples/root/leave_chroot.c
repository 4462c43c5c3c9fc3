/*
 * leave_chroot.c - run a command outside the chroot that one is in
 *
 * usage: leave_chroot FOLDER COMMAND [ARG]...
 * needs: CAP_SYS_CHROOT
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* By its number: not every libc knows of mounts in its statx. */
static struct statx must_statx(const char *path)
{
    struct statx info;
    unsigned int mask = STATX_INO | STATX_MNT_ID;
    if (syscall(SYS_statx, AT_FDCWD, path, 0, mask, &info) == -1)
        err(EXIT_FAILURE, "statx: %s", path);
    return info;
}

/* One folder on two mounts is two places, one above the other. */
static bool same(const char *one, const char *other)
{
    struct statx a = must_statx(one), b = must_statx(other);
    return a.stx_mnt_id == b.stx_mnt_id && a.stx_ino == b.stx_ino &&
           a.stx_dev_major == b.stx_dev_major &&
           a.stx_dev_minor == b.stx_dev_minor;
}

int main(int argc, char *argv[])
{
    if (argc < 3 || argv[1][0] == '-') {
        fputs("usage: leave_chroot FOLDER COMMAND [ARG]...\n", stderr);
        exit(2);
    }
    if (same(argv[1], "/"))
        errx(2, "%s: a folder below / is needed", argv[1]);

    /* With a lower root we stand above it, and nothing stops us. */
    int above = open("/", O_PATH | O_CLOEXEC);
    if (above == -1)
        err(EXIT_FAILURE, "open: /");
    if (chroot(argv[1]) == -1)
        err(EXIT_FAILURE, "chroot: %s", argv[1]);
    if (fchdir(above) == -1)
        err(EXIT_FAILURE, "fchdir: /");

    /* Only at the top ".." leads nowhere else. */
    while (!same(".", ".."))
        if (chdir("..") == -1)
            err(EXIT_FAILURE, "chdir: ..");
    if (chroot(".") == -1)
        err(EXIT_FAILURE, "chroot: .");

    execvp(argv[2], &argv[2]);
    err(errno == ENOENT ? 127 : 126, "%s", argv[2]);
}
