/*
 * caps_exec.c - show what capabilities are left after an exec
 *
 * usage: caps_exec unmapped|root|user|ambient|noroot
 * needs: nothing
 *
 * In a new user namespace: without id maps; as root; as the user that
 * one is; as that with all capabilities made ambient; and as a root who
 * is treated as everybody is.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd == -1)
        err(EXIT_FAILURE, "open: %s", path);
    if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
        err(EXIT_FAILURE, "write: %s", path);
    if (close(fd) == -1)
        err(EXIT_FAILURE, "close: %s", path);
}

static void map_user(unsigned inside, unsigned outside)
{
    char line[32];
    snprintf(line, sizeof(line), "%u %u 1\n", inside, outside);
    write_file("/proc/self/uid_map", line);
}

static struct __user_cap_header_struct own = {
    .version = _LINUX_CAPABILITY_VERSION_3};
static struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];

static void get_sets(void)
{
    if (syscall(SYS_capget, &own, sets) == -1)
        err(EXIT_FAILURE, "capget");
}

/* Ambient may be what is permitted and inheritable. */
static void make_ambient(void)
{
    get_sets();
    sets[0].inheritable = sets[0].permitted;
    sets[1].inheritable = sets[1].permitted;
    if (syscall(SYS_capset, &own, sets) == -1)
        err(EXIT_FAILURE, "capset");
    for (unsigned long cap = 0; cap < 64; cap++)
        if (sets[cap / 32].permitted >> cap % 32 & 1 &&
            prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0UL,
                  0UL) == -1)
            err(EXIT_FAILURE, "prctl: PR_CAP_AMBIENT_RAISE");
}

static const char *const ways[] = {"unmapped", "root", "user",
                                   "ambient", "noroot"};
enum { UNMAPPED, ROOT, USER, AMBIENT, NOROOT, WAYS };

int main(int argc, char *argv[])
{
    int way = 0;
    while (argc == 2 && way < WAYS && strcmp(argv[1], ways[way]) != 0)
        way++;
    if (argc != 2 || way == WAYS) {
        fputs("usage: caps_exec unmapped|root|user|ambient|noroot\n",
              stderr);
        exit(2);
    }

    /* Ask now: without a map the answer is 65534. */
    uid_t user = geteuid();
    if (unshare(CLONE_NEWUSER) == -1)
        err(EXIT_FAILURE, "unshare");
    if (way == ROOT || way == NOROOT)
        map_user(0, user);
    if (way == USER || way == AMBIENT)
        map_user(user, user);
    if (way == AMBIENT)
        make_ambient();
    if (way == NOROOT &&
        prctl(PR_SET_SECUREBITS, (unsigned long)SECBIT_NOROOT) == -1)
        err(EXIT_FAILURE, "prctl: SECBIT_NOROOT");

    get_sets();
    printf("before:\t%08x%08x\n", sets[1].effective, sets[0].effective);
    if (ferror(stdout) || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
    execlp("sed", "sed", "-n", "s/^CapEff/after/p", "/proc/self/status",
           NULL);
    err(EXIT_FAILURE, "sed");
}
