/*
 * name_watch.c - tell whether a command wakes who watches the host name
 *
 * usage: name_watch COMMAND [ARG]...
 * needs: nothing
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const char path[] = "/proc/sys/kernel/hostname";

static void show(const char *when, int file)
{
    /* From the beginning each time, whatever was read before. */
    char name[128];
    ssize_t length = pread(file, name, sizeof(name), 0);
    if (length == -1)
        err(EXIT_FAILURE, "pread: %s", path);
    printf("%-7s %.*s", when, (int)length, name);
}

/* Return the status of a command, 128 + N if a signal killed it. */
static int run(char *command[])
{
    /* Ignored, SIGCHLD would take the child's status away. */
    sighandler_t callers = signal(SIGCHLD, SIG_DFL);
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        signal(SIGCHLD, callers);

        /* The command does not outlive who reports its end. */
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
            err(EXIT_FAILURE, "prctl");
        if (getppid() != parent)
            exit(EXIT_FAILURE); /* it was killed before that */
        execvp(command[0], command);
        err(errno == ENOENT ? 127 : 126, "%s", command[0]);
    }

    /* ^C is for the command: we stay, and report what came of it. */
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);

    int status;
    if (waitpid(child, &status, 0) == -1)
        err(EXIT_FAILURE, "waitpid");
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
                               : WEXITSTATUS(status);
}

int main(int argc, char *argv[])
{
    if (argc < 2 || argv[1][0] == '-') {
        fputs("usage: name_watch COMMAND [ARG]...\n", stderr);
        exit(2);
    }

    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file == -1)
        err(EXIT_FAILURE, "open: %s", path);
    show("before", file);
    if (ferror(stdout) || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
    int status = run(&argv[1]);
    show("after", file);

    /* That a name was set is an exception, as poll calls it. */
    struct pollfd change = {.fd = file, .events = POLLPRI};
    int woken = poll(&change, 1, 0);
    if (woken == -1)
        err(EXIT_FAILURE, "poll: %s", path);
    printf("%-7s %s\n", "woken", woken ? "yes" : "no");
    if (ferror(stdout) || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
    exit(status);
}
