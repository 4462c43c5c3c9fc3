/*
 * grader.c - has the command a host name of its own?
 */
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

static const struct fact running[] = {
    {"runs", "your program runs the command it is given", command_runs,
     NULL, LOOK "uname -n", "introduction-unshare"},
    {"own", "no other program does the work", own_work, NULL,
     "strace -f -e execve " LOOK "true", "introduction-unshare"},
    {"arguments", "the command gets its arguments unchanged",
     arguments_arrive, NULL, LOOK "printf '%s|' 'two words' ''",
     "introduction-unshare"},
    {"new", "the command is in a new uts namespace", in_new, "uts",
     LOOK "readlink /proc/self/ns/uts", "introduction-unshare"},
    {"outside", "outside, the host name has not changed",
     outside_keeps_name, NULL, LOOK "true; uname -n",
     "introduction-unshare"},
    {"name", "inside, the host has the name you were given", has_name,
     NULL, LOOK "uname -n", "introduction-unshare"},
    {"only", "every other namespace is still shared", in_same_but,
     "uts", LOOK "ls -l /proc/self/ns", "introduction-unshare"},
    {0}};

static const struct fact after[] = {
    {"status", "your program ends with the command's status",
     status_is_the_commands, NULL, LOOK "sh -c 'exit 7'; echo $?",
     "introduction-unshare"},
    {"left", "no process of yours is left", no_process_left, NULL,
     LOOK "true; ps", "introduction-destroy"},
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
    return verdict();
}
