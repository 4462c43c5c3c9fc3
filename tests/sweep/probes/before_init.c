/*
 * before_init.c - enter a pid namespace in which nobody was yet
 *
 * usage: before_init
 *
 * Another process than the one that has made it enters, by
 * pid_for_children.
 */
#define _GNU_SOURCE
#include "answer.h"
#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

static int enter(pid_t maker)
{
    char path[40];
    snprintf(path, sizeof(path), "/proc/%d/ns/pid_for_children", maker);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd == -1 ? -1 : setns(fd, CLONE_NEWPID);
}

int main(int argc, char *argv[])
{
    int made[2];
    char byte;
    if (argc != 1 || !argv[0])
        usage("before_init");

    pid_t maker = getpid();
    must(pipe(made), "pipe");
    pid_t child = must(fork(), "fork");
    if (child == 0) {
        must((int)read(made[0], &byte, 1), "read");
        answer(enter(maker));
        return 0;
    }
    must(unshare(CLONE_NEWPID), "unshare");
    must((int)write(made[1], "", 1), "write");
    waitpid(child, NULL, 0);
}
