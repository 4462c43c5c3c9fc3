/*
 * compare_ns.c - compare the namespaces of two processes
 *
 * usage: compare_ns PID PID
 * needs: linux >= 5.6
 */
#define _GNU_SOURCE
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static const char *const types[] = {"cgroup", "ipc",  "mnt",  "net",
                                    "pid",    "time", "user", "uts"};

static struct stat namespace_of(const char *pid, const char *type)
{
    char *path;
    if (asprintf(&path, "/proc/%s/ns/%s", pid, type) == -1)
        err(EXIT_FAILURE, "asprintf");

    struct stat ns;
    if (stat(path, &ns) == -1)
        err(EXIT_FAILURE, "stat: %s", path);
    free(path);
    return ns;
}

int main(int argc, char *argv[])
{
    if (argc != 3 || argv[1][0] == '-' || argv[2][0] == '-') {
        fputs("usage: compare_ns PID PID\n", stderr);
        exit(2);
    }

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        struct stat a = namespace_of(argv[1], types[i]);
        struct stat b = namespace_of(argv[2], types[i]);

        /* An inode number means something only on its own device. */
        int same = a.st_dev == b.st_dev && a.st_ino == b.st_ino;
        printf("%-7s %s\n", types[i], same ? "same" : "different");
    }

    if (ferror(stdout) || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
}
