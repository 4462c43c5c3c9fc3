/*
 * send_ns.c - send a namespace to another process
 *
 * usage: send_ns SOCKET FILE
 * needs: nothing
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int connect_to(const char *path)
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
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == -1)
        err(EXIT_FAILURE, "connect: %s", path);
    return fd;
}

/* The receiver gets a descriptor of its own for the same file. */
static void send_descriptor(int socket, int fd)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(fd))];
    } control = {.header = {.cmsg_len = CMSG_LEN(sizeof(fd)),
                            .cmsg_level = SOL_SOCKET,
                            .cmsg_type = SCM_RIGHTS}};
    memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));

    /* Control data is all there is: a datagram may be empty. */
    struct msghdr message = {.msg_control = &control,
                             .msg_controllen = sizeof(control)};
    if (sendmsg(socket, &message, MSG_NOSIGNAL) == -1)
        err(EXIT_FAILURE, "sendmsg");
}

int main(int argc, char *argv[])
{
    if (argc != 3 || argv[1][0] == '-' || argv[1][0] == '\0') {
        fputs("usage: send_ns SOCKET FILE\n", stderr);
        exit(2);
    }

    /* Whatever it is: we do not even wait for a FIFO's writer. */
    int ns = open(argv[2], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (ns == -1)
        err(EXIT_FAILURE, "open: %s", argv[2]);
    send_descriptor(connect_to(argv[1]), ns);
}
