/*
 * root-masks.c - print what is hidden or read-only below /proc
 *
 * usage: root-masks PID
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

/* The type follows the "-", behind any number of fields. */
static const char *type_in(char *rest)
{
    char *field = next_field(&rest, 1);
    while (field != NULL && strcmp(field, "-") != 0)
        field = next_field(&rest, 1);
    return next_field(&rest, 1);
}

static void print_mask(const char *point, const char *options,
                       const char *type)
{
    /* TODO: print only what is below /proc; what is a proc, and can be
     * written to, is no mask. */
    if (strcmp(type, "proc") == 0 || options == NULL)
        printf("read-only %s\n", point);
    else
        printf("hidden %s\n", point);
}

int main(int argc, char *argv[])
{
    if (argc != 2 || argv[1][0] == '-') {
        fputs("usage: root-masks PID\n", stderr);
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
        const char *options = next_field(&rest, 1);
        const char *type = type_in(rest);
        if (type == NULL)
            errx(EXIT_FAILURE, "%s: cannot read", path);
        print_mask(point, options, type);
    }
    if (ferror(file))
        err(EXIT_FAILURE, "getline: %s", path);
    free(line);
    fclose(file);

    if (ferror(stdout) || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
}
