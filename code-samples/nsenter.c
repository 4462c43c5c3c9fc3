/*
 * nsenter.c - run a command in the namespace that a file names
 *
 * usage: nsenter [-o TYPE] FILE COMMAND [ARG]...
 * needs: CAP_SYS_ADMIN, linux >= 4.11
 *
 * With -o, it has to be one of that type only, as in /proc/self/ns.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* O_NONBLOCK is for what is no namespace: a FIFO would keep us here. */
static int open_ns(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd == -1)
        err(EXIT_FAILURE, "open: %s", path);
    return fd;
}

static int type_of(int fd, const char *path)
{
    int type = ioctl(fd, NS_GET_NSTYPE);
    if (type == -1)
        err(EXIT_FAILURE, "ioctl: %s", path);
    return type;
}

/* Find the flag of a type by its name: we are in one of each. */
static int flag_of(const char *name)
{
    char *path;
    if (asprintf(&path, "/proc/self/ns/%s", name) == -1)
        err(EXIT_FAILURE, "asprintf");
    int fd = open_ns(path);
    int flag = type_of(fd, path);
    if (close(fd) == -1)
        err(EXIT_FAILURE, "close: %s", path);
    free(path);
    return flag;
}

/* Stay behind for the child, and end as it ends. */
static void end_as(pid_t child)
{
    /* ^C is for the command. */
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);

    int status;
    if (waitpid(child, &status, 0) == -1)
        err(EXIT_FAILURE, "waitpid");
    if (WIFSIGNALED(status))
        exit(128 + WTERMSIG(status));
    exit(WEXITSTATUS(status));
}

/* Go on as a child, which does not outlive the parent. */
static void become_child(void)
{
    /* It ends with the parent, whom getppid() does not know inside. */
    int life[2];
    if (pipe2(life, O_CLOEXEC | O_NONBLOCK) == -1)
        err(EXIT_FAILURE, "pipe2");

    /* Ignored, SIGCHLD would take the child's status away. */
    sighandler_t callers = signal(SIGCHLD, SIG_DFL);
    pid_t child = fork();
    if (child == -1 && errno == ENOMEM)
        err(EXIT_FAILURE, "fork: is process 1 of it gone?");
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child > 0)
        end_as(child);

    signal(SIGCHLD, callers);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
        err(EXIT_FAILURE, "prctl");
    if (close(life[1]) == -1)
        err(EXIT_FAILURE, "close");
    char none;
    if (read(life[0], &none, 1) == 0)
        exit(EXIT_FAILURE); /* it was killed before that */
}

int main(int argc, char *argv[])
{
    const char *only = NULL;
    int option = getopt(argc, argv, "+:o:");
    if (option == 'o') {
        only = optarg;
        option = getopt(argc, argv, "+:o:");
    }
    if (option != -1 || argc - optind < 2) {
        fputs("usage: nsenter [-o TYPE] FILE COMMAND [ARG]...\n",
              stderr);
        exit(2);
    }
    const char *path = argv[optind];
    char **command = &argv[optind + 1];

    /* A descriptor keeps its namespace alive: the command gets none. */
    int fd = open_ns(path);
    if (setns(fd, only == NULL ? 0 : flag_of(only)) == -1)
        err(EXIT_FAILURE, "setns: %s", path);

    /* Now it is sure that we ask a namespace, and not some device. */
    int type = type_of(fd, path);
    if (close(fd) == -1)
        err(EXIT_FAILURE, "close: %s", path);
    if (type == CLONE_NEWUSER && geteuid() == 65534)
        errx(EXIT_FAILURE, "%s: your user has no number there", path);

    /* Nobody's PID ever changes: here our children enter, not we. */
    if (type == CLONE_NEWPID)
        become_child();
    execvp(command[0], command);
    err(errno == ENOENT ? 127 : 126, "%s", command[0]);
}
