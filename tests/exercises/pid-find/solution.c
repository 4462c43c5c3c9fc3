/*
 * pid-find.c - find who has a number in another pid namespace
 *
 * usage: pid-find PID NUMBER...
 * needs: nothing
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/nsfs.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LEVELS = 33 }; /* of pid namespaces, at most */

/* Read the numbers of a process, from ours down to its own. */
static int read_numbers(const char *pid, long numbers[LEVELS])
{
    char path[300], *line = NULL;
    size_t size = 0;
    int count = 0;
    snprintf(path, sizeof(path), "/proc/%s/status", pid);
    FILE *status = fopen(path, "re");
    if (status == NULL)
        return 0; /* it has ended since */
    while (getline(&line, &size, status) != -1) {
        if (strncmp(line, "NSpid:", 6) != 0)
            continue;
        char *end = line + 6;
        while (count < LEVELS && *end != '\n')
            numbers[count++] = strtol(end, &end, 10);
    }
    free(line);
    fclose(status);
    return count;
}

#ifdef STARTER
#else
/* How far is a namespace above that of a process? 0 if it is the same,
 * -1 if it is not above it. */
static int find_distance(const char *pid, const struct stat *wanted)
{
    char path[300];
    struct stat has;
    snprintf(path, sizeof(path), "/proc/%s/ns/pid", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    for (int up = 0; fd != -1; up++) {
        if (fstat(fd, &has) == -1)
            err(EXIT_FAILURE, "fstat: %s", path);
        int parent = ioctl(fd, NS_GET_PARENT);
        if (close(fd) == -1)
            err(EXIT_FAILURE, "close: %s", path);
        if (has.st_dev == wanted->st_dev &&
            has.st_ino == wanted->st_ino) {
            if (parent != -1)
                close(parent);
            return up;
        }
        fd = parent; /* -1: that is above us, or there is none */
    }
    return -1;
}

#endif
/* What a process is called in a namespace; 0 where it has no number. */
static long number_in(const char *pid, const struct stat *wanted)
{
    long numbers[LEVELS];
    int count = read_numbers(pid, numbers);
#ifdef STARTER
    /* TODO: which of the numbers is it, and is there one at all? */
    (void)wanted;
    return count > 0 ? numbers[count - 1] : 0;
#else
    int up = find_distance(pid, wanted);
    return up == -1 || up >= count ? 0 : numbers[count - 1 - up];
#endif
}

static struct process {
    long pid;
    long number;
} * known;
static size_t known_count;

/* Each process is asked once, for however many numbers. */
static void read_processes(const struct stat *wanted)
{
    DIR *proc = opendir("/proc");
    if (proc == NULL)
        err(EXIT_FAILURE, "opendir: /proc");
    for (struct dirent *entry; (entry = readdir(proc)) != NULL;) {
        const char *name = entry->d_name;
        if (!isdigit((unsigned char)name[0]))
            continue;
        known = reallocarray(known, known_count + 1, sizeof(*known));
        if (known == NULL)
            err(EXIT_FAILURE, "reallocarray");
        known[known_count].pid = strtol(name, NULL, 10);
        known[known_count++].number = number_in(name, wanted);
    }
    closedir(proc);
}

static long find(long number)
{
    for (size_t i = 0; i < known_count; i++)
        if (known[i].number == number)
            return known[i].pid;
    return 0;
}

int main(int argc, char *argv[])
{
    if (argc < 3 || argv[1][0] == '-') {
        fputs("usage: pid-find PID NUMBER...\n", stderr);
        exit(2);
    }

    char path[64];
    struct stat wanted;
    snprintf(path, sizeof(path), "/proc/%.20s/ns/pid", argv[1]);
    if (stat(path, &wanted) == -1)
        err(EXIT_FAILURE, "stat: %s", path);

    read_processes(&wanted);
    for (int i = 2; i < argc; i++) {
        char *end;
        long number = strtol(argv[i], &end, 10);
        if (number <= 0 || *end != '\0')
            errx(2, "%s: not a number of a process", argv[i]);
        if (number > INT_MAX) {
            errno = ERANGE;
            err(2, "%s", argv[i]);
        }
        printf("%ld\n", find(number));
    }
    if (ferror(stdout) || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
}
