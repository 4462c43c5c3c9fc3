/*
 * grader.c - does a mount stay where it was made?
 */
#include <string.h>

#include "../library/facts.h"

static bool is_tmpfs(const char *path)
{
    const struct mount *mount = mounted_on(command(), path);
    expected("a tmpfs on %s", path);
    observed("%s", mount == NULL ? "no mount" : mount->type);
    return mount != NULL && strcmp(mount->type, "tmpfs") == 0;
}

static bool is_private(const char *path)
{
    const struct mount *mount = mounted_on(command(), path);
    expected("%s is private", path);
    observed("%s", mount == NULL ? "no mount" : propagation(mount));
    return mount != NULL && strcmp(propagation(mount), "private") == 0;
}

static bool all_are_private(const char *unused)
{
    (void)unused;
    const struct mount *list;
    size_t count = mounts_of(command(), &list);
    expected("private mounts only");
    for (size_t i = 0; i < count; i++)
        if (strcmp(propagation(&list[i]), "private") != 0) {
            observed("%s is %s", list[i].point, propagation(&list[i]));
            return false;
        }
    return true;
}

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
    {"tmpfs", "a tmpfs is mounted on /mnt inside", is_tmpfs, "/mnt",
     LOOK "findmnt /mnt", COPY},
    {"leak", "nothing new is mounted outside", no_mount_left, NULL,
     LOOK "true; findmnt /mnt; umount /mnt", LEAK},
    {"root", "inside, / is a private mount", is_private, "/",
     LOOK "findmnt -o TARGET,PROPAGATION /", PEERS},
    {"below", "and so are all mounts below it", all_are_private, NULL,
     LOOK "findmnt -o TARGET,PROPAGATION", PEERS},
    {"nosuid", "/mnt is mounted with nosuid", has_option, "nosuid",
     LOOK "findmnt -o OPTIONS /mnt", LEAK},
    {"nodev", "and with nodev", has_option, "nodev",
     LOOK "findmnt -o OPTIONS /mnt", LEAK},
    ONLY_FACT(LOOK, "mnt"),
    {0}};

static const struct fact after[] = {
    AFTER_FACTS(LOOK, "introduction-unshare"), {0}};

int main(int argc, char *argv[])
{
    open_sandbox(argc, argv);
    start(COMMAND, NULL);
    judge(running);
    end_command();
    judge(after);
    return verdict();
}
