/*
 * drop_root.c - give up root, and try to be root of a new namespace
 *
 * usage: drop_root [-d] UID
 * needs: CAP_SETUID, CAP_SETGID
 *
 * With -d it makes itself dumpable again before it writes the map.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

static _Noreturn void usage(void)
{
    fputs("usage: drop_root [-d] UID\n", stderr);
    exit(2);
}

/* The largest number stands for "no id", and for what is too large. */
static uid_t id_of(const char *text)
{
    char *end;
    unsigned long id = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0')
        usage();
    if (id >= (uid_t)-1)
        errx(2, "%s: larger than any id", text);
    return id;
}

/* Groups first: who is not root any more cannot give them up. */
static void become(uid_t uid, gid_t gid)
{
    if (setgroups(0, NULL) == -1)
        err(EXIT_FAILURE, "setgroups");
    if (setgid(gid) == -1)
        err(EXIT_FAILURE, "setgid");
    if (setuid(uid) == -1)
        err(EXIT_FAILURE, "setuid");
}

static void write_map(uid_t uid)
{
    int fd = open("/proc/self/uid_map", O_WRONLY | O_CLOEXEC);
    if (fd == -1)
        err(EXIT_FAILURE, "open: /proc/self/uid_map");
    if (dprintf(fd, "0 %u 1\n", uid) < 0)
        err(EXIT_FAILURE, "write: /proc/self/uid_map");
    if (close(fd) == -1)
        err(EXIT_FAILURE, "close: /proc/self/uid_map");
}

int main(int argc, char *argv[])
{
    opterr = 0; /* our usage line says it */
    int option = getopt(argc, argv, "+d");
    bool dumpable = option == 'd';
    if (dumpable)
        option = getopt(argc, argv, "+d");
    if (option != -1 || argc - optind != 1)
        usage();
    uid_t uid = id_of(argv[optind]);

    /* From here on, the files in /proc/self are root's. */
    become(uid, uid);
    if (dumpable && prctl(PR_SET_DUMPABLE, 1) == -1)
        err(EXIT_FAILURE, "prctl");

    if (unshare(CLONE_NEWUSER) == -1)
        err(EXIT_FAILURE, "unshare");
    write_map(uid);
    printf("uid %u inside, %u outside\n", getuid(), uid);
    if (ferror(stdout) || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
}
