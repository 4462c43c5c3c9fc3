/*
 * tell_pids.c - see who a message and a signal are said to come from
 *
 * usage: tell_pids
 * needs: CAP_SYS_ADMIN
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static void send_message(int socket)
{
    if (send(socket, "", 1, MSG_NOSIGNAL) == -1)
        err(EXIT_FAILURE, "send");
}

/* We ask the kernel, which knows the sender: he may say nothing. */
static void show_message(int socket, const char *where)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(struct ucred))];
    } control;
    struct iovec data = {.iov_base = &(char){0}, .iov_len = 1};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof(control)};
    ssize_t length = recvmsg(socket, &message, 0);
    if (length == 0 || (length == -1 && errno == ECONNRESET))
        exit(EXIT_FAILURE); /* the other one said why, and ended */
    if (length == -1)
        err(EXIT_FAILURE, "recvmsg");
    struct ucred *sender = (void *)CMSG_DATA(&control.header);
    printf("%s: a message from pid %d\n", where, sender->pid);
}

static void show_signal(const sigset_t *signals, const char *where)
{
    siginfo_t info;
    if (sigwaitinfo(signals, &info) == -1)
        err(EXIT_FAILURE, "sigwaitinfo");
    printf("%s: a signal from pid %d\n", where, info.si_pid);
}

int main(int argc, char *argv[])
{
    (void)argv;
    if (argc > 1) {
        fputs("usage: tell_pids\n", stderr);
        exit(2);
    }
    if (fcntl(STDOUT_FILENO, F_GETFD) == -1)
        err(EXIT_FAILURE, "fcntl: stdout");

    /* Two processes print: whole lines. */
    setlinebuf(stdout);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    sigaddset(&signals, SIGCHLD);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal(SIGCHLD, SIG_DFL);

    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == -1)
        err(EXIT_FAILURE, "socketpair");
    for (int i = 0, on = 1; i < 2; i++)
        if (setsockopt(ends[i], SOL_SOCKET, SO_PASSCRED, &on,
                       sizeof(on)))
            err(EXIT_FAILURE, "setsockopt");

    if (unshare(CLONE_NEWPID) == -1)
        err(EXIT_FAILURE, "unshare");
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        close(ends[0]);
        show_message(ends[1], "inside");
        show_signal(&signals, "inside");
        send_message(ends[1]);
    } else {
        /* Who has the message need not wait for the signal. */
        if (kill(child, SIGUSR1) == -1)
            err(EXIT_FAILURE, "kill");
        send_message(ends[0]);
        show_signal(&signals, "outside");
        close(ends[1]);
        show_message(ends[0], "outside");
        int status;
        if (waitpid(child, &status, 0) == -1)
            err(EXIT_FAILURE, "waitpid");
        if (status != 0)
            exit(EXIT_FAILURE); /* it said why */
        printf("outside: the child was pid %d\n", child);
    }
    if (ferror(stdout) || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
}
