/*
 * cover_folder.c - run a command with an empty file system on a folder
 *
 * usage: cover_folder unchanged|private|slave FOLDER COMMAND [ARG]...
 * needs: CAP_SYS_ADMIN
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

enum { UNKNOWN = -1, UNCHANGED = 0 };

static int propagation_of(const char *word)
{
    if (strcmp(word, "private") == 0)
        return MS_PRIVATE;
    if (strcmp(word, "slave") == 0)
        return MS_SLAVE;
    return strcmp(word, "unchanged") == 0 ? UNCHANGED : UNKNOWN;
}

/* Whoever is in a folder stays below what is mounted on it: go in. */
static void mount_over(const char *folder)
{
    char *current = getcwd(NULL, 0);
    if (current == NULL)
        err(EXIT_FAILURE, "getcwd");
    if (mount("scratch", folder, "tmpfs", 0, "size=1m") == -1)
        err(EXIT_FAILURE, "mount: %s", folder);
    if (chdir(current) == -1)
        err(EXIT_FAILURE, "chdir: %s", current);
    free(current);
}

int main(int argc, char *argv[])
{
    int propagation = argc < 4 ? UNKNOWN : propagation_of(argv[1]);
    if (propagation == UNKNOWN) {
        fputs("usage: cover_folder unchanged|private|slave FOLDER "
              "COMMAND "
              "[ARG]...\n",
              stderr);
        exit(2);
    }

    char *folder = realpath(argv[2], NULL);
    if (folder == NULL)
        err(EXIT_FAILURE, "realpath: %s", argv[2]);
    if (strcmp(folder, "/") == 0)
        errx(2, "/: a mount there covers no process's root folder");

    if (unshare(CLONE_NEWNS) == -1)
        err(EXIT_FAILURE, "unshare");

    /* Our copies are tied to the originals. Cut that, for them all. */
    if (propagation != UNCHANGED &&
        mount(NULL, "/", NULL, MS_REC | propagation, NULL) == -1)
        err(EXIT_FAILURE, "mount: /");
    mount_over(folder);

    execvp(argv[3], &argv[3]);
    err(errno == ENOENT ? 127 : 126, "%s", argv[3]);
}
