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
    RUNNING_FACTS(LOOK, "introduction-unshare"),
    NEW_FACT(LOOK, "uts", "introduction-unshare"),
    {"outside", "outside, the host name has not changed",
     outside_keeps_name, NULL, LOOK "true; uname -n",
     "introduction-unshare"},
    {"name", "inside, the host has the name you were given", has_name,
     NULL, LOOK "uname -n", "introduction-unshare"},
    ONLY_FACT(LOOK, "uts"),
    {0}};

static const struct fact after[] = {
    AFTER_FACTS(LOOK, "introduction-unshare"), {0}};

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
