/*
 * draw_ns.c - draw which namespaces of a type processes are in
 *
 * usage: draw_ns TYPE PID...
 * needs: nothing
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <err.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The name of a process may hold any character but a zero. */
static void draw_name(FILE *graph, const char *pid)
{
    char *path;
    if (asprintf(&path, "/proc/%s/comm", pid) == -1)
        err(EXIT_FAILURE, "asprintf");
    FILE *file = fopen(path, "re");
    if (file == NULL)
        err(EXIT_FAILURE, "fopen: %s", path);

    char name[64];
    size_t length = fread(name, 1, sizeof(name), file);
    if (ferror(file))
        err(EXIT_FAILURE, "fread: %s", path);
    fclose(file);
    free(path);

    for (size_t i = 0; i + 1 < length; i++) { /* without the newline */
        if (strchr("\"\\", name[i]) != NULL)
            fputc('\\', graph);
        fputc(name[i], graph);
    }
}

static uintmax_t inode_of(const char *pid, const char *type)
{
    char *path;
    if (asprintf(&path, "/proc/%s/ns/%s", pid, type) == -1)
        err(EXIT_FAILURE, "asprintf");

    struct stat ns;
    if (stat(path, &ns) == -1)
        err(EXIT_FAILURE, "stat: %s", path);
    free(path);
    return ns.st_ino;
}

/* A name that leads nowhere but to a link in the folder ns. */
static bool is_type(const char *text)
{
    return isalpha((unsigned char)text[0]) && strchr(text, '/') == NULL;
}

int main(int argc, char *argv[])
{
    if (argc < 3 || !is_type(argv[1])) {
        fputs("usage: draw_ns TYPE PID...\n", stderr);
        exit(2);
    }

    /* A graph that breaks off is none: write it in memory first. */
    char *text;
    size_t size;
    FILE *graph = open_memstream(&text, &size);
    if (graph == NULL)
        err(EXIT_FAILURE, "open_memstream");
    for (int i = 2; i < argc; i++) {
        uintmax_t ns = inode_of(argv[i], argv[1]);
        fprintf(graph, "    %d [style=rounded, label=\"", i - 1);
        draw_name(graph, argv[i]);
        fprintf(graph, "\"];\n    %d -> \"%s:[%ju]\";\n", i - 1,
                argv[1], ns);
    }
    if (ferror(graph) || fclose(graph) == EOF)
        err(EXIT_FAILURE, "fclose");

    /* What we print is text for dot(1), which does the drawing. */
    printf("digraph namespaces {\n"
           "    rankdir=LR;\n"
           "    node [shape=box];\n"
           "%s}\n",
           text);
    if (ferror(stdout) || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
    free(text);
}
