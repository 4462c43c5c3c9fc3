/*
 * grader.c - does a program run a command as its caller expects?
 */
#include <stddef.h>

#include "../library/facts.h"

#define LOOK "/book/work/introduction-command "
#define UNSHARE "introduction-unshare"
#define CLONE "introduction-clone"

static const struct fact running[] = {
    {"runs", "your program runs the command it is given", command_runs,
     NULL, LOOK "/bin/echo it runs", UNSHARE},
    {"own", "no other program does the work", own_work, NULL,
     "strace -f -e execve " LOOK "/bin/true", UNSHARE},
    {"arguments", "the command gets its arguments unchanged",
     arguments_arrive, NULL, LOOK "/bin/echo all of this", UNSHARE},
    {"new", "the command is in a new net namespace", in_new, "net",
     LOOK "/bin/readlink /proc/self/ns/net", UNSHARE},
    {"only", "every other namespace is still shared", in_same_but,
     "net", LOOK "/bin/ls -l /proc/self/ns", UNSHARE},
    {"outside", "your program itself has not left", program_in_same,
     "net", "readlink /proc/self/ns/net; " LOOK "true", CLONE},
    {0}};

static const struct fact after[] = {AFTER_FACTS(LOOK, UNSHARE), {0}};

static const struct fact killed[] = {
    {"killed", "a command that SIGKILL ends gives status 137",
     status_is, "137", LOOK "sh -c 'kill -9 $$'; echo $?", CLONE},
    {0}};

static const struct fact named[] = {
    {"path", "a command without a folder is found by its name",
     command_runs, NULL, LOOK "uname", UNSHARE},
    {0}};

static const struct fact missing[] = {
    {"missing", "a command that does not exist gives status 127",
     status_is, "127", LOOK "/no/such/command; echo $?", UNSHARE},
    {"message", "the message names the command", complaint_has,
     "/no/such/command", LOOK "/no/such/command", UNSHARE},
    {0}};

static const struct fact folder[] = {
    {"folder", "a command that is a folder gives status 126", status_is,
     "126", LOOK "/etc; echo $?", UNSHARE},
    {0}};

int main(int argc, char *argv[])
{
    open_sandbox(argc, argv);

    start(COMMAND, NULL);
    judge(running);
    end_command();
    judge(after);

    start(PATH_COMMAND, NULL);
    judge(named);

    start(COMMAND, NULL);
    wait_for_command();
    kill_command();
    judge(killed);

    start("/no/such/command", NULL);
    judge(missing);
    start("/etc", NULL);
    judge(folder);
    return verdict();
}
