/*
 * grader.c - has the command a host name of its own?
 */
#define _GNU_SOURCE
#include <sched.h>
#include <string.h>

#include "../library/facts.h"

static const char *wanted; /* what the command's host is to be called */
static const char *before; /* how the outside is called */

static bool has_name(const char *unused)
{
    (void)unused;
    return host_is_called(command(), wanted);
}

static bool outside_keeps_name(const char *unused)
{
    (void)unused;
    return host_is_called(outside(), before);
}

#define LOOK "/book/work/uts-name paper "
#define ODD "/book/work/uts-name $'4.My \303\251/%d' uname -n"
#define LONGEST "/book/work/uts-name $(printf %064d 0) uname -n"
#define TOO_LONG                                                       \
    "/book/work/uts-name $(printf %065d 0) echo run; echo $?"

static const struct fact running[] = {
    RUNNING_FACTS(LOOK, "introduction-unshare"),
    NEW_FACT(LOOK, "uts", "introduction-unshare"),
    {"outside", "outside, the host name has not changed",
     outside_keeps_name, NULL, LOOK "true; uname -n; hostname lab",
     "introduction-unshare"},
    {"name", "inside, the host has the name you were given", has_name,
     NULL, LOOK "uname -n", "introduction-unshare"},
    IDS_FACT(LOOK),
    CLOSED_FACT(LOOK),
    CHILDREN_FACT(LOOK),
    ONLY_FACT(LOOK, "uts"),
    {0}};

static const struct fact after[] = {
    AFTER_FACTS(LOOK, "introduction-unshare"), {0}};

static const struct fact found[] = {PATH_FACT(LOOK), {0}};

static const struct fact odd[] = {
    {"odd", "a name may have blanks and other odd bytes", command_runs,
     NULL, ODD, "uts-fails"},
    {"as-given", "and stays as it was given", has_name, NULL, ODD,
     "uts-fails"},
    {0}};

static const struct fact longest[] = {
    {"longest", "a name may have 64 bytes", command_runs, NULL, LONGEST,
     "uts-fails"},
    {"uncut", "none of which is lost", has_name, NULL, LONGEST,
     "uts-fails"},
    {0}};

static const struct fact too_long[] = {
    {"nothing", "under a name that is longer nothing runs",
     command_does_not_run, NULL, TOO_LONG, "uts-fails"},
    {"refused", "and your program does not end with 0",
     status_is_a_failure, NULL, TOO_LONG, "uts-fails"},
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
    wanted = random_name("paper-");
    wanted = strdup(wanted);
    before = strdup(host_name(outside()));
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

    wanted = strdup(text("4.My \xc3\xa9/%%d%s", random_name("")));
    start(wanted, COMMAND, NULL);
    judge(odd);

    wanted = strdup(text("%s%0*d", random_name(""), 58, 0));
    start(wanted, COMMAND, NULL);
    judge(longest);

    start(text("%s%u", wanted, random_below(10)), COMMAND, NULL);
    judge(too_long);

    start_without(CLONE_NEWUTS);
    start("paper", COMMAND, NULL);
    judge(denied);
    return verdict();
}
