/*
 * grader.c - is a namespace kept by a descriptor, and by nothing else?
 */
#include <stdint.h>
#include <string.h>

#include "../library/facts.h"

static struct identity kept;

static bool holds_new(const char *unused)
{
    (void)unused;
    const struct identity *list;
    size_t count = held_namespaces(command(), "net", &list);
    expected("a descriptor of a new net namespace among the command's");
    observed("none");
    for (kept = (struct identity){0}; count > 0; count--)
        if (!same(list[count - 1], namespace_of(outside(), "net")))
            kept = list[count - 1];
    return kept.inode != 0;
}

static bool nobody_inside(const char *unused)
{
    (void)unused;
    const pid_t *list;
    size_t count = processes(&list);
    expected("no process in net:[%ju]", (uintmax_t)kept.inode);
    for (size_t i = 0; i < count; i++)
        if (same(namespace_of(list[i], "net"), kept)) {
            observed("%s is in it", status_of(list[i], "Name"));
            return false;
        }
    return true;
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

static bool one_descriptor(const char *unused)
{
    (void)unused;
    const struct identity *list;
    size_t count = held_namespaces(command(), "net", &list);
    expected("one descriptor of a net namespace");
    observed("%zu, the way home among them", count);
    return count == 1;
}

#define LOOK "/book/work/introduction-keep "
#define HOLD "introduction-descriptor"

static const struct fact running[] = {
    RUNNING_FACTS(LOOK, "introduction-unshare"),
    {"home",
     "the command is in the net namespace that was there before",
     in_same, "net", LOOK "readlink /proc/self/ns/net",
     "introduction-destroy"},
    {"holds", "it holds a new net namespace by a descriptor", holds_new,
     NULL, LOOK "ls -l /proc/self/fd", HOLD},
    {"nobody", "no process is in that namespace", nobody_inside, NULL,
     LOOK "lsns -t net", HOLD},
    {"unpinned", "no file is tied to it", nothing_mounted, NULL,
     LOOK "findmnt -t nsfs", HOLD},
    {"one", "the command has got no other descriptor", one_descriptor,
     NULL, LOOK "ls -l /proc/self/fd", HOLD},
    ONLY_FACT(LOOK, "net"),
    {0}};

static const struct fact after[] = {
    AFTER_FACTS(LOOK, "introduction-unshare"), {0}};

int main(int argc, char *argv[])
{
    open_sandbox(argc, argv);
    start(COMMAND, NULL);
    judge(running);
    end_command();
    judge(after);
    return verdict();
}
