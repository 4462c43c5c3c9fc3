/*
 * introduction-print.c - print the namespaces of a process
 *
 * usage: introduction-print PID
 * needs: nothing
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int main(int argc, char *argv[])
{
    if (argc != 2 || argv[1][0] == '-') {
        fputs("usage: introduction-print PID\n", stderr);
        exit(2);
    }

    char path[64];
    snprintf(path, sizeof(path), "/proc/%s/ns", argv[1]);
    DIR *folder = opendir(path);
    if (folder == NULL)
        err(EXIT_FAILURE, "opendir: %s", path);

    /* NULL is the end, or an error if errno says so. */
    int links = 0;
    for (struct dirent *entry;
         errno = 0, (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        links++;
        /* TODO: the number is that of the link, not of what it leads
         * to. Which call follows a link? */
        printf("%s %ju\n", entry->d_name, (uintmax_t)entry->d_ino);
        if (ferror(stdout))
            err(EXIT_FAILURE, "printf");
    }
    if (errno == 0 && links == 0)
        errno = ENOENT; /* the process has ended meanwhile */
    if (errno != 0)
        err(EXIT_FAILURE, "readdir: %s", path);
    closedir(folder);

    if (fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
}
