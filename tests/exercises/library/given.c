/*
 * given.c - what the command was given besides its namespaces
 *
 * That is what the program was given by us; nobody who calls it should
 * find a difference.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sandbox.h"

/* A file of strings, each of which a zero ends, of a process. */
struct strings {
    size_t length;
    char bytes[16384];
};

static const struct strings *strings_of(pid_t pid, const char *file)
{
    static struct strings all[2];
    static unsigned next;
    struct strings *strings = &all[next++ % 2];
    int fd = open(text("/proc/%d/%s", pid, file), O_RDONLY | O_CLOEXEC);
    ssize_t got =
        fd == -1 ? 0
                 : read(fd, strings->bytes, sizeof(strings->bytes) - 1);
    if (fd != -1)
        close(fd);
    strings->length = got > 0 ? (size_t)got : 0;
    strings->bytes[strings->length] = '\0';
    return strings;
}

static bool has_string(const struct strings *strings,
                       const char *string)
{
    const char *end = strings->bytes + strings->length;
    for (const char *at = strings->bytes; at < end;
         at += strlen(at) + 1)
        if (strcmp(at, string) == 0)
            return true;
    return false;
}

/* The next of some arguments, NULL after the last. */
static const char *next_argument(const char **at, const char *end)
{
    const char *argument = *at;
    if (argument >= end)
        return NULL;
    *at += strlen(argument) + 1;
    return argument;
}

/* An argument as text, cut where a reader would lose the place. */
static const char *quoted(const char *argument)
{
    enum { MOST = 40 };
    if (argument == NULL)
        return "none";
    size_t length = strlen(argument);
    return length <= MOST
               ? visible(argument)
               : text("%s... of %zu bytes",
                      visible(text("%.*s", MOST, argument)), length);
}

bool arguments_arrive(const char *unused)
{
    (void)unused;
    size_t length;
    const char *given = command_line(&length);
    const struct strings *line = strings_of(command(), "cmdline");
    const char *has = line->bytes;
    const char *last = given + length, *end = has + line->length;
    next_argument(&has, end); /* the command's name */
    for (size_t i = 1;; i++) {
        const char *wanted = next_argument(&given, last);
        const char *arrived = next_argument(&has, end);
        if (wanted != NULL && arrived != NULL &&
            strcmp(wanted, arrived) == 0)
            continue;
        expected("argument %zu: %s", i, quoted(wanted));
        observed("%s", quoted(arrived));
        return wanted == arrived; /* both are NULL: the end */
    }
}

static bool is_the_same(const char *what, const char *given,
                        const char *has)
{
    expected("%s as your program has it: %s", what, given);
    observed("%s", has[0] == '\0' ? "none" : has);
    return strcmp(given, has) == 0;
}

static bool same_name(void)
{
    return is_the_same("the name that the command is called by",
                       command_name(),
                       strings_of(command(), "cmdline")->bytes);
}

/* A shell adds variables of its own. */
static bool same_environment(void)
{
    const struct strings *has = strings_of(command(), "environ");
    size_t count = 0, found = 0;
    for (size_t at = 0; at < has->length;
         at += strlen(has->bytes + at) + 1)
        found++;
    const char *const *given = environment_given();
    for (; given[count] != NULL; count++)
        if (!has_string(has, given[count])) {
            expected("%s in the environment", given[count]);
            observed("%zu variables, without it", found);
            return false;
        }
    expected("the %zu variables of your program's environment", count);
    observed("%zu variables", found);
    return found == count || sandbox.script;
}

static bool same_folder(void)
{
    const char *given = folder_given();
    expected("the folder that your program was started in, %s", given);
    observed("%s", target("/proc/%d/cwd", command()));
    return same(identify("/proc/%d/cwd", command()),
                identify("%s", in_sandbox(given)));
}

struct stream stream_of(pid_t pid, int fd)
{
    struct stream stream = {identify("/proc/%d/fd/%d", pid, fd), 0, 0};
    sscanf(contents("/proc/%d/fdinfo/%d", pid, fd),
           "pos: %lld flags: %o", &stream.position, &stream.flags);
    stream.flags &= ~(unsigned)O_CLOEXEC;
    return stream;
}

/* The same file, of which nothing was read, in the same mode. */
static bool same_stream(const char *name, int fd, struct stream given)
{
    struct stream has = stream_of(command(), fd);
    const char *leads = target("/proc/%d/fd/%d", command(), fd);
    expected("%s of your program", name);
    observed("%s", leads[0] == '\0' ? "it is closed" : leads);
    if (!same(has.file, given.file))
        return false;
    expected("%s as your program has it: position %lld, flags %#o",
             name, given.position, given.flags);
    observed("position %lld, flags %#o", has.position, has.flags);
    return has.position == given.position && has.flags == given.flags;
}

static bool same_streams(void)
{
    static const char *const NAMES[] = {"input", "output", "error"};
    for (int fd = 0; fd < 3; fd++)
        if (!same_stream(text("the standard %s", NAMES[fd]), fd,
                         stream_given(fd)))
            return false;
    int fd = descriptor_given();
    return same_stream(text("descriptor %d", fd), fd, stream_given(0));
}

static const char *mask(int number)
{
    return text("%016jx", (uintmax_t)1 << (number - 1));
}

/* The signals that a process ignores. Two are the C library's own, 32
 * and 33, which posix_spawn leaves ignored. */
static const char *ignored_by(pid_t pid)
{
    const uintmax_t OWN = (uintmax_t)3 << 31;
    uintmax_t set = strtoumax(status_of(pid, "SigIgn"), NULL, 16);
    return text("%016jx", set & ~OWN);
}

/* A shell blocks none. */
static bool same_signals(void)
{
    pid_t pid = command();
    return is_the_same("the set of signals that are ignored",
                       mask(IGNORED_SIGNAL), ignored_by(pid)) &&
           (sandbox.script ||
            is_the_same("the set of signals that are blocked",
                        mask(BLOCKED_SIGNAL),
                        status_of(pid, "SigBlk")));
}

/* The third and fourth field after the name: see proc(5). */
static bool same_session(void)
{
    const char *stat = contents("/proc/%d/stat", command());
    const char *name_end = strrchr(stat, ')');
    int group = 0, session = 0;
    if (name_end != NULL)
        sscanf(name_end + 1, " %*c %*d %d %d", &group, &session);
    expected("the session and the process group of your program");
    observed("another %s", session != started_program()
                               ? "session"
                               : "process group");
    return session == started_program() && group == started_program();
}

/* In a user namespace of its own it has others. */
static bool same_rights(void)
{
    static const char *const FIELDS[] = {
        "CapBnd", "CapInh", "CapAmb", "CapPrm", "CapEff", /* of root */
    };
    const size_t count =
        strncmp(status_of(command(), "Uid"), "0 0 0", 5) == 0 ? 5 : 3;
    if (!same(namespace_of(command(), "user"),
              namespace_of(outside(), "user")))
        return true;
    for (size_t i = 0; i < count; i++)
        if (!is_the_same(text("%s of /proc/PID/status", FIELDS[i]),
                         status_of(getpid(), FIELDS[i]),
                         status_of(command(), FIELDS[i])))
            return false;
    return true;
}

bool given_is_the_callers(const char *unused)
{
    (void)unused;
    return same_name() && same_environment() && same_folder() &&
           same_streams() && same_signals() && same_session() &&
           same_rights() &&
           is_the_same("the mask for new files", "0022",
                       status_of(command(), "Umask"));
}

bool ids_are_the_callers(const char *unused)
{
    (void)unused;
    static const char *const FIELDS[] = {"Uid", "Gid", "Groups"};
    for (size_t i = 0; i < 3; i++)
        if (!is_the_same(text("%s of /proc/PID/status, seen from "
                              "outside,",
                              FIELDS[i]),
                         ids_given(FIELDS[i]),
                         status_of(command(), FIELDS[i])))
            return false;
    return true;
}

bool is_given(const char *number)
{
    long fd = strtol(number, NULL, 10);
    return fd <= STDERR_FILENO || fd == descriptor_given();
}

bool nothing_else_is_open(const char *unused)
{
    (void)unused;
    expected("no open file but those that your program was given");
    bool closed = true;
    DIR *dir = opendir(text("/proc/%d/fd", command()));
    if (dir == NULL)
        return false;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        if (entry->d_name[0] != '.' && !is_given(entry->d_name)) {
            observed(
                "descriptor %s, of %s", entry->d_name,
                target("/proc/%d/fd/%s", command(), entry->d_name));
            closed = false;
        }
    closedir(dir);
    return closed;
}
