/*
 * what_root_may.c - try what root does, as root of a user namespace
 *
 * usage: what_root_may
 * needs: nothing
 *
 * First with that user namespace alone, then with new cgroup, ipc, mnt,
 * net, pid and uts namespaces, too. The last column says whose right
 * it takes. Outside nothing changes, whoever runs it.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define OTHERS                                                         \
    (CLONE_NEWCGROUP | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWNS |     \
     CLONE_NEWPID | CLONE_NEWUTS)

enum { ALONE, ALL, COLUMNS };

struct row {
    const char *name, *asked; /* NULL behind the last row */
    int said[COLUMNS];        /* by the kernel: an errno, or 0 */
};

enum { ROWS = 32, STACK_SIZE = 64 * 1024 };

static struct row *rows; /* in memory that children share with us */
static unsigned user, group;
static int outer; /* the uts namespace that we start in */

/* What is done here is what is so already, or fails further on. */
static int set_name(void)
{
    char name[65];
    return gethostname(name, sizeof(name)) == -1
               ? -1
               : sethostname(name, strlen(name));
}

static int raise_lo(void)
{
    struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    int any = socket(AF_INET, SOCK_DGRAM, 0);
    return any == -1 ? -1 : ioctl(any, SIOCSIFFLAGS, &lo);
}

static int set_time(void)
{
    struct timespec now;
    return clock_gettime(CLOCK_REALTIME, &now) == -1
               ? -1
               : clock_settime(CLOCK_REALTIME, &now);
}

static int raise_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_MSGQUEUE, &limit) == -1)
        return -1;
    limit.rlim_max++;
    return setrlimit(RLIMIT_MSGQUEUE, &limit);
}

/* Errno is that of the call which gave the result. */
static void note(int column, const char *name, const char *asked,
                 int result)
{
    static size_t next;
    struct row *row = &rows[next++];
    row->name = name;
    row->asked = asked;
    row->said[column] = result == -1 ? errno : 0;
}

/* No mount hides what comes later: we stay below what is on "/". */
static void try_all(int to)
{
    note(to, "set the name", "owner of uts", set_name());
    note(to, "enter uts outside", "owner of that uts",
         setns(outer, CLONE_NEWUTS));
    note(to, "set lo up", "owner of net", raise_lo());
    note(to, "open a raw socket", "owner of net",
         socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
    note(to, "mount a tmpfs", "owner of mnt",
         mount("none", "/", "tmpfs", 0, NULL));
    note(to, "mount a proc", "owner of mnt and pid",
         mount("none", "/proc", "proc", 0, NULL));
    note(to, "mount a sysfs", "owner of mnt and net",
         mount("none", "/sys", "sysfs", 0, NULL));
    note(to, "mount a devtmpfs", "the first",
         mount("none", "/", "devtmpfs", 0, NULL));
    note(to, "reboot", "owner of pid", reboot(RB_DISABLE_CAD));
    note(to, "change the root", "its own", chroot("/"));
    note(to, "leave all groups", "its own", setgroups(0, NULL));
    note(to, "give a file away", "no one", chown("/tmp", 1, -1U));
    note(to, "create a device", "the first",
         mknod("/tmp/what_root_may", S_IFCHR, makedev(1, 3)));
    note(to, "set the time", "the first", set_time());
    note(to, "be urgent", "the first",
         setpriority(PRIO_PROCESS, 0, -20));
    note(to, "raise a hard limit", "the first", raise_limit());
    note(to, "load a module", "the first",
         (int)syscall(SYS_init_module, NULL, 0UL, ""));
    note(to, "end a swap", "the first", swapoff("/no-swap"));
}

static void write_file(const char *path, const char *format,
                       unsigned id)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd == -1)
        err(EXIT_FAILURE, "open: %s", path);
    if (dprintf(fd, format, id) < 0)
        err(EXIT_FAILURE, "write: %s", path);
    if (close(fd) == -1)
        err(EXIT_FAILURE, "close: %s", path);
}

/* A child starts here, with the namespaces of its column. */
static int fill(void *column)
{
    write_file("/proc/self/uid_map", "0 %u 1", user);
    write_file("/proc/self/setgroups", "deny", 0);
    write_file("/proc/self/gid_map", "0 %u 1", group);
    try_all(*(int *)column);
    return EXIT_SUCCESS;
}

static void fill_in(int column, int types)
{
    static _Alignas(16) char stack[STACK_SIZE];
    pid_t child = clone(fill, stack + STACK_SIZE,
                        CLONE_NEWUSER | types | SIGCHLD, &column);
    if (child == -1)
        err(EXIT_FAILURE, "clone");
    int status;
    if (waitpid(child, &status, 0) == -1)
        err(EXIT_FAILURE, "waitpid");
    if (WIFSIGNALED(status))
        errx(EXIT_FAILURE, "child: %s", strsignal(WTERMSIG(status)));
    if (status != 0)
        exit(EXIT_FAILURE); /* it has said why */
}

int main(int argc, char *argv[])
{
    (void)argv;
    if (argc > 1) {
        fputs("usage: what_root_may\n", stderr);
        exit(2);
    }

    /* Ask now: in a new user namespace the ids are others. */
    user = geteuid();
    group = getegid();
    outer = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
    if (outer == -1)
        err(EXIT_FAILURE, "open: /proc/self/ns/uts");
    rows = mmap(NULL, ROWS * sizeof(*rows), PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (rows == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");

    /* Ignored, SIGCHLD would take the children's statuses away. */
    signal(SIGCHLD, SIG_DFL);
    fill_in(ALONE, 0);
    fill_in(ALL, OTHERS);

    printf("%-19s%-25s%-25s%s\n", "to", "in user alone", "in all",
           "who is asked");
    for (struct row *row = rows; row->name != NULL; row++) {
        printf("%-19s%-25s", row->name, strerror(row->said[ALONE]));
        printf("%-25s%s\n", strerror(row->said[ALL]), row->asked);
    }
    if (ferror(stdout) || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
}
