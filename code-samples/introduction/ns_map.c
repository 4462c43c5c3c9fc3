/*
 * ns_map.c - draw which namespaces of a type processes are in
 *
 * usage: ns_map TYPE PID...
 * needs: nothing
 */
#define _GNU_SOURCE
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The name of a process may hold any character but a zero. */
static void print_name(const char *pid)
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
            putchar('\\');
        putchar(name[i]);
    }
}

static uintmax_t namespace_of(const char *pid, const char *type)
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

int main(int argc, char *argv[])
{
    if (argc < 3 || argv[1][0] == '-') {
        fputs("usage: ns_map TYPE PID...\n", stderr);
        exit(2);
    }

    /* What we print is text for dot(1), which does the drawing. */
    puts("digraph namespaces {\n"
         "    rankdir=LR;\n"
         "    node [shape=box];");
    for (int i = 2; i < argc; i++) {
        uintmax_t ns = namespace_of(argv[i], argv[1]);
        printf("    %d [style=rounded, label=\"", i - 1);
        print_name(argv[i]);
        printf("\"];\n    %d -> \"%s:[%ju]\";\n", i - 1, argv[1], ns);
    }
    puts("}");

    if (fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
}
