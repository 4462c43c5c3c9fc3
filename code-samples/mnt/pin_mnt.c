/*
 * pin_mnt.c - pin a new mount namespace to a file
 *
 * usage: pin_mnt TARGET
 * needs: CAP_SYS_ADMIN, CAP_SYS_CHROOT
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/sysinfo.h>
#include <unistd.h>

static int must_open(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC);
    if (fd == -1)
        err(EXIT_FAILURE, "open: %s", path);
    return fd;
}

/* Returns false where the kernel will not have the pin: see main. */
static bool pin(int home, int file, const char *path)
{
    if (unshare(CLONE_NEWNS) == -1)
        err(EXIT_FAILURE, "unshare");
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
        err(EXIT_FAILURE, "mount: /");
    int away = must_open("/proc/self/ns/mnt", O_RDONLY);

    /* A mount namespace cannot be pinned within itself. */
    if (setns(home, CLONE_NEWNS) == -1)
        err(EXIT_FAILURE, "setns");

    char from[32], to[32];
    snprintf(from, sizeof(from), "/proc/self/fd/%d", away);
    snprintf(to, sizeof(to), "/proc/self/fd/%d", file);
    int status = mount(from, to, NULL, MS_BIND, NULL);
    if (status == -1 && errno != EINVAL)
        err(EXIT_FAILURE, "mount: %s", path);
    if (close(away) == -1)
        err(EXIT_FAILURE, "close");
    return status == 0;
}

int main(int argc, char *argv[])
{
    if (argc != 2 || argv[1][0] == '-') {
        fputs("usage: pin_mnt TARGET\n", stderr);
        exit(2);
    }

    /*
     * setns will take us to the root folder, so look the file up now.
     * O_PATH gives a descriptor for the place and not for its data.
     */
    int file = must_open(argv[1], O_PATH);
    int home = must_open("/proc/self/ns/mnt", O_RDONLY);

    /*
     * Only a namespace that seems older than the pinned one can have
     * its pin. Linux 6.18 numbers them by processor, so that one of
     * another processor may seem younger: try on each.
     */
    bool pinned = pin(home, file, argv[1]);
    for (int cpu = 0; !pinned && cpu < get_nprocs_conf(); cpu++) {
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        if (sched_setaffinity(0, sizeof(one), &one) == 0)
            pinned = pin(home, file, argv[1]);
    }
    errno = EINVAL;
    if (!pinned)
        err(EXIT_FAILURE, "mount: %s", argv[1]);
}
