/*
 * user-inside.c - find what users from out here are called inside
 *
 * usage: user-inside PID ID...
 * needs: nothing
 */
#define _GNU_SOURCE
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

/* What the kernel calls whoever has no number. */
#define NOBODY 65534
#define NO_ID ((uid_t)-1) /* what is no id */

static unsigned long id_of(const char *text)
{
    char *end;
    unsigned long id = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0')
        errx(2, "%s: not a number", text);
    if (id >= NO_ID)
        errx(2, "%s: larger than any id", text);
    return id;
}

/* Find the number that a line of a map gives to an id from outside. */
static bool translate(char *line, unsigned long id,
                      unsigned long *number)
{
    unsigned long inside = strtoul(line, &line, 10);
    unsigned long outside = strtoul(line, &line, 10);
    unsigned long count = strtoul(line, &line, 10);
#ifdef STARTER
    /* TODO: is the id one of this line's, and if so, which one? */
    (void)inside, (void)outside, (void)count;
    *number = id;
    return false;
#else
    if (id < outside || id - outside >= count)
        return false;
    *number = inside + (id - outside);
    return true;
#endif
}

static unsigned long look_up(const char *path, unsigned long id)
{
    FILE *map = fopen(path, "re");
    if (map == NULL)
        err(EXIT_FAILURE, "fopen: %s", path);

    unsigned long number = NOBODY;
    char line[64];
    while (fgets(line, sizeof(line), map) != NULL)
        if (translate(line, id, &number))
            break;
    if (ferror(map))
        err(EXIT_FAILURE, "read: %s", path);
    fclose(map);
    return number;
}

int main(int argc, char *argv[])
{
    if (argc < 3 || argv[1][0] == '-') {
        fputs("usage: user-inside PID ID...\n", stderr);
        exit(2);
    }

    char path[64];
    snprintf(path, sizeof(path), "/proc/%.20s/uid_map", argv[1]);
    for (int i = 2; i < argc; i++)
        printf("%lu\n", look_up(path, id_of(argv[i])));

    if (ferror(stdout) || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
}
