/*
 * left.c - wrong on purpose: leaves a process and a file behind
 *
 * usage: left
 * needs: CAP_SYS_ADMIN
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    int fd = open("left", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (fd == -1)
        err(1, "open: left");
    pid_t child = fork();
    if (child == -1)
        err(1, "fork");
    if (child == 0) {
        if (unshare(CLONE_NEWNET) == -1)
            err(1, "unshare");
        for (;;) /* a call would be traced, or not: who is first? */
            continue;
    }
    if (chdir("/tmp/faults/cwd") == -1)
        err(1, "chdir");
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    unlink("left");
}
