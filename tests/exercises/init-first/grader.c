/*
 * grader.c - is the command the first process of a pid namespace?
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "../library/facts.h"

static int levels(const char *numbers)
{
    int count = *numbers != '\0';
    for (; *numbers != '\0'; numbers++)
        count += *numbers == ' ';
    return count;
}

static bool is_first(const char *unused)
{
    (void)unused;
    const char *number = number_inside(command());
    expected("process 1 of its namespace");
    observed("process %s", number);
    return strcmp(number, "1") == 0;
}

static bool is_one_below(const char *unused)
{
    (void)unused;
    int here = levels(status_of(outside(), "NSpid"));
    int there = levels(status_of(command(), "NSpid"));
    expected("one level below your program");
    observed("%d levels below it", there - here);
    return there - here == 1;
}

static bool ignores_sigchld(const char *unused)
{
    (void)unused;
    const char *ignored = status_of(command(), "SigIgn");
    expected("SIGCHLD, ignored when your program begins, is ignored by "
             "the command");
    observed("it ignores %s", ignored[0] == '\0' ? "none" : ignored);
    return (strtoull(ignored, NULL, 16) >> (SIGCHLD - 1) & 1) != 0;
}

#define LOOK "/book/work/init-first "
#define READ "pid-children"
#define CLONE "introduction-clone"

static const struct fact running[] = {
    RUNNING_FACTS(LOOK, "introduction-unshare"),
    NEW_FACT(LOOK, "pid", READ),
    {"first", "it is the first process there", is_first, NULL,
     LOOK "sh -c 'echo $$'", READ},
    {"level", "one level below", is_one_below, NULL,
     LOOK "awk '/NSpid/ {print NF - 1}' /proc/self/status",
     "pid-levels"},
    IDS_FACT(LOOK),
    {"user", "and in the user namespace that it was called in", in_same,
     "user", NAMESPACE(LOOK, "user"), "user-maps"},
    CLOSED_FACT(LOOK),
    CHILDREN_FACT(LOOK),
    {"waits", "your program waits for the command", program_waits, NULL,
     LOOK "sh -c 'sleep 1; echo first'; echo then", CLONE},
    {0}};

static const struct fact after[] = {AFTER_FACTS(LOOK, CLONE), {0}};

#define DEAF "env --ignore-signal=CHLD " LOOK
static const struct fact deaf[] = {
    {"ignored", "what the caller ignores, SIGCHLD too, it ignores",
     ignores_sigchld, NULL, DEAF "grep SigIgn /proc/self/status",
     "introduction-unshare"},
    {0}};
static const struct fact heard[] = {
    {"heard", "and then, too, the status is the command's",
     status_is_the_commands, NULL, DEAF "sh -c 'exit 217'; echo $?",
     CLONE},
    {0}};

static const struct fact found[] = {PATH_FACT(LOOK), {0}};
static const struct fact killed[] = {KILLED_FIRST_FACT(LOOK), {0}};
static const struct fact absent[] = {ABSENT_FACT(LOOK), {0}};
static const struct fact denied[] = {
    DENIED_FACTS(WITHOUT("pid", RUNS(LOOK)),
                 WITHOUT("pid", UNCHANGED(LOOK))),
    {0}};

int main(int argc, char *argv[])
{
    open_sandbox(argc, argv);
    start(COMMAND, NULL);
    judge(running);
    end_command();
    judge(after);

    /* As whoever calls it may do. We do so only until it has been
     * started: we, too, want to know how it ends. */
    signal(SIGCHLD, SIG_IGN);
    start(COMMAND, NULL);
    signal(SIGCHLD, SIG_DFL);
    judge(deaf);
    end_command();
    judge(heard);

    start(PATH_COMMAND, NULL);
    judge(found);
    kill_command();
    judge(killed);
    start("/no/such/command", NULL);
    judge(absent);

    start_without(CLONE_NEWPID);
    start(COMMAND, NULL);
    judge(denied);
    return verdict();
}
