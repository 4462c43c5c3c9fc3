/*
 * can_i.c - say whether a process has a capability over a namespace
 *
 * usage: can_i PID CAPABILITY NAMESPACE
 * needs: linux >= 4.11
 *
 * Ends with 0 for yes, with 3 for no, and with 1 where a call failed or
 * that cannot be known from here.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* In the order of their numbers. */
static const char *const names[] = {
    /* clang-format off */
    "chown", "dac_override", "dac_read_search", "fowner", "fsetid",
    "kill", "setgid", "setuid", "setpcap", "linux_immutable",
    "net_bind_service", "net_broadcast", "net_admin", "net_raw",
    "ipc_lock", "ipc_owner", "sys_module", "sys_rawio", "sys_chroot",
    "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice",
    "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease",
    "audit_write", "audit_control", "setfcap", "mac_override",
    "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read",
    "perfmon", "bpf", "checkpoint_restore",
    /* clang-format on */
};

struct process {
    struct stat in; /* its user namespace */
    unsigned int user;
    unsigned long long effective;
};

static size_t number_of(const char *name)
{
    const size_t count = sizeof(names) / sizeof(names[0]);
    bool begins = strncasecmp(name, "cap_", 4) == 0;
    size_t i = 0;
    while (i < count &&
           !(begins && strcasecmp(name + 4, names[i]) == 0))
        i++;
    if (i == count)
        errx(2, "%s: no capability; cap_net_admin is one", name);
    return i;
}

/* From within its folder, so that all is said of one process. */
static struct process look_at(const char *pid)
{
    char *path;
    if (asprintf(&path, "/proc/%s", pid) == -1)
        err(EXIT_FAILURE, "asprintf");
    if (chdir(path) == -1)
        err(EXIT_FAILURE, "chdir: %s", path);
    FILE *status = fopen("status", "re");
    if (status == NULL)
        err(EXIT_FAILURE, "fopen: %s/status", path);

    struct process process;
    int found = 0;
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, status) != -1)
        found += sscanf(line, "Uid: %*u %u", &process.user) == 1 ||
                 sscanf(line, "CapEff: %llx", &process.effective) == 1;
    if (ferror(status))
        err(EXIT_FAILURE, "getline: %s/status", path);
    if (found != 2)
        errx(EXIT_FAILURE, "%s/status: no lines Uid and CapEff", path);
    if (stat("ns/user", &process.in) == -1) {
        if (errno == EACCES)
            puts("in which user namespace it is cannot be known from "
                 "here");
        err(EXIT_FAILURE, "stat: %s/ns/user", path);
    }
    free(line);
    free(path);
    fclose(status);
    return process;
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

/*
 * The kernel hides, with EPERM, what is not our user namespace and not
 * below it. Whose ns/user we can look at is in none of those.
 */
static int ask(int ns, unsigned long request)
{
    int related = ioctl(ns, request);
    if (related == -1 && errno != EPERM)
        err(EXIT_FAILURE, "ioctl");
    return related;
}

static unsigned int read_number(const char *path, const char *format)
{
    unsigned int number;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        err(EXIT_FAILURE, "fopen: %s", path);
    if (fscanf(file, format, &number) != 1)
        number = 0; /* a map of which no line is written */
    if (ferror(file))
        err(EXIT_FAILURE, "fscanf: %s", path);
    fclose(file);
    return number;
}

/* One number stands for all who have none, and may be somebody's. */
static bool is_one_person(unsigned int user)
{
    if (user == read_number("/proc/sys/kernel/overflowuid", "%u") &&
        read_number("/proc/self/uid_map", "%*u %*u %u") != UINT_MAX) {
        puts(", whose number may be that of several");
        errx(EXIT_FAILURE, "who is user %u cannot be known from here",
             user);
    }
    return true;
}

static _Noreturn void answer(bool yes)
{
    puts(yes ? "yes" : "no");
    if (ferror(stdout) || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
    exit(yes ? EXIT_SUCCESS : 3);
}

int main(int argc, char *argv[])
{
    if (argc != 4 || argv[1][0] == '-') {
        fputs("usage: can_i PID CAPABILITY NAMESPACE\n", stderr);
        exit(2);
    }
    size_t capability = number_of(argv[2]);
    int ns = open(argv[3], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (ns == -1)
        err(EXIT_FAILURE, "open: %s", argv[3]);
    int type = ioctl(ns, NS_GET_NSTYPE);
    if (type == -1)
        err(EXIT_FAILURE, "ioctl: %s", argv[3]);
    struct process process = look_at(argv[1]);
    printf("pid %s is in user:[%lu], as user %u\n", argv[1],
           (unsigned long)process.in.st_ino, process.user);

    /* A user namespace is asked itself. The others have an owner. */
    int asked = type == CLONE_NEWUSER ? ns : ask(ns, NS_GET_USERNS);

    while (asked != -1) {
        struct stat here = look_up(asked);
        printf("user:[%lu] is asked", (unsigned long)here.st_ino);
        if (same(here, process.in)) {
            puts(": the process is in it, so its CapEff decides");
            answer(process.effective >> capability & 1);
        }
        uid_t owner;
        if (ioctl(asked, NS_GET_OWNER_UID, &owner) == -1)
            err(EXIT_FAILURE, "ioctl: %s", argv[3]);
        int parent = ask(asked, NS_GET_PARENT);
        if (parent != -1 && same(look_up(parent), process.in)) {
            printf(", owned by user %u", owner);
            if (owner == process.user && is_one_person(owner)) {
                puts(": the process is in its parent, as that user");
                answer(true);
            }
        }
        puts(": the process is not in it");
        asked = parent;
    }
    puts("further out is nothing, or it is hidden from here");
    answer(false);
}
