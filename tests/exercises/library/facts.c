/*
 * facts.c - facts that many exercises share
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
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
        return text("your program still runs%s%s",
                    is_late() ? text(" after %d s", BOUND) : "", why);
    if (WIFSIGNALED(status))
        return text("your program was killed by signal %d (%s)%s",
                    WTERMSIG(status), strsignal(WTERMSIG(status)), why);
    if (strstr(complained(), NOT_EXECUTABLE) != NULL)
        return NOT_EXECUTABLE;
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
    else if (running == 1 && command_executions() > 1)
        observed("it was executed %zu times", command_executions());
    else if (ended(&status))
        observed("%s, and the command %s", describe_end(),
                 running == 0 ? "does not run" : "runs");
    else if (limit_reached() != NULL)
        observed("your program runs, the command does not: %s",
                 limit_reached());
    else if (everything_sleeps())
        observed("after %.1f s %s, and the command does not run",
                 since_start(), who_sleeps());
    else
        observed("after %.1f s your program is busy, and the command "
                 "does not run",
                 since_start());
    return command() != 0 && command_executions() == 1;
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

/* Who is in one namespace can bear children into another. */
bool children_are_born_here(const char *unused)
{
    (void)unused;
    static const char *const BORN[] = {"pid", "time"};
    for (size_t i = 0; i < 2; i++) {
        const char *type = BORN[i];
        struct identity here = namespace_of(command(), type);
        struct identity born =
            namespace_of(command(), text("%s_for_children", type));
        expected("%s, where the command is", named(type, here));
        observed("%s", born.inode == 0
                           ? text("a %s namespace that nobody is in "
                                  "yet",
                                  type)
                           : named(type, born));
        if (!same(here, born))
            return false;
    }
    return true;
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

static struct identity owner_of(pid_t pid, const char *type)
{
    struct identity owner = {0};
    int ns =
        open(text("/proc/%d/ns/%s", pid, type), O_RDONLY | O_CLOEXEC);
    int fd = ns == -1 ? -1 : ioctl(ns, NS_GET_USERNS);
    if (fd != -1) {
        owner = identify("/proc/self/fd/%d", fd);
        close(fd);
    }
    if (ns != -1)
        close(ns);
    return owner;
}

bool owned_by_the_commands(const char *type)
{
    struct identity user = namespace_of(command(), "user");
    struct identity owner = owner_of(command(), type);
    expected("user:[%ju], where the command is", (uintmax_t)user.inode);
    observed("user:[%ju]", (uintmax_t)owner.inode);
    return same(owner, user);
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

/* A map as text, lines that go on where one ends joined with it. */
static const char *joined_map(const char *map)
{
    const char *all = "";
    unsigned long long in, out, count, to_in = 0, to_out = 0,
                                       length = 0;
    int read;
    for (;
         sscanf(map, "%llu %llu %llu%n", &in, &out, &count, &read) == 3;
         map += read) {
        bool goes_on = length > 0 && in == to_in + length &&
                       out == to_out + length;
        if (length > 0 && !goes_on)
            all =
                text("%s%llu %llu %llu; ", all, to_in, to_out, length);
        length = goes_on ? length + count : count;
        to_in = goes_on ? to_in : in;
        to_out = goes_on ? to_out : out;
    }
    return length == 0
               ? all
               : text("%s%llu %llu %llu", all, to_in, to_out, length);
}

bool map_is(pid_t pid, const char *file, const char *map)
{
    const char *has = joined_map(contents("/proc/%d/%s", pid, file));
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

bool status_is_of_the_signal(const char *unused)
{
    (void)unused;
    expected("status %d, 128 and the number of signal %d (%s)",
             128 + death(), death(), strsignal(death()));
    return ended_with(128 + death());
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

bool complains(const char *unused)
{
    (void)unused;
    expected("a message on stderr");
    observed("none");
    return one_line(complained())[0] != '\0';
}

bool complaint_has(const char *word)
{
    expected("a message on stderr that has \"%s\" in it", word);
    const char *said = one_line(complained());
    if (said[0] != '\0')
        observed("%s", said);
    else if (printed()[0] != '\0')
        observed("no message on stderr; on stdout: %s",
                 one_line(printed()));
    else
        observed("no message");
    return strstr(complained(), word) != NULL;
}

static const char *end_of_printed(void)
{
    size_t length = strlen(printed());
    return length == 0 || printed()[length - 1] == '\n'
               ? ""
               : "; the last line has no newline";
}

void observed_lines(size_t lines)
{
    observed("%zu line%s%s", lines, lines == 1 ? "" : "s",
             end_of_printed());
}

void observed_line(const char *line)
{
    const char *first = printed();
    first = take_line(&first);
    const char *what = "nothing on stdout";
    if (line != NULL && line[0] != '\0')
        what = text("the line %s", visible(take_line(&line)));
    else if (first != NULL)
        what = text("no such line; the first is %s", visible(first));
    observed("%s%s", what, end_of_printed());
}

bool command_does_not_run(const char *unused)
{
    (void)unused;
    size_t times = command_executions();
    expected("no process executes it");
    observed(commands_running() > 0 ? "a process executes it"
                                    : "a process has executed it");
    return commands_running() == 0 && times == 0;
}

bool command_has_run_once(const char *unused)
{
    (void)unused;
    expected("the command executed once");
    observed("%zu times", command_executions());
    return command_executions() == 1;
}

bool nothing_printed(const char *unused)
{
    (void)unused;
    expected("nothing on stdout");
    observed_line(printed());
    return printed()[0] == '\0';
}

bool printed_lines_only(void)
{
    size_t length = strlen(printed());
    return length == 0 || printed()[length - 1] == '\n';
}

pid_t resident(const char *type, struct identity id)
{
    const pid_t *list;
    for (size_t count = processes(&list); count > 0; count--) {
        pid_t pid = list[count - 1], found = 0;
        DIR *dir = opendir(text("/proc/%d/task", pid));
        if (dir == NULL)
            continue;
        for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
            if (same(identify("/proc/%d/task/%s/ns/%s", pid,
                              entry->d_name, type),
                     id))
                found = pid;
        closedir(dir);
        if (found != 0)
            return found;
    }
    return 0;
}

const char *number_of_nobody(void)
{
    for (;;) {
        const char *number = text("%u", 100000 + random_below(900000));
        if (access(text("%s/%s", in_sandbox("/proc"), number), F_OK) ==
            -1)
            return number;
    }
}

static bool is_empty(const char *folder)
{
    DIR *dir = opendir(folder);
    int entries = 0;
    while (dir != NULL && readdir(dir) != NULL)
        entries++;
    if (dir != NULL)
        closedir(dir);
    return entries == 2; /* itself and the one above */
}

/* Is it a file system that none outside has mounted? */
static bool is_new_device(const struct mount *mount)
{
    const struct mount *list;
    for (size_t count = mounts_at_first(&list); count > 0; count--)
        if (list[count - 1].device == mount->device)
            return false;
    return true;
}

bool fresh_tmpfs_on(const char *path)
{
    const struct mount *mount = mounted_on(command(), path);
    expected("a tmpfs on %s, new and empty", path);
    observed("%s", mount == NULL ? "no mount" : mount->type);
    if (mount == NULL || strcmp(mount->type, "tmpfs") != 0)
        return false;
    observed("a tmpfs that was there before");
    if (!is_new_device(mount) || strcmp(mount->root, "/") != 0)
        return false;
    observed("a tmpfs with something in it");
    return is_empty(text("/proc/%d/root%s", command(), path));
}

bool no_process_left(const char *unused)
{
    (void)unused;
    const pid_t *list;
    size_t count = processes(&list);
    expected("no process of your program's");
    if (count > 0)
        observed("%zu left: %s", count, status_of(list[0], "Name"));
    else
        observed("%s, after the program's end", outlived_it());
    return count == 0 && outlived_it()[0] == '\0';
}
