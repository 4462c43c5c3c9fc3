/*
 * program.c - starts the doer's program, and follows it
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox.h"

enum { ARGUMENTS = 32, PROCESSES = 256, OUTPUT = 16384 };

const char COMMAND[] = "COMMAND";
const char PATH_COMMAND[] = "PATH_COMMAND";

/* What follows the command's name; each run has another status. */
static char status_word[8];
static const char *const REST[] = {status_word, "two words", ""};

/* Who has not run for so many seconds sleeps. */
static const double QUIET = 0.1;

static pid_t pid; /* of the program, 0 before the first start */
static bool has_ended;
static int end_status;

static uid_t as_uid;
static gid_t as_gid;
static bool powerless;
static int denied_flags;

/* What it prints, up to a limit; the rest is read and forgotten. */
static struct output {
    int fd;
    size_t length;
    char bytes[OUTPUT];
} outputs[2] = {{-1, 0, ""}, {-1, 0, ""}};

static pid_t list[PROCESSES];
static size_t count;
static size_t commands; /* how many run the probe */
static pid_t probe;     /* one that is ready */

void start_as(uid_t uid, gid_t gid)
{
    as_uid = uid;
    as_gid = gid;
}

void start_powerless(void)
{
    powerless = true;
}

void start_without(int flags)
{
    denied_flags = flags;
}

int command_status(void)
{
    return (int)strtol(status_word, NULL, 10);
}

const char *command_line(size_t *length)
{
    char *line = (char *)text("%s", "");
    size_t at = 0;
    for (size_t i = 0; i < sizeof(REST) / sizeof(REST[0]); i++) {
        strcpy(line + at, REST[i]);
        at += strlen(REST[i]) + 1;
    }
    *length = at;
    return line;
}

static void choose_status(void)
{
    const char *letters = random_name("");
    snprintf(status_word, sizeof(status_word), "%d",
             20 + (letters[0] * 7 + letters[1]) % 80);
}

/* Enter the namespaces of the sandbox's first process, those of the
 * user and of time excepted, which are the machine's. */
static void enter(pid_t whose, int flags)
{
    static const struct {
        const char *name;
        int flag;
    } TYPES[] = {
        {"user", CLONE_NEWUSER}, {"cgroup", CLONE_NEWCGROUP},
        {"ipc", CLONE_NEWIPC},   {"uts", CLONE_NEWUTS},
        {"net", CLONE_NEWNET},   {"pid", CLONE_NEWPID},
        {"mnt", CLONE_NEWNS},
    };
    enum { COUNT = sizeof(TYPES) / sizeof(TYPES[0]) };
    int fds[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        fds[i] = open(text("/proc/%d/ns/%s", whose, TYPES[i].name),
                      O_RDONLY | O_CLOEXEC);
    for (size_t i = 0; i < COUNT; i++)
        if (flags & TYPES[i].flag && setns(fds[i], 0) == -1)
            err(125, "setns: %s", TYPES[i].name);
}

static void enter_sandbox(void)
{
    enter(sandbox.init, CLONE_NEWCGROUP | CLONE_NEWIPC | CLONE_NEWUTS |
                            CLONE_NEWNET | CLONE_NEWNS);
}

/* Have the kernel answer ENOSPC to clone and unshare with a flag. */
static void deny_namespaces(unsigned flags)
{
    enum {
        CALL = offsetof(struct seccomp_data, nr),
        FLAGS = offsetof(struct seccomp_data, args[0]),
    };
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, CALL),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 5, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_unshare, 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, FLAGS),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, flags, 0, 2),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSPC),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]),
                                 filter};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == -1)
        err(125, "prctl");
}

static void drop_rights(void)
{
    if (denied_flags != 0)
        deny_namespaces((unsigned)denied_flags);
    if (powerless)
        for (int cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
            if (prctl(PR_CAPBSET_DROP, cap) == -1)
                err(125, "prctl");
    if (as_uid == 0)
        return;
    if (setgroups(0, NULL) == -1 ||
        setresgid(as_gid, as_gid, as_gid) == -1 ||
        setresuid(as_uid, as_uid, as_uid) == -1)
        err(125, "setresuid");
}

/* What runs between fork and exec. */
static _Noreturn void become(const char *const arguments[],
                             const int ends[2])
{
    const char *path = text("%s/%s", sandbox.folder, sandbox.program);
    use_null();
    if (dup2(ends[0], STDOUT_FILENO) == -1 ||
        dup2(ends[1], STDERR_FILENO) == -1)
        err(125, "dup2");
    join_group("program/");
    enter_sandbox();
    if (close_range(STDERR_FILENO + 1, ~0U, 0) == -1)
        err(125, "close_range");
    if (setpriority(PRIO_PROCESS, 0, 0) == -1 || chdir("/tmp") == -1 ||
        setsid() == -1)
        err(125, "setsid");
    struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) == -1)
        err(125, "setrlimit");
    umask(022);
    drop_rights();
    const char *const environment[] = {
        text("PATH=%s:/usr/sbin:/usr/bin:/sbin:/bin", sandbox.folder),
        "HOME=/tmp", "LC_ALL=C", NULL};
    execve(path, (char *const *)arguments, (char *const *)environment);
    err(125, "exec: %s", path);
}

static int open_pipe(struct output *output)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) == -1 ||
        fcntl(ends[0], F_SETFL, O_NONBLOCK) == -1)
        err(3, "pipe");
    if (output->fd != -1)
        close(output->fd);
    output->fd = ends[0];
    output->length = 0;
    output->bytes[0] = '\0';
    return ends[1];
}

void end_run(void)
{
    if (pid != 0)
        kill_group();
}

/* Make a child that is born into the sandbox's pid namespace. */
static pid_t fork_into_sandbox(void)
{
    fflush(stdout);
    bear_into(sandbox.init);
    pid_t child = fork();
    if (child == -1)
        err(3, "fork");
    if (child != 0)
        bear_into(getpid());
    return child;
}

static void launch(const char *const arguments[])
{
    end_run();
    if (!begin_run())
        return;
    int ends[2] = {open_pipe(&outputs[0]), open_pipe(&outputs[1])};
    has_ended = false;
    pid = fork_into_sandbox();
    if (pid == 0)
        become(arguments, ends);
    close(ends[0]);
    close(ends[1]);
}

void start(const char *first, ...)
{
    const char *arguments[ARGUMENTS + 8] = {
        text("./%s", sandbox.program)};
    size_t length = 1;
    choose_status();
    va_list words;
    va_start(words, first);
    for (const char *word = first; word != NULL && length < ARGUMENTS;
         word = va_arg(words, const char *)) {
        if (word != COMMAND && word != PATH_COMMAND) {
            arguments[length++] = word;
            continue;
        }
        arguments[length++] =
            word == PATH_COMMAND
                ? sandbox.probe
                : text("%s/%s", sandbox.folder, sandbox.probe);
        for (size_t i = 0; i < sizeof(REST) / sizeof(REST[0]); i++)
            arguments[length++] = REST[i];
    }
    va_end(words);
    launch(arguments);
}

static void read_output(struct output *output)
{
    char scrap[4096];
    while (output->fd != -1) {
        size_t left = OUTPUT - 1 - output->length;
        ssize_t got =
            left > 0
                ? read(output->fd, output->bytes + output->length, left)
                : read(output->fd, scrap, sizeof(scrap));
        if (got == -1)
            return;
        if (got == 0) {
            close(output->fd);
            output->fd = -1;
        } else if (left > 0) {
            output->length += (size_t)got;
            output->bytes[output->length] = '\0';
        } else {
            return; /* it prints without end: later */
        }
    }
}

static bool catches_sigterm(pid_t process)
{
    unsigned long long caught =
        strtoull(status_of(process, "SigCgt"), NULL, 16);
    return (caught >> (SIGTERM - 1) & 1) != 0;
}

static void find_command(void)
{
    commands = 0;
    probe = 0;
    for (size_t i = 0; i < count; i++) {
        if (!same(identify("/proc/%d/exe", list[i]), sandbox.command))
            continue;
        commands++;
        if (catches_sigterm(list[i]))
            probe = list[i];
    }
    if (commands != 1)
        probe = 0;
}

void watch_program(void)
{
    read_executions();
    read_output(&outputs[0]);
    read_output(&outputs[1]);
    if (pid != 0 && !has_ended)
        has_ended = waitpid(pid, &end_status, WNOHANG) == pid;
    if (has_ended) { /* what it wrote last */
        read_output(&outputs[0]);
        read_output(&outputs[1]);
    }
    count = read_group(list, PROCESSES);
    find_command();
}

void wait_for_program(void)
{
    enum { MILLISECONDS = 3 };
    struct pollfd fds[] = {
        {executions(), POLLIN, 0},
        {outputs[0].fd, POLLIN, 0},
        {outputs[1].fd, POLLIN, 0},
    };
    if (poll(fds, 3, MILLISECONDS) == -1 && errno != EINTR)
        err(3, "poll");
}

bool nothing_runs(void)
{
    watch_program();
    return has_ended && count == 0;
}

bool everything_sleeps(void)
{
    static long used;
    static double since;
    long uses = group_usage();
    if (uses != used) {
        used = uses;
        since = now();
    }
    if (now() - since < QUIET)
        return false;
    for (size_t i = 0; i < count; i++) {
        char state = status_of(list[i], "State")[0];
        if (state == 'R' || state == 'D')
            return false;
    }
    return true;
}

pid_t program(void)
{
    return has_ended ? 0 : pid;
}

pid_t command(void)
{
    return probe;
}

size_t commands_running(void)
{
    return commands;
}

size_t processes(const pid_t **processes)
{
    *processes = list;
    return count;
}

bool ended(int *status)
{
    *status = end_status;
    return has_ended;
}

const char *printed(void)
{
    return outputs[0].bytes;
}

const char *complained(void)
{
    return outputs[1].bytes;
}

void end_command(void)
{
    if (probe != 0)
        kill(probe, SIGTERM);
}

void kill_command(void)
{
    if (probe != 0)
        kill(probe, SIGKILL);
}

static pid_t made;

/* Until a first child lives in it, a pid namespace cannot be seen. */
static void fill_pid_namespace(void)
{
    pid_t child = fork();
    if (child == -1)
        err(3, "fork");
    if (child > 0)
        return;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
        _exit(3);
    use_null();
    close_range(STDERR_FILENO + 1, ~0U, 0);
    for (;;)
        pause();
}

static _Noreturn void be_process(int flags, int said)
{
    join_group("init/");
    enter_sandbox();
    if (unshare(flags) == -1)
        err(3, "unshare");
    if (flags & CLONE_NEWPID)
        fill_pid_namespace();
    if (write(said, "", 1) != 1)
        err(3, "write");
    use_null();
    close_range(STDERR_FILENO + 1, ~0U, 0);
    for (;;)
        pause();
}

pid_t make_process(int flags)
{
    if (made != 0) {
        kill(made, SIGKILL);
        waitpid(made, NULL, 0);
    }
    int said[2];
    if (pipe2(said, O_CLOEXEC) == -1)
        err(3, "pipe");
    made = fork_into_sandbox();
    if (made == 0)
        be_process(flags, said[1]);
    close(said[1]);
    char byte;
    if (read(said[0], &byte, 1) != 1)
        errx(3, "a process for the program to look at cannot be made");
    close(said[0]);
    return made;
}

/* Read what a child prints until it ends. */
static const char *collect(int fd)
{
    enum { MOST = 4000 };
    char all[MOST + 1];
    size_t length = 0;
    ssize_t got;
    while (length < MOST &&
           (got = read(fd, all + length, MOST - length)) > 0)
        length += (size_t)got;
    close(fd);
    all[length] = '\0';
    return text("%s", all);
}

const char *inside(pid_t whose, int flags,
                   void (*function)(const char *arg), const char *arg)
{
    int ends[2];
    fflush(stdout);
    if (whose == 0)
        return "";
    if (pipe2(ends, O_CLOEXEC) == -1)
        err(3, "pipe");
    pid_t child = fork();
    if (child == -1)
        err(3, "fork");
    if (child == 0) {
        if (dup2(ends[1], STDOUT_FILENO) == -1)
            err(3, "dup2");
        enter(whose, flags);
        function(arg);
        fflush(stdout);
        _exit(0);
    }
    close(ends[1]);
    const char *said = collect(ends[0]);
    if (waitpid(child, NULL, 0) == -1)
        err(3, "waitpid");
    return said;
}
