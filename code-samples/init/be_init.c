/*
 * be_init.c - run a command as an init does
 *
 * usage: be_init [-t SECONDS] COMMAND [ARG]...
 * needs: nothing
 *
 * For process 1 of a PID namespace; elsewhere it becomes a subreaper.
 * It passes signals on, collects every orphan, and ends as the command
 * does. What is left then has SECONDS, or 5, to obey SIGTERM.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PID_LIMIT = 4 * 1024 * 1024 }; /* no PID is larger */
static pid_t command;        /* its PID, or 0 once it has ended */
static int result;           /* its exit status, then */
static int tty;              /* the terminal that controls us, or -1 */
static bool leads;           /* we have given it to the command */
static bool told[PID_LIMIT]; /* this child has had its SIGTERM */
static sigset_t all;         /* blocked: none is lost or interrupts */

static void send(pid_t target, int signal)
{
    if (kill(target, signal) == -1 && errno != ESRCH) {
        warn("kill: %d", target);
        if (signal == SIGKILL)
            exit(EXIT_FAILURE); /* we would wait for ever */
    }
}

static bool in_foreground(void)
{
    /* With SIGTTIN blocked, it fails in the background, by EIO. */
    char none;
    return tty != -1 && (read(tty, &none, 0) == 0 || errno != EIO);
}

static void give_terminal(pid_t group)
{
    /* Who waits for a group outside, 0, takes it back without us. */
    if (leads && group != 0 && tcsetpgrp(tty, group) == -1)
        warn("tcsetpgrp");
}

/* The command has stopped: so does the job that we are, for a shell. */
static void stop(int signal)
{
    /* Who was stopped by hand leads no terminal that a shell wants. */
    if (tty == -1 || (signal == SIGSTOP && !leads))
        return;
    give_terminal(getpgrp());
    leads = false;
    send(0, SIGTSTP);

    /* Here we stop, unless we are process 1 or no shell is there. */
    sigset_t others = all;
    sigdelset(&others, SIGTSTP);
    sigprocmask(SIG_SETMASK, &others, NULL);
    sigprocmask(SIG_SETMASK, &all, NULL);

    /* To a group outside, SIGCONT comes from there. */
    if (getpgrp() != 0)
        send(getpid(), SIGCONT);
}

/* Collect who has ended. Returns false where no child is left. */
static bool reap(void)
{
    for (;;) {
        int status;
        pid_t pid = waitpid(-1, &status, WNOHANG | WUNTRACED);
        if (pid == -1 && (errno != ECHILD || command != 0))
            err(EXIT_FAILURE, "waitpid");
        if (pid <= 0)
            return pid == 0;

        if (!WIFSTOPPED(status))
            told[pid] = false;
        if (pid == command && WIFSTOPPED(status)) {
            stop(WSTOPSIG(status));
        } else if (pid == command) {
            command = 0;
            result = WIFSIGNALED(status) ? 128 + WTERMSIG(status)
                                         : WEXITSTATUS(status);
        }
    }
}

/* SIGTERM is for each process once, SIGCONT for those who stopped. */
static void tell(pid_t target, int signal)
{
    if (signal == SIGTERM && told[abs(target)])
        return;
    told[abs(target)] = true;
    send(target, signal);
    send(target, SIGCONT);
}

/* A child keeps its PID until we collect it, others may not. */
static void tell_children(int signal)
{
    const char *path = "/proc/thread-self/children";
    FILE *children = fopen(path, "re");
    if (children == NULL)
        err(EXIT_FAILURE, "open: %s", path);
    for (pid_t child; fscanf(children, "%d", &child) == 1;)
        tell(child, signal);
    if (ferror(children))
        err(EXIT_FAILURE, "read: %s", path);
    fclose(children);
}

int main(int argc, char *argv[])
{
    const char *time = "5";
    int option = getopt(argc, argv, "+:t:");
    if (option == 't') {
        time = optarg;
        option = getopt(argc, argv, "+:t:");
    }
    size_t digits = strspn(time, "0123456789");
    if (option != -1 || optind == argc || time[digits] != '\0' ||
        digits < 1 || digits > 5) {
        fputs("usage: be_init [-t SECONDS] COMMAND [ARG]...\n", stderr);
        exit(2);
    }

    sigset_t mask;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &mask);
    /* Ignored, SIGCHLD would take the command's status away. */
    sighandler_t callers = signal(SIGCHLD, SIG_DFL);
    pid_t self = getpid();
    if (self != 1 && prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
        err(EXIT_FAILURE, "prctl");
    tty = open("/dev/tty", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (tty == -1 && errno != ENXIO && errno != ENOENT)
        err(EXIT_FAILURE, "open: /dev/tty");
    leads = in_foreground();

    command = fork();
    if (command == -1)
        err(EXIT_FAILURE, "fork");
    if (command == 0) {
        /* Where no namespace dies with us, the command does. */
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
            err(EXIT_FAILURE, "prctl");
        if (getppid() != self)
            exit(EXIT_FAILURE); /* we were killed before that */

        /* In a group of its own it gets ^C once, and can be stopped. */
        if (setpgid(0, 0) == -1)
            err(EXIT_FAILURE, "setpgid");
        give_terminal(getpid());
        signal(SIGCHLD, callers);
        sigprocmask(SIG_SETMASK, &mask, NULL);
        execvp(argv[optind], &argv[optind]);
        err(errno == ENOENT ? 127 : 126, "%s", argv[optind]);
    }

    while (command != 0) {
        int got = sigwaitinfo(&all, NULL);
        if (got == SIGCHLD) {
            reap();
        } else if (got == SIGCONT) {
            leads = in_foreground();
            give_terminal(command);
            send(-command, got);
        } else if (got != -1) {
            send(command, got);
        }
    }

    give_terminal(getpgrp());
    int seconds = atoi(time);
    int signal = seconds == 0 ? SIGKILL : SIGTERM;
    alarm(seconds);
    /* Who loses a parent is our child then, and hears of it next. */
    while (reap()) {
        /* To process 1, -1 is everybody else in its namespace. */
        if (self == 1)
            tell(-1, signal);
        else
            tell_children(signal);
        int got = sigwaitinfo(&all, NULL);
        if (got == SIGALRM || got == SIGINT)
            signal = SIGKILL;
    }
    exit(result);
}
