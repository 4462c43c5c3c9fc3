/*
 * make_orphans.c - make many orphans at once
 *
 * usage: make_orphans live|defy|end COUNT
 * needs: nothing
 *
 * They live on, or defy SIGTERM, too, or end as soon as they are
 * orphans.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST = 4 * 1024 * 1024 }; /* there are no more PIDs */

static _Noreturn void be_orphan(const int gate[2])
{
    /* The parent's end ends the pipe; a byte before is a life. */
    char life;
    if (close(gate[1]) == 0 && read(gate[0], &life, 1) == 1)
        for (;;)
            pause();
    exit(EXIT_SUCCESS);
}

static _Noreturn void be_parent(const char *fate, long count)
{
    int gate[2];
    if (pipe2(gate, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    if (strcmp(fate, "defy") == 0)
        signal(SIGTERM, SIG_IGN);

    for (long i = 0; i < count; i++) {
        pid_t orphan = fork();
        if (orphan == -1)
            err(EXIT_FAILURE, "fork");
        if (orphan == 0)
            be_orphan(gate);
    }

    /* None lives on unless all do. */
    for (long i = 0; strcmp(fate, "end") != 0 && i < count; i++)
        if (write(gate[1], "!", 1) != 1)
            err(EXIT_FAILURE, "write");
    exit(EXIT_SUCCESS);
}

int main(int argc, char *argv[])
{
    const char *fate = argc == 3 ? argv[1] : "";
    char *end = "";
    long count = argc == 3 ? strtol(argv[2], &end, 10) : 0;
    if ((strcmp(fate, "live") != 0 && strcmp(fate, "defy") != 0 &&
         strcmp(fate, "end") != 0) ||
        count < 1 || count > MOST || *end != '\0') {
        fputs("usage: make_orphans live|defy|end COUNT\n", stderr);
        exit(2);
    }

    /* Ignored, SIGCHLD would take the child's status away. */
    signal(SIGCHLD, SIG_DFL);
    pid_t parent = fork();
    if (parent == -1)
        err(EXIT_FAILURE, "fork");
    if (parent == 0)
        be_parent(fate, count);

    int status;
    if (waitpid(parent, &status, 0) == -1)
        err(EXIT_FAILURE, "waitpid");
    if (WIFSIGNALED(status))
        exit(128 + WTERMSIG(status));
    exit(WEXITSTATUS(status));
}
