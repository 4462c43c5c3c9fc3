/*
 * keep_socket.c - leave a network namespace, and keep a socket of it
 *
 * usage: keep_socket FILE COMMAND [ARG]...
 * needs: CAP_SYS_ADMIN
 *
 * FILE is the namespace to go to, where the command runs.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    if (argc < 3 || argv[1][0] == '-') {
        fputs("usage: keep_socket FILE COMMAND [ARG]...\n", stderr);
        exit(2);
    }

    int ns = open(argv[1], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (ns == -1)
        err(EXIT_FAILURE, "open: %s", argv[1]);

    /*
     * The command gets a copy, unknowingly. It has a number that no
     * stream has, not even a closed one.
     */
    int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (udp == -1)
        err(EXIT_FAILURE, "socket");
    if (fcntl(udp, F_DUPFD, 10) == -1)
        err(EXIT_FAILURE, "fcntl");
    if (setns(ns, CLONE_NEWNET) == -1)
        err(EXIT_FAILURE, "setns: %s", argv[1]);

    execvp(argv[2], &argv[2]);
    err(errno == ENOENT ? 127 : 126, "%s", argv[2]);
}
