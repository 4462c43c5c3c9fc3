/*
 * ns_pass_recv.c - receive a network namespace and run a command in it
 *
 * usage: ns_pass_recv SOCKET COMMAND [ARG]...
 * needs: CAP_SYS_ADMIN
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int accept_one(int socket)
{
    if (listen(socket, 1) == -1) {
        warn("listen");
        return -1;
    }
    int caller = accept4(socket, NULL, NULL, SOCK_CLOEXEC);
    if (caller == -1)
        warn("accept4");
    return caller;
}

/* Wait for one caller. After that, or without, the file can go. */
static int caller_at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address.sun_path)) {
        errno = ENAMETOOLONG;
        err(EXIT_FAILURE, "%s", path);
    }
    strcpy(address.sun_path, path);

    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd == -1)
        err(EXIT_FAILURE, "socket");
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == -1)
        err(EXIT_FAILURE, "bind: %s", path);
    int caller = accept_one(fd);
    if (unlink(path) == -1)
        err(EXIT_FAILURE, "unlink: %s", path);
    if (caller == -1)
        exit(EXIT_FAILURE);
    return caller;
}

static int receive_descriptor(int socket)
{
    int fd;
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(fd))];
    } control;

    /*
     * CMSG_LEN is room for one descriptor. CMSG_SPACE has padding as
     * well, and into that the kernel would put a second one.
     */
    char byte;
    struct iovec data = {.iov_base = &byte, .iov_len = 1};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = CMSG_LEN(sizeof(fd))};
    ssize_t length = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (length == -1)
        err(EXIT_FAILURE, "recvmsg");
    if (message.msg_flags & MSG_CTRUNC)
        errx(EXIT_FAILURE, "recvmsg: more than one descriptor");

    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header == NULL || header->cmsg_level != SOL_SOCKET ||
        header->cmsg_type != SCM_RIGHTS)
        errx(EXIT_FAILURE, "recvmsg: no descriptor");
    memcpy(&fd, CMSG_DATA(header), sizeof(fd));
    return fd;
}

int main(int argc, char *argv[])
{
    if (argc < 3 || argv[1][0] == '-') {
        fputs("usage: ns_pass_recv SOCKET COMMAND [ARG]...\n", stderr);
        exit(2);
    }

    /* Anything can be sent: that it is what we expect, setns checks. */
    int ns = receive_descriptor(caller_at(argv[1]));
    if (setns(ns, CLONE_NEWNET) == -1)
        err(EXIT_FAILURE, "setns");

    execvp(argv[2], &argv[2]);
    err(errno == ENOENT ? 127 : 126, "%s", argv[2]);
}
