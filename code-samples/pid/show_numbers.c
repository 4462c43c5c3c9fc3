/*
 * show_numbers.c - show the number of a process in each pid namespace
 *
 * usage: show_numbers PID
 * needs: linux >= 4.1
 */
#define _GNU_SOURCE
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void show(const char *numbers)
{
    /* From the pid namespace of /proc to that of the process. */
    int level = 0, length;
    long number;
    for (; sscanf(numbers, "%ld%n", &number, &length) == 1;
         numbers += length)
        if (printf("%*spid %ld\n", 2 * level++, "", number) < 0)
            err(EXIT_FAILURE, "printf");
    if (fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
}

int main(int argc, char *argv[])
{
    if (argc != 2 || argv[1][0] == '-') {
        fputs("usage: show_numbers PID\n", stderr);
        exit(2);
    }
    char *path;
    if (asprintf(&path, "/proc/%s/status", argv[1]) == -1)
        err(EXIT_FAILURE, "asprintf");
    FILE *status = fopen(path, "re");
    if (status == NULL)
        err(EXIT_FAILURE, "fopen: %s", path);

    char *line = NULL;
    size_t size = 0;
    const char *label = "NSpid:";
    while (getline(&line, &size, status) != -1)
        if (strncmp(line, label, strlen(label)) == 0) {
            show(line + strlen(label));
            exit(EXIT_SUCCESS);
        }
    if (!feof(status))
        err(EXIT_FAILURE, "getline: %s", path);
    errx(EXIT_FAILURE, "%s: no line %s", path, label);
}
