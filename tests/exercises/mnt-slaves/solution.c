/*
 * mnt-slaves.c - print the mount points that are slaves
 *
 * usage: mnt-slaves PID
 * needs: nothing
 */
#define _GNU_SOURCE
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Cut the next fields off a line, and return the last of them. */
static char *next_field(char **line, int count)
{
    char *field = NULL;
    while (count-- > 0)
        field = strsep(line, " ");
    return field;
}

static bool is_slave(char *line)
{
#ifdef STARTER
    /* TODO: the line begins with the fields of which there can be any
     * number. Where do they end, and which one makes a slave? */
    return line != NULL;
#else
    char *field = next_field(&line, 1);
    for (; field != NULL && strcmp(field, "-") != 0;
         field = next_field(&line, 1))
        if (strncmp(field, "master:", 7) == 0)
            return true;
    return false;
#endif
}

int main(int argc, char *argv[])
{
    if (argc != 2 || argv[1][0] == '-') {
        fputs("usage: mnt-slaves PID\n", stderr);
        exit(2);
    }

    char path[64];
    snprintf(path, sizeof(path), "/proc/%.20s/mountinfo", argv[1]);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        err(EXIT_FAILURE, "fopen: %s", path);

    char *line = NULL;
    size_t size = 0;
    /* Where a read fails half way, getline returns a part of a line. */
    while (getline(&line, &size, file) != -1 && !ferror(file)) {
        /* number, parent, device, root, mount point; options */
        char *rest = line;
        const char *point = next_field(&rest, 5);
        if (next_field(&rest, 1) == NULL)
            errx(EXIT_FAILURE, "%s: cannot read", path);
        if (is_slave(rest))
            puts(point);
    }
    if (ferror(file))
        err(EXIT_FAILURE, "getline: %s", path);
    free(line);
    fclose(file);

    if (ferror(stdout) || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
}
