/*
 * draw_peers.c - draw which mounts of processes pass on mounts to which
 *
 * usage: draw_peers PATH PID...
 * needs: nothing
 */
#define _GNU_SOURCE
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The kernel writes a blank as \040, so that it ends no field. */
static void decode(char *path)
{
    char *to = path;
    for (const char *at = path; *at != '\0'; at++) {
        *to++ = *at;
        if (*at != '\\')
            continue;
        int high = at[1] - '0', middle = at[2] - '0', low = at[3] - '0';
        to[-1] = (char)(high * 64 + middle * 8 + low);
        at += 3;
    }
    *to = '\0';
}

/* The optional fields, up to "-", say which groups the mount is in. */
static void draw_mount(FILE *graph, int node, const char *pid,
                       char *rest)
{
    fprintf(graph, "    %d [style=rounded, label=\"pid %s\"];\n", node,
            pid);
    char *field = strsep(&rest, " ");
    for (; field != NULL && *field != '-'; field = strsep(&rest, " ")) {
        if (strncmp(field, "shared:", 7) == 0)
            fprintf(graph, "    %d -> \"peer group %s\" [dir=both];\n",
                    node, field + 7);
        else if (strncmp(field, "master:", 7) == 0)
            fprintf(graph, "    \"peer group %s\" -> %d;\n", field + 7,
                    node);
    }
}

/* Draw what a process has mounted on a path, behind the last node. */
static int draw_mounts(FILE *graph, int node, const char *pid,
                       const char *path)
{
    char *name, *line = NULL;
    size_t size = 0;
    if (asprintf(&name, "/proc/%s/mountinfo", pid) == -1)
        err(EXIT_FAILURE, "asprintf");
    FILE *file = fopen(name, "re");
    if (file == NULL)
        err(EXIT_FAILURE, "fopen: %s", name);
    /* Where a read fails half way, getline returns a part of a line. */
    int first = node;
    while (getline(&line, &size, file) != -1 && !ferror(file)) {
        /* id, parent, device, root, mount point, options, groups */
        int from, to, rest = 0;
        sscanf(line, "%*s %*s %*s %*s %n%*s%n %*s %n", &from, &to,
               &rest);
        if (rest == 0)
            errx(EXIT_FAILURE, "%s: cannot read", name);
        line[to] = '\0';
        decode(line + from);
        if (strcmp(line + from, path) == 0)
            draw_mount(graph, ++node, pid, line + rest);
    }
    if (ferror(file))
        err(EXIT_FAILURE, "getline: %s", name);
    if (node == first)
        errx(EXIT_FAILURE, "%s: no mount on %s", name, path);
    fclose(file);
    free(line);
    free(name);
    return node;
}

int main(int argc, char *argv[])
{
    if (argc < 3 || argv[1][0] == '-') {
        fputs("usage: draw_peers PATH PID...\n", stderr);
        exit(2);
    }
    /* A graph that breaks off is none: write it in memory first. */
    char *text;
    size_t size;
    FILE *graph = open_memstream(&text, &size);
    int node = 0;
    if (graph == NULL)
        err(EXIT_FAILURE, "open_memstream");
    for (int i = 2; i < argc; i++)
        node = draw_mounts(graph, node, argv[i], argv[1]);
    if (ferror(graph) || fclose(graph) == EOF)
        err(EXIT_FAILURE, "fclose");
    /* What we print is text for dot(1), as in draw_ns.c. */
    printf(
        "digraph mounts {\n    rankdir=LR;\n    node [shape=box];\n");
    printf("%s}\n", text);
    if (ferror(stdout) || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
    free(text);
}
