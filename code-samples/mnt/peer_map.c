/*
 * peer_map.c - draw which mounts of processes pass on mounts to which
 *
 * usage: peer_map PATH PID...
 * needs: nothing
 */
#define _GNU_SOURCE
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A mount point may hold quotes, which the kernel leaves as they are,
 * and its own octal numbers for blanks, which begin with a \. */
static void print_quoted(const char *path)
{
    for (; *path != '\0'; path++) {
        if (strchr("\"\\", *path) != NULL)
            putchar('\\');
        putchar(*path);
    }
}

/* Returns the field that is so many fields after the last one. */
static char *skip(char *line, int count)
{
    char *field = strtok(line, " ");
    while (field != NULL && --count > 0)
        field = strtok(NULL, " ");
    return field;
}

/* The optional fields, up to "-", say which groups the mount is in. */
static void draw_groups(int node)
{
    char *field = strtok(NULL, " ");
    for (; field != NULL && *field != '-'; field = strtok(NULL, " ")) {
        if (strncmp(field, "shared:", 7) == 0)
            printf("    %d -> \"peer group %s\" [dir=both];\n", node,
                   field + 7);
        else if (strncmp(field, "master:", 7) == 0)
            printf("    \"peer group %s\" -> %d;\n", field + 7, node);
    }
}

static void draw_mounts(const char *path, const char *pid)
{
    char *name;
    if (asprintf(&name, "/proc/%s/mountinfo", pid) == -1)
        err(EXIT_FAILURE, "asprintf");
    FILE *file = fopen(name, "re");
    if (file == NULL)
        err(EXIT_FAILURE, "fopen: %s", name);

    static int node;
    char *line = NULL;
    size_t size = 0;
    /* Where a read fails half way, getline returns a part of a line. */
    while (getline(&line, &size, file) != -1 && !ferror(file)) {
        /* id, parent, device, root, mount point, options, groups */
        const char *point = skip(line, 5);
        if (point == NULL || skip(NULL, 1) == NULL)
            errx(EXIT_FAILURE, "%s: cannot read", name);
        if (strcmp(point, path) != 0)
            continue;

        node++;
        printf("    %d [style=rounded, label=\"pid %s\\n", node, pid);
        print_quoted(point);
        puts("\"];");
        draw_groups(node);
    }
    if (ferror(file))
        err(EXIT_FAILURE, "getline: %s", name);
    fclose(file);
    free(line);
    free(name);
}

int main(int argc, char *argv[])
{
    if (argc < 3 || argv[1][0] == '-') {
        fputs("usage: peer_map PATH PID...\n", stderr);
        exit(2);
    }

    /* What we print is text for dot(1), as in ns_map.c. */
    puts("digraph mounts {\n"
         "    rankdir=LR;\n"
         "    node [shape=box];");
    for (int i = 2; i < argc; i++)
        draw_mounts(argv[1], argv[i]);
    puts("}");

    if (fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
}
