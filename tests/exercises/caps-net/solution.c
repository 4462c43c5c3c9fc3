/*
 * caps-net.c - run a command that may change a network, and no more
 *
 * usage: caps-net COMMAND [ARG]...
 * needs: nothing
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef STARTER
#else
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

/* The kernel takes a map in one write, or not at all. */
static void put(const char *path, const char *line)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd == -1)
        err(EXIT_FAILURE, "open: %s", path);
    if (write(fd, line, strlen(line)) != (ssize_t)strlen(line))
        err(EXIT_FAILURE, "write: %s", path);
    if (close(fd) == -1)
        err(EXIT_FAILURE, "close: %s", path);
}

#ifdef STARTER
#else
/* A kernel may know more of them than our headers do. */
static int last_capability(void)
{
    static const char path[] = "/proc/sys/kernel/cap_last_cap";
    char line[16] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd == -1)
        err(EXIT_FAILURE, "open: %s", path);
    if (read(fd, line, sizeof(line) - 1) == -1)
        err(EXIT_FAILURE, "read: %s", path);
    if (close(fd) == -1)
        err(EXIT_FAILURE, "close: %s", path);
    int last = (int)strtol(line, NULL, 10);
    if (last == 0)
        errx(EXIT_FAILURE, "%s: no number", path);
    return last;
}

/* To shorten the bounding set takes a capability: it goes first. */
static void keep_one(int capability)
{
    int last = last_capability();
    for (int other = 0; other <= last; other++)
        if (other != capability && prctl(PR_CAPBSET_DROP, other) == -1)
            err(EXIT_FAILURE, "prctl");

    struct __user_cap_header_struct header = {
        .version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {0};
    unsigned bit = CAP_TO_MASK(capability);
    sets[CAP_TO_INDEX(capability)].effective = bit;
    sets[CAP_TO_INDEX(capability)].permitted = bit;
    sets[CAP_TO_INDEX(capability)].inheritable = bit;
    if (syscall(SYS_capset, &header, sets) == -1)
        err(EXIT_FAILURE, "capset");

    /* Who is not root keeps what is ambient when he calls execve. */
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0L,
              0L) == -1)
        err(EXIT_FAILURE, "prctl");
}

#endif
int main(int argc, char *argv[])
{
    if (argc < 2 || argv[1][0] == '-') {
        fputs("usage: caps-net COMMAND [ARG]...\n", stderr);
        exit(2);
    }

    /* Who we are outside: afterwards we have no number for it. */
    uid_t uid = getuid();
    gid_t gid = getgid();

#ifdef STARTER
    /* TODO: a network of its own, over which the command has a say. */
    if (unshare(CLONE_NEWUSER) == -1)
        err(EXIT_FAILURE, "unshare");
#else
    /* The user namespace is made first, and owns the other one. */
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) == -1)
        err(EXIT_FAILURE, "unshare");
#endif

    char line[64];
    snprintf(line, sizeof(line), "%u %u 1\n", uid, uid);
    put("/proc/self/uid_map", line);
    snprintf(line, sizeof(line), "%u %u 1\n", gid, gid);
    put("/proc/self/setgroups", "deny");
    put("/proc/self/gid_map", line);

#ifdef STARTER
    /* TODO: all capabilities go but one, and that one is to survive. */
#else
    keep_one(CAP_NET_ADMIN);
#endif
    execvp(argv[1], &argv[1]);
    err(errno == ENOENT ? 127 : 126, "%s", argv[1]);
}
