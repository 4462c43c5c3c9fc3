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

static const char *before; /* what the host there was called */

static bool keeps_name(const char *unused)
{
    (void)unused;
    return host_is_called(named, before);
}

#define LOOK "/book/work/uts-join $p "
#define OF_SHELL "/book/work/uts-join $$ " /* whose is no other one */
#define NONE "/book/work/uts-join 999999 echo run; echo $?"
#define DENIED                                                         \
    "setpriv --bounding-set=-sys_admin "                               \
    "--inh-caps=-sys_admin " OF_SHELL
#define ENTER "introduction-enter"

static const struct fact running[] = {
    RUNNING_FACTS(OF_SHELL, ENTER),
    {"joined", "the command is in the uts namespace of the process",
     joined, NULL,
     BESIDE("-ui", LOOK "readlink /proc/self/ns/uts /proc/$p/ns/uts"),
     ENTER},
    IDS_FACT(OF_SHELL),
    CLOSED_FACT(OF_SHELL),
    CHILDREN_FACT(OF_SHELL),
    {"only", "every other namespace is the caller's", in_same_but,
     "uts", BESIDE("-Cimnu", NAMESPACES(LOOK)), ENTER},
    {0}};

static const struct fact after[] = {
    AFTER_FACTS(OF_SHELL, ENTER),
    {"name", "the host there is called as before", keeps_name, NULL,
     BESIDE("-u", LOOK "true; nsenter -t $p -u uname -n"), ENTER},
    {0}};

static const struct fact none[] = {
    {"nothing", "for a process that does not exist nothing runs",
     command_does_not_run, NULL, NONE, "introduction-scripts"},
    {"missing", "and the program ends with status 1", status_is, "1",
     NONE, "introduction-scripts"},
    {0}};

static const struct fact found[] = {PATH_FACT(OF_SHELL), {0}};
static const struct fact killed[] = {KILLED_FACT(OF_SHELL), {0}};
static const struct fact absent[] = {ABSENT_FACT(OF_SHELL), {0}};
static const struct fact denied[] = {
    DENIED_FACTS(RUNS(DENIED), UNCHANGED(DENIED)), {0}};

int main(int argc, char *argv[])
{
    open_sandbox(argc, argv);
    named = make_process(CLONE_NEWCGROUP | CLONE_NEWIPC | CLONE_NEWNET |
                         CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS);
    before = strdup(host_name(named));
    char number[16];
    snprintf(number, sizeof(number), "%s", number_inside(named));
    start(number, COMMAND, NULL);
    judge(running);
    end_command();
    judge(after);

    start(number, PATH_COMMAND, NULL);
    judge(found);
    kill_command();
    judge(killed);
    start(number, "/no/such/command", NULL);
    judge(absent);

    start(number_of_nobody(), COMMAND, NULL);
    judge(none);

    start_without_entering();
    start(number, COMMAND, NULL);
    judge(denied);
    return verdict();
}
