/*
 * grader.c - does a mount stay inside, and do others still arrive?
 */
#define _GNU_SOURCE
#include <err.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "../library/facts.h"

static char folder[64]; /* on which the command is to find a tmpfs */

static bool tmpfs_on_folder(const char *unused)
{
    (void)unused;
    return fresh_tmpfs_on(folder);
}

/* Runs in the mount namespace of the outside. */
static void mount_news(const char *point)
{
    if (mount("news", point, "tmpfs", 0, NULL) == -1)
        err(3, "mount: %s", point);
}

static bool arrives(const char *point)
{
    const struct mount *mount = mounted_on(command(), point);
    expected("a file system that was mounted outside on %s", point);
    observed("%s", mount == NULL ? "no mount" : mount->source);
    return mount != NULL && strcmp(mount->source, "news") == 0;
}

static const struct mount *
topmost_on(const char *point, const struct mount *list, size_t count)
{
    while (count > 0)
        if (strcmp(list[--count].point, point) == 0)
            return &list[count];
    return NULL;
}

static bool all_are_slaves(const char *unused)
{
    (void)unused;
    const struct mount *inner, *outer;
    size_t inside_count = mounts_of(command(), &inner);
    size_t outside_count = mounts_of(outside(), &outer);
    expected("slaves, wherever something is mounted outside");
    for (size_t i = 0; i < outside_count; i++) {
        const struct mount *mount =
            topmost_on(outer[i].point, inner, inside_count);
        if (mount != NULL && strstr(mount->peers, "master:") != NULL)
            continue;
        observed("%s is %s", outer[i].point,
                 mount == NULL ? "not mounted" : propagation(mount));
        return false;
    }
    return true;
}

#define LOOK "/book/work/mnt-repair /media "
#define UNDO "; umount -q /media"
#define NOWHERE "/book/work/mnt-repair /no/folder echo it runs; echo $?"

static const struct fact running[] = {
    RUNNING_FACTS(LOOK, "introduction-unshare"),
    {"new", "the command is in a new mnt namespace", in_new, "mnt",
     NAMESPACE(LOOK, "mnt") UNDO, "mnt-copy"},
    {"inside", "inside, an empty tmpfs is mounted on the folder",
     tmpfs_on_folder, NULL,
     LOOK "sh -c 'findmnt /media; ls -A /media'" UNDO, "mnt-copy"},
    {"hidden", "nothing new is mounted outside", no_mount_left, NULL,
     "mkdir /tmp/f; /book/work/mnt-repair /tmp/f true; "
     "findmnt /tmp/f; umount -q /tmp/f; rmdir /tmp/f",
     "mnt-leak"},
    {"peers", "what the command mounts, anywhere, stays inside",
     no_mount_gets_out, NULL,
     COVERED(LOOK "findmnt -lo TARGET,PROPAGATION") UNDO, "mnt-peers"},
    IDS_FACT(LOOK),
    CLOSED_FACT(LOOK),
    CHILDREN_FACT(LOOK),
    {0}};

static const struct fact later[] = {
    {"arrives", "what is mounted outside now arrives inside", arrives,
     "/mnt",
     LOOK "sh -c 'sleep 0.5; findmnt -o TARGET,PROPAGATION /'" UNDO,
     "mnt-umount"},
    {"slaves", "and would do so on every other mount", all_are_slaves,
     NULL, LOOK "findmnt -o TARGET,PROPAGATION" UNDO, "mnt-peers"},
    {0}};

static const struct fact after[] = {
    AFTER_FACTS(LOOK, "introduction-unshare"), {0}};

static const struct fact unmounted[] = {
    {"unmounted", "where it is not permitted to mount, nothing runs",
     command_does_not_run, NULL,
     REFUSED("mount,move_mount,mount_setattr", RUNS(LOOK) UNDO),
     "introduction-scripts"},
    {0}};

static const struct fact found[] = {PATH_FACT(LOOK), {0}};
static const struct fact killed[] = {KILLED_FACT(LOOK), {0}};
static const struct fact nowhere[] = {
    {"nothing", "on a folder that does not exist nothing runs",
     command_does_not_run, NULL, NOWHERE, "introduction-scripts"},
    {"refused", "and your program does not end with 0",
     status_is_a_failure, NULL, NOWHERE, "introduction-scripts"},
    {0}};

static const struct fact absent[] = {ABSENT_FACT(LOOK), {0}};
static const struct fact denied[] = {
    DENIED_FACTS(WITHOUT("mnt", RUNS(LOOK) UNDO),
                 WITHOUT("mnt", UNCHANGED(LOOK) UNDO)),
    {0}};

int main(int argc, char *argv[])
{
    open_sandbox(argc, argv);
    snprintf(folder, sizeof(folder), "/tmp/%s", random_name(""));
    if (mkdir(in_sandbox(folder), 0755) == -1)
        err(3, "mkdir: %s", folder);
    start(folder, COMMAND, NULL);
    judge(running);
    inside(outside(), CLONE_NEWNS, mount_news, "/mnt");
    remember_outside();
    judge(later);
    end_command();
    judge(after);

    start(folder, PATH_COMMAND, NULL);
    judge(found);
    kill_command();
    judge(killed);
    start(folder, "/no/such/command", NULL);
    judge(absent);

    start(text("%s-missing", folder), COMMAND, NULL);
    judge(nowhere);

    start_without(CLONE_NEWNS);
    start(folder, COMMAND, NULL);
    judge(denied);
    start_without(0);
    start_without_mounting();
    start(folder, COMMAND, NULL);
    judge(unmounted);
    return verdict();
}
