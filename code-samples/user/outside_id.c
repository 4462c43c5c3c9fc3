/*
 * outside_id.c - find what a user id inside is called out here
 *
 * usage: outside_id PID ID
 * needs: nothing
 */
#define _GNU_SOURCE
#include <err.h>
#include <stdio.h>
#include <stdlib.h>

/* Instead of an outside id that has no number in our own map. */
#define NO_ID 4294967295

static unsigned long number(const char *text)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0') {
        fputs("usage: outside_id PID ID\n", stderr);
        exit(2);
    }
    return value;
}

int main(int argc, char *argv[])
{
    unsigned long pid = number(argc == 3 ? argv[1] : "");
    unsigned long id = number(argv[2]);

    char path[48];
    snprintf(path, sizeof(path), "/proc/%lu/uid_map", pid);
    FILE *map = fopen(path, "re");
    if (map == NULL)
        err(EXIT_FAILURE, "fopen: %s", path);

    /* A line: the first id inside, the first outside, how many. */
    char line[64];
    while (fgets(line, sizeof(line), map) != NULL) {
        char *field = line;
        unsigned long inside = strtoul(field, &field, 10);
        unsigned long outside = strtoul(field, &field, 10);
        unsigned long count = strtoul(field, &field, 10);
        if (id >= inside && id - inside < count && outside != NO_ID) {
            printf("%lu\n", outside + (id - inside));
            if (fflush(stdout) == EOF)
                err(EXIT_FAILURE, "fflush");
            exit(EXIT_SUCCESS);
        }
    }
    if (ferror(map))
        err(EXIT_FAILURE, "read: %s", path);
    errx(EXIT_FAILURE, "%s: %lu has no number here", path, id);
}
