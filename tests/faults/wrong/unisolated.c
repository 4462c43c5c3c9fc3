/*
 * unisolated.c - wrong on purpose: goes on outside when unshare fails
 *
 * usage: unisolated COMMAND [ARG]...
 * needs: CAP_SYS_ADMIN
 */
#define _GNU_SOURCE
#include <err.h>
#include <sched.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    if (argc < 2)
        errx(2, "usage: unisolated COMMAND [ARG]...");
    unshare(CLONE_NEWNET);
    execvp(argv[1], &argv[1]);
    err(127, "%s", argv[1]);
}
