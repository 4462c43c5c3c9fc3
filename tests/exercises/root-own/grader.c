/*
 * grader.c - is a root all that a command can reach?
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../library/facts.h"

static const char *const FOLDERS[] = {"dev", "proc", "run", "tmp",
                                      "usr"};
static const char *const LINKS[] = {"bin", "lib", "lib64", "sbin"};
static char folder[64]; /* that the program is started in */
static size_t names;    /* of files outside, before that */
enum {
    FOLDER_COUNT = sizeof(FOLDERS) / sizeof(FOLDERS[0]),
    LINK_COUNT = sizeof(LINKS) / sizeof(LINKS[0]),
};

static const char *shown(struct identity id)
{
    return text("device %ju, inode %ju", (uintmax_t)id.device,
                (uintmax_t)id.inode);
}

static bool root_is_fresh(const char *unused)
{
    (void)unused;
    const struct mount *list;
    const struct mount *root = mounted_on(command(), "/");
    expected("a tmpfs that was not there before");
    observed("%s", root == NULL ? "no mount" : root->type);
    if (root == NULL || strcmp(root->type, "tmpfs") != 0)
        return false;
    unsigned device = root->device;
    size_t count = mounts_of(outside(), &list);
    for (size_t i = 0; i < count; i++)
        if (list[i].device == device) {
            observed("the tmpfs that is on %s outside", list[i].point);
            return false;
        }
    return true;
}

static bool is_one_of(const char *name, const char *const names[],
                      int count)
{
    for (int i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static bool names_are_right(const char *unused)
{
    (void)unused;
    int found = 0;
    expected("%d folders, %d links", FOLDER_COUNT, LINK_COUNT);
    DIR *root = opendir(text("/proc/%d/root/", command()));
    if (root == NULL)
        return false;
    for (struct dirent *entry; (entry = readdir(root)) != NULL;) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
            continue;
        if (!is_one_of(name, FOLDERS, FOLDER_COUNT) &&
            !is_one_of(name, LINKS, LINK_COUNT)) {
            observed("%s, too", visible(name));
            closedir(root);
            return false;
        }
        found++;
    }
    closedir(root);
    observed("%d of them", found);
    return found == FOLDER_COUNT + LINK_COUNT;
}

static bool folders_are_the_machines(const char *unused)
{
    (void)unused;
    for (int i = 0; i < FOLDER_COUNT; i++) {
        struct identity has =
            identify("/proc/%d/root/%s", command(), FOLDERS[i]);
        struct identity wanted =
            identify("%s", in_sandbox(text("/%s", FOLDERS[i])));
        expected("%s of the outside: %s", FOLDERS[i], shown(wanted));
        observed("%s", shown(has));
        if (!same(has, wanted))
            return false;
    }
    return true;
}

static bool links_are_the_machines(const char *unused)
{
    (void)unused;
    for (int i = 0; i < LINK_COUNT; i++) {
        const char *has =
            target("/proc/%d/root/%s", command(), LINKS[i]);
        const char *wanted =
            target("%s", in_sandbox(text("/%s", LINKS[i])));
        expected("%s is a link to %s", LINKS[i], wanted);
        observed("%s", has[0] == '\0' ? "none" : has);
        /* A machine of 32 bits has no lib64: where it leads is free. */
        if (wanted[0] != '\0' && strcmp(has, wanted) != 0)
            return false;
    }
    return true;
}

/* Is a mount point one of the folders, or below one? */
static bool is_kept(const char *point)
{
    const char *name =
        text("%.*s", (int)strcspn(point + 1, "/"), point + 1);
    return is_one_of(name, FOLDERS, FOLDER_COUNT);
}

/* The device of what is topmost on a place; 0 where nothing is. */
static unsigned device_on(const char *point, const struct mount *list,
                          size_t count)
{
    while (count > 0)
        if (strcmp(list[--count].point, point) == 0)
            return list[count].device;
    return 0;
}

static bool mounts_below_are_there(const char *unused)
{
    (void)unused;
    const struct mount *inner, *outer;
    size_t inside_count = mounts_of(command(), &inner);
    size_t outside_count = mounts_of(outside(), &outer);
    for (size_t i = 0; i < outside_count; i++) {
        const char *point = outer[i].point;
        unsigned has = device_on(point, inner, inside_count);
        if (!is_kept(point) ||
            has == device_on(point, outer, outside_count))
            continue;
        expected("on %s what is mounted there outside", point);
        observed("%s", has == 0 ? "no mount" : "another file system");
        return false;
    }
    return true;
}

/* Is a mount inside one that is outside, too? A folder that was bound
 * is what lies topmost there: that it is the machine's was asked
 * before. */
static bool is_brought(const struct mount *mount,
                       const struct mount *outer, size_t count)
{
    if (!is_kept(mount->point))
        return false;
    const struct mount *top = mounted_on(command(), mount->point);
    if (strchr(mount->point + 1, '/') == NULL)
        return top->device == mount->device &&
               strcmp(top->root, mount->root) == 0;
    for (size_t i = 0; i < count; i++)
        if (strcmp(outer[i].point, mount->point) == 0 &&
            strcmp(outer[i].root, mount->root) == 0 &&
            outer[i].device == mount->device)
            return true;
    return false;
}

static bool no_other_mount(const char *unused)
{
    (void)unused;
    const struct mount *inner, *outer;
    size_t inside_count = mounts_of(command(), &inner);
    size_t outside_count = mounts_of(outside(), &outer);
    expected("no mount but the root and what is below the folders");
    for (size_t i = 0; i < inside_count; i++) {
        if (strcmp(inner[i].point, "/") == 0 ||
            is_brought(&inner[i], outer, outside_count))
            continue;
        observed("%s on %s, of type %s", inner[i].source,
                 inner[i].point, inner[i].type);
        return false;
    }
    return true;
}

/* Runs where a process is that has entered the mount namespace. */
static void print_root(const char *unused)
{
    (void)unused;
    struct stat root;
    if (stat("/", &root) == 0)
        fputs(shown((struct identity){root.st_dev, root.st_ino}),
              stdout);
}

static bool root_is_the_namespaces(const char *unused)
{
    (void)unused;
    const char *root = shown(identify("/proc/%d/root/", command()));
    const char *entered =
        inside(command(), CLONE_NEWNS, print_root, NULL);
    expected("the root of the command: %s", root);
    observed("%s", entered);
    return strcmp(root, entered) == 0;
}

/* Runs there, too, in a copy of the namespace: a mount that lies below
 * the root is seen in no list, but becomes the root when that goes. */
static void print_root_below(const char *unused)
{
    int self = pidfd_open(getpid(), 0);
    if (unshare(CLONE_NEWNS) == 0 &&
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
        umount2("/", MNT_DETACH) == 0 && setns(self, CLONE_NEWNS) == 0)
        print_root(unused);
}

static bool nothing_lies_below(const char *unused)
{
    (void)unused;
    const char *machines = shown(identify("%s", in_sandbox("/")));
    const char *found =
        inside(command(), CLONE_NEWNS, print_root_below, NULL);
    expected("below the tmpfs not %s", machines);
    observed("%s", found);
    return found[0] != '\0' && strcmp(found, machines) != 0;
}

/* The mount that a path leads to; 0 where there is none. */
static uint64_t mount_at(const char *path)
{
    struct statx file;
    if (statx(AT_FDCWD, path, 0, STATX_MNT_ID, &file) == -1)
        return 0;
    return file.stx_mnt_id;
}

static bool folder_is_in_the_root(const char *unused)
{
    (void)unused;
    expected("the current folder is %s of the new root", folder);
    observed("another mount's");
    return mount_at(text("/proc/%d/cwd", command())) ==
           mount_at(text("/proc/%d/root%s", command(), folder));
}

/* How many names are there outside where one can be made? mount(8) has
 * a folder in /run for files of its own. */
static size_t count_names(void)
{
    static const char *const PLACES[] = {"/tmp", "/dev/shm", "/run"};
    size_t count = 0;
    for (size_t i = 0; i < sizeof(PLACES) / sizeof(PLACES[0]); i++) {
        DIR *place = opendir(in_sandbox(PLACES[i]));
        if (place == NULL)
            continue;
        for (struct dirent *entry; (entry = readdir(place)) != NULL;)
            count += strcmp(entry->d_name, "mount") != 0;
        closedir(place);
    }
    return count;
}

static bool no_file_is_new(const char *unused)
{
    (void)unused;
    size_t now = count_names();
    expected("%zu files in /tmp, /dev/shm and /run outside", names);
    observed("%zu", now);
    return now == names;
}

static void must_mount(const char *point)
{
    if (mount("none", point, "tmpfs", 0, "size=64k") == -1)
        err(3, "mount: %s", point);
}

/* Runs outside, where the program will be started. */
static void furnish(const char *unused)
{
    (void)unused;
    const char *below = text("%s/below", folder);
    if (mkdir(folder, 0755) == -1 || mkdir(below, 0755) == -1)
        err(3, "mkdir: %s", below);
    must_mount(below);
    must_mount("/proc/fs");
    must_mount("/usr/share");
    fputs("done", stdout);
}

/* Something is mounted below each folder, and the program is started in
 * one of them, another each time. */
static void make_outside(void)
{
    snprintf(folder, sizeof(folder), "/tmp/%s", random_name(""));
    if (strcmp(inside(outside(), CLONE_NEWNS, furnish, NULL), "done") !=
        0)
        errx(3, "the mounts outside cannot be made");
    remember_outside();
    names = count_names();
}

#define LOOK "env -C /tmp /book/work/root-own "
#define READ "root-pivot"

static const struct fact running[] = {
    RUNNING_FACTS(LOOK, "introduction-unshare"),
    NEW_FACT(LOOK, "mnt", "mnt-copy"),
    {"tmpfs", "inside, the root is a fresh tmpfs", root_is_fresh, NULL,
     LOOK "findmnt -no FSTYPE,SOURCE /; findmnt -no SOURCE /mnt; "
          "umount -qR /mnt",
     READ},
    {"names", "it has the five folders and four links, and no more",
     names_are_right, NULL, LOOK "ls -A /", READ},
    {"folders", "the folders are the machine's",
     folders_are_the_machines, NULL,
     "stat -c %d:%i /dev /proc /run /tmp /usr; " LOOK
     "stat -c %d:%i /dev /proc /run /tmp /usr",
     READ},
    {"below", "with all that is mounted below them",
     mounts_below_are_there, NULL,
     "mkdir /tmp/m; for d in /tmp/m /proc/fs; do "
     "mount -t tmpfs m $d; done; " LOOK "findmnt -lno TARGET; "
     "umount /tmp/m /proc/fs; rmdir /tmp/m",
     READ},
    {"links", "and the links are", links_are_the_machines, NULL,
     LOOK "readlink /bin /lib /lib64 /sbin", READ},
    {"way", "who enters the mount namespace is in that root",
     root_is_the_namespaces, NULL,
     LOOK "nsenter --mount=/proc/self/ns/mnt sh -c 'echo /*'", READ},
    {"alone", "nothing else is mounted there", no_other_mount, NULL,
     LOOK "findmnt -lno TARGET", READ},
    {"beneath", "nor the machine's root below the tmpfs",
     nothing_lies_below, NULL,
     "strace -fe pivot_root " LOOK
     "true 2>&1 | grep -o '^pivot_root.*'",
     READ},
    {"begins", "the command begins in its folder by the path there",
     folder_is_in_the_root, NULL, LOOK "sh -c 'cd -P ..; echo *'",
     READ},
    {"leak", "outside nothing is mounted, or unmounted", no_mount_left,
     NULL, LOOK "true; findmnt -no SOURCE /mnt; umount -qR /mnt",
     "mnt-leak"},
    {"out", "nor is seen outside what the command mounts, anywhere",
     no_mount_gets_out, NULL,
     COVERED(LOOK "findmnt -lno TARGET,PROPAGATION"), "mnt-peers"},
    IDS_FACT(LOOK),
    CLOSED_FACT(LOOK),
    CHILDREN_FACT(LOOK),
    {0}};

static const struct fact after[] = {
    AFTER_FACTS(LOOK, "introduction-unshare"), {0}};

static const struct fact clean[] = {
    {"files", "nor is a file left outside that was not there",
     no_file_is_new, NULL,
     "touch /root/mark; " LOOK "true; find /tmp /run -mindepth 1 "
     "-newer /root/mark -print -delete; "
     "rm /root/mark",
     READ},
    {0}};

static const struct fact nowhere[] = {
    {"nowhere", "where the new root lacks its folder, nothing runs",
     command_does_not_run, NULL,
     "env -C /etc /book/work/root-own echo it runs; echo $?",
     "introduction-scripts"},
    {0}};

static const struct fact unpivoted[] = {
    {"unpivoted", "where the root cannot be moved, nothing runs",
     command_does_not_run, NULL, REFUSED("pivot_root", RUNS(LOOK)),
     "introduction-scripts"},
    {0}};

static const struct fact kept[] = {
    {"kept", "nor where the old one cannot be unmounted",
     command_does_not_run, NULL, REFUSED("umount2", RUNS(LOOK)),
     "introduction-scripts"},
    {0}};

static const struct fact unlinked[] = {
    {"unlinked", "where no link can be made, nothing runs",
     command_does_not_run, NULL,
     REFUSED("symlink,symlinkat", RUNS(LOOK)), "introduction-scripts"},
    {0}};

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
    make_outside();
    start_in(folder);
    start(COMMAND, NULL);
    judge(running);
    end_command();
    judge(after);
    judge(clean);
    start_in("/etc");
    start(COMMAND, NULL);
    judge(nowhere);
    start_in("/tmp");

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
    start_without_pivoting();
    start(COMMAND, NULL);
    judge(unpivoted);
    start_without_unmounting();
    start(COMMAND, NULL);
    judge(kept);
    start_without_linking();
    start(COMMAND, NULL);
    judge(unlinked);
    return verdict();
}
