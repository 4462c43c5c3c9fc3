/*
 * why_not.c - use a user namespace, or find out what is in the way
 *
 * usage: why_not
 * needs: linux >= 5.8
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <linux/stat.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ALLOW "start the container or service with a profile that does"
#define MAP "outside, write a map that has it: uid_map, gid_map"
#define OUTSIDE "start it outside, or change the root with pivot_root"
#define RULES "ask who wrote its rules; see /proc/self/attr/current"

static int causes;
static bool each;          /* is in the way, and not one of them */
static bool lacks_setfcap; /* before one has all, in the new one */

static void say(bool holds, const char *cause, const char *way_out)
{
    if (holds)
        printf("%s\n  way out: %s\n", cause, way_out);
    causes += holds;
}

static _Noreturn void finish(int status)
{
    if (status != EXIT_SUCCESS && causes == 0)
        puts("nothing that shows from here");
    if (causes > 1)
        puts(each ? "each of these is in the way"
                  : "which of these cannot be told from here");
    if (ferror(stdout) || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
    exit(status);
}

/* What a file says, or -1 where there is none. */
static long read_number(const char *path)
{
    long number = -1;
    FILE *file = fopen(path, "re");
    if (file == NULL && errno != ENOENT)
        err(EXIT_FAILURE, "fopen: %s", path);
    if (file == NULL)
        return -1;
    if (fscanf(file, "%ld", &number) != 1)
        errx(EXIT_FAILURE, "%s: no number", path);
    fclose(file);
    return number;
}

static bool has(int capability)
{
    struct __user_cap_header_struct own = {
        .version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
    if (syscall(SYS_capget, &own, sets) == -1)
        err(EXIT_FAILURE, "capget");
    return sets[0].effective & CAP_TO_MASK(capability);
}

/* By its number: not every libc knows of mounts in its statx. */
static struct statx must_statx(const char *path)
{
    struct statx info;
    unsigned int mask = STATX_INO | STATX_MNT_ID;
    if (syscall(SYS_statx, AT_FDCWD, path, 0, mask, &info) == -1)
        err(EXIT_FAILURE, "statx: %s", path);
    return info;
}

static void explain_limit(void)
{
    long limit = read_number("/proc/sys/user/max_user_namespaces");
    say(limit == 0, "limit: user.max_user_namespaces is 0 here",
        "sysctl user.max_user_namespaces=1000, as root here");
    say(limit != 0,
        "limit: user.max_user_namespaces, reached here or further out",
        "end other user namespaces of this user, or have it raised");
    say(limit != 0, "depth: 33 user namespaces lie in one another",
        "create it further out");
}

/* In the order in which the kernel looks at them. */
static void explain_refusal(int error)
{
    /* No call can do this, and the arguments are looked at first. */
    bool early =
        unshare(CLONE_NEWUSER | CLONE_VFORK) == -1 && errno != EINVAL;
    bool off =
        read_number("/proc/sys/kernel/unprivileged_userns_clone") == 0;
    bool filter = prctl(PR_GET_SECCOMP) == SECCOMP_MODE_FILTER;

    say(early && filter, "seccomp: a filter does not allow the call",
        ALLOW);
    say(early && error == EPERM && off,
        "switch: kernel.unprivileged_userns_clone is 0",
        "sysctl kernel.unprivileged_userns_clone=1, as root outside");
    if (early)
        return;

    /* Above / nothing is, so what .. leads to lies over it. */
    struct statx root = must_statx("/"), top = must_statx("/..");
    bool covered = root.stx_mnt_id != top.stx_mnt_id;
    bool below = (root.stx_attributes & STATX_ATTR_MOUNT_ROOT) == 0;
    say(covered, "root: something is mounted over /",
        "umount --lazy /.., as root here");
    say(below, "root: a chroot, for / is no mount point", OUTSIDE);

    /* To stay who one is, one needs a number; a filter may refuse. */
    bool user = setresuid(-1, geteuid(), -1) == 0 ||
                (filter && errno != EINVAL);
    bool group = setresgid(-1, getegid(), -1) == 0 ||
                 (filter && errno != EINVAL);
    say(!user, "ids: the user has no number here", MAP);
    say(!group, "ids: the group has no number here", MAP);
    each = causes > 0;
    if (each || error == ENOMEM)
        return;
    say(filter, "seccomp: there is a filter, and it may not allow it",
        ALLOW);
    say(error == EPERM, "root: a chroot into a mount point", OUTSIDE);
    say(true, "security module: it may refuse the call", RULES);
}

/* We have all capabilities now, and still something is refused. */
static _Noreturn void explain_later(const char *call,
                                    const char *object)
{
    int error = errno;
    warn("%s: %s", call, object);
    bool dump = error == EACCES && prctl(PR_GET_DUMPABLE) != 1;
    bool map = error == EPERM && lacks_setfcap;
    say(error == ENOSPC,
        "limit: user.max_mnt_namespaces, or fs.mount-max",
        "set it higher, as root outside");
    say(dump,
        "dump: the program is not dumpable, so its /proc is root's",
        "chmod a+r, and no set-user-ID bit or capabilities");
    say(map, "map: root without CAP_SETFCAP may not map its own 0",
        "start it with that capability, or as another user");
    if (dump || map || (error != EPERM && error != EACCES))
        finish(EXIT_FAILURE);

    const char *path =
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns";
    bool restricted = read_number(path) == 1;
    say(restricted,
        "AppArmor: kernel.apparmor_restrict_unprivileged_userns is 1",
        "as root, install a profile with userns for the program");
    say(prctl(PR_GET_SECCOMP) == SECCOMP_MODE_FILTER,
        "seccomp: there is a filter, and it may not allow it", ALLOW);
    say(!restricted, "security module: it may refuse the call", RULES);
    finish(EXIT_FAILURE);
}

static void must_write(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd == -1)
        explain_later("open", path);
    ssize_t written = write(fd, text, strlen(text));
    if (written == -1)
        explain_later("write", path);
    if (written != (ssize_t)strlen(text))
        errx(EXIT_FAILURE, "write: %s: short", path);
    close(fd);
}

int main(int argc, char *argv[])
{
    (void)argv;
    if (argc > 1) {
        fputs("usage: why_not\n", stderr);
        exit(2);
    }
    char user[32], group[32];
    snprintf(user, sizeof(user), "0 %u 1", geteuid());
    snprintf(group, sizeof(group), "0 %u 1", getegid());
    lacks_setfcap = geteuid() == 0 && !has(CAP_SETFCAP);

    /* It goes when we end, whatever comes of it. */
    if (unshare(CLONE_NEWUSER) == -1) {
        int error = errno;
        warn("unshare");
        if (error == ENOSPC)
            explain_limit();
        else if (error == EINVAL)
            say(access("/proc/self/ns/user", F_OK) == -1,
                "kernel: /proc shows no user namespaces",
                "a kernel with CONFIG_USER_NS");
        else
            explain_refusal(error);
        finish(EXIT_FAILURE);
    }
    must_write("/proc/self/uid_map", user);
    must_write("/proc/self/setgroups", "deny");
    must_write("/proc/self/gid_map", group);
    if (unshare(CLONE_NEWNS) == -1)
        explain_later("unshare", "CLONE_NEWNS");
    if (mount("none", "/", "tmpfs", 0, NULL) == -1)
        explain_later("mount", "/");
    puts("nothing: it was created, mapped and used");
    puts("(a program with threads is told EINVAL all the same)");
    finish(EXIT_SUCCESS);
}
