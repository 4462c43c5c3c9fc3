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
    const struct mount *mount = mounted_on(command(), folder);
    expected("a tmpfs on %s", folder);
    observed("%s", mount == NULL ? "no mount" : mount->type);
    return mount != NULL && strcmp(mount->type, "tmpfs") == 0;
}

/* The field shared:N of a mount, "" where it has none. */
static const char *group_of(const struct mount *mount)
{
    const char *field = strstr(mount->peers, "shared:");
    int length = field == NULL ? 0 : (int)strcspn(field, " ");
    return text("%.*s", length, field == NULL ? "" : field);
}

static bool no_peers(const char *unused)
{
    (void)unused;
    const struct mount *inner, *outer;
    size_t inside_count = mounts_of(command(), &inner);
    size_t outside_count = mounts_of(outside(), &outer);
    expected("no mount inside in a peer group of one outside");
    for (size_t i = 0; i < inside_count; i++)
        for (size_t k = 0; k < outside_count; k++)
            if (group_of(&inner[i])[0] != '\0' &&
                strcmp(group_of(&inner[i]), group_of(&outer[k])) == 0) {
                observed("%s is in one", inner[i].point);
                return false;
            }
    return true;
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

static const struct fact running[] = {
    RUNNING_FACTS(LOOK, "introduction-unshare"),
    NEW_FACT(LOOK, "mnt", "mnt-copy"),
    {"inside", "inside, a tmpfs is mounted on the folder",
     tmpfs_on_folder, NULL, LOOK "findmnt /media", "mnt-copy"},
    {"hidden", "nothing new is mounted outside", no_mount_left, NULL,
     LOOK "true; findmnt /media; umount /media", "mnt-leak"},
    {"peers", "what the command mounts, anywhere, stays inside",
     no_peers, NULL, LOOK "findmnt -o TARGET,PROPAGATION", "mnt-peers"},
    ONLY_FACT(LOOK, "mnt"),
    {0}};

static const struct fact later[] = {
    {"arrives", "what is mounted outside now arrives inside", arrives,
     "/mnt", LOOK "findmnt -o TARGET,PROPAGATION /", "mnt-umount"},
    {"slaves", "and would do so on every other mount", all_are_slaves,
     NULL, LOOK "findmnt -o TARGET,PROPAGATION", "mnt-peers"},
    {0}};

static const struct fact after[] = {
    AFTER_FACTS(LOOK, "introduction-unshare"), {0}};

int main(int argc, char *argv[])
{
    open_sandbox(argc, argv);
    snprintf(folder, sizeof(folder), "/tmp/%s", random_name(""));
    if (mkdir(in_sandbox(folder), 0755) == -1)
        err(3, "mkdir: %s", folder);
    start(folder, COMMAND, NULL);
    judge(running);
    inside(outside(), CLONE_NEWNS, mount_news, "/mnt");
    judge(later);
    end_command();
    judge(after);
    return verdict();
}
