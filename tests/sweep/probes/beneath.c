/*
 * beneath.c - put a mount below another one
 *
 * usage: beneath FOLDER
 */
#define _GNU_SOURCE
#include "answer.h"
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { BENEATH = 0x200 }; /* MOVE_MOUNT_BENEATH, since Linux 6.5 */

int main(int argc, char *argv[])
{
    if (argc != 2)
        usage("beneath FOLDER");

    must(unshare(CLONE_NEWNS), "unshare");
    must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "mount: /");
    must(mount("tmpfs", argv[1], "tmpfs", 0, NULL), argv[1]);
    int fs = must((int)syscall(SYS_fsopen, "tmpfs", 0), "fsopen");
    must((int)syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL,
                      0),
         "fsconfig");
    int below = must((int)syscall(SYS_fsmount, fs, 0, 0), "fsmount");
    answer(syscall(SYS_move_mount, below, "", AT_FDCWD, argv[1],
                   MOVE_MOUNT_F_EMPTY_PATH | BENEATH));
}
