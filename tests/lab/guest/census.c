/*
 * census.c - say which namespaces and processes exist
 *
 * usage: census [-]
 *
 * Without an argument it prints the inode number of every namespace
 * that is in use; a number may come more than once. With - it answers:
 * of the numbers in each line that it reads it prints those that are
 * alive, an inode number as a namespace, a smaller one as a process.
 *
 * A namespace is found by the processes in it, by descriptors of it and
 * by mounts. What only a socket keeps is not found. Processes that end
 * meanwhile are passed over.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_INODE 4026000000UL /* no pid is as large */
#define MOST 1024                /* numbers in a line */

/* What is asked for, and what of it was found. No question: all. */
static struct {
    unsigned long number[MOST];
    bool alive[MOST];
    size_t count;
    size_t missing; /* namespaces that have not been found yet */
} asked;

/* Take the number in a text such as "net:[4026531840]", if it is one.
 */
static void found(const char *text)
{
    const char *number = strstr(text, ":[4026");
    if (number == NULL)
        return;
    unsigned long inode = strtoul(number + 2, NULL, 10);
    if (asked.count == 0)
        printf("%lu\n", inode);
    for (size_t i = 0; i < asked.count; i++)
        if (asked.number[i] == inode && !asked.alive[i]) {
            asked.alive[i] = true;
            asked.missing--;
        }
}

/* Look where the links in a folder of a process lead. */
static void links(const char *pid, const char *folder)
{
    char path[NAME_MAX + 32];
    snprintf(path, sizeof(path), "/proc/%s/%s", pid, folder);
    DIR *dir = opendir(path);
    if (dir == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char text[64] = "";
        readlinkat(dirfd(dir), entry->d_name, text, sizeof(text) - 1);
        found(text);
    }
    closedir(dir);
}

static void mounts(const char *pid)
{
    char path[NAME_MAX + 32];
    snprintf(path, sizeof(path), "/proc/%s/mountinfo", pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return;
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, file) != -1)
        if (strstr(line, " - nsfs ") != NULL)
            found(line);
    free(line);
    fclose(file);
}

static int is_process(const struct dirent *entry)
{
    return isdigit((unsigned char)entry->d_name[0]);
}

static int newest_first(const struct dirent **a,
                        const struct dirent **b)
{
    return versionsort(b, a);
}

/* Ask all processes, and stop when everything has been found. The
 * newest come first: they are those that a reader works with.
 */
static void census(void)
{
    struct dirent **pids;
    int count = scandir("/proc", &pids, is_process, newest_first);
    if (count == -1)
        err(EXIT_FAILURE, "scandir: /proc");
    for (int i = 0; i < count; i++) {
        if (asked.count == 0 || asked.missing > 0) {
            links(pids[i]->d_name, "ns");
            links(pids[i]->d_name, "fd");
            mounts(pids[i]->d_name);
        }
        free(pids[i]);
    }
    free(pids);
}

/* Read the question in a line. */
static void take(char *line)
{
    asked.count = asked.missing = 0;
    for (char *word = strtok(line, " \n"); word && asked.count < MOST;
         word = strtok(NULL, " \n")) {
        unsigned long number = strtoul(word, NULL, 10);
        bool process = number < FIRST_INODE;
        asked.number[asked.count] = number;
        asked.alive[asked.count++] =
            process && (kill((pid_t)number, 0) == 0 || errno == EPERM);
        asked.missing += !process;
    }
}

static void answer(void)
{
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, stdin) != -1) {
        take(line);
        if (asked.missing > 0)
            census();
        for (size_t i = 0; i < asked.count; i++)
            if (asked.alive[i])
                printf("%lu ", asked.number[i]);
        puts("");
        if (fflush(stdout) == EOF)
            err(EXIT_FAILURE, "stdout");
    }
    free(line);
}

int main(int argc, char *argv[])
{
    if (argc > 2 || (argc == 2 && strcmp(argv[1], "-") != 0)) {
        fputs("usage: census [-]\n", stderr);
        exit(2);
    }
    if (argc == 2)
        answer();
    else
        census();
}
