/*
 * grader.c - is an ordinary user root inside, and only inside?
 */
#define _GNU_SOURCE
#include <sched.h>
#include <string.h>

#include "../library/facts.h"

enum { UID = 1234, GID = 4321 };

static bool has_map(const char *file)
{
    int id = strcmp(file, "uid_map") == 0 ? UID : GID;
    return map_is(command(), file, text("0 %d 1", id));
}

#define LOOK                                                           \
    "setpriv --reuid=1000 --regid=2000 --clear-groups "                \
    "/book/work/user-root "
#define READ "user-who"

static const struct fact running[] = {
    RUNNING_FACTS(LOOK, READ),
    NEW_FACT(LOOK, "user", READ),
    {"users",
     "the caller's user is root inside, and nobody else is "
     "mapped",
     has_map, "uid_map", LOOK "cat /proc/self/uid_map", READ},
    {"groups", "the caller's group is group 0 inside", has_map,
     "gid_map", LOOK "cat /proc/self/gid_map", "user-groups"},
    {"capabilities", "the command holds all capabilities inside",
     has_all_capabilities, NULL, LOOK "grep CapEff /proc/self/status",
     "user-worth"},
    IDS_FACT(LOOK),
    CLOSED_FACT(LOOK),
    CHILDREN_FACT(LOOK),
    ONLY_FACT(LOOK, "user"),
    {0}};

static const struct fact after[] = {
    AFTER_FACTS(LOOK, "introduction-unshare"), {0}};

static const struct fact found[] = {PATH_FACT(LOOK), {0}};
static const struct fact killed[] = {KILLED_FACT(LOOK), {0}};
static const struct fact absent[] = {ABSENT_FACT(LOOK), {0}};
static const struct fact denied[] = {
    DENIED_FACTS(WITHOUT("user", RUNS(LOOK)),
                 WITHOUT("user", UNCHANGED(LOOK))),
    {0}};

int main(int argc, char *argv[])
{
    open_sandbox(argc, argv);
    start_as(UID, GID);
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

    start_without(CLONE_NEWUSER);
    start(COMMAND, NULL);
    judge(denied);
    return verdict();
}
