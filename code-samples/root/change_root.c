/*
 * change_root.c - run a command with a folder as the root of its mounts
 *
 * usage: change_root ROOT COMMAND [ARG]...
 * needs: CAP_SYS_ADMIN
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

static int pivot_root(const char *new_root, const char *put_old)
{
    return (int)syscall(SYS_pivot_root, new_root, put_old);
}

int main(int argc, char *argv[])
{
    if (argc < 3 || argv[1][0] == '-') {
        fputs("usage: change_root ROOT COMMAND [ARG]...\n", stderr);
        exit(2);
    }
    char *root = realpath(argv[1], NULL);
    if (root == NULL)
        err(EXIT_FAILURE, "realpath: %s", argv[1]);

    if (unshare(CLONE_NEWNS) == -1)
        err(EXIT_FAILURE, "unshare");
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
        err(EXIT_FAILURE, "mount: /");

    /* The new root must be a mount: bound to itself, a folder is. */
    if (mount(root, root, NULL, MS_BIND | MS_REC, NULL) == -1)
        err(EXIT_FAILURE, "mount: %s", root);
    if (chdir(root) == -1)
        err(EXIT_FAILURE, "chdir: %s", root);

    /* This puts the old root on top of the new one: take it off. */
    if (pivot_root(".", ".") == -1)
        err(EXIT_FAILURE, "pivot_root: %s", root);
    if (umount2(".", MNT_DETACH) == -1)
        err(EXIT_FAILURE, "umount2: .");
    free(root);

    execvp(argv[2], &argv[2]);
    err(errno == ENOENT ? 127 : 126, "%s", argv[2]);
}
