/*
 * receive_ns.c - receive a network namespace and run a command in it
 *
 * usage: receive_ns SOCKET COMMAND [ARG]...
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

/*
 * Nobody has to listen or to accept: whoever finds the name of such a
 * socket can send to it.
 */
static int bind_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address.sun_path)) {
        errno = ENAMETOOLONG;
        err(EXIT_FAILURE, "%s", path);
    }
    strcpy(address.sun_path, path);

    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd == -1)
        err(EXIT_FAILURE, "socket");
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == -1)
        err(EXIT_FAILURE, "bind: %s", path);
    return fd;
}

/* Wait for one message. After that, or without, the file can go. */
static int receive_descriptor(int socket, const char *path)
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
    struct msghdr message = {.msg_control = &control,
                             .msg_controllen = CMSG_LEN(sizeof(fd))};
    ssize_t length = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (length == -1)
        warn("recvmsg");
    if (unlink(path) == -1)
        err(EXIT_FAILURE, "unlink: %s", path);
    if (length == -1)
        exit(EXIT_FAILURE);
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
    if (argc < 3 || argv[1][0] == '-' || argv[1][0] == '\0') {
        fputs("usage: receive_ns SOCKET COMMAND [ARG]...\n", stderr);
        exit(2);
    }

    /*
     * Anything can be sent. setns refuses all but a namespace of this
     * type, and a process, into whose it leads.
     */
    int ns = receive_descriptor(bind_to(argv[1]), argv[1]);
    if (setns(ns, CLONE_NEWNET) == -1)
        err(EXIT_FAILURE, "setns");

    execvp(argv[2], &argv[2]);
    err(errno == ENOENT ? 127 : 126, "%s", argv[2]);
}
