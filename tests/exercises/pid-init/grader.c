/*
 * grader.c - is the command the first process of a pid namespace?
 */
#define _GNU_SOURCE
#include <sched.h>
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

#define LOOK "/book/work/pid-init "
#define READ "introduction-enter"
#define CLONE "introduction-clone"

static const struct fact running[] = {
    RUNNING_FACTS(LOOK, "introduction-unshare"),
    NEW_FACT(LOOK, "pid", READ),
    {"first", "it is the first process there", is_first, NULL,
     LOOK "sh -c 'echo $$'", READ},
    {"level", "one level below", is_one_below, NULL,
     LOOK "awk '/NSpid/ {print NF - 1}' /proc/self/status", READ},
    IDS_FACT(LOOK),
    CLOSED_FACT(LOOK),
    CHILDREN_FACT(LOOK),
    {"waits", "your program waits for the command", program_waits, NULL,
     LOOK "sh -c 'sleep 1; echo first'; echo then", CLONE},
    {0}};

static const struct fact after[] = {AFTER_FACTS(LOOK, CLONE), {0}};

static const struct fact found[] = {PATH_FACT(LOOK), {0}};
static const struct fact killed[] = {
    {"killed",
     "where a signal kills the command, the status is 128 and its "
     "number",
     status_is_of_the_signal, NULL,
     "(" LOOK
     "sleep 9 & sleep 1; pkill -9 -P $!; wait $!; echo $?); " LOOK
     "bash -c 'ulimit -s 200; f() { f; }; f'; echo $?",
     CLONE},
    {0}};
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
