/*
 * translate_id.c - find what a user id inside is called out here
 *
 * usage: translate_id PID ID
 * needs: nothing
 */
#define _GNU_SOURCE
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>

/* What stands for an id that has no number; no id has this one. */
#define NO_ID ((uid_t)-1)

/* A line of a map: first id inside, first outside, how many. */
struct line {
    uid_t inside, outside, count;
};

static uid_t id_of(const char *text)
{
    char *end;
    unsigned long id = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0')
        errx(2, "%s: not a number", text);
    if (id >= NO_ID)
        errx(2, "%s: larger than any id", text);
    return id;
}

static char *path_of(const char *pid, const char *file)
{
    char *path;
    if (asprintf(&path, "/proc/%s/%s", pid, file) == -1)
        err(EXIT_FAILURE, "asprintf");
    return path;
}

/* Find the line of a map that has an id inside. */
static bool find(const char *path, uid_t id, struct line *line)
{
    FILE *map = fopen(path, "re");
    if (map == NULL)
        err(EXIT_FAILURE, "fopen: %s", path);

    bool found = false;
    while (!found && fscanf(map, "%u %u %u", &line->inside,
                            &line->outside, &line->count) == 3)
        found = id >= line->inside && id - line->inside < line->count;
    if (ferror(map))
        err(EXIT_FAILURE, "read: %s", path);
    fclose(map);
    return found;
}

int main(int argc, char *argv[])
{
    if (argc != 3 || argv[1][0] == '-') {
        fputs("usage: translate_id PID ID\n", stderr);
        exit(2);
    }
    uid_t id = id_of(argv[2]);
    char *path = path_of(argv[1], "uid_map");
    struct line line;
    if (!find(path, id, &line))
        errx(EXIT_FAILURE, "%s: %u has no number here", path, id);
    if (line.outside == NO_ID)
        errx(EXIT_FAILURE, "%s: %u cannot be told from here", path, id);

    /*
     * The kernel has translated the first id of the line for us. Those
     * behind it follow in our own namespace and in those below it: of
     * no other may we look at the link.
     */
    char *link = path_of(argv[1], "ns/user");
    struct stat ns;
    if (stat(link, &ns) == -1)
        err(EXIT_FAILURE, "stat: %s", link);
    free(link);
    free(path);
    printf("%u\n", line.outside + (id - line.inside));
    if (ferror(stdout) || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
}
