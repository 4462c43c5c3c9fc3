/*
 * new_mount.c - make a mount by fsopen, fsconfig and fsmount
 *
 * usage: new_mount TYPE FLAGS [KEY VALUE]
 *
 * FLAGS are those of fsmount.
 */
#define _GNU_SOURCE
#include "answer.h"
#include <linux/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    if (argc != 3 && argc != 5)
        usage("new_mount TYPE FLAGS [KEY VALUE]");

    int fd = must((int)syscall(SYS_fsopen, argv[1], 0), "fsopen");
    if (argc == 5 && syscall(SYS_fsconfig, fd, FSCONFIG_SET_STRING,
                             argv[3], argv[4], 0) == -1) {
        answer(-1);
        return 0;
    }
    must((int)syscall(SYS_fsconfig, fd, FSCONFIG_CMD_CREATE, NULL, NULL,
                      0),
         "fsconfig");
    answer(syscall(SYS_fsmount, fd, strtoul(argv[2], NULL, 0), 0));
}
