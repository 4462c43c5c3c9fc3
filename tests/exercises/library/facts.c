/*
 * facts.c - facts that many exercises share
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox.h"

static const char *const TYPES[] = {"cgroup", "ipc",  "mnt",  "net",
                                    "pid",    "time", "user", "uts"};
enum { TYPE_COUNT = sizeof(TYPES) / sizeof(TYPES[0]) };

/* Say how a program ended, as a person would. */
static const char *describe_end(void)
{
    int status;
    const char *limit = limit_reached();
    const char *why = limit == NULL ? "" : text(": %s", limit);
    if (!ended(&status))
        return text("your program still runs%s", why);
    if (WIFSIGNALED(status))
        return text("your program was killed by signal %d (%s)%s",
                    WTERMSIG(status), strsignal(WTERMSIG(status)), why);
    return text("your program ended with status %d",
                WEXITSTATUS(status));
}

bool command_runs(const char *unused)
{
    (void)unused;
    expected("one process that executes the command it was given");
    size_t running = commands_running();
    int status;
    if (running > 1)
        observed("%zu processes execute it", running);
    else if (ended(&status))
        observed("%s, and the command %s", describe_end(),
                 running == 0 ? "does not run" : "runs");
    else if (limit_reached() != NULL)
        observed("your program runs, the command does not: %s",
                 limit_reached());
    else if (everything_sleeps())
        observed("your program waits for something, and the command "
                 "does not run");
    else
        observed("your program is busy, and the command does not run");
    return command() != 0;
}

static const char *executable_of(pid_t pid)
{
    return target("/proc/%d/exe", pid);
}

/* Whoever stands between the command and us must be the program. */
bool own_work(const char *unused)
{
    (void)unused;
    expected("your program does the work, and executes the command "
             "only");
    if (sandbox.script)
        return true;
    if (executed_tool() != NULL) {
        observed("it executed %s", executed_tool());
        return false;
    }
    pid_t pid = command();
    while (pid != 0 && pid != getpid() && pid != sandbox.init) {
        struct identity file = identify("/proc/%d/exe", pid);
        if (pid != command() && !same(file, sandbox.binary)) {
            observed("%s stands between your program and the command",
                     executable_of(pid));
            return false;
        }
        pid = (pid_t)strtol(status_of(pid, "PPid"), NULL, 10);
    }
    return true;
}

/* Arguments as text: 'one' 'two words' ''. */
static const char *quoted(const char *arguments, size_t length)
{
    const char *all = "";
    for (size_t at = 0; at < length; at += strlen(arguments + at) + 1)
        all = text("%s%s'%s'", all, at == 0 ? "" : " ", arguments + at);
    return all;
}

bool arguments_arrive(const char *unused)
{
    (void)unused;
    size_t length;
    const char *wanted = command_line(&length);
    char line[1024];
    FILE *file = fopen(text("/proc/%d/cmdline", command()), "re");
    size_t got = file == NULL ? 0 : fread(line, 1, sizeof(line), file);
    if (file != NULL)
        fclose(file);
    size_t name = got == 0 ? 0 : strnlen(line, got - 1) + 1;
    expected("the arguments %s", quoted(wanted, length));
    observed(got == name ? "none" : "the arguments %s",
             quoted(line + name, got - name));
    return got - name == length &&
           memcmp(line + name, wanted, length) == 0;
}

static const char *named(const char *type, struct identity id)
{
    return id.inode == 0 ? "none"
                         : text("%s:[%ju]", type, (uintmax_t)id.inode);
}

bool in_new(const char *type)
{
    struct identity here = namespace_of(command(), type);
    struct identity there = namespace_of(outside(), type);
    expected("a %s namespace other than %s", type, named(type, there));
    observed("%s", named(type, here));
    return here.inode != 0 && !same(here, there);
}

/* Compare a process with the outside in one type. */
static bool shares(pid_t pid, const char *type)
{
    struct identity here = namespace_of(pid, type);
    struct identity there = namespace_of(outside(), type);
    expected("%s, as outside", named(type, there));
    observed("%s", named(type, here));
    return same(here, there);
}

static bool has_word(const char *words, const char *word)
{
    return strstr(text(" %s ", words), text(" %s ", word)) != NULL;
}

static bool shares_all(pid_t pid, const char *types, bool but)
{
    for (size_t i = 0; i < TYPE_COUNT; i++)
        if (has_word(types, TYPES[i]) != but && !shares(pid, TYPES[i]))
            return false;
    return true;
}

bool in_same(const char *types)
{
    return shares_all(command(), types, false);
}

bool in_same_but(const char *types)
{
    return shares_all(command(), types, true);
}

static void print_host_name(const char *unused)
{
    (void)unused;
    char name[65] = "";
    if (gethostname(name, sizeof(name)) == 0)
        fputs(name, stdout);
}

const char *host_name(pid_t pid)
{
    return inside(pid, CLONE_NEWUTS, print_host_name, NULL);
}

bool host_is_called(pid_t pid, const char *name)
{
    const char *called = host_name(pid);
    expected("%s", name);
    observed("%s", called);
    return strcmp(called, name) == 0;
}

bool map_is(pid_t pid, const char *file, const char *map)
{
    const char *has = one_line(contents("/proc/%d/%s", pid, file));
    expected("%s", map);
    observed("%s", has[0] == '\0' ? "nothing" : has);
    return strcmp(has, map) == 0;
}

bool has_all_capabilities(const char *unused)
{
    (void)unused;
    const char *all = status_of(outside(), "CapEff");
    const char *has = status_of(command(), "CapEff");
    expected("the effective set %s, all there are", all);
    observed("%s", has);
    return strcmp(all, has) == 0;
}

bool program_in_same(const char *types)
{
    if (program() == 0) {
        expected("your program outside, while the command runs");
        observed("%s", describe_end());
        return false;
    }
    return shares_all(program(), types, false);
}

bool program_waits(const char *unused)
{
    (void)unused;
    expected("your program stays until the command has ended");
    observed("%s before", describe_end());
    /* One that has just ended may still be in our books. */
    return program() != 0 && status_of(program(), "State")[0] != 'Z';
}

static bool ended_with(int wanted)
{
    int status;
    observed("%s", describe_end());
    if (!ended(&status))
        return false;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) == wanted
                               : WEXITSTATUS(status) == wanted;
}

bool status_is_the_commands(const char *unused)
{
    (void)unused;
    expected("status %d, the one that the command ended with",
             command_status());
    return ended_with(command_status());
}

bool status_is(const char *status)
{
    expected("status %s", status);
    return ended_with((int)strtol(status, NULL, 10));
}

bool status_is_a_failure(const char *unused)
{
    (void)unused;
    expected("a status other than 0");
    observed("%s", describe_end());
    int status;
    return ended(&status) && WIFEXITED(status) &&
           WEXITSTATUS(status) != 0;
}

bool complaint_has(const char *word)
{
    expected("a message on stderr that has \"%s\" in it", word);
    const char *said = one_line(complained());
    observed("%s", said[0] == '\0' ? "no message" : said);
    return strstr(complained(), word) != NULL;
}

bool command_does_not_run(const char *unused)
{
    (void)unused;
    expected("no process executes it");
    observed("a process executes it");
    return command() == 0;
}

bool nothing_printed(const char *unused)
{
    (void)unused;
    expected("nothing on stdout");
    observed("%s", one_line(printed()));
    return printed()[0] == '\0';
}

bool no_process_left(const char *unused)
{
    (void)unused;
    const pid_t *list;
    size_t count = processes(&list);
    expected("no process of your program's");
    if (count > 0)
        observed("%zu left: %s", count, status_of(list[0], "Name"));
    return count == 0;
}

static bool same_mount(const struct mount *one,
                       const struct mount *other)
{
    return one->device == other->device &&
           strcmp(one->point, other->point) == 0 &&
           strcmp(one->root, other->root) == 0;
}

bool no_mount_left(const char *unused)
{
    (void)unused;
    const struct mount *before;
    const struct mount *after;
    size_t had = mounts_at_first(&before);
    size_t has = mounts_of(outside(), &after);
    expected("outside, the mounts that were there before");
    for (size_t i = 0; i < has; i++)
        if (i >= had || !same_mount(&before[i], &after[i])) {
            observed("%s on %s, of type %s, is new", after[i].source,
                     after[i].point, after[i].type);
            return false;
        }
    observed("%zu of them are gone", had - has);
    return had == has;
}
