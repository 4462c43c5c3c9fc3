/*
 * cell.c - run a command, watch it from outside, say what came of it
 *
 * usage: cell [-t SECONDS] [-p PROBE] [-P PEER [-L SOCKET]] [-l LOG]
 *             [-s SIGNAL] [-T] [-B] [-K] COMMAND [ARG]...
 *
 * Each process that runs PROBE is described and then ended by SIGTERM.
 * With -s, COMMAND gets SIGNAL instead: TERM, KILL, or INT, which is
 * typed as ^C at its terminal; a PROBE that traps that is ended then.
 * With -T COMMAND has a terminal, with -B all signals blocked, with -K
 * children that it has not made, one of which has ended.
 * PEER is a shell command that runs beside COMMAND: with -L it listens
 * at SOCKET before COMMAND starts. What is still there a while after
 * COMMAND has ended was left behind, and is killed.
 *
 * Prints lines "KEY VALUE"; bytes that are no ASCII text are \NNN
 * there, in octal: see octal.py.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../probe.h"

enum { MOST = 64, GRACE = 2 };

/* Our own: COMMAND may unmount the one that it sees. */
static int proc;

static struct stat program;
static pid_t subject, peer;
static const char *act_by; /* -s */
static int terminal = -1;  /* what is typed is written there */
static int tty;            /* its other end */
static bool block, lend;   /* -B, -K */

static double now(void)
{
    struct timespec time;
    if (clock_gettime(CLOCK_MONOTONIC, &time) == -1)
        err(EXIT_FAILURE, "clock_gettime");
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void print_text(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < ' ' || c > '~' || c == '\\')
            printf("\\%03o", c);
        else
            putchar(c);
    }
}

/* Print what can be read from a descriptor, all of it. */
static void print_file(const char *key, int fd)
{
    char buffer[65536];
    ssize_t length;
    printf("%s ", key);
    while ((length = read(fd, buffer, sizeof(buffer))) > 0)
        print_text(buffer, (size_t)length);
    putchar('\n');
    close(fd);
}

static int open_proc(pid_t pid, const char *name, int flags)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%d/%s", pid, name);
    return openat(proc, path, flags | O_CLOEXEC);
}

static void print_proc(pid_t pid, const char *name)
{
    char key[64];
    int fd = open_proc(pid, name, O_RDONLY);
    if (fd == -1)
        return;
    snprintf(key, sizeof(key), "probe-%s", name);
    print_file(key, fd);
}

/* Print where the links of a folder lead: namespaces, descriptors. */
static void print_links(pid_t pid, const char *folder)
{
    int fd = open_proc(pid, folder, O_RDONLY | O_DIRECTORY);
    DIR *dir = fd == -1 ? NULL : fdopendir(fd);
    if (dir == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char to[PATH_MAX];
        if (entry->d_name[0] == '.')
            continue;
        ssize_t length = readlinkat(fd, entry->d_name, to, sizeof(to));
        if (length == -1)
            continue;
        printf("probe-%s %s ", folder, entry->d_name);
        print_text(to, (size_t)length);
        putchar('\n');
    }
    closedir(dir);
}

static bool runs(pid_t pid, const struct stat *program)
{
    char path[64];
    struct stat exe;
    snprintf(path, sizeof(path), "%d/exe", pid);
    return fstatat(proc, path, &exe, 0) == 0 &&
           exe.st_dev == program->st_dev &&
           exe.st_ino == program->st_ino;
}

static void print_link(pid_t pid, const char *name)
{
    char path[64], to[PATH_MAX];
    snprintf(path, sizeof(path), "%d/%s", pid, name);
    ssize_t length = readlinkat(proc, path, to, sizeof(to));
    if (length == -1)
        return;
    printf("probe-%s ", name);
    print_text(to, (size_t)length);
    putchar('\n');
}

/* Tell whether COMMAND, if it is not the probe, has come to its wait.
 */
static bool is_waited_for(pid_t pid)
{
    char text[32] = "";
    if (pid == subject)
        return true;
    int fd = open_proc(subject, "syscall", O_RDONLY);
    if (fd == -1)
        return false;
    ssize_t length = read(fd, text, sizeof(text) - 1);
    close(fd);
    long call = length > 0 ? strtol(text, NULL, 10) : 0;
    return call == SYS_wait4 || call == SYS_waitid ||
           call == SYS_rt_sigtimedwait;
}

static void act(pid_t pid)
{
    static const char interrupt = '\003';
    if (act_by == NULL)
        kill(pid, SIGTERM);
    else if (strcmp(act_by, "TERM") == 0)
        kill(subject, SIGTERM);
    else if (strcmp(act_by, "KILL") == 0)
        kill(subject, SIGKILL);
    else if (write(terminal, &interrupt, 1) != 1)
        err(EXIT_FAILURE, "write: terminal");
}

static void describe(pid_t pid)
{
    static pid_t done[MOST];
    static size_t count;
    for (size_t i = 0; i < count; i++)
        if (done[i] == pid) {
            if (catches(proc, pid, SIGUSR1)) /* it has trapped ^C */
                kill(pid, SIGTERM);
            return;
        }
    if (!probe_is_ready(proc, pid))
        return;
    if (act_by != NULL && !is_waited_for(pid))
        return;

    puts("probe");
    printf("probe-who %s\n", pid == subject ? "itself" : "a child");
    print_link(pid, "cwd");
    print_link(pid, "root");
    print_links(pid, "ns");
    print_links(pid, "fd");
    static const char *const files[] = {
        "cmdline", "environ", "limits", "status",
        "uid_map", "gid_map", "cgroup", "mountinfo"};
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        print_proc(pid, files[i]);
    if (count == MOST)
        errx(EXIT_FAILURE, "more than %d probes", MOST);
    done[count++] = pid;
    act(pid);
}

/* Call what for every descendant of a process, the deepest first. */
static void each_child(pid_t pid, void (*what)(pid_t))
{
    char name[64];
    snprintf(name, sizeof(name), "task/%d/children", pid);
    int fd = open_proc(pid, name, O_RDONLY);
    FILE *file = fd == -1 ? NULL : fdopen(fd, "r");
    if (file == NULL)
        return;
    char *word = NULL;
    size_t size = 0;
    while (getdelim(&word, &size, ' ', file) != -1) {
        pid_t child = (pid_t)strtol(word, NULL, 10);
        each_child(child, what);
        what(child);
    }
    free(word);
    fclose(file);
}

static void look(pid_t pid)
{
    if (runs(pid, &program))
        describe(pid);
}

static void report_left(pid_t pid)
{
    int fd = open_proc(pid, "cmdline", O_RDONLY);
    if (fd != -1)
        print_file("left", fd);
}

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
}

static int output(const char *name)
{
    int fd = memfd_create(name, MFD_CLOEXEC);
    if (fd == -1)
        err(EXIT_FAILURE, "memfd_create");
    return fd;
}

/* Sleep until a child changes, or until we look again. */
static void nap(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    struct timespec moment = {.tv_nsec = 2000000};
    sigtimedwait(&set, NULL, &moment);
}

/* Make children that the caller, not COMMAND, has made. */
static void lend_children(void)
{
    pid_t self = getpid();
    pid_t ended = fork();
    if (ended == 0)
        _exit(5);
    siginfo_t info;
    if (ended == -1 ||
        waitid(P_PID, (id_t)ended, &info, WEXITED | WNOWAIT) == -1)
        err(EXIT_FAILURE, "fork, waitid");
    if (fork() != 0)
        return;
    /* A COMMAND that has become another user may not signal us. */
    while (getppid() == self)
        nap();
    _exit(0);
}

/* Be the session leader of a new terminal: its shell, as it were. */
static void open_terminal(void)
{
    terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal == -1 || grantpt(terminal) == -1 ||
        unlockpt(terminal) == -1)
        err(EXIT_FAILURE, "posix_openpt, grantpt, unlockpt");
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child > 0) {
        int status;
        if (waitpid(child, &status, 0) == -1)
            err(EXIT_FAILURE, "waitpid");
        exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE);
    }
    if (setsid() == -1)
        err(EXIT_FAILURE, "setsid");
    tty = open(ptsname(terminal), O_RDWR | O_CLOEXEC);
    if (tty == -1)
        err(EXIT_FAILURE, "open: %s", ptsname(terminal));
}

static pid_t start(char *const command[], int out, int error)
{
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child > 0)
        return child;

    bool is_subject = out != -1;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int in = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (in == -1)
        err(EXIT_FAILURE, "open: /dev/null");
    if (setpgid(0, 0) == -1 || sigprocmask(SIG_SETMASK, &all, NULL))
        err(EXIT_FAILURE, "setpgid, sigprocmask");
    if (is_subject && terminal != -1) {
        in = tty;
        if (tcsetpgrp(tty, getpid()) == -1)
            err(EXIT_FAILURE, "tcsetpgrp");
    }
    if (is_subject && lend)
        lend_children();
    if (dup2(in, 0) == -1 || dup2(out == -1 ? in : out, 1) == -1 ||
        dup2(error == -1 ? in : error, 2) == -1)
        err(EXIT_FAILURE, "dup2");
    if (!(is_subject && block))
        sigprocmask(SIG_SETMASK, &none, NULL);
    execvp(command[0], command);
    err(127, "%s", command[0]);
}

static bool listening(const char *path)
{
    char *line = NULL;
    size_t size = 0;
    bool found = false;
    FILE *file = fopen("/proc/net/unix", "re");
    if (file == NULL)
        err(EXIT_FAILURE, "fopen: /proc/net/unix");
    while (!found && getline(&line, &size, file) != -1)
        found = strstr(line, path) &&
                (strstr(line, " 00010000 ") || strstr(line, " 0002 "));
    free(line);
    fclose(file);
    return found;
}

/*
 * Watch until nobody is left or time is up. Once the subject has ended,
 * the rest has a moment to follow. The peer of a subject that failed
 * is killed, and has the time that this takes on a busy machine.
 */
static bool watch(double limit, int *status)
{
    bool over = false;
    double until = now() + limit;
    for (;;) {
        int ended;
        pid_t pid;
        while ((pid = waitpid(-1, &ended, WNOHANG)) > 0) {
            if (pid == peer)
                peer = 0;
            if (pid != subject)
                continue;
            over = true;
            *status = WIFSIGNALED(ended) ? 128 + WTERMSIG(ended)
                                         : WEXITSTATUS(ended);
            until = now() + GRACE;
            if (*status != 0 && peer != 0) {
                kill(-peer, SIGKILL);
                until = now() + limit;
            }
        }
        if (pid == -1 && errno == ECHILD)
            return true;
        if (now() > until)
            return over;
        each_child(getpid(), look);
        nap();
    }
}

static void clear(void)
{
    while (waitpid(-1, NULL, WNOHANG) != -1) {
        each_child(getpid(), end);
        nap();
    }
}

int main(int argc, char *argv[])
{
    double limit = 10;
    const char *socket = NULL, *log = NULL, *probe = NULL;
    char *shell[] = {"sh", "-c", NULL, NULL};
    for (int option;
         (option = getopt(argc, argv, "+t:p:P:L:l:s:TBK")) != -1;)
        switch (option) {
        case 't':
            limit = strtod(optarg, NULL);
            break;
        case 'p':
            probe = optarg;
            break;
        case 'P':
            shell[2] = optarg;
            break;
        case 'L':
            socket = optarg;
            break;
        case 'l':
            log = optarg;
            break;
        case 's':
            act_by = optarg;
            break;
        case 'T':
            open_terminal();
            break;
        case 'B':
            block = true;
            break;
        case 'K':
            lend = true;
            break;
        default:
            exit(2);
        }
    if (optind == argc)
        errx(2, "COMMAND is missing");
    if (probe != NULL && stat(probe, &program) == -1)
        err(EXIT_FAILURE, "stat: %s", probe);
    proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (proc == -1)
        err(EXIT_FAILURE, "open: /proc");

    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &set, NULL) == -1)
        err(EXIT_FAILURE, "sigprocmask");
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
        err(EXIT_FAILURE, "prctl");
    if (shell[2] != NULL)
        peer = start(shell, -1, -1);
    double began = now();
    while (socket != NULL && !listening(socket)) {
        if (now() - began > limit)
            errx(EXIT_FAILURE, "nobody listens at %s", socket);
        nap();
    }

    int out = output("stdout");
    int error = output("stderr");
    int status = -1;
    subject = start(&argv[optind], out, error);
    if (!watch(limit, &status))
        puts("hang");
    else {
        if (peer != 0)
            kill(-peer, SIGKILL);
        each_child(getpid(), report_left);
    }
    clear();
    printf("status %d\n", status);
    lseek(out, 0, SEEK_SET);
    lseek(error, 0, SEEK_SET);
    print_file("stdout", out);
    print_file("stderr", error);
    int trace = log ? open(log, O_RDONLY | O_CLOEXEC) : -1;
    if (trace != -1)
        print_file("log", trace);
}
