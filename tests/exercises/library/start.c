/*
 * start.c - starts the doer's program
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox.h"

enum { ARGUMENTS = 128 };

const char COMMAND[] = "COMMAND";
const char PATH_COMMAND[] = "PATH_COMMAND";
const char NOT_EXECUTABLE[] =
    "the kernel cannot execute it: a script's first line must be "
    "#!/bin/sh, without a carriage return at its end";

/* What follows the command's name, others in each run: a status to end
 * with, and words, some of them empty, or what is easily taken for
 * something else than a word. */
enum { WORDS = 60, MOST_ARGUMENTS = ARGUMENTS + WORDS + 3 };
static const char *words[WORDS];
static size_t word_count;
static const char *name_word; /* what the command is called by */

static uid_t as_uid;
static gid_t as_gid;
static gid_t groups_of_root[2]; /* besides its own */
void start_as(uid_t uid, gid_t gid)
{
    as_uid = uid;
    as_gid = gid;
}

static char folder[64] = "/tmp";

void start_in(const char *path)
{
    snprintf(folder, sizeof(folder), "%s", path);
}

const char *folder_given(void)
{
    return folder;
}

int command_status(void)
{
    return (int)strtol(words[0], NULL, 10);
}

const char *command_name(void)
{
    return name_word;
}

const char *command_line(size_t *length)
{
    static char line[4096];
    size_t at = 0;
    for (size_t i = 0; i < word_count; i++)
        at += (size_t)snprintf(line + at, sizeof(line) - at, "%s",
                               words[i]) +
              1;
    *length = at;
    return line;
}

/* A status that is lost where only seven bits of it are looked at, or
 * two digits; and not that of a command that was told to end. */
static void choose_words(void)
{
    static const char *const ODD[] = {
        "two words",
        "",
        "--",
        "-n",
        "--no=such",
        "blank at the end ",
        "tab\tand line\n",
        "\xc3\xa9\xff",
        "%s",
        "$HOME",
        "*",
        "\\0",
    };
    enum { ODDS = sizeof(ODD) / sizeof(ODD[0]), LENGTH = 1200 };
    for (size_t i = 0; i < word_count; i++)
        free((char *)words[i]);
    word_count = 0;
    unsigned status;
    do
        status = 130 + random_below(120);
    while (status == 128 + SIGKILL || status == 128 + SIGTERM);
    words[word_count++] = strdup(text("%u", status));
    words[word_count++] = strdup(random_name("two "));
    for (size_t i = 0; i < ODDS; i++)
        words[word_count++] = strdup(ODD[i]);
    words[word_count++] =
        strdup(text("%s%0*d", random_name(""), LENGTH, 0));
    size_t most = WORDS - random_below(8);
    while (word_count < most)
        words[word_count++] = strdup(random_name(""));
}

static void become_user(void)
{
    if (as_uid == 0 && setgroups(2, groups_of_root) == -1)
        err(125, "setgroups");
    if (as_uid == 0)
        return;
    if (setgroups(0, NULL) == -1 ||
        setresgid(as_gid, as_gid, as_gid) == -1 ||
        setresuid(as_uid, as_uid, as_uid) == -1)
        err(125, "setresuid");
}

/* Of these the program has the list, and with it the command. */
static const char *environment[6];
static const char *variable; /* one more, NULL for none */
static struct stream streams[3];
static int input;  /* of the program */
static int fourth; /* the number of one more */

void start_with_variable(const char *more)
{
    variable = more;
}

const char *const *environment_given(void)
{
    return environment;
}

struct stream stream_given(int fd)
{
    return streams[fd];
}

int descriptor_given(void)
{
    return fourth;
}

const char *ids_given(const char *field)
{
    if (strcmp(field, "Groups") == 0)
        return as_uid != 0 ? ""
                           : text("%u %u", groups_of_root[0],
                                  groups_of_root[1]);
    unsigned id = strcmp(field, "Uid") == 0 ? as_uid : as_gid;
    return text("%u %u %u %u", id, id, id, id);
}

/* Something to read: what the program takes of it, the command misses.
 */
static void make_input(void)
{
    static const char LINES[] = "for the command\nto read\n";
    if (input > 0)
        close(input);
    input = memfd_create("input", MFD_CLOEXEC);
    if (input == -1 || write(input, LINES, strlen(LINES)) == -1 ||
        lseek(input, 0, SEEK_SET) == -1)
        err(3, "memfd_create");
}

/* Keep what the command is compared with later. */
static void choose_given(const int ends[2])
{
    for (size_t i = 0; environment[i] != NULL; i++)
        free((char *)environment[i]);
    environment[0] = strdup(
        text("PATH=%s:/usr/sbin:/usr/bin:/sbin:/bin", sandbox.folder));
    environment[1] = strdup("HOME=/tmp");
    environment[2] = strdup("LC_ALL=C");
    environment[3] =
        strdup(text("%s=%s", random_name("BOOK_"), random_name("")));
    make_input();
    streams[0] = stream_of(getpid(), input);
    for (int i = 0; i < 2; i++)
        streams[1 + i] = stream_of(getpid(), ends[i]);
    environment[4] = variable == NULL ? NULL : strdup(variable);
    fourth = 20 + (int)random_below(80);
    groups_of_root[0] = 100 + random_below(1000);
    groups_of_root[1] = 1100 + random_below(1000);
}

/* A caller may have done so with any of them. */
static void mark_signals(void)
{
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, BLOCKED_SIGNAL);
    if (signal(IGNORED_SIGNAL, SIG_IGN) == SIG_ERR ||
        sigprocmask(SIG_SETMASK, &blocked, NULL) == -1)
        err(125, "signal");
}

static bool as_first;

void start_as_first(void)
{
    as_first = true;
}

/* As whoever is process 1 of a pid namespace should find it. */
static void have_own_proc(void)
{
    if (unshare(CLONE_NEWNS) == -1 ||
        mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) == -1 ||
        mount("proc", "/proc", "proc", 0, NULL) == -1)
        err(125, "mount: /proc");
}

/* What runs between fork and exec. */
static _Noreturn void become(const char *const arguments[],
                             const int ends[2])
{
    const char *path = text("%s/%s", sandbox.folder, sandbox.program);
    if (dup2(input, STDIN_FILENO) == -1 ||
        dup2(ends[0], STDOUT_FILENO) == -1 ||
        dup2(ends[1], STDERR_FILENO) == -1)
        err(125, "dup2");
    join_group("program/");
    enter_sandbox();
    if (as_first)
        have_own_proc();
    if (close_range(STDERR_FILENO + 1, ~0U, 0) == -1)
        err(125, "close_range");
    if (dup2(STDIN_FILENO, fourth) == -1)
        err(125, "dup2");
    if (setpriority(PRIO_PROCESS, 0, 0) == -1 || chdir(folder) == -1 ||
        setsid() == -1)
        err(125, "setsid");
    struct rlimit core = {1 << 20, 1 << 20};
    if (setrlimit(RLIMIT_CORE, &core) == -1)
        err(125, "setrlimit");
    umask(022);
    mark_signals();
    deny();
    become_user();
    execve(path, (char *const *)arguments, (char *const *)environment);
    if (errno == ENOEXEC || errno == ENOENT)
        errx(125, "%s", NOT_EXECUTABLE);
    err(125, "exec: %s", path);
}

/* Make a pipe whose end to read from never makes us wait. */
static void open_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) == -1 ||
        fcntl(ends[0], F_SETFL, O_NONBLOCK) == -1)
        err(3, "pipe");
}

/* A text does not live until the last run has been cleaned up. */
static const char *const *keep(const char *const arguments[])
{
    static char *kept[MOST_ARGUMENTS];
    for (size_t i = 0; kept[i] != NULL; i++) {
        free(kept[i]);
        kept[i] = NULL;
    }
    for (size_t i = 0; arguments[i] != NULL; i++)
        kept[i] = strdup(arguments[i]);
    return (const char *const *)kept;
}

/* Fork the first process of a pid namespace: a child of ours that
 * another child makes, for a process stays where it was born. */
static pid_t fork_first(void)
{
    int said[2];
    if (pipe2(said, O_CLOEXEC) == -1)
        err(3, "pipe");
    pid_t between = fork_into_sandbox();
    if (between == 0) {
        if (unshare(CLONE_NEWPID) == -1)
            err(3, "unshare");
        long first =
            syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
        if (first != 0)
            _exit(first == -1 ? 3 : 0);
        pid_t self = own_number();
        if (write(said[1], &self, sizeof(self)) != sizeof(self))
            err(3, "write");
        return 0;
    }
    pid_t first;
    close(said[1]);
    if (read(said[0], &first, sizeof(first)) != sizeof(first))
        errx(3, "the first process of a namespace cannot be made");
    close(said[0]);
    if (waitpid(between, NULL, 0) == -1)
        err(3, "waitpid");
    return first;
}

static void launch(const char *const words_of_it[])
{
    const char *const *arguments = keep(words_of_it);
    end_run();
    if (!begin_run())
        return;
    count_executions_anew();
    int prints[2], complains[2];
    open_pipe(prints);
    open_pipe(complains);
    choose_given((const int[]){prints[1], complains[1]});
    pid_t child = as_first ? fork_first() : fork_into_sandbox();
    if (child == 0)
        become(arguments, (const int[]){prints[1], complains[1]});
    close(prints[1]);
    close(complains[1]);
    follow(child, prints[0], complains[0]);
}

void start(const char *first, ...)
{
    const char *arguments[MOST_ARGUMENTS] = {
        text("./%s", sandbox.program)};
    size_t length = 1;
    choose_words();
    va_list list;
    va_start(list, first);
    for (const char *word = first; word != NULL && length < ARGUMENTS;
         word = va_arg(list, const char *)) {
        if (word != COMMAND && word != PATH_COMMAND) {
            arguments[length++] = word;
            continue;
        }
        free((char *)name_word);
        name_word =
            strdup(word == PATH_COMMAND
                       ? sandbox.probe
                       : text("%s/%s", sandbox.folder, sandbox.probe));
        arguments[length++] = name_word;
        for (size_t i = 0; i < word_count; i++)
            arguments[length++] = words[i];
    }
    va_end(list);
    launch(arguments);
}

void start_with(const char *first, const char *const rest[])
{
    const char *arguments[MOST_ARGUMENTS] = {
        text("./%s", sandbox.program), first};
    for (size_t i = 0; i < ARGUMENTS && rest[i] != NULL; i++)
        arguments[2 + i] = rest[i];
    launch(arguments);
}
