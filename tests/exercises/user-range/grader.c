/*
 * grader.c - is the command root over a range of ids, in every respect?
 */
#define _GNU_SOURCE
#include <err.h>
#include <grp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../library/facts.h"

static const char *first; /* the range, other ids in each run */
static const char *how_many;

static bool has_map(const char *file)
{
    return map_is(command(), file, text("0 %s %s", first, how_many));
}

/* Real, effective, saved, and the one for files, as seen outside. */
static bool is_root(const char *field)
{
    const char *wanted =
        text("%s %s %s %s", first, first, first, first);
    const char *ids = status_of(command(), field);
    expected("outside, %s", wanted);
    observed("%s", ids);
    return strcmp(ids, wanted) == 0;
}

static bool in_no_other_group(const char *unused)
{
    (void)unused;
    const char *groups = status_of(command(), "Groups");
    expected("no group, or %s outside", first);
    observed("%s", groups);
    return groups[0] == '\0' || strcmp(groups, first) == 0;
}

static bool setgroups_is_allowed(const char *unused)
{
    (void)unused;
    const char *word =
        one_line(contents("/proc/%d/setgroups", command()));
    expected("allow");
    observed("%s", word);
    return strcmp(word, "allow") == 0;
}

#define LOOK "/book/work/user-range 200000 1000 "
#define NONE "/book/work/user-range 4294967290 10 echo run; echo $?"
#define READ "user-parent"

static const struct fact running[] = {
    RUNNING_FACTS(LOOK, READ),
    NEW_FACT(LOOK, "user", "user-who"),
    {"users", "the range is mapped for users", has_map, "uid_map",
     LOOK "cat /proc/self/uid_map", "user-ranges"},
    {"groups", "and for groups", has_map, "gid_map",
     LOOK "cat /proc/self/gid_map", "user-ranges"},
    {"root", "the command's user is 0 inside", is_root, "Uid",
     LOOK "id -u", "user-become"},
    {"group", "its group is 0 inside", is_root, "Gid", LOOK "id -g",
     "user-become"},
    {"allowed", "it may still call setgroups", setgroups_is_allowed,
     NULL, LOOK "cat /proc/self/setgroups", "user-groups"},
    {"others", "it is in no other group", in_no_other_group, NULL,
     LOOK "grep Groups /proc/self/status", "user-groups"},
    {"capabilities", "it holds all capabilities inside",
     has_all_capabilities, NULL, LOOK "grep CapEff /proc/self/status",
     READ},
    ONLY_FACT(LOOK, "user"),
    {0}};

static const struct fact after[] = {
    AFTER_FACTS(LOOK, "introduction-unshare"), {0}};

static const struct fact refused[] = {
    {"nothing", "with a map that the kernel refuses nothing runs",
     command_does_not_run, NULL, NONE, "user-fail"},
    {"refused", "the program ends with status 1", status_is, "1", NONE,
     "user-fail"},
    {"stays", "and no process of yours stays", no_process_left, NULL,
     NONE "; ps", "user-ranges"},
    {0}};

int main(int argc, char *argv[])
{
    /* Groups of the caller's, which the command must not inherit. */
    const gid_t groups[] = {7, 8};
    if (setgroups(2, groups) == -1)
        err(3, "setgroups");
    open_sandbox(argc, argv);
    first = strdup(text("%u", 200000 + random_below(200000)));
    how_many = strdup(text("%u", 100 + random_below(60000)));
    start(first, how_many, COMMAND, NULL);
    judge(running);
    end_command();
    judge(after);

    /* There are not so many numbers. */
    start(text("%u", UINT32_MAX - random_below(1000)), "1001", COMMAND,
          NULL);
    judge(refused);
    return verdict();
}
