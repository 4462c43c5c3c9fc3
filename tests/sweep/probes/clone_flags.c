/*
 * clone_flags.c - make a child by clone3 with flags
 *
 * usage: clone_flags FLAGS SIGNAL
 *
 * SIGNAL is what the child sends when it ends, 0 for none.
 */
#define _GNU_SOURCE
#include "answer.h"
#include <linux/sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    if (argc != 3)
        usage("clone_flags FLAGS SIGNAL");

    int pidfd;
    struct clone_args args = {
        .flags = strtoull(argv[1], NULL, 0),
        .pidfd = (unsigned long)&pidfd,
        .exit_signal = strtoull(argv[2], NULL, 0),
    };
    long pid = syscall(SYS_clone3, &args, sizeof(args));
    if (pid == 0)
        _exit(0);
    answer(pid);
    waitpid((pid_t)pid, NULL, __WALL);
}
