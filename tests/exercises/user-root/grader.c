/*
 * grader.c - is an ordinary user root inside, and only inside?
 */
#include <string.h>

#include "../library/facts.h"

enum { UID = 1234, GID = 4321 };

static bool has_map(const char *file)
{
    int id = strcmp(file, "uid_map") == 0 ? UID : GID;
    return map_is(command(), file, text("0 %d 1", id));
}

#define LOOK                                                           \
    "setpriv --reuid=1000 --regid=1000 --clear-groups "                \
    "/book/work/user-root "
#define READ "user-who"

static const struct fact running[] = {
    {"runs", "your program runs the command it is given", command_runs,
     NULL, LOOK "echo it runs", READ},
    {"own", "no other program does the work", own_work, NULL,
     "strace -f -e execve " LOOK "true", "introduction-unshare"},
    {"arguments", "the command gets its arguments unchanged",
     arguments_arrive, NULL, LOOK "printf '%s|' 'two words' ''",
     "introduction-unshare"},
    {"new", "the command is in a new user namespace", in_new, "user",
     LOOK "readlink /proc/self/ns/user", READ},
    {"users",
     "the caller's user is root inside, and nobody else is "
     "mapped",
     has_map, "uid_map", LOOK "cat /proc/self/uid_map", READ},
    {"groups", "the caller's group is group 0 inside", has_map,
     "gid_map", LOOK "cat /proc/self/gid_map", "user-groups"},
    {"capabilities", "the command holds all capabilities inside",
     has_all_capabilities, NULL, LOOK "grep CapEff /proc/self/status",
     "user-worth"},
    {"only", "every other namespace is still shared", in_same_but,
     "user", LOOK "ls -l /proc/self/ns", "introduction-unshare"},
    {0}};

static const struct fact after[] = {
    {"status", "your program ends with the command's status",
     status_is_the_commands, NULL, LOOK "sh -c 'exit 7'; echo $?",
     "introduction-unshare"},
    {"left", "no process of yours is left", no_process_left, NULL,
     LOOK "true; ps", "introduction-clone"},
    {0}};

int main(int argc, char *argv[])
{
    open_sandbox(argc, argv);
    start_as(UID, GID);
    start(COMMAND, NULL);
    judge(running);
    end_command();
    judge(after);
    return verdict();
}
