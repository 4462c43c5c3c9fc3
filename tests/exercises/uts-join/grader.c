/*
 * grader.c - is the command in the UTS namespace of the named process?
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "../library/facts.h"

static pid_t named; /* the process whose namespace is to be entered */

static bool joined(const char *unused)
{
    (void)unused;
    expected("%s", target("/proc/%d/ns/uts", named));
    observed("%s", target("/proc/%d/ns/uts", command()));
    return same(namespace_of(command(), "uts"),
                namespace_of(named, "uts"));
}

/* The shell goes on once the process says that it has unshared. */
#define LOOK                                                           \
    "read < <(exec unshare -ui sh -c 'echo; exec sleep 9'); "          \
    "/book/work/uts-join $! "
#define OF_SHELL "/book/work/uts-join $$ " /* whose is no other one */
#define NONE "/book/work/uts-join 999999 echo run; echo $?"
#define ENTER "introduction-enter"

static const struct fact running[] = {
    RUNNING_FACTS(OF_SHELL, ENTER),
    {"joined", "the command is in the uts namespace of the process",
     joined, NULL, LOOK "readlink /proc/self/ns/uts /proc/$!/ns/uts",
     ENTER},
    {"only", "every other namespace is the caller's", in_same_but,
     "uts", LOOK "introduction/same_ns self 1", ENTER},
    {0}};

static const struct fact after[] = {AFTER_FACTS(OF_SHELL, ENTER), {0}};

static const struct fact none[] = {
    {"nothing", "for a process that does not exist nothing runs",
     command_does_not_run, NULL, NONE, "introduction-scripts"},
    {"missing", "and the program ends with status 1", status_is, "1",
     NONE, "introduction-scripts"},
    {0}};

int main(int argc, char *argv[])
{
    open_sandbox(argc, argv);
    named = make_process(CLONE_NEWUTS | CLONE_NEWIPC);
    start(number_inside(named), COMMAND, NULL);
    judge(running);
    end_command();
    judge(after);

    start("999999", COMMAND, NULL);
    judge(none);
    return verdict();
}
