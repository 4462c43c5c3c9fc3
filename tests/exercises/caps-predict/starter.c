/*
 * caps-predict.c - say which namespaces a process could enter
 *
 * usage: caps-predict PID OTHER
 * needs: linux >= 4.11
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SYS_CHROOT = 18, SYS_ADMIN = 21 }; /* capabilities' numbers */

static const char *const types[] = {"cgroup", "ipc",  "mnt",
                                    "net",    "user", "uts"};

struct process {
    struct stat in; /* its user namespace */
    unsigned user;
    unsigned long long effective;
};

static int open_ns(const char *pid, const char *type)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%.20s/ns/%s", pid, type);
    int ns = open(path, O_RDONLY | O_CLOEXEC);
    if (ns == -1)
        err(EXIT_FAILURE, "open: %s", path);
    return ns;
}

static struct stat look_up(int ns)
{
    struct stat info;
    if (fstat(ns, &info) == -1)
        err(EXIT_FAILURE, "fstat");
    return info;
}

static bool same(struct stat a, struct stat b)
{
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static struct process look_at(const char *pid)
{
    int home = open_ns(pid, "user");
    struct process process = {.in = look_up(home)};
    if (close(home) == -1)
        err(EXIT_FAILURE, "close");
    char path[64], line[256];
    snprintf(path, sizeof(path), "/proc/%.20s/status", pid);
    FILE *status = fopen(path, "re");
    if (status == NULL)
        err(EXIT_FAILURE, "fopen: %s", path);
    int found = 0;
    while (fgets(line, sizeof(line), status) != NULL)
        found += sscanf(line, "Uid: %*u %u", &process.user) == 1 ||
                 sscanf(line, "CapEff: %llx", &process.effective) == 1;
    if (ferror(status))
        err(EXIT_FAILURE, "read: %s", path);
    if (found != 2)
        errx(EXIT_FAILURE, "%s: no lines Uid and CapEff", path);
    fclose(status);
    return process;
}

/* Has a process CAP_SYS_ADMIN over a user namespace? */
static bool is_admin(struct process process, int asked)
{
    /* TODO: ask that namespace, then its parent, and so on. */
    (void)asked;
    return process.effective >> SYS_ADMIN & 1;
}

static bool may_enter(struct process process, int ns, const char *type)
{
    /* TODO: whose namespace is it? And is that all setns asks for? */
    (void)type;
    return !same(look_up(ns), process.in) && is_admin(process, ns);
}

int main(int argc, char *argv[])
{
    if (argc != 3 || argv[1][0] == '-') {
        fputs("usage: caps-predict PID OTHER\n", stderr);
        exit(2);
    }
    struct process process = look_at(argv[1]);
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        int ns = open_ns(argv[2], types[i]);
        if (may_enter(process, ns, types[i]))
            puts(types[i]);
        if (close(ns) == -1)
            err(EXIT_FAILURE, "close");
    }
    if (ferror(stdout) || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
}
