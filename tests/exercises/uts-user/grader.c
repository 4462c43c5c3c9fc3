/*
 * grader.c - has an ordinary user's command a host name of its own?
 */
#define _GNU_SOURCE
#include <sched.h>
#include <string.h>

#include "../library/facts.h"

enum { UID = 1234, GID = 4321 };

static const char *wanted; /* what the command's host is to be called */

static bool has_name(const char *unused)
{
    (void)unused;
    return host_is_called(command(), wanted);
}

#define AS "setpriv --reuid=1000 --regid=1000 --clear-groups "
#define LOOK AS "/book/work/uts-user paper "
#define NONE                                                           \
    AS "/book/work/uts-user $(printf %065d 0) echo run; echo $?"
#define FAR                                                            \
    AS "/book/work/uts-user $(printf %0100d 0) echo run; echo $?"
#define LONGEST AS "/book/work/uts-user $(printf %064d 0) uname -n"
#define READ "uts-owner"

static const struct fact running[] = {
    RUNNING_FACTS(LOOK, READ),
    NEW_FACT(LOOK, "uts", READ),
    {"name", "inside, the host has the name you were given", has_name,
     NULL, LOOK "uname -n", "uts-copy"},
    {"owner", "the command's user namespace owns it",
     owned_by_the_commands, "uts", LOOK "lsns -o NS,TYPE --tree=owner",
     READ},
    IDS_FACT(LOOK),
    CLOSED_FACT(LOOK),
    CHILDREN_FACT(LOOK),
    {"only", "all but user and uts is still shared", in_same_but,
     "user uts", NAMESPACES(LOOK), READ},
    {0}};

static const struct fact after[] = {
    AFTER_FACTS(LOOK, "introduction-unshare"), {0}};

static const struct fact too_long[] = {
    {"nothing", "under a name of 65 bytes or more nothing runs",
     command_does_not_run, NULL, NONE, "uts-fails"},
    {"refused", "and the program ends with status 1", status_is, "1",
     NONE, "uts-fails"},
    {0}};

static const struct fact longest[] = {
    {"longest", "a name may have 64 bytes", command_runs, NULL, LONGEST,
     "uts-fails"},
    {"uncut", "none of which is lost", has_name, NULL, LONGEST,
     "uts-fails"},
    {0}};
static const struct fact root[] = {
    {"root", "the program runs the command for root, too", command_runs,
     NULL, "/book/work/uts-user paper uname -n", READ},
    {0}};
static const struct fact found[] = {PATH_FACT(LOOK), {0}};
static const struct fact far_too_long[] = {
    {"far", "nor under a name that is far too long",
     command_does_not_run, NULL, FAR, "uts-fails"},
    {"far-status", "and the status is 1 again", status_is, "1", FAR,
     "uts-fails"},
    {0}};
static const struct fact killed[] = {KILLED_FACT(LOOK), {0}};
static const struct fact absent[] = {ABSENT_FACT(LOOK), {0}};
static const struct fact denied[] = {
    DENIED_FACTS(WITHOUT("uts", RUNS(LOOK)),
                 WITHOUT("uts", UNCHANGED(LOOK))),
    {0}};

int main(int argc, char *argv[])
{
    open_sandbox(argc, argv);
    wanted = strdup(random_name("paper-"));
    start_as(UID, GID);
    start(wanted, COMMAND, NULL);
    judge(running);
    end_command();
    judge(after);

    start(wanted, PATH_COMMAND, NULL);
    judge(found);
    kill_command();
    judge(killed);
    start(wanted, "/no/such/command", NULL);
    judge(absent);

    wanted = strdup(text("%s%0*d", random_name(""), 58, 0));
    start(wanted, COMMAND, NULL);
    judge(longest);
    start(text("%0*d", 65 + (int)random_below(2), 0), COMMAND, NULL);
    judge(too_long);
    start(text("%0*d", 67 + (int)random_below(100), 0), COMMAND, NULL);
    judge(far_too_long);

    start_without(CLONE_NEWUTS);
    start(wanted, COMMAND, NULL);
    judge(denied);

    start_without(0);
    start_as(0, 0);
    start("paper", COMMAND, NULL);
    judge(root);
    return verdict();
}
