/*
 * show_ns.c - show the namespaces of a process
 *
 * usage: show_ns [PID]
 * needs: nothing
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static int is_link(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Show one link of the current directory, if it can be read. */
static bool show(const char *link)
{
    char text[64];
    ssize_t length = readlink(link, text, sizeof(text));
    if (length == -1) {
        warn("readlink: %s", link);
        return false;
    }

    /* stat follows the link to the namespace itself. */
    struct stat ns;
    if (stat(link, &ns) == -1) {
        warn("stat: %s", link);
        return false;
    }

    printf("%-18s %-20.*s dev %u:%u  ino %ju\n", link, (int)length,
           text, major(ns.st_dev), minor(ns.st_dev),
           (uintmax_t)ns.st_ino);
    return true;
}

int main(int argc, char *argv[])
{
    if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
        fputs("usage: show_ns [PID]\n", stderr);
        exit(2);
    }

    char *folder;
    if (asprintf(&folder, "/proc/%s/ns",
                 argc == 2 ? argv[1] : "self") == -1)
        err(EXIT_FAILURE, "asprintf");
    if (chdir(folder) == -1)
        err(EXIT_FAILURE, "chdir: %s", folder);

    struct dirent **links;
    int count = scandir(".", &links, is_link, alphasort);
    if (count == 0)
        errno = ENOENT; /* the process has ended meanwhile */
    if (count < 1)
        err(EXIT_FAILURE, "scandir: %s", folder);

    /* A zombie has lost some of its namespaces: show what is left. */
    int status = EXIT_SUCCESS;
    for (int i = 0; i < count; i++)
        if (!show(links[i]->d_name))
            status = EXIT_FAILURE;
    if (ferror(stdout) || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
    exit(status);
}
