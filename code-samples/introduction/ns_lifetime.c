/*
 * ns_lifetime.c - take away, one by one, what keeps a namespace alive
 *
 * usage: ns_lifetime
 * needs: CAP_SYS_ADMIN, CAP_NET_ADMIN
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const char own_ns[] = "/proc/self/ns/net";

/* Any file can be the place, where nobody else sees what covers it. */
static const char place[] = "/dev/null";

/*
 * How can we watch a namespace and not keep it alive? One network
 * namespace can number another, and a number is not a reference: it
 * leads nowhere once the other is dead. RTM_NEWNSID numbers the one
 * behind fd, RTM_GETNSID looks the number up. Returns what errno would
 * be. Our PID is the number, for nobody else would choose it.
 */
static int nsid(int netlink, int type, int fd)
{
    struct {
        struct nlmsghdr header;
        struct rtgenmsg body;
        char padding[3];
        struct rtattr id_attr;
        int id;
        struct rtattr fd_attr;
        int fd;
    } request = {
        .header = {.nlmsg_len = sizeof(request),
                   .nlmsg_type = type,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK},
        .id_attr = {.rta_len = RTA_LENGTH(4), .rta_type = NETNSA_NSID},
        .id = getpid(),
        .fd_attr = {.rta_len = RTA_LENGTH(4), .rta_type = NETNSA_FD},
        .fd = fd,
    };
    if (type == RTM_GETNSID)
        request.header.nlmsg_len -= RTA_LENGTH(4); /* without fd */
    if (send(netlink, &request, request.header.nlmsg_len, 0) == -1)
        err(EXIT_FAILURE, "send");

    /* An answer may come first; the acknowledgement comes last. */
    struct {
        struct nlmsghdr header;
        struct nlmsgerr ack;
    } reply;
    do {
        if (recv(netlink, &reply, sizeof(reply), 0) == -1)
            err(EXIT_FAILURE, "recv");
    } while (reply.header.nlmsg_type != NLMSG_ERROR);
    return -reply.ack.error;
}

static void show(int netlink, const char *references)
{
    errno = nsid(netlink, RTM_GETNSID, -1);
    if (errno != 0 && errno != ENOENT)
        err(EXIT_FAILURE, "RTM_GETNSID");
    printf("%-33s %s\n", references, errno == 0 ? "alive" : "dead");
}

static int open_own(void)
{
    int fd = open(own_ns, O_RDONLY | O_CLOEXEC);
    if (fd == -1)
        err(EXIT_FAILURE, "open: %s", own_ns);
    return fd;
}

/* Nobody writes: read returns once the parent lets go, or ends. */
static void wait_for_end(const int end[2])
{
    char byte;
    if (close(end[1]) == -1)
        err(EXIT_FAILURE, "close");
    if (read(end[0], &byte, 1) == -1)
        err(EXIT_FAILURE, "read");
}

int main(int argc, char *argv[])
{
    (void)argv;
    if (argc > 1) {
        fputs("usage: ns_lifetime\n", stderr);
        exit(2);
    }

    /* Both are of the namespace we start in, and watch from. */
    int home = open_own();
    int netlink =
        socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (netlink == -1)
        err(EXIT_FAILURE, "socket");

    /* In a mount namespace of our own nobody sees what we mount. */
    if (unshare(CLONE_NEWNET | CLONE_NEWNS) == -1)
        err(EXIT_FAILURE, "unshare");
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
        err(EXIT_FAILURE, "mount: /");

    /* Take hold of the new namespace in four ways, then go home. */
    int end[2];
    if (pipe2(end, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    pid_t member = fork();
    if (member == -1)
        err(EXIT_FAILURE, "fork");
    if (member == 0) {
        wait_for_end(end);
        exit(EXIT_SUCCESS);
    }
    int descriptor = open_own();
    if (mount(own_ns, place, NULL, MS_BIND, NULL) == -1)
        err(EXIT_FAILURE, "mount: %s", place);
    int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (udp == -1)
        err(EXIT_FAILURE, "socket");
    if (setns(home, CLONE_NEWNET) == -1)
        err(EXIT_FAILURE, "setns");

    errno = nsid(netlink, RTM_NEWNSID, descriptor);
    if (errno != 0)
        err(EXIT_FAILURE, "RTM_NEWNSID");
    show(netlink, "process descriptor mount socket");

    int status;
    if (close(end[1]) == -1)
        err(EXIT_FAILURE, "close");
    if (waitpid(member, &status, 0) == -1)
        err(EXIT_FAILURE, "waitpid");
    if (status != 0)
        exit(EXIT_FAILURE); /* it was not there, and has said why */
    show(netlink, "        descriptor mount socket");

    if (close(descriptor) == -1)
        err(EXIT_FAILURE, "close");
    show(netlink, "                   mount socket");

    if (umount(place) == -1)
        err(EXIT_FAILURE, "umount: %s", place);
    show(netlink, "                         socket");

    if (close(udp) == -1)
        err(EXIT_FAILURE, "close");
    show(netlink, "nothing");

    if (fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
}
