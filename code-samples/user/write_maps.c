/*
 * write_maps.c - write id maps in any way, and show what is said
 *
 * usage: write_maps WRITE...
 * needs: nothing
 *
 * Each WRITE, in a new user namespace, is FILE=TEXT. A FILE is uid_map,
 * gid_map or setgroups.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const files[] = {"uid_map", "gid_map", "setgroups"};

/* The name of the file that an argument begins with, or NULL. */
static const char *file_of(const char *argument)
{
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        size_t length = strlen(files[i]);
        if (strncmp(argument, files[i], length) == 0 &&
            argument[length] == '=')
            return files[i];
    }
    return NULL;
}

static void try(const char *file, const char *text)
{
    char path[32];
    snprintf(path, sizeof(path), "/proc/self/%s", file);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd == -1)
        err(EXIT_FAILURE, "open: %s", path);

    /* A refusal is what we came for, and no failure. */
    ssize_t written = write(fd, text, strlen(text));
    printf("%s: %s\n", file, written == -1 ? strerror(errno) : "ok");
    if (close(fd) == -1)
        err(EXIT_FAILURE, "close: %s", path);
}

static _Noreturn void usage(void)
{
    fputs("usage: write_maps WRITE...\n", stderr);
    exit(2);
}

int main(int argc, char *argv[])
{
    if (argc < 2)
        usage();
    for (int i = 1; i < argc; i++)
        if (file_of(argv[i]) == NULL)
            usage();

    if (unshare(CLONE_NEWUSER) == -1)
        err(EXIT_FAILURE, "unshare");
    for (int i = 1; i < argc; i++)
        try(file_of(argv[i]), strchr(argv[i], '=') + 1);

    if (ferror(stdout) || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
}
