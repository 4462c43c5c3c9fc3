/*
 * grader.c - is the command the first process of a pid namespace?
 */
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
     LOOK "grep NSpid /proc/self/status", READ},
    ONLY_FACT(LOOK, "pid"),
    {"waits", "your program waits for the command", program_waits, NULL,
     LOOK "sleep 2; echo then", CLONE},
    {0}};

static const struct fact after[] = {AFTER_FACTS(LOOK, CLONE), {0}};

static const struct fact killed[] = {
    {"killed", "a command that SIGKILL ends gives status 137",
     status_is, "137",
     LOOK "sleep 9 & sleep 1; pkill -9 -P $!; wait $!; echo $?", CLONE},
    {0}};

int main(int argc, char *argv[])
{
    open_sandbox(argc, argv);
    start(COMMAND, NULL);
    judge(running);
    end_command();
    judge(after);

    start(COMMAND, NULL);
    wait_for_command();
    kill_command();
    judge(killed);
    return verdict();
}
