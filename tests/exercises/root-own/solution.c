/*
 * root-own.c - run a command in a root with little of the machine in it
 *
 * usage: root-own COMMAND [ARG]...
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
#include <sys/syscall.h>
#include <unistd.h>

static const char *const FOLDERS[] = {"dev", "proc", "run", "tmp",
                                      "usr"};
static const char *const LINKS[] = {"bin", "lib", "lib64", "sbin"};

/* Fill the folder that we are in with what is kept of the machine. */
static void fill(void)
{
    char path[32];
    for (size_t i = 0; i < sizeof(FOLDERS) / sizeof(FOLDERS[0]); i++) {
        snprintf(path, sizeof(path), "/%s", FOLDERS[i]);
        if (mkdir(FOLDERS[i], 0755) == -1)
            err(EXIT_FAILURE, "mkdir: %s", FOLDERS[i]);
        if (mount(path, FOLDERS[i], NULL, MS_BIND | MS_REC, NULL) == -1)
            err(EXIT_FAILURE, "mount: %s", FOLDERS[i]);
    }
    for (size_t i = 0; i < sizeof(LINKS) / sizeof(LINKS[0]); i++) {
        snprintf(path, sizeof(path), "usr/%s", LINKS[i]);
        if (symlink(path, LINKS[i]) == -1)
            err(EXIT_FAILURE, "symlink: %s", LINKS[i]);
    }
}

int main(int argc, char *argv[])
{
    if (argc < 2 || argv[1][0] == '-') {
        fputs("usage: root-own COMMAND [ARG]...\n", stderr);
        exit(2);
    }
    char *folder = getcwd(NULL, 0);
    if (folder == NULL)
        err(EXIT_FAILURE, "getcwd");

    if (unshare(CLONE_NEWNS) == -1)
        err(EXIT_FAILURE, "unshare");
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
        err(EXIT_FAILURE, "mount: /");
    if (mount("root", "/mnt", "tmpfs", 0, "size=64k,mode=755") == -1)
        err(EXIT_FAILURE, "mount: /mnt");
    if (chdir("/mnt") == -1)
        err(EXIT_FAILURE, "chdir: /mnt");
    fill();

#ifdef STARTER
    /* TODO: the command can walk out of a chroot. Make the folder that
     * we are in the root of the mount namespace, without the old one.
     */
    if (chroot(".") == -1)
        err(EXIT_FAILURE, "chroot: .");
#else
    if (syscall(SYS_pivot_root, ".", ".") == -1)
        err(EXIT_FAILURE, "pivot_root: /mnt");
    if (umount2(".", MNT_DETACH) == -1)
        err(EXIT_FAILURE, "umount2: .");
#endif

    if (chdir(folder) == -1)
        err(EXIT_FAILURE, "chdir: %s", folder);
    free(folder);
    execvp(argv[1], &argv[1]);
    err(errno == ENOENT ? 127 : 126, "%s", argv[1]);
}
