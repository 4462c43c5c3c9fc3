/*
 * grader.c - is a namespace kept by a descriptor, and by nothing else?
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../library/facts.h"

static struct identity kept;

static bool holds_new(const char *unused)
{
    (void)unused;
    const struct identity *list;
    size_t count = held_namespaces(command(), "net", &list);
    expected("a descriptor that keeps a new net namespace");
    observed("none");
    for (kept = (struct identity){0}; count > 0; count--)
        if (!same(list[count - 1], namespace_of(outside(), "net")))
            kept = list[count - 1];
    return kept.inode != 0;
}

static bool nobody_inside(const char *unused)
{
    (void)unused;
    pid_t pid = resident("net", kept);
    expected("no process in net:[%ju]", (uintmax_t)kept.inode);
    observed("%s is in it", status_of(pid, "Name"));
    return pid == 0;
}

static bool nothing_mounted(const char *unused)
{
    (void)unused;
    const struct mount *list;
    expected("no file that a namespace is mounted on");
    for (size_t count = mounts_of(command(), &list); count > 0; count--)
        if (strcmp(list[count - 1].type, "nsfs") == 0) {
            observed("%s on %s", list[count - 1].root,
                     list[count - 1].point);
            return false;
        }
    return true;
}

/* Besides the standard ones. A socket, which keeps its namespace just
 * as well, would be one more. */
static bool one_descriptor(const char *unused)
{
    (void)unused;
    const char *list = "";
    size_t count = 0;
    DIR *dir = opendir(text("/proc/%d/fd", command()));
    if (dir == NULL)
        return false;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        if (entry->d_name[0] != '.' && !is_given(entry->d_name)) {
            const char *path =
                text("/proc/%d/fd/%s", command(), entry->d_name);
            bool home = same(identify("%s", path),
                             namespace_of(outside(), "net"));
            list =
                text("%s%s %s%s", list, count++ == 0 ? "" : ",",
                     target("%s", path), home ? ", the way home" : "");
        }
    closedir(dir);
    expected("one descriptor besides those that it was given");
    observed("%zu:%s", count, list);
    return count == 1;
}

/* Who never was in the namespace needs no way back. */
static bool runs_at_home_or_not(const char *unused)
{
    return command_does_not_run(unused) || in_same("net");
}

#define LOOK "/book/work/introduction-keep "
/* lsns sees no thread. */
#define ELSEWHERE                                                      \
    "sh -c 'find /proc/[0-9]*/task/*/ns/net 2>/dev/null -printf \"%p " \
    "%l\\n\" | "                                                       \
    "grep net: | grep -vF $(readlink /proc/self/ns/net)'"
#define HOLD "introduction-descriptor"

static const struct fact running[] = {
    RUNNING_FACTS(LOOK, "introduction-unshare"),
    {"home",
     "the command is in the net namespace that was there before",
     in_same, "net", NAMESPACE(LOOK, "net"), "introduction-destroy"},
    {"holds", "it holds a new net namespace by a descriptor", holds_new,
     NULL, HELD(LOOK, "net"), HOLD},
    {"nobody", "no process is in that namespace", nobody_inside, NULL,
     LOOK ELSEWHERE, HOLD},
    {"unpinned", "no file is tied to it", nothing_mounted, NULL,
     LOOK "findmnt -t nsfs", HOLD},
    {"one", "the command has got no other descriptor", one_descriptor,
     NULL, LOOK "ls /proc/self/fd", HOLD},
    IDS_FACT(LOOK),
    CHILDREN_FACT(LOOK),
    ONLY_FACT(LOOK, "net"),
    {0}};

static const struct fact after[] = {
    AFTER_FACTS(LOOK, "introduction-unshare"), {0}};

static const struct fact stuck[] = {
    {"stuck", "where setns is refused, nothing runs in there",
     runs_at_home_or_not, NULL,
     REFUSED("setns", LOOK "readlink /proc/self/ns/net"), HOLD},
    {0}};

static const struct fact found[] = {PATH_FACT(LOOK), {0}};
static const struct fact killed[] = {KILLED_FACT(LOOK), {0}};
static const struct fact absent[] = {ABSENT_FACT(LOOK), {0}};
static const struct fact denied[] = {
    DENIED_FACTS(WITHOUT("net", RUNS(LOOK)),
                 WITHOUT("net", UNCHANGED(LOOK))),
    {0}};

int main(int argc, char *argv[])
{
    open_sandbox(argc, argv);
    start(COMMAND, NULL);
    judge(running);
    end_command();
    judge(after);

    start(PATH_COMMAND, NULL);
    judge(found);
    kill_command();
    judge(killed);
    start("/no/such/command", NULL);
    judge(absent);

    start_without(CLONE_NEWNET);
    start(COMMAND, NULL);
    judge(denied);
    start_without(0);
    start_without_entering();
    start(COMMAND, NULL);
    judge(stuck);
    return verdict();
}
