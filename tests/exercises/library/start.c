/*
 * start.c - starts the doer's program
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox.h"

enum { ARGUMENTS = 32 };

const char COMMAND[] = "COMMAND";
const char PATH_COMMAND[] = "PATH_COMMAND";

/* What follows the command's name; each run has another status. */
static char status_word[8];
static const char *const REST[] = {status_word, "two words", ""};

static uid_t as_uid;
static gid_t as_gid;
static int denied_flags;

void start_as(uid_t uid, gid_t gid)
{
    as_uid = uid;
    as_gid = gid;
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

/* Make a pipe whose end to read from never makes us wait. */
static void open_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) == -1 ||
        fcntl(ends[0], F_SETFL, O_NONBLOCK) == -1)
        err(3, "pipe");
}

static void launch(const char *const arguments[])
{
    end_run();
    if (!begin_run())
        return;
    int prints[2], complains[2];
    open_pipe(prints);
    open_pipe(complains);
    pid_t child = fork_into_sandbox();
    if (child == 0)
        become(arguments, (const int[]){prints[1], complains[1]});
    close(prints[1]);
    close(complains[1]);
    follow(child, prints[0], complains[0]);
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
