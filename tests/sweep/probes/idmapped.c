/*
 * idmapped.c - map the ids of a mount of a type without a disk
 *
 * usage: idmapped TYPE
 */
#define _GNU_SOURCE
#include "answer.h"
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOUNT_SETATTR = 442 };

/* struct mount_attr, since Linux 5.12 */
struct attributes {
    uint64_t set, clear, propagation, userns;
};

static void write_file(const char *path, const char *text)
{
    int fd = must(open(path, O_WRONLY | O_CLOEXEC), path);
    must((int)write(fd, text, strlen(text)), path);
    close(fd);
}

/* A user namespace in which id 0 is our 1000. Its process lives as long
 * as this one.
 */
static int user_namespace(void)
{
    int ready[2], end;
    char path[40];
    must(pipe(ready), "pipe");
    pid_t child = must(fork(), "fork");
    if (child == 0) {
        must(unshare(CLONE_NEWUSER), "unshare");
        must((int)write(ready[1], "", 1), "write");
        pause();
    }
    must((int)read(ready[0], &end, 1), "read");

    snprintf(path, sizeof(path), "/proc/%d/uid_map", child);
    write_file(path, "0 1000 1");
    snprintf(path, sizeof(path), "/proc/%d/gid_map", child);
    write_file(path, "0 1000 1");
    snprintf(path, sizeof(path), "/proc/%d/ns/user", child);
    int fd = must(open(path, O_RDONLY | O_CLOEXEC), path);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return fd;
}

int main(int argc, char *argv[])
{
    if (argc != 2)
        usage("idmapped TYPE");

    int fs = must((int)syscall(SYS_fsopen, argv[1], 0), "fsopen");
    must((int)syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL,
                      0),
         "fsconfig");
    int mount = must((int)syscall(SYS_fsmount, fs, 0, 0), "fsmount");
    struct attributes wanted = {
        .set = 0x00100000, /* MOUNT_ATTR_IDMAP, since Linux 5.12 */
        .userns = (uint64_t)user_namespace(),
    };
    answer(syscall(MOUNT_SETATTR, mount, "", AT_EMPTY_PATH, &wanted,
                   sizeof(wanted)));
}
