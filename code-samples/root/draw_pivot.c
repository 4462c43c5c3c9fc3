/*
 * draw_pivot.c - draw where the old and the new root are mounted
 *
 * usage: draw_pivot
 * needs: CAP_SYS_ADMIN
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MOUNTS = 2 };
static const char *const NAMES[MOUNTS] = {"the old root",
                                          "the new root"};
static int ids[MOUNTS]; /* of these mounts, in mountinfo */
static int proc;        /* a path to it would lead elsewhere, later */

static FILE *open_mounts(void)
{
    int fd = openat(proc, "self/mountinfo", O_RDONLY | O_CLOEXEC);
    if (fd == -1)
        err(EXIT_FAILURE, "openat: mountinfo");
    FILE *list = fdopen(fd, "r");
    if (list == NULL)
        err(EXIT_FAILURE, "fdopen");
    return list;
}

/* The number of the mount that the list has last for a place. */
static int find_mount(const char *place)
{
    int id = 0, found = 0;
    char point[4096];
    FILE *list = open_mounts();
    while (fscanf(list, "%d %*d %*s %*s %4095s %*[^\n]", &id, point) ==
           2)
        if (strcmp(point, place) == 0)
            found = id;
    if (ferror(list))
        err(EXIT_FAILURE, "fscanf: mountinfo");
    fclose(list);
    return found;
}

static void draw(int step, const char *when)
{
    int id = 0, parent = 0;
    char point[4096];
    printf("    subgraph cluster_%d {\n"
           "        label=\"%s\"; class=step%d;\n",
           step, when, step);
    FILE *list = open_mounts();
    while (fscanf(list, "%d %d %*s %*s %4095s %*[^\n]", &id, &parent,
                  point) == 3)
        for (int i = 0; i < MOUNTS; i++) {
            if (id != ids[i])
                continue;
            printf("        %d%d [label=\"%s\\nmount id %d\\non %s\", "
                   "class=\"%c step%d\"];\n",
                   step, i, NAMES[i], id, point, 'a' + i, step);
            if (parent == ids[1 - i])
                printf("        %d%d -> %d%d [class=step%d];\n", step,
                       i, step, 1 - i, step);
        }
    if (ferror(list))
        err(EXIT_FAILURE, "fscanf: mountinfo");
    fclose(list);
    puts("    }");
}

static void must_mount(const char *source, const char *target,
                       const char *type, unsigned long flags)
{
    if (mount(source, target, type, flags, NULL) == -1)
        err(EXIT_FAILURE, "mount: %s", target);
}

int main(int argc, char *argv[])
{
    (void)argv;
    if (argc > 1) {
        fputs("usage: draw_pivot\n", stderr);
        exit(2);
    }
    proc = open("/proc", O_PATH | O_CLOEXEC);
    if (proc == -1)
        err(EXIT_FAILURE, "open: /proc");
    if (unshare(CLONE_NEWNS) == -1)
        err(EXIT_FAILURE, "unshare");
    must_mount(NULL, "/", NULL, MS_REC | MS_PRIVATE);
    must_mount("new", "/mnt", "tmpfs", 0);
    if (mkdir("/mnt/old", 0755) == -1)
        err(EXIT_FAILURE, "mkdir: /mnt/old");
    ids[0] = find_mount("/");
    ids[1] = find_mount("/mnt");

    puts("digraph roots {\n    rankdir=BT;\n    node [shape=box];");
    draw(1, "mounted");
    if (syscall(SYS_pivot_root, "/mnt", "/mnt/old") == -1)
        err(EXIT_FAILURE, "pivot_root: /mnt");
    draw(2, "pivot_root");
    if (umount2("/old", MNT_DETACH) == -1)
        err(EXIT_FAILURE, "umount2: /old");
    draw(3, "umount2");
    puts("}");
    if (ferror(stdout) || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
}
