/*
 * leave_initramfs.c - pivot_root, from the initramfs
 *
 * usage: leave_initramfs
 *
 * The guest has left it by a mount on top. In a copy of the mounts that
 * one is taken off, and setns goes to what is then the root.
 */
#define _GNU_SOURCE
#include "answer.h"
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#define RAMFS 0x858458f6U
#define TMPFS 0x01021994U

int main(int argc, char *argv[])
{
    struct statfs root;
    if (argc != 1 || !argv[0])
        usage("leave_initramfs");

    must(unshare(CLONE_NEWNS), "unshare");
    must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "mount: /");
    int own = must(open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC),
                   "open: /proc/self/ns/mnt");
    must(umount2("/", MNT_DETACH), "umount: /");
    must(setns(own, CLONE_NEWNS), "setns");
    must(statfs("/", &root), "statfs");
    if (root.f_type != RAMFS && root.f_type != TMPFS)
        errx(EXIT_FAILURE, "/ is no initramfs: %lx", root.f_type);

    must(mkdir("/sweep", 0700), "mkdir");
    must(mount("tmpfs", "/sweep", "tmpfs", 0, NULL), "mount: tmpfs");
    must(chdir("/sweep"), "chdir");
    answer(syscall(SYS_pivot_root, ".", "."));
    rmdir("/sweep");
}
