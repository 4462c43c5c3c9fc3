/*
 * grader.c - does a mount stay where it was made?
 */
#define _GNU_SOURCE
#include <sched.h>
#include <string.h>

#include "../library/facts.h"

/* They are so when the program is started. */
static bool outside_is_shared(const char *unused)
{
    (void)unused;
    const struct mount *list;
    size_t count = mounts_of(outside(), &list);
    expected("outside, shared mounts only");
    for (size_t i = 0; i < count; i++)
        if (strcmp(propagation(&list[i]), "shared") != 0) {
            observed("%s is %s", list[i].point, propagation(&list[i]));
            return false;
        }
    return true;
}

static bool has_option(const char *option)
{
    const struct mount *mount = mounted_on(command(), "/mnt");
    expected("%s among the options", option);
    observed("%s", mount == NULL ? "no mount" : mount->options);
    return mount != NULL && strstr(mount->options, option) != NULL;
}

#define LOOK "/book/work/mnt-private "
#define COPY "mnt-copy"
#define LEAK "mnt-leak"
#define PEERS "mnt-peers"

static const struct fact running[] = {
    RUNNING_FACTS(LOOK, "introduction-unshare"),
    NEW_FACT(LOOK, "mnt", COPY),
    {"outside", "outside, all mounts are as shared as they were",
     outside_is_shared, NULL,
     LOOK "true; findmnt -o TARGET,PROPAGATION", LEAK},
    {"tmpfs", "a fresh tmpfs is mounted on /mnt inside", fresh_tmpfs_on,
     "/mnt", LOOK "sh -c 'findmnt /mnt; ls -A /mnt'", COPY},
    {"leak", "nothing new is mounted outside", no_mount_left, NULL,
     LOOK "true; findmnt /mnt; umount -q /mnt /mnt", LEAK},
    {"in", "nothing that is mounted outside later arrives",
     no_mount_gets_in, NULL, LOOK "findmnt -lo TARGET,PROPAGATION",
     PEERS},
    {"out", "nor is seen outside what the command mounts, anywhere",
     no_mount_gets_out, NULL,
     COVERED(LOOK "findmnt -lo TARGET,PROPAGATION"), PEERS},
    {"nosuid", "/mnt is mounted with nosuid", has_option, "nosuid",
     LOOK "findmnt -o OPTIONS /mnt", LEAK},
    {"nodev", "and with nodev", has_option, "nodev",
     LOOK "findmnt -o OPTIONS /mnt", LEAK},
    IDS_FACT(LOOK),
    CLOSED_FACT(LOOK),
    CHILDREN_FACT(LOOK),
    {0}};

static const struct fact after[] = {
    AFTER_FACTS(LOOK, "introduction-unshare"), {0}};

static const struct fact unmounted[] = {
    {"unmounted", "where it is not permitted to mount, nothing runs",
     command_does_not_run, NULL,
     REFUSED("mount,move_mount,mount_setattr", RUNS(LOOK)),
     "introduction-scripts"},
    {0}};

static const struct fact found[] = {PATH_FACT(LOOK), {0}};
static const struct fact killed[] = {KILLED_FACT(LOOK), {0}};
static const struct fact absent[] = {ABSENT_FACT(LOOK), {0}};
static const struct fact denied[] = {
    DENIED_FACTS(WITHOUT("mnt", RUNS(LOOK)),
                 WITHOUT("mnt", UNCHANGED(LOOK))),
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

    start_without(CLONE_NEWNS);
    start(COMMAND, NULL);
    judge(denied);
    start_without(0);
    start_without_mounting();
    start(COMMAND, NULL);
    judge(unmounted);
    return verdict();
}
