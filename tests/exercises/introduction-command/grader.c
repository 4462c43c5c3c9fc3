/*
 * grader.c - does a program run a command as its caller expects?
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>

#include "../library/facts.h"

#define LOOK "/book/work/introduction-command "
#define UNSHARE "introduction-unshare"

static const struct fact running[] = {RUNNING_FACTS(LOOK, UNSHARE),
                                      NEW_FACT(LOOK, "net", UNSHARE),
                                      IDS_FACT(LOOK),
                                      CLOSED_FACT(LOOK),
                                      CHILDREN_FACT(LOOK),
                                      ONLY_FACT(LOOK, "net"),
                                      {0}};

static const struct fact after[] = {
    AFTER_FACTS(LOOK, UNSHARE),
    {"quiet", "your program has printed nothing", nothing_printed, NULL,
     LOOK "true", UNSHARE},
    {0}};

static const struct fact found[] = {PATH_FACT(LOOK), {0}};
static const struct fact killed[] = {KILLED_FACT(LOOK), {0}};

static char missing_path[64];

static const struct fact missing[] = {
    {"missing", "a command that does not exist gives status 127",
     status_is, "127", LOOK "/no/such/command; echo $?", UNSHARE},
    {"message", "the message names the command", complaint_has,
     missing_path, LOOK "/no/such/command", UNSHARE},
    {0}};

static const struct fact unfound[] = {
    {"unfound", "so does one that is not found by its name", status_is,
     "127", LOOK "nosuchcommand; echo $?", UNSHARE},
    {0}};

static const struct fact folder[] = {
    {"folder", "a command that is a folder gives status 126", status_is,
     "126", LOOK "/etc; echo $?", UNSHARE},
    {"folder-message", "and the message names it", complaint_has,
     "/etc", LOOK "/etc", UNSHARE},
    {0}};

static const struct fact busy[] = {
    {"busy", "so does a file that somebody writes to", status_is, "126",
     "cp /bin/true /tmp/x; exec 3>>/tmp/x; " LOOK
     "/tmp/x; echo $?; exec 3>&-; rm /tmp/x",
     UNSHARE},
    {0}};

static const struct fact denied[] = {
    DENIED_FACTS(WITHOUT("net", RUNS(LOOK)),
                 WITHOUT("net", UNCHANGED(LOOK))),
    {0}};

/* A file that is open to write cannot be executed, whoever it is. Where
 * none can be made, the sandbox is gone, and nothing runs any more. */
static const char *open_program(void)
{
    const char *path = text("/tmp/%s", random_name(""));
    open(in_sandbox(path), O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
    return path;
}

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

    snprintf(missing_path, sizeof(missing_path), "/no/such/%s",
             random_name(""));
    start(missing_path, NULL);
    judge(missing);
    start(random_name(""), NULL);
    judge(unfound);
    start("/etc", NULL);
    judge(folder);
    start(open_program(), NULL);
    judge(busy);

    start_without(CLONE_NEWNET);
    start(COMMAND, NULL);
    judge(denied);
    return verdict();
}
