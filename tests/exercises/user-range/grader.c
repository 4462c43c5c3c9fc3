/*
 * grader.c - is the command root over a range of ids, in every respect?
 */
#define _GNU_SOURCE
#include <linux/capability.h>
#include <sched.h>
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
#define NONE                                                           \
    "/book/work/user-range 4294967290 10 echo run 2>/dev/null; echo "  \
    "$?"
#define LARGE                                                          \
    "/book/work/user-range 3000000000 1000 cat /proc/self/uid_map"
#define MANY "/book/work/user-range 200000 70000 cat /proc/self/uid_map"
#define SINGLE "/book/work/user-range 200000 1 cat /proc/self/uid_map"
#define USERLESS                                                       \
    "setpriv --bounding-set=-setuid --inh-caps=-setuid " LOOK          \
    "echo run 2>/dev/null; echo $?"
#define UNGROUPED                                                      \
    "setpriv --bounding-set=-setgid --inh-caps=-setgid " LOOK          \
    "echo run 2>/dev/null; echo $?"
#define READ "user-parent"

static const struct fact running[] = {
    RUNNING_FACTS(LOOK, READ),
    NEW_FACT(LOOK, "user", "user-who"),
    {"users", "the range is mapped for users", has_map, "uid_map",
     LOOK "cat /proc/self/uid_map", "user-ranges"},
    {"groups", "and for groups", has_map, "gid_map",
     LOOK "cat /proc/self/gid_map", "user-ranges"},
    {"root", "the command's user is 0 inside", is_root, "Uid",
     LOOK "grep Uid /proc/self/status", "user-become"},
    {"group", "its group is 0 inside", is_root, "Gid",
     LOOK "grep Gid /proc/self/status", "user-become"},
    {"allowed", "it may still call setgroups", setgroups_is_allowed,
     NULL, LOOK "cat /proc/self/setgroups", "user-groups"},
    {"others", "it is in no other group", in_no_other_group, NULL,
     "setpriv --groups 7,8 " LOOK "grep Groups /proc/self/status",
     "user-groups"},
    {"capabilities", "it holds all capabilities inside",
     has_all_capabilities, NULL, LOOK "grep CapEff /proc/self/status",
     READ},
    CLOSED_FACT(LOOK),
    CHILDREN_FACT(LOOK),
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
     LEFT(NONE), "user-ranges"},
    {0}};

static const struct fact found[] = {PATH_FACT(LOOK), {0}};
static const struct fact large[] = {
    {"large", "a number may have 32 bits", command_runs, NULL, LARGE,
     "user-ranges"},
    {"large-map", "and is mapped as it is", has_map, "uid_map", LARGE,
     "user-ranges"},
    {0}};
static const struct fact many[] = {
    {"many",
     "a range may have more than 65536 ids, and all of them "
     "are mapped",
     has_map, "uid_map", MANY, "user-ranges"},
    {0}};
static const struct fact single[] = {
    {"single",
     "a range may be one id, and the command is root over that one "
     "alone",
     has_map, "uid_map", SINGLE, "user-ranges"},
    {0}};
static const struct fact killed[] = {KILLED_FACT(LOOK), {0}};
static const struct fact ungrouped[] = {
    {"ungrouped", "nor where only the map of groups is refused",
     command_does_not_run, NULL, UNGROUPED, "user-fail"},
    {"ungrouped-status", "and the status is 1 again", status_is, "1",
     UNGROUPED, "user-fail"},
    {0}};

static const struct fact userless[] = {
    {"userless", "nor where only the map of users is",
     command_does_not_run, NULL, USERLESS, "user-fail"},
    {"userless-status", "with status 1", status_is, "1", USERLESS,
     "user-fail"},
    {0}};

static const struct fact absent[] = {ABSENT_FACT(LOOK), {0}};
static const struct fact denied[] = {
    DENIED_FACTS(WITHOUT("user", RUNS(LOOK)),
                 WITHOUT("user", UNCHANGED(LOOK))),
    {0}};

int main(int argc, char *argv[])
{
    open_sandbox(argc, argv);
    first = strdup(text("%u", 200000 + random_below(200000)));
    how_many = strdup(text("%u", 100 + random_below(60000)));
    start(first, how_many, COMMAND, NULL);
    judge(running);
    end_command();
    judge(after);

    start(first, how_many, PATH_COMMAND, NULL);
    judge(found);
    kill_command();
    judge(killed);
    start(first, how_many, "/no/such/command", NULL);
    judge(absent);

    first = strdup(text("%u", 3000000000U + random_below(1000000000)));
    start(first, how_many, COMMAND, NULL);
    judge(large);

    first = strdup(text("%u", 200000 + random_below(200000)));
    how_many = strdup(text("%u", 70000 + random_below(60000)));
    start(first, how_many, COMMAND, NULL);
    judge(many);

    how_many = "1";
    start(first, how_many, COMMAND, NULL);
    judge(single);

    /* There are not so many numbers. */
    start(text("%u", UINT32_MAX - random_below(1000)), "1001", COMMAND,
          NULL);
    judge(refused);

    start_without_capability(CAP_SETGID);
    start(first, how_many, COMMAND, NULL);
    judge(ungrouped);

    start_without_capability(CAP_SETUID);
    start(first, how_many, COMMAND, NULL);
    judge(userless);

    start_without(CLONE_NEWUSER);
    start(first, how_many, COMMAND, NULL);
    judge(denied);
    return verdict();
}
