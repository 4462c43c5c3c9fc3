/*
 * clone_signal.c - make a child by clone with an exit signal
 *
 * usage: clone_signal SIGNAL
 */
#define _GNU_SOURCE
#include "answer.h"
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    if (argc != 2)
        usage("clone_signal SIGNAL");

    long pid = syscall(SYS_clone, strtol(argv[1], NULL, 0), 0, 0, 0, 0);
    if (pid == 0)
        _exit(0);
    answer(pid);
    waitpid((pid_t)pid, NULL, __WALL);
}
