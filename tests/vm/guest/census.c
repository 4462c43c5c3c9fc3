/*
 * census.c - print the inode number of every namespace that is in use
 *
 * Asks all processes: for their namespaces, for descriptors of others,
 * and for mounts. A number may come more than once. What only a socket
 * keeps is not found. Processes that end meanwhile are passed over.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Print the number in a text such as "net:[4026531840]", if it is one.
 */
static void print_number(const char *text)
{
    const char *number = strstr(text, ":[4026");
    if (number != NULL)
        printf("%.10s\n", number + 2);
}

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
        print_number(text);
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
            print_number(line);
    free(line);
    fclose(file);
}

int main(void)
{
    DIR *proc = opendir("/proc");
    if (proc == NULL)
        err(EXIT_FAILURE, "opendir: /proc");
    for (struct dirent *entry; (entry = readdir(proc)) != NULL;) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        links(entry->d_name, "ns");
        links(entry->d_name, "fd");
        mounts(entry->d_name);
    }
    closedir(proc);
}
