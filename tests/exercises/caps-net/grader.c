/*
 * grader.c - has a command one capability, over a network of its own?
 */
#define _GNU_SOURCE
#include <linux/capability.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "../library/facts.h"

static uid_t uid; /* of the caller */
static gid_t gid;

static bool has_map(const char *file)
{
    unsigned id = strcmp(file, "uid_map") == 0 ? uid : gid;
    return map_is(command(), file, text("%u %u 1", id, id));
}

static const uint64_t WANTED = UINT64_C(1) << CAP_NET_ADMIN;

static uint64_t set_of(const char *field)
{
    return strtoull(status_of(command(), field), NULL, 16);
}

static bool holds_it(const char *field)
{
    expected("bit %d in %s: %016jx", CAP_NET_ADMIN, field,
             (uintmax_t)WANTED);
    observed("%s", status_of(command(), field));
    return (set_of(field) & WANTED) != 0;
}

/* In each of these sets it is, and no other. */
static bool holds_no_other(const char *fields)
{
    for (; *fields != '\0'; fields += strcspn(fields, " ")) {
        fields += strspn(fields, " ");
        const char *field =
            text("%.*s", (int)strcspn(fields, " "), fields);
        expected("%s %016jx", field, (uintmax_t)WANTED);
        observed("%s", status_of(command(), field));
        if (set_of(field) != WANTED)
            return false;
    }
    return true;
}

/* Where the kernel refuses a call, nothing runs; the program says so.
 */
static bool is_refused(const char *unused)
{
    return command_does_not_run(unused) && status_is_a_failure(unused);
}

#define AS "setpriv --reuid=1000 --regid=2000 --clear-groups "
#define CALL "/book/work/caps-net "
#define LOOK AS CALL
#define SETS(PATTERN) LOOK "grep -E '" PATTERN "' /proc/self/status"
#define INJECTED(CALL_AND_WHEN)                                        \
    AS "strace -fqqo /dev/null -e inject=" CALL_AND_WHEN " " RUNS(CALL)
#define READ "caps-exec"

static const struct fact running[] = {
    RUNNING_FACTS(LOOK, "caps-owner"),
    {"user", "the command is in a new user namespace", in_new, "user",
     NAMESPACE(LOOK, "user"), "user-who"},
    {"users",
     "where the caller's user has his number, and nobody else has one",
     has_map, "uid_map", LOOK "cat /proc/self/uid_map", "user-maps"},
    {"groups", "and so has his group", has_map, "gid_map",
     LOOK "cat /proc/self/gid_map", "user-groups"},
    {"net", "it is in a new net namespace", in_new, "net",
     NAMESPACE(LOOK, "net"), "caps-owner"},
    {"owner", "which the command's user namespace owns",
     owned_by_the_commands, "net", LOOK "lsns -o NS,TYPE --tree=owner",
     "caps-owner"},
    {"holds", "the command has CAP_NET_ADMIN, which counts", holds_it,
     "CapEff", SETS("CapEff"), READ},
    {"alone", "and no other capability that could be made to count",
     holds_no_other, "CapEff CapPrm CapAmb",
     SETS("CapPrm|CapEff|CapAmb"), READ},
    {"inherits", "nor one that it could take from a file",
     holds_no_other, "CapInh", SETS("CapInh"), READ},
    {"bounds", "nor one that a file could give it", holds_no_other,
     "CapBnd", SETS("CapBnd"), READ},
    IDS_FACT(LOOK),
    CLOSED_FACT(LOOK),
    CHILDREN_FACT(LOOK),
    {"only", "all but user and net is still shared", in_same_but,
     "user net", NAMESPACES(LOOK), "introduction-unshare"},
    {0}};

static const struct fact after[] = {
    AFTER_FACTS(LOOK, "introduction-unshare"), {0}};

static const struct fact undropped[] = {
    {"undropped",
     "where the bounding set cannot be shortened, nothing runs, and "
     "the status is not 0",
     is_refused, NULL, INJECTED("prctl:error=EPERM:when=1"),
     "introduction-scripts"},
    {0}};

static const struct fact unset[] = {
    {"unset", "the same where capset is refused", is_refused, NULL,
     INJECTED("capset:error=EPERM"), "introduction-scripts"},
    {0}};

/* One prctl for each of the 40 others goes before it. */
static const struct fact unraised[] = {
    {"unraised", "and where nothing can be made ambient", is_refused,
     NULL, INJECTED("prctl:error=EPERM:when=41"),
     "introduction-scripts"},
    {0}};

static const struct fact unmapped[] = {
    {"unmapped", "and where no map can be written", is_refused, NULL,
     INJECTED("openat:error=EACCES:when=1"), "introduction-scripts"},
    {0}};

/* It may be asked for in a call of its own. */
static const struct fact netless[] = {
    {"netless", "and where there is no net namespace to be had",
     is_refused, NULL, WITHOUT("net", RUNS(LOOK)),
     "introduction-scripts"},
    {0}};

/* Half of all numbers of users are no int. */
#define HIGH                                                           \
    "setpriv --reuid=3000001000 --regid=3000002000 "                   \
    "--clear-groups " CALL
static const struct fact high[] = {
    {"high", "a caller with a number above 2147483647 can have it, too",
     command_runs, NULL, RUNS(HIGH), "user-maps"},
    {0}};

static const struct fact found[] = {PATH_FACT(LOOK), {0}};
static const struct fact killed[] = {KILLED_FACT(LOOK), {0}};
static const struct fact absent[] = {ABSENT_FACT(LOOK), {0}};
static const struct fact denied[] = {
    DENIED_FACTS(WITHOUT("user", RUNS(LOOK)),
                 WITHOUT("user", UNCHANGED(LOOK))),
    {0}};

int main(int argc, char *argv[])
{
    open_sandbox(argc, argv);
    uid = 2000 + random_below(20000);
    gid = 30000 + random_below(20000);
    start_as(uid, gid);
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

    start_without_option(PR_CAPBSET_DROP);
    start(COMMAND, NULL);
    judge(undropped);
    start_without_option(PR_CAP_AMBIENT);
    start(COMMAND, NULL);
    judge(unraised);
    start_without_option(0);
    start_without_setting();
    start(COMMAND, NULL);
    judge(unset);
    start_with_all_calls();
    start_without_writing();
    start(COMMAND, NULL);
    judge(unmapped);
    start_with_all_calls();

    start_without(CLONE_NEWNET);
    start(COMMAND, NULL);
    judge(netless);
    start_without(0);

    start_as(3000000000U + uid, 3000000000U + gid);
    start(COMMAND, NULL);
    judge(high);

    start_without(CLONE_NEWUSER);
    start(COMMAND, NULL);
    judge(denied);
    return verdict();
}
