/*
 * explain_pivot.c - try pivot_root in a copy of the mounts, and explain
 *
 * usage: explain_pivot ROOT OLD
 * needs: CAP_SYS_ADMIN
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct mount {
    int id, parent;
    bool begins, shared;
};

/* What mountinfo says of a mount. Of what we cannot reach, nothing. */
static struct mount look_up(int id)
{
    struct mount mount = {.id = -1};
    char *line = NULL;
    size_t size = 0;
    FILE *list = fopen("/proc/self/mountinfo", "re");
    if (list == NULL)
        err(EXIT_FAILURE, "fopen: /proc/self/mountinfo");
    while (mount.id != id && getline(&line, &size, list) != -1) {
        int fields = 0;
        sscanf(line, "%d %d %*s %*s %*s %*s %n", &mount.id,
               &mount.parent, &fields);
        mount.shared = strncmp(line + fields, "shared:", 7) == 0;
    }
    if (ferror(list))
        err(EXIT_FAILURE, "getline: /proc/self/mountinfo");
    free(line);
    fclose(list);
    return mount.id == id ? mount : (struct mount){.id = id};
}

/* Which mount a folder is on, and whether it begins there. */
static struct mount mount_of(const char *path)
{
    struct statx info; /* not every libc knows of mounts in its own */
    unsigned int mask = STATX_MNT_ID;
    if (syscall(SYS_statx, AT_FDCWD, path, 0, mask, &info) == -1)
        err(EXIT_FAILURE, "statx: %s", path);
    struct mount mount = look_up((int)info.stx_mnt_id);
    mount.begins = info.stx_attributes & STATX_ATTR_MOUNT_ROOT;
    return mount;
}

static void say(bool holds, const char *cause)
{
    if (holds)
        puts(cause);
}

int main(int argc, char *argv[])
{
    if (argc != 3 || argv[1][0] == '-') {
        fputs("usage: explain_pivot ROOT OLD\n", stderr);
        exit(2);
    }
    if (unshare(CLONE_NEWNS) == -1)
        err(EXIT_FAILURE, "unshare");
    char *old = realpath(argv[2], NULL);
    if (old == NULL)
        err(EXIT_FAILURE, "realpath: %s", argv[2]);
    if (chdir(argv[1]) == -1)
        err(EXIT_FAILURE, "chdir: %s", argv[1]);
    char *root = realpath(".", NULL);
    if (root == NULL)
        err(EXIT_FAILURE, "realpath: %s", argv[1]);
    size_t length = strcmp(root, "/") == 0 ? 0 : strlen(root);
    bool below = strncmp(old, root, length) == 0 &&
                 (old[length] == '/' || old[length] == '\0');

    /* In the order in which the kernel looks at them. */
    struct mount top = mount_of("/"), new_root = mount_of(".");
    struct mount put_old = mount_of(old);
    say(put_old.shared, "EINVAL: the mount of OLD is shared");
    say(look_up(new_root.parent).shared,
        "EINVAL: the mount below that of ROOT is shared");
    say(new_root.id == top.id, "EBUSY: ROOT is on the mount of /");
    say(put_old.id == top.id, "EBUSY: OLD is on the mount of /");
    say(!top.begins, "EINVAL: / is no mount point");
    say(!new_root.begins, "EINVAL: ROOT is no mount point");
    say(!below, "EINVAL: OLD is not below ROOT");

    long status = syscall(SYS_pivot_root, ".", old);
    printf("pivot_root: %s\n", strerror(status == -1 ? errno : 0));
    free(root);
    free(old);
    if (ferror(stdout) || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
}
